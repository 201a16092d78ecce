"""The command line: train, evaluate, export and check networks. The last line of output is the result as JSON."""

import argparse
import importlib
import os
import shlex
import sys
from collections.abc import Sequence

from tinyml.command_line.exit_status import FAILED, exit_status_of
from tinyml.command_line.parser import read_arguments


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Arguments:
        arguments: the words after the program's name; by default those of the process.

    Returns the exit status: 0 for success; 1 for an error, with one sentence on standard error; 130 after Ctrl+C; 141
    when the program that reads the output has ended. Raises `SystemExit` with status 2 for wrong usage, as `argparse`
    does.
    """
    options: argparse.Namespace | None = None

    def command() -> int:
        nonlocal options
        options = read_arguments(arguments)
        return _run(options)

    return exit_status_of(command, "tinyml", lambda: _describe_interruption(options))


def _run(options: argparse.Namespace) -> int:
    # Not at the top, because NumPy and the framework take longer to import than `--help` should take.
    from tinyml.core import TinymlError
    from tinyml.core.threads import one_blas_thread, set_thread_count, thread_count

    command = importlib.import_module(f"tinyml.command_line.{options.command.replace('-', '_')}")
    try:
        # An invalid TINYML_THREADS raises here, before the command starts.
        set_thread_count(options.threads or thread_count())
        # As the window does, so that both compute the same bits.
        with one_blas_thread():
            command.run(options)
    except TinymlError as error:
        print(f"tinyml {options.command}: {error}", file=sys.stderr)
        return FAILED
    except MemoryError:
        print(
            f"tinyml {options.command}: There is not enough memory. Make the batch or the network smaller.",
            file=sys.stderr,
        )
        return FAILED
    return 0


def _describe_interruption(options: argparse.Namespace | None) -> str:
    if options is None:
        return "tinyml: Stopped before the start."
    checkpoint = getattr(options, "checkpoint", None)
    if checkpoint and os.path.exists(checkpoint):  # noqa: PTH110 (pathlib's may raise)
        sentence = f"Stopped before the end. Continue with: tinyml train --resume {shlex.quote(checkpoint)}"
    else:
        sentence = "Stopped before the end; nothing was saved."
    return f"tinyml {options.command}: {sentence}"
