"""The arguments of `tinyml deconv` and `tinyml sheet`.

The module imports only the standard library at the top, so that `tinyml --help` is quick.
"""

import argparse

from tinyml.command_line.data_arguments import add_data_arguments
from tinyml.command_line.help_texts import DATA, MODEL, HelpFormatter, at_least_one, unknown

PARTS = ("training", "validation", "test")
"""The parts of the data whose examples can be shown."""


def add_deconv(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the parser of `tinyml deconv`.

    Arguments:
        commands: the parsers of all commands.
    """
    parser = commands.add_parser(
        "deconv",
        description="Draw an example beside the pixels that cause one activation of a feature map. An older file of "
        "that name is replaced.",
        formatter_class=HelpFormatter,
    )
    _add_shared(parser)
    parser.add_argument(
        "--sample",
        default="0",
        metavar="I",
        help="number of the example in that part of the data, counted from 0; or the path of an image (%(default)s)",
    )
    parser.add_argument(
        "--map", type=_from_zero, required=True, metavar="K", help="index of the map or unit, counted from 0"
    )
    place = parser.add_mutually_exclusive_group()
    place.add_argument(
        "--position",
        type=_from_zero,
        nargs=2,
        metavar=("ROW", "COLUMN"),
        help="place in the map, counted from 0; by default the strongest activation",
    )
    place.add_argument("--whole-map", action="store_true", help="all positive activations of the map together")


def add_sheet(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the parser of `tinyml sheet`.

    Arguments:
        commands: the parsers of all commands.
    """
    parser = commands.add_parser(
        "sheet",
        description="Draw, for each map of a layer, the nine strongest patches of the data beside their "
        "reconstructions (Zeiler & Fergus 2014, figure 2). An older file of that name is replaced.",
        formatter_class=HelpFormatter,
    )
    _add_shared(parser)
    parser.add_argument(
        "--maps",
        type=_from_zero,
        nargs="+",
        metavar="K",
        help="indices of the maps or units, counted from 0; by default the first 48",
    )
    parser.add_argument(
        "--batch-size", type=at_least_one, default=128, metavar="N", help="examples at once (%(default)s)"
    )
    parser.add_argument("--quiet", action="store_true", help="print no progress, only the result")


def _add_shared(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help=MODEL)
    parser.add_argument(
        "--layer", required=True, metavar="NAME", help="name of the layer, such as relu_2 or “residual_1 › conv_1”"
    )
    parser.add_argument("--out", required=True, metavar="FILE", help="file to write (*.png, *.svg, *.pdf)")
    parser.add_argument("--data", metavar="NAME", help=f"{DATA}; by default the data that the model was trained on")
    parser.add_argument(
        "--part", choices=PARTS, default="test", help="part of the data whose examples are used (%(default)s)"
    )
    parser.add_argument("--method", type=_method, default="deconvnet", metavar="NAME", help="{methods} (%(default)s)")
    add_data_arguments(parser)


def _method(word: str) -> str:
    """Check the name of a method."""
    from tinyml.visualize.methods import METHODS  # takes longer to import than `tinyml --help` should take

    if word not in METHODS:
        raise argparse.ArgumentTypeError(unknown("method", word, METHODS))
    return word


def _from_zero(word: str) -> int:
    """Read a whole number from 0 on."""
    if not word.isdecimal():
        raise argparse.ArgumentTypeError(f"'{word}' should be a whole number from 0 on.")
    return int(word)
