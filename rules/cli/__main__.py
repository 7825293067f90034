"""Lets `python -m rules.cli` do what `nqms-rules` does."""

import sys

from rules.cli import main

sys.exit(main())
