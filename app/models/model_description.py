"""A description of a file of tensors, in words."""

from collections.abc import Sequence
from pathlib import Path

from app.formatting import format_count, format_list, format_number, format_percentage, format_r_squared
from app.models.reading.file_contents import FileContents
from app.widgets.plain_text import short
from tinyml.core import describe_count, describe_shape
from tinyml.core.memory import describe_bytes
from tinyml.core.tensor_reader import GraphSummary
from tinyml.storage import SavedModel


def describe_total(tensors: int, number_count: int, dtypes: Sequence[str], size: int, shown: int) -> str:
    """Write the line below the table.

    Arguments:
        tensors: how many tensors the file has.
        number_count: how many numbers they have together.
        dtypes: the types of the numbers; one that all tensors have is named.
        size: the size of the file, in bytes.
        shown: how many tensors pass the filter.
    """
    which = (
        describe_count(tensors, "tensor")
        if shown == tensors
        else f"{format_count(shown)} of {describe_count(tensors, 'tensor')}"
    )
    # Running means and variances are numbers too, but no parameters.
    numbers = describe_count(number_count, "number")
    return " · ".join((which, numbers, *(dtypes if len(dtypes) == 1 else ()), describe_bytes(size)))


def describe_model(about: SavedModel) -> list[str]:
    """Describe a model file of this program (`about`) in sentences: data, training and test result."""
    classes = f", {describe_count(len(about.class_names), 'class')}" if about.class_names else ""
    if about.target_shape is not None:
        classes = (
            ", the input is the target"
            if about.data.target == "input"
            else f", targets {describe_shape(about.target_shape)}"
        )
    sentences = [
        f"Data: {short(Path(about.data.source).name)}, {describe_shape(about.input_shape)}{classes}.",
        _describe_training(about),
    ]
    if about.test_r_squared is not None:
        sentences.append(f"R² on the test set {format_r_squared(about.test_r_squared)}.")
    if about.test_accuracy is not None:
        sentences.append(f"Test accuracy {format_percentage(about.test_accuracy)}.")
    return sentences


def describe_foreign(metadata: dict[str, str]) -> list[str]:
    """Describe the `metadata` that another program wrote into the header."""
    entries = [f"{short(name)}: {short(text, 80)}" for name, text in sorted(metadata.items())]
    more = len(entries) - 6
    written = "; ".join(entries[:6]) + (f"; and {more} more" if more > 0 else "")
    return [f"Written by another program ({written})." if entries else "Weights only, without a description."]


def describe_graph(graph: GraphSummary) -> list[str]:
    """Describe the graph of operations in a file in sentences.

    Arguments:
        graph: the graph.
    """
    operations = [f"{format_count(count)} {short(name)}" for name, count in graph.operations.items()]
    name = f" “{short(graph.name)}”" if graph.name else ""
    what = f": {format_list(operations, most=8)}" if operations else ""
    sentences = [f"Graph{name} of {describe_count(graph.node_count, 'node')}{what}."]
    for title, values in (("Input", graph.inputs), ("Output", graph.outputs)):
        if values:
            plural = "s" if len(values) > 1 else ""
            sentences.append(f"{title}{plural}: {format_list([short(value, 80) for value in values])}.")
    return sentences


def describe_pair(this: FileContents, other: FileContents | None) -> str:
    """Say what two compared files have in common.

    Arguments:
        this: the shown file.
        other: the file that it is compared with; None while it is read.
    """
    if other is None:
        return "Reading the other file…"
    names, others = set(this.index.places), set(other.index.places)
    if not names & others:
        return "No tensor has the same name in both files, so there is nothing to compare."
    if this.about is None or other.about is None:
        return f"{describe_count(len(names & others), 'tensor')} with the same name in both files."
    same = "Same network." if this.about.network == other.about.network else "Two different networks."
    epochs, data = (len(this.about.history), len(other.about.history)), this.about.data.source
    if data != other.about.data.source:
        return f"{same} Trained on {short(Path(data).name)} and on {short(Path(other.about.data.source).name)}."
    return f"{same} Trained {epochs[0]} and {epochs[1]} epochs on {short(Path(data).name)}."


def _describe_training(about: SavedModel) -> str:
    training = about.training
    settings = f"{training.describe_optimizer()}, batch {training.batch_size}"
    if not about.history:
        return f"Not trained yet ({settings})."
    last = about.history[-1]
    validated = [(epoch.validation_loss, epoch.epoch) for epoch in about.history if epoch.validation_loss is not None]
    result = (
        f"training loss {format_number(last.training_loss)}{_metric(last.training_accuracy, last.training_r_squared)}"
    )
    if last.validation_loss is not None:
        metric = _metric(last.validation_accuracy, last.validation_r_squared)
        result += f"; validation loss {format_number(last.validation_loss)}{metric}"
    if validated:
        _lowest, best = min(validated)
        result += f"; best in epoch {best}"
    return f"Trained for {describe_count(len(about.history), 'epoch')} ({settings}): {result}."


def _metric(accuracy: float | None, r_squared: float | None) -> str:
    """Write the known metric after a comma."""
    if accuracy is not None:
        return f", accuracy {format_percentage(accuracy)}"
    return "" if r_squared is None else f", R² {format_r_squared(r_squared)}"
