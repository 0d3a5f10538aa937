"""Running other people's code: one command, in a folder of its own, behind walls and under limits.

    from nbcritic import sandbox

    outcome = sandbox.run([sys.executable, "-m", "their_package", "train"], folder=submission, keep=results)
    if outcome.limit:
        print("stopped:", outcome.stopped)

The command starts in a copy of `folder`, at the folder's own path. It sees the system and this Python, read-only, and nothing else of
the machine: no network (not even the host's loopback), no home, no environment, no other process. It may write to its copy and
to `/tmp`, which vanish when it ends, together with every process that it left behind. The walls are bubblewrap's, so
this needs Linux; `probe` says, after a real run, whether they stand. Without them (`isolate=False`) only the limits hold: that
is for one's own code.

What such a command prints, and the exit code it chooses, are its own words. Never take a score from them: take files, and compute.
"""

from __future__ import annotations

from nbcritic.sandbox.limits import Limit, Limits
from nbcritic.sandbox.outcome import Outcome
from nbcritic.sandbox.running import SandboxError, probe, run

__all__ = ["Limit", "Limits", "Outcome", "SandboxError", "probe", "run"]
