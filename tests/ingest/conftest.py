"""Makes the stand-ins for services importable as `live_fakes`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
