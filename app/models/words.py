"""What a file of tensors is, in words."""

from pathlib import Path

from PySide6.QtCore import QLocale

from app.widgets.plain_text import short
from app.widgets.words import write_count
from tinyml.core import describe_shape
from tinyml.storage import SavedModel

_MOST_LAYERS = 12


def write_number(value: float | None) -> str:
    """Write a number with four digits and a real minus sign; nothing for None.

    >>> write_number(-0.123456), write_number(None)
    ('−0.1235', '')
    """
    return "" if value is None else f"{value:.4g}".replace("-", "−")


def count_of(count: int, singular: str) -> str:
    """Write a number with its noun.

    >>> count_of(1, "tensor"), count_of(3, "tensor")
    ('1 tensor', '3 tensors')
    """
    return f"{write_count(count)} {singular}{'' if count == 1 else 's'}"


def describe_total(tensors: int, parameter_count: int, size: int, shown: int) -> str:
    """Write the total line: tensors, parameters, bytes, and how many of them the filter lets through."""
    which = (
        count_of(tensors, "tensor") if shown == tensors else f"{write_count(shown)} of {count_of(tensors, 'tensor')}"
    )
    parameters = count_of(parameter_count, "parameter")
    return f"{which} · {parameters} · {QLocale.c().formattedDataSize(size, 1, QLocale.DataSizeFormat.DataSizeSIFormat)}"


def describe_model(about: SavedModel) -> list[str]:
    """Tell what a model file of ours says of itself, one sentence for each thing."""
    layers = [f"{short(layer.name)} ({short(layer.type)})" for layer in about.network.layers[:_MOST_LAYERS]]
    left_out = len(about.network.layers) - _MOST_LAYERS
    chain = " → ".join(layers) + (f" → and {left_out} more" if left_out > 0 else "")
    classes = f", {count_of(len(about.class_names), 'class').replace('classs', 'classes')}" if about.class_names else ""
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
        sentences.append(f"R² on the test set {about.test_r_squared:.3f}.".replace("-", "−"))
    if about.test_accuracy is not None:
        sentences.append(f"Test accuracy {about.test_accuracy:.1%}.".replace("%", " %"))
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
    result = f"training loss {last.training_loss:.3g}{_metric(last.training_accuracy, last.training_r_squared)}"
    if last.validation_loss is not None:
        metric = _metric(last.validation_accuracy, last.validation_r_squared)
        result += f"; validation loss {last.validation_loss:.3g}{metric}"
    if judged:
        best = min(judged, key=lambda epoch: epoch.validation_loss or 0.0)
        result += f"; best in epoch {best.epoch}"
    return f"Trained for {count_of(len(about.history), 'epoch')} ({settings}): {result}.".replace("%", " %")


def _metric(accuracy: float | None, r_squared: float | None) -> str:
    """Write the metric that is known, with a comma in front of it."""
    if accuracy is not None:
        return f", accuracy {accuracy:.1%}"
    return "" if r_squared is None else f", R² {r_squared:.3f}".replace("-", "−")
