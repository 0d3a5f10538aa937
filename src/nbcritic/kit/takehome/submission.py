"""Reading what came in: a zip or a folder from a stranger, into memory, and never beyond fixed limits.

Nothing is unpacked by its own names, no link is followed, no size that an archive states is believed. What cannot be read fairly is
`Unreadable`, with a reason that can be sent to the candidate; that is not a score of zero.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import tomllib
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from nbcritic.kit.takehome.pack import ANSWERS, MARK
from nbcritic.model import NbcriticError

MOST_BYTES = 64 << 20
"""Of one submission, packed and unpacked."""
MOST_FILES = 2_000
LONGEST_CRITIQUE = 200_000
"""Characters."""
LONGEST_LINE = 5_000
_CHUNK = 1 << 16
_BYSTANDERS = re.compile(
    r"(^|/)(__MACOSX|\.git|\.hg|\.svn|\.venv|venv|env|node_modules|__pycache__|\.ipynb_checkpoints|\.mypy_cache|\.pytest_cache|"
    r"\.ruff_cache|\.tox|\.idea|\.vscode|[^/]+\.egg-info|\.DS_Store|Thumbs\.db|\._[^/]*)(/|$)"
)


class Unreadable(NbcriticError):
    """A submission that cannot be graded, and why."""


@dataclass(frozen=True)
class Submission:
    """What one candidate handed in."""

    name: str
    files: Mapping[str, bytes]
    """By path within the submission, without a folder around everything."""
    digest: str
    """Of names and contents."""
    notes: tuple[str, ...] = ()
    """What a reader should know about how it was read."""

    @property
    def pack_id(self) -> str | None:
        """Which pack it answers, as it says itself."""
        try:
            found = tomllib.loads(self.files[MARK].decode("utf-8")).get("id")
        except (KeyError, ValueError):
            return None
        return found if isinstance(found, str) else None


def found(folder: Path) -> list[Path]:
    """The submissions in a folder: every zip and every folder in it, hidden ones left out; other files too, to be told apart.

    Raises:
        NbcriticError: There is no such folder, or nothing in it, or two submissions would have the same name.
    """
    if not folder.is_dir():
        raise NbcriticError(f"{folder}: no such folder; submissions are zips or folders in one folder")
    paths = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    if not paths:
        raise NbcriticError(f"{folder}: is empty; put one zip or folder for each candidate there")
    names = [name_of(path) for path in paths]
    if doubled := sorted({name for name in names if names.count(name) > 1}):
        raise NbcriticError(f"{folder}: two submissions are called {doubled[0]}; rename one")
    return paths


def name_of(path: Path) -> str:
    """What a submission is called: its file name, without what no file or page can carry."""
    stem = path.name if path.is_dir() else path.name.removesuffix(".zip")
    return re.sub(r"[^\w.@+-]+", "-", stem).strip(".-")[:80] or "unnamed"


def read(path: Path) -> Submission:
    """Read one submission.

    Raises:
        Unreadable: With the reason, for the candidate.
    """
    try:
        files = _without_top(dict(_zip(path) if not path.is_dir() else _folder(path)))
    except OSError as error:
        raise Unreadable(f"it cannot be read: {error.strerror or error}") from error
    if not files:
        raise Unreadable("there is no file in it")
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{name}\0{len(files[name])}\0".encode("utf-8", "replace"))
        digest.update(files[name])
    return Submission(name_of(path), files, digest.hexdigest())


def critique(submission: Submission) -> tuple[str, tuple[str, ...]]:
    """The text of the critique, and what a reader should know about how it was read.

    Raises:
        Unreadable: There is none, or it is no text, or far too long.
    """
    raw = submission.files[_critique_name(submission)]
    text, notes = _decoded(raw)
    if len(text) > LONGEST_CRITIQUE:
        raise Unreadable(f"the critique has {len(text):,} characters; at most {LONGEST_CRITIQUE:,} are read")
    lines = text.splitlines()
    if any(len(line) > LONGEST_LINE for line in lines):
        notes = (*notes, f"lines of the critique were cut after {LONGEST_LINE:,} characters")
    return "\n".join(line[:LONGEST_LINE].rstrip() for line in lines), notes


def package(submission: Submission) -> dict[str, bytes]:
    """The files of the package that was handed in, from its own root: the folder with a `pyproject.toml` and `src/`. Empty: none."""
    roots = sorted(
        (name.rpartition("pyproject.toml")[0] for name in submission.files if name.split("/")[-1] == "pyproject.toml"),
        key=len,
    )
    for root in roots:
        inside = {
            name.removeprefix(root): content for name, content in submission.files.items() if name.startswith(root)
        }
        if any(name.startswith("src/") for name in inside):
            return inside
    return {}


def _critique_name(submission: Submission) -> str:
    names = sorted(submission.files, key=lambda name: (name.count("/"), name))
    exact = [name for name in names if name.split("/")[-1].lower() == ANSWERS]
    alike = [name for name in names if re.fullmatch(r"critique.*\.(md|txt|toml|markdown)", name.split("/")[-1].lower())]
    if chosen := exact or alike:
        return chosen[0]
    raise Unreadable(f"there is no {ANSWERS} in it")


def _decoded(raw: bytes) -> tuple[str, tuple[str, ...]]:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace"), ()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", "replace")
        notes: tuple[str, ...] = ("the critique is not UTF-8; it was read as Windows-1252",)
    else:
        notes = ()
    if raw.count(b"\0") > len(raw) // 100:
        raise Unreadable("the critique is no text")
    return text, notes


def _zip(path: Path) -> Iterator[tuple[str, bytes]]:
    if path.stat().st_size > MOST_BYTES:
        raise Unreadable(f"it is larger than {MOST_BYTES >> 20} MB; data and environments should be left out")
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError) as error:
        raise Unreadable("it is no zip") from error
    with archive:
        left = MOST_BYTES
        entries = archive.infolist()
        _check_names(entries)
        kept = [
            info for info in entries if not info.is_dir() and not _BYSTANDERS.search(info.filename.replace("\\", "/"))
        ]
        if len(kept) > MOST_FILES:
            raise Unreadable(f"it holds more than {MOST_FILES:,} files")
        for info in kept:
            content = _entry(archive, info, left)
            left -= len(content)
            yield info.filename.replace("\\", "/"), content


def _check_names(entries: list[zipfile.ZipInfo]) -> None:
    for info in entries:
        name = info.filename.replace("\\", "/")
        if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in name.split("/") or "\0" in name:
            raise Unreadable("it names a file outside of itself, as an attack would")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise Unreadable("it holds a link to another file; only files can be read")
        if info.flag_bits & 1:
            raise Unreadable("it is encrypted")


def _entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo, left: int) -> bytes:
    """One file; stops as soon as more comes out than is left, whatever the archive says about itself."""
    chunks, size = [], 0
    try:
        with archive.open(info) as file:
            while chunk := file.read(_CHUNK):
                size += len(chunk)
                if size > left:
                    raise Unreadable(f"it unpacks to more than {MOST_BYTES >> 20} MB")
                chunks.append(chunk)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise Unreadable("the zip is damaged") from error
    return b"".join(chunks)


def _folder(path: Path) -> Iterator[tuple[str, bytes]]:
    left, count = MOST_BYTES, 0
    for here, folders, files in os.walk(path, followlinks=False):
        inside = os.path.relpath(here, path).replace(os.sep, "/")
        folders[:] = sorted(
            name for name in folders if not _BYSTANDERS.search(name) and not (Path(here) / name).is_symlink()
        )
        for name in sorted(files):
            file = Path(here) / name
            if _BYSTANDERS.search(name) or not stat.S_ISREG(file.lstat().st_mode):
                continue
            count += 1
            left -= file.lstat().st_size
            if left < 0:
                raise Unreadable(f"it is larger than {MOST_BYTES >> 20} MB; data and environments should be left out")
            if count > MOST_FILES:
                raise Unreadable(f"it holds more than {MOST_FILES:,} files")
            yield (name if inside == "." else f"{inside}/{name}"), file.read_bytes()


def _without_top(files: dict[str, bytes]) -> dict[str, bytes]:
    """Without a folder that holds everything."""
    while files and all("/" in name for name in files) and len({name.split("/")[0] for name in files}) == 1:
        files = {name.partition("/")[2]: content for name, content in files.items()}
    return files
