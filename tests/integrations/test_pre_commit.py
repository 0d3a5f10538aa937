"""The hooks for pre-commit: what they declare, and one real run of them."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
import yaml  # type: ignore[import-untyped]

from nbcritic.cli import check

ROOT = Path(__file__).parents[2]
HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}
PUBLISHED = ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml", "src")


@pytest.mark.parametrize("hook", HOOKS.values(), ids=list(HOOKS))
def test_a_hook_reads_notebooks_only_in_one_process(hook: dict[str, object]) -> None:
    assert hook["types_or"] == ["jupyter"]
    assert hook["language"] == "python"
    assert hook["require_serial"] is True
    program, command, *options = str(hook["entry"]).split()
    assert (program, command) == ("nbcritic", "check")
    context = click.Context(check.command)
    check.command.parse_args(context, [*options, "a.ipynb", "b.ipynb"])
    assert context.params["paths"] == ("a.ipynb", "b.ipynb")


@pytest.fixture(scope="module")
def pre_commit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """pre-commit in an environment of its own."""
    folder = tmp_path_factory.mktemp("pre-commit")
    if shutil.which("git") is None:
        pytest.skip("there is no git")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = next(path for path in (folder / "bin/python", folder / "Scripts/python.exe") if path.exists())
    install: list[str | Path] = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "pre-commit"]
    done = subprocess.run(install, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"pre-commit cannot be installed here: {done.stderr.strip().splitlines()[-1]}")
    return python


def git(folder: Path, *words: str) -> None:
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", folder, *identity, *words], check=True, capture_output=True)


def notebook(*sources: str) -> str:
    cells: list[dict[str, object]] = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": source}
        for source in sources
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})


@pytest.mark.slow
def test_pre_commit_runs_it(pre_commit: Path, tmp_path: Path) -> None:
    published, project = tmp_path / "published", tmp_path / "project"
    published.mkdir()
    for name in PUBLISHED:
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, published / name)
    project.mkdir()
    (project / "bad.ipynb").write_text(notebook("print(total)", "total = 1"), "utf-8")
    (project / "good.ipynb").write_text(notebook("x = 1"), "utf-8")
    (project / "broken.txt").write_text("no notebook", "utf-8")
    for folder in (published, project):
        git(folder, "init", "-q")
        git(folder, "add", ".")
        git(folder, "commit", "-q", "-m", "all")
    environment = {**os.environ, "PRE_COMMIT_HOME": str(tmp_path / "home"), "PRE_COMMIT_COLOR": "never"}

    def run(*files: str) -> subprocess.CompletedProcess[str]:
        command: list[str | Path] = [
            pre_commit,
            "-m",
            "pre_commit",
            "try-repo",
            published,
            "nbcritic",
            "--files",
            *files,
        ]
        return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)

    bad = run("bad.ipynb", "good.ipynb", "broken.txt")
    assert bad.returncode == 1, bad.stdout + bad.stderr
    assert "used-before-defined" in bad.stdout
    assert "bad.ipynb" in bad.stdout
    assert "broken.txt" not in bad.stdout
    good = run("good.ipynb")
    assert good.returncode == 0, good.stdout + good.stderr
    skipped = run("broken.txt")
    assert "(no files to check)" in skipped.stdout
