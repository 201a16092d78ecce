"""What the exporters of scripts share: the content of a script from a model file, and its two files."""

import shlex
from collections.abc import Callable, Sequence
from pathlib import Path

from tinyml.core.file_groups import write_together
from tinyml.data import DataDescription
from tinyml.net import Sequential, infer
from tinyml.scripts import Script, ScriptContent
from tinyml.storage.exporters.base import Exporter, Preview
from tinyml.storage.exporters.network_interface import describe_interface
from tinyml.storage.model import SavedModel, model_content

WEIGHTS_SUFFIX = "weights.safetensors"
"""The end of the name of the weights beside a script: `lenet.weights.safetensors` beside `lenet.py`."""


def content_of_model(about: SavedModel, title: str = "network") -> ScriptContent:
    """Return what the script of a trained network is written from. The data is not read.

    Arguments:
        about: the content of a model file.
        title: of the network, for the first line.
    """
    data = DataDescription(
        name=about.data.source,
        title=about.data.source,
        example_shape=about.input_shape,
        class_names=about.class_names,
        count=0,
        target_shape=about.target_shape,
    )
    inference = infer(about.network, about.input_shape)
    return ScriptContent(inference, about.data, about.training, data, title, counts_known=False)


def precision_obstacles(net: Sequential, program: str) -> tuple[str, ...]:
    """Return a sentence if a network computes in float64, for a format that is written in float32.

    Arguments:
        net: the network.
        program: what reads the format, for the sentence.
    """
    if all(tensor.dtype != "float64" for tensor in net.named_tensors.values()):
        return ()
    return (
        f"The weights are float64, but a network for {program} is written in float32. Train the network in float32, "
        "or export the weights alone.",
    )


def usage_notes(path: Path, packages: str) -> list[str]:
    """Return the comment of an exported script: what it needs, and how to run it.

    Arguments:
        path: the script.
        packages: that the script imports, apart from tinyml.
    """
    script, weights = shlex.quote(path.name), shlex.quote(f"{path.stem}.{WEIGHTS_SUFFIX}")
    return [
        "",
        f"pip install {packages}",
        "    installs what the network needs; load_data also needs tinyml, or data of your own;",
        f"python {script} --epochs 0 --weights {weights}",
        "    evaluates the trained weights, which are in the file beside this script;",
        f"python {script} --save new.safetensors",
        "    trains from the start, with the same settings.",
    ]


def write_script(path: str | Path, text: str, net: Sequential, about: SavedModel) -> None:
    """Write a script, and beside it the model file with the weights: both or none.

    Arguments:
        path: the script, usually `*.py`.
        text: the script.
        net: the network with its weights.
        about: the content of the model file.

    Raises `StorageError` as `tinyml.storage.save_model` does.
    """
    script = Path(path)
    weights = script.with_name(f"{script.stem}.{WEIGHTS_SUFFIX}")
    write_together({script: text.encode("utf-8"), weights: model_content(weights, net, about)})


def script_exporter(
    program: str,
    packages: str,
    title: str,
    help: str,
    write: Callable[[ScriptContent, Sequence[str]], Script],
    find_obstacles: Callable[[ScriptContent], tuple[str, ...]],
    usage: Callable[[Path], list[str]] = lambda _script: [],
) -> Exporter:
    """Make an exporter that writes a script, and beside it the model file with the weights.

    Arguments:
        program: what runs the script, for sentences; in lower case it is the name of the exporter.
        packages: that the script imports, apart from tinyml; separated by spaces.
        title, help: those of the exporter.
        write: returns the script of a network, with lines for the comment at its top.
        find_obstacles: returns one sentence for each layer that the script has no word for.
        usage: returns more lines about how the script is used, for the path of the script.
    """

    def text(path: Path, about: SavedModel) -> str:
        notes = [*usage_notes(path, packages), *usage(path), "", *describe_interface(about)]
        return write(content_of_model(about, path.stem), notes).text

    def obstacles(net: Sequential, about: SavedModel) -> tuple[str, ...]:
        return find_obstacles(content_of_model(about)) + precision_obstacles(net, program)

    def preview(net: Sequential, about: SavedModel) -> Preview:
        return Preview(text(Path("model.py"), about))

    def export(path: str | Path, net: Sequential, about: SavedModel) -> None:
        write_script(path, text(Path(path), about), net, about)

    return Exporter(
        name=program.lower(),
        title=title,
        suffix="py",
        help=help,
        export=export,
        obstacles=obstacles,
        preview=preview,
        companions=(WEIGHTS_SUFFIX,),
    )
