"""Makes the invented reviews importable as `invented`."""

import sys
from pathlib import Path

import pytest

from remit import store

sys.path.insert(0, str(Path(__file__).parents[1] / "made"))


@pytest.fixture
def root(tmp_path):
    """An empty review."""
    store.new(tmp_path / "r", "r", "R")
    return tmp_path / "r"
