"""`python -m nearest_town`."""

import sys

from nearest_town.cli import main

if __name__ == "__main__":
    sys.exit(main())
