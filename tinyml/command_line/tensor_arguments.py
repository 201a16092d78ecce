"""The arguments of `tinyml inspect` and `tinyml compare`.

The module imports only the standard library at the top, so that `tinyml --help` is quick.
"""

import argparse

from tinyml.command_line.help_texts import HelpFormatter

_FILE = "file of tensors: {tensors}"


def add_inspect(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the parser of `tinyml inspect`.

    Arguments:
        commands: the parsers of all commands.
    """
    parser = commands.add_parser(
        "inspect",
        description="List the tensors of a file of any program, with their statistics and what is striking about "
        "them: NaN, infinities, tensors of zeros, dead filters. Nothing in the file is executed.",
        formatter_class=HelpFormatter,
    )
    parser.add_argument("file", metavar="FILE", help=_FILE)
    parser.add_argument("--no-values", action="store_true", help="read only names, shapes and types, which is quick")
    _add_quiet(parser)


def add_compare(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the parser of `tinyml compare`.

    Arguments:
        commands: the parsers of all commands.
    """
    parser = commands.add_parser(
        "compare",
        description="Compare the tensors of two files: what was added, removed and changed from A to B, and by how "
        "much. The tensors that moved most come first.",
        formatter_class=HelpFormatter,
    )
    parser.add_argument("first", metavar="A", help=_FILE)
    parser.add_argument("second", metavar="B", help="file of tensors to compare it with")
    _add_quiet(parser)


def _add_quiet(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quiet", action="store_true", help="show no progress")
