"""What can be asked for on the command line. Imports nothing but the standard library, so that `--help` is quick."""

import argparse

_DATA = "name of a built-in set (digits, digits-28, shapes, circle) or a folder of IDX files, such as MNIST's"


def make_parser() -> argparse.ArgumentParser:
    """Build the parser; `command` in what it returns names the module to run.

    >>> make_parser().parse_args(["train", "--network", "lenet-digits", "--epochs", "2"]).epochs
    2
    """
    parser = argparse.ArgumentParser(
        prog="tinyml",
        description="Train small neural networks and judge them. The last line on standard output is JSON.",
        epilog="Example: tinyml train --network lenet-digits --save lenet.safetensors",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_train(commands)
    _add_evaluate(commands)
    return parser


def _add_train(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "train",
        help="train the network of a project file",
        description="Train the network of a project file, judge it on the test part of the data, and save it. "
        "What is not given here is as the project says. The same command gives the same bytes.",
    )
    parser.add_argument(
        "--network",
        required=True,
        metavar="FILE",
        help="project file (*.tinyml.json), or the name of an example: lenet-digits, lenet-mnist, shapes, circle",
    )
    parser.add_argument("--data", metavar="NAME", help=_DATA)
    parser.add_argument("--epochs", type=int, metavar="N", help="how often the whole training set is seen")
    parser.add_argument("--seed", type=int, metavar="S", help="decides the first weights and the order of the examples")
    parser.add_argument("--batch-size", type=int, metavar="N", help="examples that one update learns from")
    parser.add_argument("--learning-rate", type=float, metavar="X", help="how far each update goes down the gradient")
    parser.add_argument("--momentum", type=float, metavar="X", help="share of the former update that is kept going")
    parser.add_argument("--save", metavar="OUT", help="write the trained model to this file (*.safetensors)")
    parser.add_argument("--quiet", action="store_true", help="show no progress")


def _add_evaluate(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "evaluate",
        help="judge a saved model on test data",
        description="Judge a saved model on the test part of its data, split as it was for training.",
    )
    parser.add_argument("model", metavar="MODEL", help="model file (*.safetensors) that 'train' or the window saved")
    parser.add_argument("--data", metavar="NAME", help=f"{_DATA}; by default what the model was trained on")
