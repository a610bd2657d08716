"""Coroutines run to their end from tests that share a process with a browser."""

import asyncio
from concurrent.futures import ThreadPoolExecutor


def finished(coroutine):
    """Return what a coroutine gives, run in a thread of its own: an open browser has a loop here."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, coroutine).result()
