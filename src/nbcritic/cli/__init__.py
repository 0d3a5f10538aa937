"""The command line. Each command lives in the module of its name and is loaded when it is called."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def main(args: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code; whatever goes wrong is one line on standard error."""
    given = list(sys.argv[1:] if args is None else args)
    if given == ["--version"]:
        # Editors and hooks ask for it at every start: it should not cost them the loading of click.
        from nbcritic import __version__

        print(f"nbcritic {__version__}")
        return 0
    try:
        return _run(given)
    except KeyboardInterrupt:
        print("nbcritic: interrupted", file=sys.stderr)
        return 130


def _run(args: Sequence[str]) -> int:
    import click

    from nbcritic.cli.commands import cli

    try:
        code = cli.main(args=list(args), prog_name="nbcritic", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:  # what click makes of Ctrl-C
        raise KeyboardInterrupt from None
    except Exception as error:
        # The model is loaded only where there is an error to compare with it.
        from nbcritic.model import NbcriticError

        if isinstance(error, OSError) and error.strerror:
            message = f"{error.filename}: {error.strerror}" if error.filename is not None else error.strerror
        elif isinstance(error, NbcriticError):
            message = str(error)
        else:
            raise
        from nbcritic.report.terminal import visible

        click.echo(f"nbcritic: error: {visible(message)}", err=True)
        return 2
    return code if isinstance(code, int) else 0
