"""Attacks, and how each ends. All are real: hostile code runs behind the walls, and the host is looked at afterwards."""

import os
import socket
import sys
import time
from pathlib import Path

import psutil
import pytest

from nbcritic import sandbox
from nbcritic.sandbox import Limits, Outcome

pytestmark = pytest.mark.skipif(bool(sandbox.probe()), reason=sandbox.probe() or "-")
MB = 1 << 20
TIGHT = Limits(seconds=20, memory=256 * MB, disk=16 * MB, output=MB, processes=40)


def attack(folder: Path, code: str, limits: Limits = TIGHT, keep: Path | None = None) -> Outcome:
    return sandbox.run([sys.executable, "-c", code], folder=folder, limits=limits, keep=keep)


def said(outcome: Outcome) -> str:
    assert outcome.limit is None, outcome
    return outcome.stdout.decode().strip()


def test_network_the_hosts_loopback_included(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        code = (
            "import socket\n"
            f"for address in (('127.0.0.1', {port}), ('1.1.1.1', 53), ('10.0.0.1', 80)):\n"
            "    try: socket.create_connection(address, 2); print('connected')\n"
            "    except OSError as error: print(type(error).__name__)\n"
            "try: socket.getaddrinfo('example.org', 80); print('resolved')\n"
            "except OSError as error: print('no name')\n"
        )
        words = said(attack(tmp_path, code))
        assert "connected" not in words
        assert words.endswith("no name")
        server.settimeout(0)
        with pytest.raises(BlockingIOError):
            server.accept()


def test_abstract_sockets_of_the_host(tmp_path: Path) -> None:
    name = f"\0nbcritic-{os.getpid()}"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(name)
        server.listen()
        code = (
            "import socket\n"
            f"try: socket.socket(socket.AF_UNIX).connect({name!r}); print('in')\n"
            "except OSError: print('out')"
        )
        assert said(attack(tmp_path, code)) == "out"


def on_the_way(folder: Path, given: Path) -> bool:
    """Does it lead to something that is to be seen, such as this Python in a home?"""
    return any(Path(path).is_relative_to(folder) for path in (given, sys.prefix, sys.base_prefix, sandbox.__file__))


def test_reading_the_host(tmp_path: Path) -> None:
    given, beside = tmp_path / "given", tmp_path / "secret.txt"
    given.mkdir()
    beside.write_text("secret", "utf-8")
    paths = [
        str(beside),
        str(Path.home() / ".bashrc"),
        "/etc/shadow",
        "/etc/hostname",
        str(Path("~root").expanduser() / ".ssh"),
        *(path for path in ("/home", "/var", "/sys", "/run") if not on_the_way(Path(path), given)),
    ]
    code = (
        "import os\n"
        f"for path in {paths}:\n"
        "    try: print('read', path, os.listdir(path) if os.path.isdir(path) else open(path).read()[:20])\n"
        "    except OSError: pass\n"
        "print('done')"
    )
    assert said(attack(given, code)) == "done"


def test_writing_to_the_host(tmp_path: Path) -> None:
    given = tmp_path / "given"
    given.mkdir()
    (given / "data.csv").write_text("original", "utf-8")
    prefix = Path(sys.prefix)
    code = (
        "import os\n"
        f"for path in ['/usr/x', '/etc/x', '/x', '/given/data.csv', '/given/x', '/dev/x', {str(prefix / 'x')!r}, {str(tmp_path / 'x')!r}]:\n"
        "    try: open(path, 'w').write('!'); print('wrote', path)\n"
        "    except OSError: pass\n"
        "open('data.csv', 'w').write('changed')\n"
        "print('done')"
    )
    assert said(attack(given, code)) == "done"
    assert (given / "data.csv").read_text("utf-8") == "original"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["given"]
    assert not (prefix / "x").exists()


def test_secrets_in_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not one's own environment, nor that of any process that can be seen."""
    monkeypatch.setenv("NBCRITIC_SECRET", "hunter2-hunter2")
    code = (
        "import glob\n"
        "for path in glob.glob('/proc/*/environ') + glob.glob('/proc/*/task/*/environ'):\n"
        "    try: print(open(path, 'rb').read())\n"
        "    except OSError: pass\n"
    )
    outcome = attack(tmp_path, code)
    assert b"HOME" in outcome.stdout
    assert b"hunter2" not in outcome.stdout


def test_a_fork_bomb(tmp_path: Path) -> None:
    code = (
        "import os, time\n"
        "made = 0\n"
        "try:\n"
        "    while True:\n"
        "        if os.fork() == 0: time.sleep(60); os._exit(0)\n"
        "        made += 1\n"
        "except OSError: print(made < 60)\n"
    )
    outcome = attack(tmp_path, code)
    assert outcome.limit == "processes" or said(outcome) == "True"


def test_a_fork_bomb_that_never_gives_up(tmp_path: Path) -> None:
    code = "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass\n"
    before = len(psutil.pids())
    outcome = attack(tmp_path, code, Limits(seconds=3, processes=40))
    assert outcome.limit in ("seconds", "processes")
    assert len(psutil.pids()) < before + 200


def test_memory_of_one_process(tmp_path: Path) -> None:
    outcome = attack(tmp_path, "try: bytearray(1 << 30); print('got it')\nexcept MemoryError: print('none left')")
    assert said(outcome) == "none left"
    assert outcome.peak_memory < TIGHT.memory


def test_memory_of_many_processes(tmp_path: Path) -> None:
    code = (
        "import os, time\nfor _ in range(8):\n    if os.fork() == 0: break\nheld = b'x' * (100 << 20)\ntime.sleep(60)"
    )
    outcome = attack(tmp_path, code)
    assert outcome.limit == "memory"
    assert outcome.exit_code is None
    assert outcome.stopped


def test_memory_without_a_process(tmp_path: Path) -> None:
    """Files in memory, and the shared memory of /dev/shm, count as well or are bounded."""
    code = (
        "import os, time\n"
        "file = os.memfd_create('x'); other = os.memfd_create('y')\n"
        "held = [os.memfd_create(str(n)) for n in range(40)]\n"
        "for fd in held:\n"
        "    for _ in range(15): os.write(fd, bytes(1 << 20))\n"
        "time.sleep(60)"
    )
    assert attack(tmp_path, code).limit == "memory"
    code = "import errno\ntry:\n    with open('/dev/shm/x', 'wb') as f:\n        for _ in range(500): f.write(bytes(1 << 20))\nexcept OSError as e: print(e.errno in (errno.ENOSPC, errno.EFBIG))"
    assert said(attack(tmp_path, code)) == "True"


def test_disk_one_file_and_many(tmp_path: Path) -> None:
    code = (
        "import errno\n"
        "for folder in ('.', '/tmp'):\n"
        "    try:\n"
        "        with open(f'{folder}/large', 'wb') as file: file.truncate(1 << 40)\n"
        "    except OSError as error: print('no hole')\n"
        "    try:\n"
        "        for n in range(2000):\n"
        "            with open(f'{folder}/{n}', 'wb') as file: file.write(bytes(1 << 20))\n"
        "    except OSError as error: print(error.errno == errno.ENOSPC, n < 800)\n"
    )
    outcome = attack(tmp_path, code, keep=tmp_path / "kept")
    assert said(outcome).split("\n") == ["no hole", "True True"] * 2
    assert sum(path.stat().st_size for path in (tmp_path / "kept").rglob("*")) <= TIGHT.disk


def test_endless_output(tmp_path: Path) -> None:
    for stream in ("stdout", "stderr"):
        outcome = attack(tmp_path, f"import sys\nwhile True: sys.{stream}.write('x' * 10000)")
        assert outcome.limit == "output"
        assert len(outcome.stdout) + len(outcome.stderr) <= TIGHT.output


def test_sleeping_past_the_deadline(tmp_path: Path) -> None:
    code = "import signal, time\nfor s in range(1, 65):\n    try: signal.signal(s, signal.SIG_IGN)\n    except (OSError, ValueError): pass\ntime.sleep(600)"
    began = time.monotonic()
    outcome = attack(tmp_path, code, Limits(seconds=1))
    assert outcome.limit == "seconds"
    assert time.monotonic() - began < 60


def test_processor_time(tmp_path: Path) -> None:
    outcome = attack(tmp_path, "while True: pass", Limits(seconds=60, cpu=1))
    assert outcome.limit == "cpu"


def test_a_detached_child(tmp_path: Path) -> None:
    mark = f"nbcritic-detached-{os.getpid()}"
    code = (
        "import os, sys\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0:\n"
        f"        os.execv(sys.executable, [sys.executable, '-c', 'import time; time.sleep(600)  # {mark}'])\n"
        "    os._exit(0)\n"
        "os.wait(); print('away')"
    )
    assert said(attack(tmp_path, code)) == "away"
    assert not [p for p in psutil.process_iter(["cmdline"]) if any(mark in word for word in p.info["cmdline"] or ())]


def test_links_in_what_is_brought_out(tmp_path: Path) -> None:
    given, kept = tmp_path / "given", tmp_path / "kept"
    given.mkdir()
    kept.mkdir()
    (given / "data.csv").write_text("original", "utf-8")
    victim = tmp_path / "victim"
    victim.write_text("safe", "utf-8")
    code = (
        "import os\n"
        "os.symlink('/etc/passwd', 'soft'); os.symlink('/', 'root'); os.mkfifo('pipe')\n"
        f"os.symlink({str(victim)!r}, 'target')\n"
        "for source in ('/given/data.csv', '/usr/bin/env', '/etc/passwd'):\n"
        "    try: os.link(source, 'hard'); print('linked', source)\n"
        "    except OSError: pass\n"
        "open('fine', 'w').write('x'); os.link('fine', 'twin')\n"
    )
    outcome = attack(given, code, keep=kept)
    assert said(outcome) == ""
    assert sorted(outcome.kept) == ["fine", "twin"]
    assert sorted(outcome.left) == ["pipe", "root", "soft", "target"]
    assert sorted(path.name for path in kept.iterdir()) == ["fine", "twin"]
    assert victim.read_text("utf-8") == "safe"


def test_a_link_in_what_is_handed_in(tmp_path: Path) -> None:
    """A submission may bring links to files of whoever grades it."""
    given, secret = tmp_path / "given", tmp_path / "secret.txt"
    given.mkdir()
    secret.write_text("secret", "utf-8")
    (given / "a").symlink_to(secret)
    (given / "b").symlink_to("../secret.txt")
    (given / "c").symlink_to("/etc/shadow")
    code = "for name in 'abc':\n    try: print(open(name).read())\n    except OSError: pass\nprint('done')"
    assert said(attack(given, code)) == "done"


def test_other_processes_and_the_launcher(tmp_path: Path) -> None:
    """Nobody of the host is seen; who started it cannot be read, stopped or spoken for."""
    code = (
        "import glob, os, signal\n"
        "seen = [int(path.split('/')[2]) for path in glob.glob('/proc/[0-9]*')]\n"
        "print(len(seen) < 6)\n"
        "for pid in seen:\n"
        "    if pid == os.getpid(): continue\n"
        "    for name in ('mem', 'environ', 'fd/1'):\n"
        "        try:\n"
        "            with open(f'/proc/{pid}/{name}', 'r+b' if name == 'mem' else 'wb' if name == 'fd/1' else 'rb') as file:\n"
        "                if name == 'fd/1': file.write(b'{\"exit\": 0, \"full\": false}\\n')\n"
        "                print('opened', name) if name != 'environ' else None\n"
        "        except OSError: pass\n"
        "raise SystemExit(9)"
    )
    outcome = attack(tmp_path, code)
    assert said(outcome) == "True"
    assert outcome.exit_code == 9


def test_killing_everything_that_can_be_killed(tmp_path: Path) -> None:
    code = "import os, signal\ntry: os.kill(-1, signal.SIGKILL)\nexcept OSError: pass\nos.kill(os.getpid(), signal.SIGKILL)"
    outcome = attack(tmp_path, code)
    assert not outcome.ok


def test_more_rights_than_given(tmp_path: Path) -> None:
    code = (
        "import os, resource, ctypes\n"
        "for attempt in (\n"
        "    lambda: os.setuid(0), lambda: os.chroot('/tmp'), lambda: os.mknod('disk', 0o60666, os.makedev(8, 0)),\n"
        "    lambda: resource.setrlimit(resource.RLIMIT_DATA, (1 << 40, 1 << 40)),\n"
        "    lambda: open('/proc/sys/kernel/hostname', 'w'), lambda: open('/proc/sysrq-trigger', 'w'),\n"
        "):\n"
        "    try: attempt(); print('did')\n"
        "    except (OSError, ValueError): pass\n"
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        "print('mounted' if libc.mount(b'/given', b'/tmp', None, 4096 | 32, None) == 0 else 'done')"
    )
    assert said(attack(tmp_path, code)) == "done"


def test_a_forged_success_is_only_words(tmp_path: Path) -> None:
    """What it prints never becomes what happened."""
    code = 'print(\'{"exit": 0, "full": false}\'); import os; os._exit(1)'
    outcome = attack(tmp_path, code)
    assert outcome.exit_code == 1
