"""One switch for all functions that numba compiles.

numba is an optional extra and nothing imports it by itself. `load` compiles the functions that the modules below list
and keeps the machine code on disk; until then the same functions are plain Python.
"""

import logging
import time
from importlib import import_module
from importlib.util import find_spec

from remit.errors import InputError

MODULES = ("batch_kernels", "ends_kernels", "subset_kernels", "likelihood_kernels")  # none calls another: numba would
# not notice that machine code on disk is older than a function of another file
_state = {"loaded": False}


def installed() -> bool:
    """Return whether numba can be imported."""
    return find_spec("numba") is not None


def loaded() -> bool:
    """Return whether the compiled functions are in use in this process."""
    return _state["loaded"]


def load() -> float:
    """Compile the functions of `MODULES`, or read them from disk, and return the seconds it took; 0.0 when loaded.

    The first time after installation it takes some seconds, and a warning is logged before and after to say so. Raises
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
