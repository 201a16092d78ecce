"""The parser of the command line. It imports only the standard library, so that `tinyml --help` is quick."""

import argparse
import sys
from collections.abc import Mapping, Sequence

import tinyml
from tinyml.command_line.data_arguments import add_data_arguments
from tinyml.command_line.help_texts import DATA, MODEL, PROJECT, TARGET, HelpFormatter, at_least_one, unknown
from tinyml.command_line.picture_arguments import add_deconv, add_sheet
from tinyml.command_line.tensor_arguments import add_compare, add_inspect

COMMANDS = {
    "data": "say what is in data: classes, parts, columns, equal examples, problems",
    "train": "train the network of a project file",
    "evaluate": "evaluate a saved model on test data",
    "predict": "say what a saved model thinks of new images, or of the rows of a table",
    "deconv": "draw the pixels that cause one activation of a saved model",
    "sheet": "draw the strongest patches of a layer's maps, and their reconstructions",
    "export": "write a saved model in another file format",
    "import-weights": "give the weights of another program to the network of a project",
    "convert-legacy": "turn the pickled weights of the original tinyml into a safetensors file",
    "script": "write a project as a Python script for tinyml or PyTorch",
    "inspect": "list the tensors of a file of any program, with statistics and what is striking",
    "compare": "say what differs between the tensors of two files",
    "check": "check a network's gradients by numerical differentiation",
    "reproduce": "repeat an experiment of the documents that specify the framework",
}
"""Each command, which is a module of this package (with "_" for "-"), and what it does."""

_EXAMPLES = """examples:
  tinyml data photos --contact-sheet photos.png
  tinyml train --network lenet-digits --save lenet.safetensors
  tinyml train --data photos --save photos.safetensors
  tinyml evaluate lenet.safetensors
  tinyml predict lenet.safetensors digit.png
  tinyml deconv lenet.safetensors --sample 7 --layer relu_2 --map 6 --out map.png
  tinyml sheet lenet.safetensors --layer relu_2 --out sheet.png
  tinyml export lenet.safetensors --to svg --out lenet.svg
  tinyml script lenet-digits --to pytorch --out lenet.py
  tinyml inspect model.onnx
  tinyml compare before.safetensors after.safetensors
  tinyml check lenet-digits
  tinyml reproduce mini-framework

The last line on standard output is the result as JSON; 'script' without --out prints the script.
'tinyml COMMAND --help' says more about a command."""

EXPERIMENTS = {
    "mini-framework": "learning which points lie in a circle: errors and seconds (specification 003, Table I)",
    "laws": "the gradients of linear transformations, and numerical gradients (specification 002, Law 1 and Law 2)",
}
"""The experiments of `tinyml reproduce` by name."""


Commands = Mapping[str, argparse.ArgumentParser]


