"""One switch for all functions that numba compiles.

numba is an optional extra and nothing imports it by itself. `load` compiles the functions that the modules below list
and keeps the machine code on disk; until then the same functions are plain Python.
"""

import logging
import time
from importlib import import_module
from importlib.util import find_spec

import numpy as np

from remit.errors import InputError
from remit.stats._check import FloatArray

# No module calls a function or reads a number of another: numba does not notice that machine code on disk is older.
MODULES = ("batch_kernels", "ends_kernels", "subset_kernels", "likelihood_kernels", "descent_kernels")
_state = {"loaded": False}


def installed() -> bool:
    """Return whether numba can be imported."""
    return find_spec("numba") is not None


def loaded() -> bool:
    """Return whether the compiled functions are in use in this process."""
    return _state["loaded"]


def plain(values: FloatArray) -> FloatArray:
    """Return the array as compiled functions were compiled for: in one piece and writable, copied where it is not."""
    flags = values.flags
    return values if flags.c_contiguous and flags.writeable else np.array(values)


def load() -> float:
    """Compile the functions of `MODULES`, or read them from disk, and return the seconds it took; 0.0 when loaded.

    The first time after installation it takes ten seconds or more, and a warning that is logged says so. Raises
    InputError when numba is not installed.
    """
    if loaded():
        return 0.0
    if not installed():
        raise InputError("engine 'compiled' needs numba; expected it installed; pip install 'remit[fast]'")
    start = time.perf_counter()
    jit = import_module("numba").njit(cache=True, error_model="numpy")
    modules = [import_module(f"remit.stats.{name}") for name in MODULES]
    for module in modules:
        for name in module.COMPILED:
            setattr(module, name, jit(getattr(module, name)))
    _state["loaded"] = True
    log = logging.getLogger("remit")
    told = False
    for module in modules:
        module.warm()
        misses = any(getattr(module, name).stats.cache_misses for name in module.COMPILED)
        if misses and not told:
            log.warning("compiling the statistics, once after installation; this takes some ten seconds")
            told = True
    took = time.perf_counter() - start
    if told:
        log.warning("compiled the statistics in %.1f s; kept on disk for next time", took)
    return took
