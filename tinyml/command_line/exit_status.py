"""The exit status of a command, and a message instead of a traceback after Ctrl+C or a broken pipe."""

import os
import signal
import sys
from collections.abc import Callable

FAILED = 1
INTERRUPTED = 128 + 2
"""128 plus the number of SIGINT, as in shells."""
BROKEN_PIPE = 128 + 13
"""128 plus the number of SIGPIPE."""


def exit_status_of(command: Callable[[], int], name: str, describe_interruption: Callable[[], str]) -> int:
    """Run a command and return the status that its process should exit with.

    Arguments:
        command: does the work and returns 0, or another status if it failed. It may raise `SystemExit`.
        name: name of the program, for messages on standard error.
        describe_interruption: returns the message after Ctrl+C.

    Returns the status of the command; 130 after Ctrl+C; 141, without a message, if the program that reads our output
    has ended, as `head` does; 1 if the output cannot be written for another reason, such as a full disk.
    """
    try:
        try:
            status = command()
        finally:
            # Without this, an error would only occur at the end of the interpreter, with a traceback.
            _flush()
    except KeyboardInterrupt:
        # If the interpreter still waits for a thread, a second Ctrl+C ends it without a traceback.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        print(f"\n{describe_interruption()}", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        _discard_output()
        return BROKEN_PIPE
    except _OutputError as error:
        _discard_output()
        print(f"{name}: The output could not be written: {error}.", file=sys.stderr)
        return FAILED
    return status


class _OutputError(Exception):
    """Standard output cannot be written."""


def _flush() -> None:
    # A program without a console, such as a window on Windows, has no standard output.
    if sys.stdout is None:
        return
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _OutputError(error.strerror) from error


def _discard_output() -> None:
    """Send standard output to the null device, so that the interpreter can empty its buffer at the end."""
    null_device = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null_device, sys.stdout.fileno())
    os.close(null_device)
