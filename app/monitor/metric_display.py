"""How the loss and each metric are named, written and drawn."""

from collections.abc import Callable
from dataclasses import dataclass

from app.formatting import format_number, format_percentage, format_r_squared
from app.training.curves import Metric


@dataclass(frozen=True)
class MetricDisplay:
    """How one quantity is shown.

    Attributes:
        title: its name on the screen.
        test_title: the name of its value on the test set.
        write: returns a value as text; None is an unknown value.
        heights: the range of its axis; None for a range that grows with the values.
    """

    title: str
    test_title: str
    write: Callable[[float | None], str]
    heights: tuple[float, float] | None = None


LOSS_DISPLAY = MetricDisplay("Loss", "Test loss", format_number)

RATE_DISPLAY = MetricDisplay("Learning rate", "", format_number)

METRIC_DISPLAYS: dict[Metric, MetricDisplay] = {
    "accuracy": MetricDisplay("Accuracy", "Test accuracy", format_percentage, (0.0, 1.05)),
    "r_squared": MetricDisplay("R²", "Test R²", format_r_squared),
}
"""How the metric beside the loss is shown."""
