"""The door: few names, all there, quick to open."""

import subprocess
import sys

import pytest

import remit


def test_every_name_at_the_door_is_there():
    assert len(remit.__all__) <= 20
    for name in remit.__all__:
        assert getattr(remit, name) is not None


def test_a_wrong_name_lists_the_right_ones():
    with pytest.raises(AttributeError, match="open_review"):
        _ = remit.pool_everything


@pytest.mark.parametrize("module", ["numpy", "scipy", "yaml", "jinja2", "narwhals", "polars"])
def test_importing_remit_and_help_load_no_heavy_library(module):
    code = (
        "import sys, contextlib, io, remit, remit.cli\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):\n"
        "    remit.cli.main(['--help'])\n"
        f"sys.exit({module!r} in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
