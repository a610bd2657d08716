"""The same tests with the functions that numba compiles, in a process of their own: loading cannot be undone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from remit.stats import compiled

HERE = Path(__file__).resolve().parent
FILES = (
    "batch",
    "batch_resample",
    "likelihood_kernels",
    "exact_ratio",
    "glmm",
    "selection",
    "permutation",
    "reference_glmm",
    "rebuild_ways",
    "rebuild_fineness",
)


@pytest.mark.skipif(not compiled.installed(), reason="numba, an optional extra, is not installed")
def test_results_are_the_same_with_compiled_functions():
    words = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        *(f"{HERE}/test_{name}.py" for name in FILES),
    ]
    env = {**{k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}, "REMIT_COMPILED": "1"}
    done = subprocess.run(words, capture_output=True, text=True, env=env, cwd=HERE.parents[1], check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
