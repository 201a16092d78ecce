"""What a file of tensors is, in words."""

from pathlib import Path

from app.widgets.formatting import format_count, format_number, format_percentage, format_r_squared
from app.widgets.plain_text import short
from tinyml.core import describe_count, describe_shape
from tinyml.core.memory import describe_bytes
from tinyml.layers import display_name
from tinyml.storage import SavedModel

_MOST_LAYERS = 12


def describe_total(tensors: int, parameter_count: int, size: int, shown: int) -> str:
    """Write the total line: tensors, parameters, bytes, and how many of them the filter lets through."""
    which = (
        describe_count(tensors, "tensor")
        if shown == tensors
        else f"{format_count(shown)} of {describe_count(tensors, 'tensor')}"
    )
    parameters = describe_count(parameter_count, "parameter")
    return f"{which} · {parameters} · {describe_bytes(size)}"


def describe_model(about: SavedModel) -> list[str]:
    """Tell what a model file of ours says of itself, one sentence for each thing."""
    layers = [
        f"{short(layer.name)} ({short(display_name(layer.type))})" for layer in about.network.layers[:_MOST_LAYERS]
    ]
    left_out = len(about.network.layers) - _MOST_LAYERS
    chain = " → ".join(layers) + (f" → and {left_out} more" if left_out > 0 else "")
    classes = f", {describe_count(len(about.class_names), 'class')}" if about.class_names else ""
    if about.target_shape is not None:
        classes = (
            ", the input is the target"
            if about.data.target == "input"
            else f", targets {describe_shape(about.target_shape)}"
        )
    sentences = [
        f"Network: {chain}.",
        f"Data: {short(Path(about.data.source).name)}, {describe_shape(about.input_shape)}{classes}.",
        _describe_training(about),
    ]
    if about.test_r_squared is not None:
        sentences.append(f"R² on the test set {format_r_squared(about.test_r_squared)}.")
    if about.test_accuracy is not None:
        sentences.append(f"Test accuracy {format_percentage(about.test_accuracy)}.")
    return sentences


def describe_foreign(metadata: dict[str, str]) -> list[str]:
    """Tell what another program wrote into the header."""
    entries = [f"{short(name)}: {short(text, 80)}" for name, text in sorted(metadata.items())]
    more = len(entries) - 6
    written = "; ".join(entries[:6]) + (f"; and {more} more" if more > 0 else "")
    return [f"Written by another program ({written})." if entries else "Weights only: the file says nothing of itself."]


def _describe_training(about: SavedModel) -> str:
    training = about.training
    settings = f"{training.describe_optimizer()}, batch {training.batch_size}"
    if not about.history:
        return f"Not trained yet ({settings})."
    last = about.history[-1]
    judged = [epoch for epoch in about.history if epoch.validation_loss is not None]
    result = (
        f"training loss {format_number(last.training_loss)}{_metric(last.training_accuracy, last.training_r_squared)}"
    )
    if last.validation_loss is not None:
        metric = _metric(last.validation_accuracy, last.validation_r_squared)
        result += f"; validation loss {format_number(last.validation_loss)}{metric}"
    if judged:
        best = min(judged, key=lambda epoch: epoch.validation_loss or 0.0)
        result += f"; best in epoch {best.epoch}"
    return f"Trained for {describe_count(len(about.history), 'epoch')} ({settings}): {result}."


def _metric(accuracy: float | None, r_squared: float | None) -> str:
    """Write the metric that is known, with a comma in front of it."""
    if accuracy is not None:
        return f", accuracy {format_percentage(accuracy)}"
    return "" if r_squared is None else f", R² {format_r_squared(r_squared)}"
