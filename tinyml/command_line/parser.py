"""What can be asked for on the command line. Imports the standard library only, so that `--help` is quick."""

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence

import tinyml

_DATA = "name of a built-in set (digits, digits-28, shapes, circle, sine) or a folder of IDX files, such as MNIST's"


_PROJECT = (
    "project file (*.tinyml.json), or the name of an example: lenet-digits, lenet-mnist, shapes, circle, sine, "
    "autoencoder-digits"
)

COMMANDS = {
    "train": "train the network of a project file",
    "evaluate": "judge a saved model on test data",
    "check": "check a network's gradients by numerical differentiation",
    "reproduce": "do an experiment of the documents that the framework is built on",
}
"""What each command does; each is a module of this package."""

_EXAMPLES = """examples:
  tinyml train --network lenet-digits --save lenet.safetensors
  tinyml evaluate lenet.safetensors
  tinyml check lenet-digits
  tinyml reproduce mini-framework

The last line on standard output is the result as JSON. 'tinyml COMMAND --help' tells more of a command."""

EXPERIMENTS = {
    "mini-framework": "a small network learns whether points lie in a circle: errors and seconds (seed 003, Table I)",
    "laws": "the gradients of linear transformations against numerical differentiation (seed 002, Law 1 and Law 2)",
}
"""What `tinyml reproduce` can do, by name."""

Commands = Mapping[str, argparse.ArgumentParser]


