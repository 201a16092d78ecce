"""How a command ends: its exit status, and a sentence in place of a traceback after Ctrl+C or a broken pipe."""

import os
import signal
import sys
from collections.abc import Callable

FAILED = 1
INTERRUPTED = 128 + 2
"""The number of SIGINT on top of 128, as shells count."""
BROKEN_PIPE = 128 + 13
"""The number of SIGPIPE on top of 128."""


def exit_status_of(command: Callable[[], int], name: str, describe_interruption: Callable[[], str]) -> int:
    """Run a command and return the status that its process should exit with.

    Arguments:
        command: does the work and returns 0, or another status when it failed. It may raise `SystemExit`.
        name: of the program, for messages on standard error.
        describe_interruption: returns the line that tells what Ctrl+C has stopped.

    Returns the command's own status; 130 after Ctrl+C; 141, in silence, when the program that reads our output has
    ended, as `head` does; 1 when the output cannot be written for another reason, such as a full disk.
    """
    try:
        try:
            status = command()
        finally:
            # What is still in the buffer would fail only when the interpreter ends, with a traceback.
            _flush()
    except KeyboardInterrupt:
        # Whatever the interpreter still waits for, a second Ctrl+C ends it without a traceback.
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
    """Let standard output lead nowhere, so that the interpreter can empty its buffer at the end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
