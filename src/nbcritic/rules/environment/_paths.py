"""Which strings are paths of one machine, of one person or of one host: a judgement of text alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

from nbcritic.analysis.pattern import regex

Kind: TypeAlias = Literal["personal", "absolute", "hosted"]

STARTS = regex(
    r"(?:file:/{1,3}(?:localhost/)?|hdfs://[^/]*)?(?:/(?![/*\s])|[A-Za-z]:[\\/\x07-\x0d]|\\\\\w)|dbfs:/", re.I
)
"""How a path of interest starts (a line break after the drive was a backslash and an n); the rest is passed over."""

_DRIVE = regex(r"[A-Za-z]:[\\/]+(?=[\w.%~$({ \[-])")
_UNC = regex(r"\\\\[\w.-]{2,}(?:\\+[^\\/{}\[\]^+()]+)+\\*$")
_FILE = regex(r"file:/{1,3}(?:localhost/)?(?=/|[A-Za-z]:)", re.I)
_FORBIDDEN = regex(r"[*?|<>\"]|[\x00-\x08\x0e-\x1f]")
_EXTENSION = regex(
    r"\.(?:csv|tsv|txt|dat|data|xlsx?|xlsm|json[l]?|parquet|feather|pkl|pickle|h5|hdf5?|npy|npz|mat|db|sqlite3?|png|jpe?g|tiff?|gif|bmp"
    r"|svg|pdf|zip|gz|bz2|7z|rar|tar|tgz|joblib|pt|pth|ckpt|onnx|bin|model|nc4?|shp|geojson|gpkg|kml|sas7bdat|dta|sav|rds|rda"
    r"|rdata|avro|orc|wav|mp3|mp4|avi|log|xml|ya?ml|ini|cfg|toml|ipynb|py|jar|sql|fasta|fastq|fa|fq|bam|vcf|bed|gff|gtf|nii|dcm"
    r"|las|docx?|pptx?|html?|ttf|otf|exe|md|edf|set|fif|root|fits|arff|names|test|train|vec|gensim|lmdb|tfrecords?)\b",
    re.I,
)

_SYSTEM = frozenset(
    "usr bin sbin etc lib lib64 dev proc sys tmp run boot private library system applications windows program%20files "
    "path your some foo bar example a b x to dir folder directory my file".split()
)
"""Folders that every machine of a kind has, and those that only documentation has."""
_MOUNTS = frozenset(
    "data mnt media scratch gpfs lustre srv storage volumes nfs work export net project projects hdd ssd disk raid shared share "
    "cluster var opt home users user root vol volume beegfs ceph datasets dataset data1 data2 data3 hdd1 hdd2 ssd1 ssd2 disk1 disk2 "
    "workspace nas groups group labs lab global local ntfs backup experiments".split()
)
"""Top folders under which people keep their data on a machine of their own or of their institute."""
_HOMES = frozenset({"home", "users", "homes", "documents and settings", "user"})
_NOBODY = frozenset(
    "public default shared all.users guest ubuntu debian admin administrator user root data datasets dataset projects project "
    "research lab labs work app code docker dev test ml ai gpu anaconda anaconda3 miniconda3 conda share common group groups "
    "applications apps software programs tools src builds backup db www git ftp mysql postgres oracle vagrant centos pi "
    "students student local hive spark hadoop hdfs hbase livy zeppelin index login api profile workspace notebooks jupyter-user".split()
)
"""Folders below a home folder that name no person."""
_STAND_INS = regex(
    r"your|user_?name|^<|[{}%$]|^x{2,}|^x$|^\.+$|^…|^name$|^me$|^someone|^path|^foo|^my_?name|^example|^john_?doe|^\[",
    re.I,
)

_HOSTS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (host, regex(pattern))
    for host, pattern in (
        ("Kaggle", r"/kaggle(?:/|$)"),
        ("Google Colab", r"/content(?:/|$)|/gdrive(?:/|$)"),
        ("Databricks", r"/?dbfs:?/|/FileStore/|/databricks(?:-datasets)?/|/Workspace/(?!Users/)"),
        ("a Jupyter container", r"/home/jovyan(?:/|$)"),
        ("SageMaker", r"/home/(?:ec2-user|sagemaker-user|studio-lab-user)(?:/|$)|/opt/ml/"),
        ("Vertex AI Workbench", r"/home/jupyter(?:/|$)"),
        ("Azure", r"/home/(?:nbuser|azureuser|trusted-service-user)(?:/|$)|/mnt/batch/tasks/"),
        ("IBM Watson Studio", r"/home/(?:wsuser|dsxuser)(?:/|$)|/project_data/|/resources/data/"),
        ("Microsoft Fabric", r"/lakehouse/default(?:/|$)"),
        ("GitHub Codespaces", r"/workspaces/|/home/codespace(?:/|$)"),
        ("Udacity's workspace", r"/home/workspace(?:/|$)"),
        ("Paperspace", r"/notebooks/"),
        ("FloydHub", r"/floyd/"),
    )
)


@dataclass(frozen=True, slots=True)
class Place:
    """What is known of a path. `owner` is the person, the host, or the drive or folder of the machine at its top. `plain` needs
    no evidence that it is a path at all."""

    kind: Kind
    owner: str
    plain: bool
    sure: bool = True
    """Its top folder is one where people keep data; elsewhere only what reads or writes it tells it from a web route."""


@lru_cache(maxsize=2048)
def place(text: str, databricks: bool = False) -> Place | None:
    """What kind of machine path a string is, if it is one."""
    text = text.strip()
    if not 4 <= len(text) <= 400 or _FORBIDDEN.search(text.replace("*", "").replace("?", "")):
        return None
    text = _FILE.sub("", text, count=1)
    if text.lower().startswith("hdfs://"):
        text = "/" + text[7:].partition("/")[2]
    for host, pattern in _HOSTS:
        if pattern.match(text):
            return Place("hosted", host, plain=text.count("/") > 2 or bool(_EXTENSION.search(text)))
    if _DRIVE.match(text) or _UNC.match(text):
        parts = re.split(r"[\\/]+", text)
        drive, parts[0] = bool(parts[0]), parts[0] or "network"
        # two backslashes may also start a pattern or a line of LaTeX: there it takes a reader, a name or an extension
        return _owned(parts) or (None if _stands_in(parts) else Place("absolute", _top(parts), plain=drive))
    return _posix(text, databricks) if text.startswith("/") else None


def _posix(text: str, databricks: bool) -> Place | None:
    parts = re.split(r"/+", text)[1:]
    if len(parts) < 2 or not parts[1] or any("://" in part or part != part.strip() for part in parts[:2]):
        return None
    if _stands_in(parts[:4]):
        return None
    if found := _owned(["", *parts]):
        return found
    top = parts[0].lower()
    if databricks and top in ("mnt", "volumes", "filestore"):
        return Place("hosted", "Databricks", plain=True)
    if top in _SYSTEM or (top == "opt" and parts[1] in ("conda", "homebrew")) or (top == "var" and parts[1] != "data"):
        return None
    if top in ("user", "users") or (top == "root" and parts[1].startswith(".")) or not re.fullmatch(r"[\w.-]+", top):
        return None
    return Place(
        "absolute",
        _top(["", *parts]),
        plain=False,
        sure=top in _MOUNTS and (len(parts) > 2 or bool(_EXTENSION.search(text))),
    )


def _top(parts: list[str]) -> str:
    """The drive, the server or the top folder: what has to be there for any of its paths to be."""
    return parts[0].upper() if parts[0].endswith(":") else f"{parts[0]}/{parts[1]}".lower()


def _stands_in(parts: list[str]) -> bool:
    """A path of documentation: `/path/to/file`, `C:/Users/<you>/…`."""
    lower = [part.lower() for part in parts]
    homes = [index + 1 for index, part in enumerate(lower[:-1]) if part in _HOMES]
    return ("path" in lower[:3] and "to" in lower[:4]) or any(_STAND_INS.search(parts[index]) for index in homes[:1])


def _owned(parts: list[str]) -> Place | None:
    """A home folder near the top of the path, and the person whom it belongs to."""
    for index, part in enumerate(parts[1:5], 1):
        lower = part.lower()
        if lower not in _HOMES or index + 1 >= len(parts):
            continue
        if index > 1 and parts[0] == "" and not _mounted(parts[1:index], lower):
            continue
        person = parts[index + 1]
        if not person or person.lower() in _NOBODY or _STAND_INS.search(person) or _EXTENSION.search(person):
            return None
        if not re.match(r"[^\W_][\w .@,'()+-]*$", person) or person.isdigit():
            return None
        windows = parts[0] != ""
        # `/users/anna` may be a web route, `/home/anna/data` hardly; a drive letter leaves no doubt
        plain = windows or (len(parts) > index + 2 and (part in ("Users", "home") or index > 1))
        return Place("personal", person, plain, sure=lower != "user" or len(parts) > index + 2)
    return None


def _mounted(before: list[str], home: str) -> bool:
    """Is a home folder that does not stand at the top one all the same: `/mnt/c/Users`, `/export/home`?"""
    top = before[0].lower()
    return top in (
        "mnt",
        "cygdrive",
        "export",
        "net",
        "nfs",
        "gpfs",
        "lustre",
        "afs",
        "media",
        "host",
        "run",
        "volumes",
        "c",
        "d",
    ) or (home == "home" and top in _MOUNTS)


def has_extension(text: str) -> bool:
    """Does the text end in (or hold) the name of a file of data, code or a figure?"""
    return _EXTENSION.search(text) is not None
