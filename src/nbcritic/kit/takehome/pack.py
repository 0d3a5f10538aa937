"""A pack: what the candidate gets, as a zip made from an allow-list, and what the interviewer keeps.

The same scenario, seed and version give the same bytes. Nothing of the key reaches the candidate: the zip is put together from files
that are named here, one by one, and is then searched for the key's own words before anything is written.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import tempfile
import tomllib
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from nbcritic import __version__
from nbcritic.kit.inject.variant import Variant, saved
from nbcritic.kit.remark import Key, read_key
from nbcritic.kit.scenario import Scenario
from nbcritic.kit.takehome import sheets
from nbcritic.kit.takehome.leaks import leaks
from nbcritic.model import NbcriticError, Notebook

MARK = "take-home.toml"
"""The file by which a submission says which pack it answers."""
ANSWERS = "critique.md"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_SKELETON = (".py", ".toml", ".md")


class Facts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`pack.toml`: which variant this is."""

    id: str
    slug: str
    title: str
    seed: int
    minutes: int
    notebook: str
    flaws: tuple[str, ...]
    candidate_sha256: str
    nbcritic: str
    contract: bool = False


@dataclass(frozen=True)
class Pack:
    """A pack on disk."""

    folder: Path
    facts: Facts
    key: Key
    notebook: Notebook

    @property
    def given(self) -> Mapping[str, bytes]:
        """What the candidate got, by name within the zip's one folder."""
        with zipfile.ZipFile(self.folder / "candidate.zip") as archive:
            names = (info for info in archive.infolist() if not info.is_dir())
            return {info.filename.partition("/")[2]: archive.read(info) for info in names}


def identity(slug: str, seed: int) -> str:
    """The public name of a variant: says nothing about its flaws."""
    return hashlib.blake2b(f"{slug}/{seed}".encode(), digest_size=4).hexdigest()


def candidate_files(variant: Variant, minutes: int, scenario: Scenario | None) -> dict[str, bytes]:
    """Everything that the candidate gets, by name: the allow-list."""
    base = variant.base
    contract = scenario.facts.contract if scenario else None
    promise = contract.promise if contract else ""
    files = {
        "README.md": sheets.brief(variant, minutes, promise).encode(),
        base.notebook.path: saved(variant.draft, variant.ran).raw,
        ANSWERS: sheets.TEMPLATE.encode(),
        MARK: f'id = "{identity(base.slug, variant.seed)}"\n'.encode(),
    }
    if base.packages:
        files["requirements.txt"] = ("\n".join(sorted(base.packages)) + "\n").encode()
    own = dict(variant.data)
    for name in base.files:
        assert base.data is not None
        files[f"{base.data.name}/{name}"] = own.get(name) or (base.data / name).read_bytes()
    if scenario is not None and contract is not None and scenario.skeleton.is_dir():
        for path in sorted(scenario.skeleton.rglob("*")):
            inside = path.relative_to(scenario.skeleton)
            hidden = any(part.startswith((".", "__pycache__")) for part in inside.parts)
            if path.is_file() and path.suffix in _SKELETON and not hidden:
                files[f"package/{inside.as_posix()}"] = path.read_bytes()
    return files


def zipped(files: Mapping[str, bytes], top: str) -> bytes:
    """A zip whose bytes depend on nothing but names and contents."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(f"{top}/{name}", _EPOCH)
            info.create_system, info.external_attr = 3, 0o644 << 16
            info.compress_type = zipfile.ZIP_STORED if name.endswith(".gz") else zipfile.ZIP_DEFLATED
            archive.writestr(info, files[name], compresslevel=9)
    return buffer.getvalue()


def write(variant: Variant, minutes: int, out: Path, scenario: Scenario | None) -> Pack:
    """Write the pack into a new folder: all of it, or nothing.

    Raises:
        NbcriticError: The folder is there already, or something of the key stands in what the candidate would get.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise NbcriticError(f"{out}: is there already; a pack needs a new folder")
    files = candidate_files(variant, minutes, scenario)
    key = variant.key
    if found := leaks(files, key, variant.flaws):
        raise NbcriticError(f"the candidate's zip would give something away: {found[0]}")
    id_ = identity(variant.base.slug, variant.seed)
    packed = zipped(files, f"take-home-{id_}")
    facts = Facts(
        id=id_,
        slug=variant.base.slug,
        title=variant.base.title,
        seed=variant.seed,
        minutes=minutes,
        notebook=variant.base.notebook.path,
        flaws=variant.flaws,
        candidate_sha256=hashlib.sha256(packed).hexdigest(),
        nbcritic=__version__,
        contract=scenario is not None and scenario.facts.contract is not None,
    )
    notes = sheets.interviewer(variant, key, minutes, scenario)
    inside = {
        "pack.toml": toml(msgspec.to_builtins(facts)).encode(),
        "key.toml": key_toml(key).encode(),
        variant.base.notebook.path: files[variant.base.notebook.path],
        **{name: text.encode() for name, text in notes.items()},
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        (part / "interviewer").mkdir()
        (part / "candidate.zip").write_bytes(packed)
        for name, content in inside.items():
            (part / "interviewer" / name).write_bytes(content)
        part.chmod(0o755)
        if out.exists():
            out.rmdir()
        part.replace(out)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return read(out)


def read(folder: Path) -> Pack:
    """A pack that was written before.

    Raises:
        NbcriticError: The folder holds none, or one that is incomplete.
    """
    from nbcritic.notebook.read import read as read_notebook

    inside = folder / "interviewer"
    try:
        facts = msgspec.convert(tomllib.loads((inside / "pack.toml").read_text(encoding="utf-8")), Facts)
        raw = (inside / facts.notebook).read_bytes()
        packed = (folder / "candidate.zip").read_bytes()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise NbcriticError(f"{folder}: is no pack that `takehome new` has written: {error}") from error
    if hashlib.sha256(packed).hexdigest() != facts.candidate_sha256:
        raise NbcriticError(f"{folder}: candidate.zip is not the one that this pack was made with")
    return Pack(folder, facts, read_key(inside / "key.toml"), read_notebook(raw, facts.notebook))


def find(folder: Path) -> list[Pack]:
    """The pack in a folder, or those in the folders inside it."""
    if (folder / "interviewer" / "pack.toml").is_file():
        return [read(folder)]
    return [read(path.parent.parent) for path in sorted(folder.glob("*/interviewer/pack.toml"))]


def key_toml(key: Key) -> str:
    """A key as the file that scenarios have."""
    parts = []
    for name, items in (("remark", key.remark), ("decoy", key.decoy)):
        for item in items:
            fields = msgspec.to_builtins(item)
            kept = {field: value for field, value in fields.items() if value or field in ("id", "cell", "rules")}
            parts.append(f"[[{name}]]\n{toml(kept)}")
    return "\n".join(parts)


def toml(fields: Mapping[str, object]) -> str:
    """Plain values as TOML, one a line. Strings are spelt as JSON spells them, which TOML reads too."""
    return "".join(f"{name} = {_value(value)}\n" for name, value in fields.items())


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{name} = {_value(item)}" for name, item in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
