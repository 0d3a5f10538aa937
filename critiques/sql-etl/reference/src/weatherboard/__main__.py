"""`python -m weatherboard`."""

import sys

from weatherboard.cli import main

sys.exit(main())
