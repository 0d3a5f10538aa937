"""Bringing out what a command made, whatever it made it of."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path, PurePosixPath

MOST = 10_000
"""Files to bring out; what lies beyond is named as left."""


def unpack(packed: bytes, target: Path, most: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Write the regular files of a tar file under `target`, and say which were written and which were left.

    Nothing is ever written outside `target`, nor through a link in it; an archive that ends too soon gives what is whole.
    """
    kept: list[str] = []
    left: list[str] = []
    target.mkdir(parents=True, exist_ok=True)
    root = target.resolve()
    try:
        with tarfile.open(fileobj=io.BytesIO(packed), mode="r|") as tar:
            for member in tar:
                file = tar.extractfile(member) if member.type == tarfile.REGTYPE else None
                most -= member.size
                if file is None or most < 0 or len(kept) >= MOST or not _is_plain(member.name):
                    left.append(member.name)
                elif _write(root, member.name, file.read(), member.mode):
                    kept.append(member.name)
                else:
                    left.append(member.name)
    except tarfile.TarError:
        pass
    return tuple(kept), tuple(left)


def _is_plain(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return bool(parts) and not name.startswith("/") and ".." not in parts and "\0" not in name


def _write(root: Path, name: str, data: bytes, mode: int) -> bool:
    """Write beside, then rename: a link that stands in the place is replaced, not followed."""
    final = root / name
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        if not final.parent.resolve().is_relative_to(root):
            return False
        part = final.with_name(f".{final.name[:200]}.{os.getpid()}.part")
        part.write_bytes(data)
        part.chmod(mode & 0o755)
        part.replace(final)
    except OSError:
        return False
    return True
