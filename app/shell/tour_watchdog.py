"""A time limit for the whole tour, which holds even if the window hangs."""

import faulthandler
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

GRACE_SECONDS = 30.0
"""Seconds after the limit until the interpreter ends at once, if Python code cannot run any more."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """End the process with status 1 if the body takes too long.

    It first writes the stacks of all threads to standard error and, as a failed tour does, a line of JSON to standard
    output.

    Arguments:
        seconds: the longest time of the body.
    """
    timer = threading.Timer(seconds, _end, [seconds])
    timer.daemon = True
    timer.start()
    faulthandler.dump_traceback_later(seconds + GRACE_SECONDS, exit=True)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
        timer.cancel()


def _end(seconds: float) -> None:
    faulthandler.dump_traceback()
    reason = f"The program hung and was ended after {seconds:g} seconds."
    print(json.dumps({"ok": False, "reason": reason}), flush=True)
    os._exit(1)