def read_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the words after the program's name; `command` in what it returns names the module to run.

    Wrong usage leaves through `SystemExit` with status 2, as `argparse` does; a misspelt word is told the nearest one.

    >>> read_arguments(["train", "--network", "lenet-digits", "--epochs", "2"]).epochs
    2
    """
    parser, commands = make_parser()
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words and not words[0].startswith("-") and words[0] not in commands:
        parser.error(_unknown("command", words[0], commands))
    options, unknown = parser.parse_known_args(words)
    if unknown:
        command = commands[options.command]
        if not unknown[0].startswith("-"):
            command.error(f"'{unknown[0]}' is one word too many.")
        known = [f"--{name.replace('_', '-')}" for name in vars(options)]
        command.error(_unknown("option", unknown[0].split("=")[0], known))
    return options


def make_parser() -> tuple[argparse.ArgumentParser, Commands]:
    """Build the parser, and that of each command by its name."""
    parser = argparse.ArgumentParser(
        prog="tinyml",
        description="Train small neural networks, judge them, and check the arithmetic they learn by.",
        epilog=f"commands:\n{_list(COMMANDS)}\n\n{_EXAMPLES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"tinyml {tinyml.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", help="what to do: see below")
    _add_train(commands)
    _add_evaluate(commands)
    _add_check(commands)
    _add_reproduce(commands)
    for command in commands.choices.values():
        command.add_argument(
            "--threads",
            type=_at_least_one,
            metavar="N",
            help="threads to compute on; by default what the environment variable TINYML_THREADS says, or one for each "
            "processor. With another number of them, the last bits of the results can differ",
        )
    return parser, commands.choices


def _add_train(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "train",
        description="Train the network of a project file, judge it on the test part of the data, and save it. "
        "What is not given here is as the project says. The same command gives the same bytes with the same number "
        "of threads, also when it was stopped in between and resumed.",
    )
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--network", metavar="FILE", help=_PROJECT)
    source.add_argument("--resume", metavar="FILE", help="go on from a checkpoint; only --epochs may be changed")
    parser.add_argument("--data", metavar="NAME", help=_DATA)
    parser.add_argument(
        "--target",
        choices=("label", "input"),
        help="what the network learns to give: the label of each example, or the input itself (an autoencoder)",
    )
    parser.add_argument("--epochs", type=int, metavar="N", help="how often the whole training set is seen")
    parser.add_argument("--seed", type=int, metavar="S", help="decides the first weights and the order of the examples")
    parser.add_argument("--batch-size", type=int, metavar="N", help="examples that one update learns from")
    parser.add_argument("--learning-rate", type=float, metavar="X", help="how far each update goes down the gradient")
    parser.add_argument("--momentum", type=float, metavar="X", help="share of the former update that is kept going")
    parser.add_argument("--optimizer", metavar="NAME", help="how each update is made: sgd, adam, adamw, rmsprop")
    parser.add_argument(
        "--schedule",
        metavar="NAME",
        help="how the learning rate changes: constant, step, cosine, warm_up, one_cycle, reduce_on_plateau",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="any other training setting, by its name in project files, e.g. weight_decay=0.01; may be repeated",
    )
    parser.add_argument(
        "--checkpoint", metavar="OUT", help="keep everything that --resume needs in this file (*.safetensors)"
    )
    parser.add_argument(
        "--checkpoint-every",
        type=_checkpoint_interval,
        default="epoch",
        metavar="WHEN",
        help="how often that file is written: 'epoch', or a number of batches (%(default)s)",
    )
    parser.add_argument("--save", metavar="OUT", help="write the trained model to this file (*.safetensors)")
    parser.add_argument("--quiet", action="store_true", help="show no progress")


def _add_evaluate(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "evaluate",
        description="Judge a saved model on the test part of its data, split as it was for training.",
    )
    parser.add_argument("model", metavar="MODEL", help="model file (*.safetensors) that 'train' or the window saved")
    parser.add_argument("--data", metavar="NAME", help=f"{_DATA}; by default what the model was trained on")


def _add_check(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "check",
        description="Hold every gradient that the network of a project would learn by against numerical "
        "differentiation, on a few examples of its data, and print a table with a verdict. Relative errors up to 1e-7 "
        "are right, above 1e-4 wrong. The exit status is 1 when a gradient is wrong.",
    )
    parser.add_argument("project", metavar="PROJECT", help=_PROJECT)
    parser.add_argument("--data", metavar="NAME", help=f"{_DATA}; by default what the project says")
    parser.add_argument(
        "--examples", type=_at_least_one, default=4, metavar="N", help="examples in the batch (%(default)s)"
    )
    parser.add_argument(
        "--elements",
        type=_at_least_one,
        default=100,
        metavar="N",
        help="numbers checked one by one in each tensor (%(default)s); the others share in a random direction",
    )
    parser.add_argument(
        "--seed", type=int, metavar="S", help="decides the weights, the examples and the numbers checked"
    )


def _add_reproduce(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "reproduce",
        description="Do an experiment of the documents that the framework is built on, and print what came out.",
        epilog=f"experiments:\n{_list(EXPERIMENTS)}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("experiment", type=_experiment, metavar="EXPERIMENT", help=", ".join(EXPERIMENTS))
    parser.add_argument(
        "--rounds", type=_at_least_one, default=10, metavar="N", help="mini-framework: repetitions (%(default)s)"
    )
    parser.add_argument(
        "--epochs", type=_at_least_one, default=50, metavar="N", help="mini-framework: of each round (%(default)s)"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="decides all that is random (%(default)s)")
    parser.add_argument(
        "--figures", default=".", metavar="FOLDER", help="mini-framework: where its two PNG figures go (%(default)s)"
    )


def _list(entries: Mapping[str, str]) -> str:
    """Write names and what they stand for below each other."""
    width = max(map(len, entries))
    return "\n".join(f"  {name:<{width}}  {about}" for name, about in entries.items())


def _experiment(word: str) -> str:
    """Read the name of an experiment."""
    if word not in EXPERIMENTS:
        raise argparse.ArgumentTypeError(_unknown("experiment", word, EXPERIMENTS))
    return word


def _at_least_one(word: str) -> int:
    """Read a whole number from 1 on."""
    if not word.isdecimal() or int(word) < 1:
        raise argparse.ArgumentTypeError(f"'{word}' should be a whole number from 1 on.")
    return int(word)


def _checkpoint_interval(word: str) -> int | str:
    """Read how often a checkpoint is written."""
    return word if word == "epoch" else _at_least_one(word)


def _unknown(kind: str, word: str, known: Iterable[str]) -> str:
    """Say that nobody knows a word, and which one may have been meant."""
    # Only now: it brings NumPy along, which takes longer to import than `--help` should take.
    from tinyml.core.suggestions import did_you_mean

    names = list(known)
    listed = "" if kind == "option" else f" There are: {', '.join(names)}."
    return f"There is no {kind} '{word}'.{did_you_mean(word, names)}{listed}"
