"""Makes the invented reviews importable as `invented`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "made"))
