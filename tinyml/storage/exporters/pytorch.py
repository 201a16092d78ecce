"""Export as a PyTorch script, with the weights in a file beside it."""

from pathlib import Path

from tinyml.net import Sequential
from tinyml.scripts import pytorch_obstacles, pytorch_script
from tinyml.storage.exporters.base import Exporter, Preview
from tinyml.storage.exporters.model_script import (
    WEIGHTS_SUFFIX,
    content_of_model,
    precision_obstacles,
    usage_notes,
    write_script,
)
from tinyml.storage.exporters.network_interface import describe_interface
from tinyml.storage.model import SavedModel


def find_obstacles(net: Sequential, about: SavedModel) -> tuple[str, ...]:
    """Return one sentence for each layer that PyTorch has no module for.

    Arguments:
        net: the network.
        about: its specification and training.
    """
    return pytorch_obstacles(content_of_model(about)) + precision_obstacles(net, "PyTorch")


def script_text(path: Path, about: SavedModel) -> str:
    """Return the script of a trained network.

    Arguments:
        path: the script.
        about: the network and its training.
    """
    notes = [
        *usage_notes(path, about),
        f"torchrun --nproc-per-node 2 {path.name}",
        "    does the same in two processes, on one machine or several.",
        "",
        *describe_interface(about),
    ]
    return pytorch_script(content_of_model(about, path.stem), notes).text


def preview(net: Sequential, about: SavedModel) -> Preview:
    """Return the script.

    Arguments:
        net: the network.
        about: its specification and training.
    """
    return Preview(script_text(Path("model.py"), about))


def export(path: str | Path, net: Sequential, about: SavedModel) -> None:
    """Write the script and the weights; see `write_script`.

    Arguments:
        path: the script.
        net: the network with its weights.
        about: its specification and training.

    Raises `StorageError` if the files cannot be written.
    """
    write_script(path, script_text(Path(path), about), net, about)


PYTORCH = Exporter(
    name="pytorch",
    title="PyTorch script with weights",
    suffix="py",
    help="a script with the network, its training and its evaluation in PyTorch, for one or several processes, and a "
    "file with the weights beside it",
    export=export,
    obstacles=find_obstacles,
    preview=preview,
    companions=(WEIGHTS_SUFFIX,),
)
