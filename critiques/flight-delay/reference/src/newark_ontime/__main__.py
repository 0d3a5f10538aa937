"""`python -m newark_ontime`."""

import sys

from newark_ontime.cli import main

sys.exit(main())
