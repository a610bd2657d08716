"""`python -m remit`."""

import sys

from remit.cli import main

sys.exit(main())
