"""`python -m nbcritic` is `nbcritic`."""

import sys

from nbcritic.cli import main

if __name__ == "__main__":
    sys.exit(main())
