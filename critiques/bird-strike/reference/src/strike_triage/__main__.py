"""`python -m strike_triage`."""

import sys

from strike_triage.cli import main

sys.exit(main())
