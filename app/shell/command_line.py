"""The command line of the window: `main.py [FILE] [--tour DIR [--epochs N]] [--theme …] [--settings FILE]`."""

import argparse
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import tinyml
from tinyml.command_line.exit_status import FAILED, exit_status_of


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="tinyml-studio",
        description="Build a neural network by dragging layers, watch it learn, and look inside it.",
        epilog="The environment variable TINYML_THREADS sets the number of threads. By default, there is one for each "
        "processor; if there are more than two, one processor is reserved for the window.",
    )
    parser.add_argument("--version", action="version", version=f"TinyML Studio {tinyml.__version__}")
    parser.add_argument(
        "project", nargs="?", type=Path, metavar="FILE", help="a project, weights, or a folder of data to open"
    )
    parser.add_argument(
        "--theme", choices=("system", "light", "dark"), default=None, help="colours (default: the last choice)"
    )
    parser.add_argument("--settings", type=Path, metavar="FILE", help="store the settings of the window in this file")
    parser.add_argument(
        "--tour",
        type=Path,
        metavar="DIR",
        help="run a whole session without a user, save numbered pictures and the weights in DIR, print one line of "
        "JSON, and exit",
    )
    parser.add_argument(
        "--epochs", type=_positive, metavar="N", help="with --tour: train this many epochs (default: the project's)"
    )
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program.

    Arguments:
        arguments: of the command line; None for those of the process.

    Returns the exit status: 0, 1 after an error, 130 after Ctrl+C.
    """
    return exit_status_of(lambda: _run(arguments), "tinyml-studio", lambda: "tinyml-studio: Stopped before the start.")


def _run(arguments: Sequence[str] | None) -> int:
    parser = make_parser()
    options = parser.parse_args(arguments)
    if options.epochs is not None and options.tour is None:
        parser.error("--epochs needs --tour")
    if options.tour is not None:
        # The tour needs no screen. To watch it, set QT_QPA_PLATFORM=xcb.
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    # Qt is loaded only after this line, so that --help answers at once.
    with _interrupts_held():
        return _start(parser, options)


def _start(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    from app.shell.system_libraries import find_obstacle

    obstacle = find_obstacle()
    if obstacle:
        print(f"tinyml-studio: {obstacle}", file=sys.stderr)
        return FAILED
    from app.shell.run import run_tour, run_window
    from app.training.priority import reserve_processor_for_window
    from tinyml.core import TinymlError
    from tinyml.core.files import resolve_target

    try:
        reserve_processor_for_window()
        if options.settings is not None:
            options.settings = resolve_target(options.settings)
    except TinymlError as error:
        parser.error(str(error))
    if options.tour is not None:
        return run_tour(options.tour, options.epochs, options.theme or "light")
    return run_window(options.project, options.theme, options.settings)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Delay Ctrl+C until `Interruption` handles it: an exception during the import of PySide crashes Python."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("should be at least 1")
    return value


if __name__ == "__main__":
    sys.exit(main())