def read_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the words after the program's name.

    Arguments:
        arguments: the words; None for those of the process.

    Returns the options by name. `command` is the module to run. Wrong usage raises `SystemExit` with status 2, as
    `argparse` does. The message proposes the nearest known word.

    >>> read_arguments(["train", "--network", "lenet-digits", "--epochs", "2"]).epochs
    2
    """
    parser, commands = make_parser()
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words and not words[0].startswith("-") and words[0] not in commands:
        parser.error(unknown("command", words[0], commands))
    options, rest = parser.parse_known_args(words)
    if rest:
        command = commands[options.command]
        if not rest[0].startswith("-"):
            command.error(f"'{rest[0]}' is one word too many. Leave it out.")
        known = [f"--{name.replace('_', '-')}" for name in vars(options)]
        command.error(unknown("option", rest[0].split("=")[0], known))
    if options.command == "train" and options.network is options.resume is options.data is None:
        commands["train"].error("name a network (--network), data (--data) or a checkpoint (--resume).")
    return options


def make_parser() -> tuple[argparse.ArgumentParser, Commands]:
    """Return the parser, and the parsers of the commands by name."""
    parser = argparse.ArgumentParser(
        prog="tinyml",
        description="Train and evaluate small neural networks, and check their gradients.",
        epilog=f"commands:\n{_list(COMMANDS)}\n\n{_EXAMPLES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"tinyml {tinyml.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", help="what to do: see below")
    _add_data(commands)
    _add_train(commands)
    _add_evaluate(commands)
    _add_predict(commands)
    add_deconv(commands)
    add_sheet(commands)
    _add_export(commands)
    _add_import_weights(commands)
    _add_convert_legacy(commands)
    _add_script(commands)
    add_inspect(commands)
    add_compare(commands)
    _add_check(commands)
    _add_reproduce(commands)
    for command in commands.choices.values():
        command.add_argument(
            "--threads",
            type=at_least_one,
            metavar="N",
            help="number of threads; by default the environment variable TINYML_THREADS, or one for each processor. "
            "Another number can change the last bits of the results",
        )
    return parser, commands.choices


def _add_data(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "data",
        description="Say what data is: its format, examples, classes and columns, what was recognised in it, which "
        "examples are in two parts, and other problems. Nothing is changed.",
        formatter_class=HelpFormatter,
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("source", nargs="?", metavar="DATA", help=DATA)
    what.add_argument("--cache", action="store_true", help="list the public sets that were downloaded")
    what.add_argument(
        "--clear-cache",
        nargs="?",
        const="",
        metavar="NAME",
        help="delete the downloaded files of one public set, or of all of them",
    )
    parser.add_argument("--target", choices=("label", "input"), help=TARGET)
    add_data_arguments(parser)
    parser.add_argument(
        "--contact-sheet", metavar="OUT", help="write a picture of examples, points or histograms to this file (*.png)"
    )
    parser.add_argument("--quiet", action="store_true", help="show no progress")


def _add_train(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "train",
        description="Train the network of a project file, evaluate it on the test part of the data, and save it. "
        "The options replace settings of the project. The same command with the same number of threads gives the same "
        "bytes, even if the run was stopped and resumed.",
        formatter_class=HelpFormatter,
    )
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        "--network",
        metavar="FILE",
        help=f"{PROJECT}. Without it, --data is trained with a network that fits these data",
    )
    source.add_argument("--resume", metavar="FILE", help="continue from a checkpoint; only --epochs may be changed")
    parser.add_argument("--data", metavar="NAME", help=DATA)
    parser.add_argument("--target", choices=("label", "input"), help=TARGET)
    add_data_arguments(parser)
    _add_training_settings(parser)
    parser.add_argument(
        "--checkpoint", metavar="OUT", help="save checkpoints for --resume to this file (*.safetensors)"
    )
    parser.add_argument(
        "--checkpoint-every",
        type=_checkpoint_interval,
        default="epoch",
        metavar="WHEN",
        help="how often a checkpoint is saved: 'epoch', or a number of batches (%(default)s)",
    )
    parser.add_argument("--save", metavar="OUT", help="write the trained model to this file (*.safetensors)")
    parser.add_argument("--quiet", action="store_true", help="show no progress")


def _add_training_settings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--epochs", type=int, metavar="N", help="number of passes through the training set")
    parser.add_argument(
        "--seed", type=int, metavar="S", help="seed of the initial weights and of the order of the examples"
    )
    parser.add_argument("--batch-size", type=int, metavar="N", help="examples in a batch")
    parser.add_argument("--learning-rate", type=float, metavar="X", help="step size of the optimiser")
    parser.add_argument(
        "--momentum", type=float, metavar="X", help="share of the previous update that is added to each update"
    )
    parser.add_argument("--optimizer", metavar="NAME", help="optimiser: {optimisers}")
    parser.add_argument(
        "--schedule",
        metavar="NAME",
        help="learning-rate schedule: {schedules}",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="any other training setting, by its name in project files, e.g. weight_decay=0.01; may be repeated",
    )


def _add_evaluate(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "evaluate",
        description="Evaluate a saved model on the test part of its data. The split is the same as for training.",
        formatter_class=HelpFormatter,
    )
    parser.add_argument("model", metavar="MODEL", help=MODEL)
    parser.add_argument("--data", metavar="NAME", help=f"{DATA}; by default the data that the model was trained on")
    add_data_arguments(parser)


def _add_predict(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "predict",
        description="Predict the class or the numbers of new examples. They are prepared like the examples of the "
        "training: images get the same size and colours, columns of a table are found by their names.",
        formatter_class=HelpFormatter,
    )
    parser.add_argument("model", metavar="MODEL", help=MODEL)
    parser.add_argument("inputs", metavar="FILE", nargs="+", help="images, or one table (CSV or TSV)")


def _add_export(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "export",
        description="Write a saved model in another format. An older file of that name is replaced; a folder must be "
        "new or empty. If the format has no word for a part of the model, nothing is written.",
        formatter_class=HelpFormatter,
    )
    parser.add_argument("model", metavar="MODEL", help=MODEL)
    parser.add_argument("--to", type=_export_format, required=True, metavar="NAME", help="file format: {formats}")
    parser.add_argument("--out", required=True, metavar="PATH", help="file to write, or folder to make")


def _add_import_weights(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "import-weights",
        description="Show which tensor of a file of another program becomes which tensor of a project's network: by "
        "name, then by order and shape. With --out, write the model file, if every tensor fits. Nothing is transposed "
        "unless --transpose says so.",
        formatter_class=HelpFormatter,
    )
    parser.add_argument("project", metavar="PROJECT", help=PROJECT)
    parser.add_argument(
        "weights", metavar="FILE", help="file of tensors, such as a state_dict of PyTorch in safetensors"
    )
    parser.add_argument(
        "--use",
        action="append",
        default=[],
        metavar="TARGET=SOURCE",
        help="give this tensor of the file to this tensor of the network; can be repeated",
    )
    parser.add_argument(
        "--transpose",
        action="append",
        default=[],
        metavar="TARGET",
        help="transpose what this tensor of the network gets: its last two axes become the first two, in the reverse "
        "order; can be repeated",
    )
    parser.add_argument("--out", metavar="FILE", help="model file to write (*.safetensors)")


def _add_convert_legacy(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "convert-legacy",
        description="Read the arrays in a pickle of the original tinyml, and write them as safetensors. A pickle can "
        "run any code, so nothing in it is run: only arrays of numbers, in lists and dictionaries, are read, and any "
        "other file is refused.",
        formatter_class=HelpFormatter,
    )
    parser.add_argument("pickle", metavar="FILE", help="file with the pickled weights")
    parser.add_argument("--out", required=True, metavar="FILE", help="file to write (*.safetensors)")


def _add_script(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "script",
        description="Write the network of a project and its training as a Python script. Without --out, the script is "
        "printed. An older file of that name is replaced.",
        formatter_class=HelpFormatter,
    )
    parser.add_argument("project", metavar="PROJECT", help=PROJECT)
    parser.add_argument("--data", metavar="NAME", help=f"{DATA}; by default the data of the project")
    parser.add_argument("--to", choices=("tinyml", "pytorch"), required=True, help="framework of the script")
    parser.add_argument("--out", metavar="FILE", help="file to write (*.py)")


def _add_check(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "check",
        description="Compare every gradient of a project's network with numerical differentiation on a few examples of "
        "its data, and print a table with a verdict. Relative errors up to 1e-7 are right, above 1e-4 wrong. The exit "
        "status is 1 if a gradient is wrong.",
        formatter_class=HelpFormatter,
    )
    parser.add_argument("project", metavar="PROJECT", help=PROJECT)
    parser.add_argument("--data", metavar="NAME", help=f"{DATA}; by default the data of the project")
    parser.add_argument(
        "--examples", type=at_least_one, default=4, metavar="N", help="examples in the batch (%(default)s)"
    )
    parser.add_argument(
        "--elements",
        type=at_least_one,
        default=100,
        metavar="N",
        help="numbers checked one by one in each tensor (%(default)s); a random direction checks the others together",
    )
    parser.add_argument(
        "--seed", type=int, metavar="S", help="seed of the weights, the examples and the choice of numbers"
    )


def _add_reproduce(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "reproduce",
        description="Repeat an experiment of the documents that specify the framework, and print its results.",
        epilog=f"experiments:\n{_list(EXPERIMENTS)}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("experiment", type=_experiment, metavar="EXPERIMENT", help=", ".join(EXPERIMENTS))
    parser.add_argument(
        "--rounds", type=at_least_one, default=10, metavar="N", help="mini-framework: repetitions (%(default)s)"
    )
    parser.add_argument(
        "--epochs", type=at_least_one, default=50, metavar="N", help="mini-framework: of each round (%(default)s)"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="seed of all random numbers (%(default)s)")
    parser.add_argument(
        "--figures", default=".", metavar="FOLDER", help="mini-framework: folder for its two PNG figures (%(default)s)"
    )


def _list(entries: Mapping[str, str]) -> str:
    """Return lines with names and their explanations, in two columns."""
    width = max(map(len, entries))
    return "\n".join(f"  {name:<{width}}  {about}" for name, about in entries.items())


def _experiment(word: str) -> str:
    """Check the name of an experiment."""
    if word not in EXPERIMENTS:
        raise argparse.ArgumentTypeError(unknown("experiment", word, EXPERIMENTS))
    return word


def _export_format(word: str) -> str:
    """Check the name of an exporter."""
    from tinyml.storage.exporters import exporters  # takes longer to import than `tinyml --help` should take

    if word not in exporters():
        raise argparse.ArgumentTypeError(unknown("export format", word, exporters()))
    return word


def _checkpoint_interval(word: str) -> int | str:
    """Read "epoch" or a number of batches."""
    return word if word == "epoch" else at_least_one(word)
