"""In which language the body of a cell magic is written."""

from __future__ import annotations

_PYTHON = frozenset(
    "time timeit capture prun debug memit mprun lprun heat snakeviz pyinstrument scalene wandb notify cache manim add_to local "
    "ipytest run_pytest run_pytest[clean] tutor nbtutor pixie_debugger code_wrap skip".split()
)
_LANGUAGES = {
    **dict.fromkeys(("bash", "sh", "shell", "!", "sx", "system", "zsh", "cmd", "powershell", "pwsh"), "bash"),
    **dict.fromkeys(("python", "python2", "python3", "pypy"), "python-script"),
    **dict.fromkeys(("html", "svg"), "html"),
    **dict.fromkeys(("js", "javascript"), "javascript"),
    **dict.fromkeys(("markdown", "md", "md-sandbox"), "markdown"),
    **dict.fromkeys(("latex", "tikz", "itikz"), "latex"),
    **dict.fromkeys(("sql", "bigquery", "dql", "sparksql", "sqlcmd"), "sql"),
    **dict.fromkeys(("writefile", "file", "writetemplate"), "writefile"),
    **dict.fromkeys(("cython", "cython_inline", "cython_pyximport"), "cython"),
    **dict.fromkeys(
        ("perl", "ruby", "r", "julia", "octave", "matlab", "stata", "sas", "scala", "fortran", "cpp", "css"), ""
    ),
    **dict.fromkeys(("configure", "json"), "json"),
}
_NEVER_RUN = frozenset({"false", "true", "echo", "test", ":"})


def body_language(name: str, argument: str) -> str:
    """The language of the body of `%%name argument`.

    `python-script` is Python in a process of its own, where none of the notebook's names exist; `skipped` is a body that is
    never run; `unknown` is that of a magic which is not known here.
    """
    name = name.lower()
    if name == "script":
        return _script_language(argument)
    if name == "skip" and not argument.strip():
        return "skipped"
    if name in _PYTHON:
        return "python"
    if name in _LANGUAGES:
        return _LANGUAGES[name] or name
    return "unknown"


def _script_language(argument: str) -> str:
    """The language of `%%script program …`; people write `%%script false` to switch a cell off."""
    words = [word for word in argument.split() if not word.startswith("-")]
    program = words[0].rpartition("/")[2].lower() if words else ""
    if program in _NEVER_RUN:
        return "skipped"
    if program == "env" and len(words) > 1:
        program = words[1].lower()
    if program.startswith(("python", "pypy")):
        return "python-script"
    if program in ("bash", "sh", "zsh", "ksh", "dash"):
        return "bash"
    if program in ("node", "nodejs"):
        return "javascript"
    return program if program in ("perl", "ruby") else "unknown"
