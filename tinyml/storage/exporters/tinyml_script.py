"""Export as a script for tinyml, which repeats the run to the bit, as far as the model file describes it."""

from pathlib import Path

from tinyml.core import DataError
from tinyml.core.files import write_atomically
from tinyml.data import describe_choice
from tinyml.net import Sequential
from tinyml.scripts import ScriptContent, infer_content, tinyml_script
from tinyml.storage.exporters.base import Exporter, Preview
from tinyml.storage.model import SavedModel

_REPEATS = (
    "# It repeats the run of the exported weights: data, split, preprocessing, settings and seeds are the same.\n"
    "# With the same number of threads (TINYML_THREADS) the weights are the same, bit for bit:\n"
    "#     python THIS_FILE --save weights.safetensors\n"
    "# A model file does not say if its run changed a setting on the way, continued another run, or was exported in\n"
    "# the middle of an epoch. Then the weights differ.\n"
)
_UNKNOWN = (
    "# The exported model has no history, so it is unknown how far it was trained. The script trains all epochs:\n"
    "#     python THIS_FILE --save weights.safetensors\n"
)


def script_content(about: SavedModel, title: str) -> ScriptContent:
    """Return what the script of a trained network is written from.

    Arguments:
        about: the content of the model file.
        title: of the network, for the first line.

    Raises `DataError` if the data cannot be described. A schedule counts batches, so it needs the number of examples.

    >>> from tinyml.data import DataChoice
    >>> from tinyml.net import NetworkSpecification
    >>> about = SavedModel(network=NetworkSpecification(), input_shape=(2,), data=DataChoice(source="circle"))
    >>> script_content(about, "circle").data.title
    'Circle'
    """
    description = describe_choice(about.data)
    training = about.training.model_copy(update={"epochs": _epochs_of(about)})
    return infer_content(about.network, description, about.data, training, title)


def find_obstacles(net: Sequential, about: SavedModel) -> tuple[str, ...]:
    """Return why no script can repeat the run; empty if one can.

    Arguments:
        net: the network.
        about: its data and its training.
    """
    try:
        content = script_content(about, "network")
    except DataError as error:
        return (f"The data of the run is needed for the script. {error}",)
    assert content.data is not None, "described above"
    if content.data.example_shape != about.input_shape or content.data.class_names != about.class_names:
        return (f"The data '{about.data.source}' has changed since the run: its examples or classes are others.",)
    return (content.obstacle,) if content.obstacle else ()


def write_script(about: SavedModel, title: str) -> str:
    """Return the script.

    Arguments:
        about: the content of a model file without obstacles.
        title: of the network, for the first line.
    """
    first, rest = tinyml_script(script_content(about, title)).text.split("\n", 1)
    return f"{first}\n{_remark(about)}{rest}"


def export_script(path: str | Path, net: Sequential, about: SavedModel) -> None:
    """Write the script.

    Arguments:
        path: the file.
        net: the network.
        about: its data and its training.

    Raises `StorageError` if the file cannot be written.
    """
    write_atomically(path, write_script(about, Path(path).stem).encode("utf-8"))


def preview_script(net: Sequential, about: SavedModel) -> Preview:
    """Return the text of the script.

    Arguments:
        net: the network.
        about: its data and its training.
    """
    return Preview(text=write_script(about, "network"))


def _epochs_of(about: SavedModel) -> int:
    """Return how many epochs the script trains: those that were done, if the run was stopped by hand.

    A schedule that stretches over all epochs needs their planned number, and early stopping repeats itself.
    """
    planned, done = about.training.epochs, len(about.history)
    if not done or done == planned or about.training.early_stopping or about.training.schedule != "constant":
        return planned
    return done


def _remark(about: SavedModel) -> str:
    """Return the comment that says how far the script repeats the run."""
    planned, done = about.training.epochs, len(about.history)
    if not done:
        return _UNKNOWN
    if done >= planned or about.training.early_stopping:
        return _REPEATS
    if _epochs_of(about) == done:
        return f"{_REPEATS}# The run was planned for {planned} epochs and was stopped after {done}.\n"
    return (
        f"# The run was stopped after {done} of {planned} epochs. The script trains all of them, because the learning\n"
        "# rate depends on their number; so its weights differ.\n"
    )


TINYML = Exporter(
    name="tinyml",
    title="Script for tinyml",
    suffix="py",
    help="Python source code that trains the network again, with the same weights to the bit",
    export=export_script,
    obstacles=find_obstacles,
    preview=preview_script,
)
