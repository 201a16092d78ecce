"""Export as a Keras 3 script, with the weights in a file beside it."""

from pathlib import Path

from tinyml.net import Sequential
from tinyml.scripts import keras_obstacles, keras_script
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
    """Return one sentence for each layer that there is no translation of to Keras.

    Arguments:
        net: the network.
        about: its specification and training.
    """
    return keras_obstacles(content_of_model(about)) + precision_obstacles(net, "Keras")


def script_text(path: Path, about: SavedModel) -> str:
    """Return the script of a trained network.

    Arguments:
        path: the script.
        about: the network and its training.
    """
    notes = [*usage_notes(path, about), "", *describe_interface(about)]
    return keras_script(content_of_model(about, path.stem), notes).text


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


KERAS = Exporter(
    name="keras",
    title="Keras script with weights",
    suffix="py",
    help="a script with the network, its training and its evaluation in Keras 3, for each of its backends, and a file "
    "with the weights beside it",
    export=export,
    obstacles=find_obstacles,
    preview=preview,
    companions=(WEIGHTS_SUFFIX,),
)
