"""A bound for the whole tour that holds even when the window no longer answers."""

import faulthandler
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

GRACE_SECONDS = 30.0
"""How much later the interpreter is ended without a word, if no Python code can run any more."""


@contextmanager
def ended_after(seconds: float) -> Iterator[None]:
    """End the process with status 1 when the body takes longer than `seconds`.

    The stacks of all threads are written to standard error, and one line of JSON, as a failed tour writes it, to
    standard output.
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
    reason = f"The program did not answer any more and was ended after {seconds:g} seconds."
    print(json.dumps({"ok": False, "reason": reason}), flush=True)
    os._exit(1)
