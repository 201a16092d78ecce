"""The columns of the layer table, and what each of them says about a layer in words."""

from collections.abc import Callable
from dataclasses import dataclass, field

from app.formatting import format_number
from app.monitor.layers.judgement import NOTHING, Judgement, format_spread, judge_update
from app.monitor.layers.layer_facts import LayerFacts
from app.training.layer_history import LayerHistogram
from app.widgets.plain_text import short
from tinyml.learner.layer_stats import Histogram, LayerStats

QUANTITIES: tuple[LayerHistogram, ...] = ("weights", "gradients", "activations")


@dataclass(frozen=True)
class LayerRow:
    """One layer of the table.

    Attributes:
        stats: the newest measurement.
        facts: type and family of the layer.
        units: the share of dead or saturated units in words.
    """

    stats: LayerStats
    facts: LayerFacts = field(default_factory=LayerFacts)
    units: Judgement = NOTHING

    @property
    def path(self) -> tuple[str, ...]:
        """Name of the layer after the names of the blocks around it."""
        return tuple(self.stats.layer.split("/"))

    def histogram(self, quantity: LayerHistogram) -> Histogram | None:
        """Return one of its histograms; None if the layer has no such `quantity`."""
        found: Histogram | None = getattr(self.stats, quantity)
        return found


@dataclass(frozen=True)
class Column:
    """One column of the table.

    Attributes:
        title: the text of its header.
        tip: the tool tip of its header.
        write: returns the text of a cell, which is empty if the layer has no such value.
        say: returns the whole cell in words, for tool tips and screen readers.
        copy: returns the cell for a spreadsheet.
        quantity: the histogram that the column shows; None for other columns.
        widest: a text as wide as the column must be, without its drawing.
    """

    title: str
    tip: str
    write: Callable[[LayerRow], str]
    say: Callable[[LayerRow], str]
    copy: Callable[[LayerRow], str]
    quantity: LayerHistogram | None = None
    widest: str = ""


def say_histogram(name: str, histogram: Histogram | None) -> str:
    """Return a histogram in words.

    Arguments:
        name: what its numbers are, such as "weights".
        histogram: the histogram; None if there is none.

    >>> say_histogram("weights", Histogram(-1.0, 1.0, (1, 6, 1))).replace("\u2212", "-")
    'weights from -1.00 to 1.00, most of them near 0'
    """
    if histogram is None or not any(histogram.counts):
        return f"no {name} are measured in this layer"
    if histogram.low == histogram.high:
        return f"all {name} are {format_number(histogram.low)}"
    fullest = max(range(len(histogram.counts)), key=histogram.counts.__getitem__)
    share = (fullest + 0.5) / len(histogram.counts)
    peak = histogram.low * (1 - share) + histogram.high * share
    borders = f"{format_number(histogram.low)} to {format_number(histogram.high)}"
    return f"{name} from {borders}, most of them near {format_number(peak)}"


def _say_update(row: LayerRow) -> str:
    ratio = row.stats.update_ratio
    if ratio is None:
        return "no trainable parameters"
    return f"update {format_number(ratio)} times the size of the weights: {judge_update(ratio).text}"


def _say_gradient(row: LayerRow) -> str:
    norm = row.stats.gradient_norm
    return "no trainable parameters" if norm is None else f"norm of the gradient {format_number(norm)}"


def _say_activations(row: LayerRow) -> str:
    words = say_histogram("activations", row.stats.activations)
    if row.stats.activation_mean is None:
        return words
    return f"{words}; mean ± deviation {format_spread(row.stats.activation_mean, row.stats.activation_deviation)}"


def _say_units(row: LayerRow) -> str:
    text, worrying = row.units
    return f"{text}{': more than is healthy' if worrying else ''}" if text else "only activation layers have this value"


def _say_layer(row: LayerRow) -> str:
    name = short(row.stats.layer)
    kind = f", {row.facts.type_name}" if row.facts.type_name else ""
    return f"{name}{kind}. Click, or press Enter, for its history."


def _write(value: float | None) -> str:
    return "" if value is None else format_number(value, 2)


def _copy_histogram(quantity: LayerHistogram) -> Callable[[LayerRow], str]:
    def copy(row: LayerRow) -> str:
        histogram = row.histogram(quantity)
        return "" if histogram is None else f"{histogram.low!r} … {histogram.high!r}"

    return copy


def _histogram_column(quantity: LayerHistogram, tip: str, say: Callable[[LayerRow], str]) -> Column:
    return Column(quantity, tip, lambda row: "", say, _copy_histogram(quantity), quantity)


LAYER, UPDATE, UNITS = 0, 1, 6

COLUMNS = (
    Column("layer", "Layers from the input to the output", lambda row: row.stats.layer, _say_layer,
           lambda row: " ".join(row.stats.layer.split())),
    Column("update / weight", "Size of the last update, divided by the size of the weights. The bar has a logarithmic "
           "scale from 0.000001 to 1; usual values are between the two marks, from 0.0001 to 0.01",
           lambda row: _write(row.stats.update_ratio), _say_update,
           lambda row: "" if row.stats.update_ratio is None else repr(row.stats.update_ratio), widest="0.00021 ▲"),
    Column("gradient norm", "Norm of the gradient of all parameters of the layer, before clipping",
           lambda row: _write(row.stats.gradient_norm), _say_gradient,
           lambda row: "" if row.stats.gradient_norm is None else repr(row.stats.gradient_norm), widest="1.8e−03"),
    _histogram_column("weights", "How the weights are spread, without biases",
                      lambda row: say_histogram("weights", row.stats.weights)),
    _histogram_column("gradients", "How the gradients of the weights are spread",
                      lambda row: say_histogram("gradients", row.stats.gradients)),
    _histogram_column("activations", "How the outputs of the layer are spread", _say_activations),
    Column("units", "Dead: units that are 0 for every example of the newest measured batches. Saturated: outputs near "
           "the ends of sigmoid or tanh", lambda row: row.units.text, _say_units, lambda row: row.units.text),
)  # fmt: skip
"""All columns, from left to right."""


def write_tsv(rows: list[LayerRow]) -> str:
    """Return `rows` as tab-separated text with a header line, for spreadsheets."""
    lines = ["\t".join([*(column.title for column in COLUMNS), "mean ± deviation of the activations"])]
    for row in rows:
        mean, deviation = row.stats.activation_mean, row.stats.activation_deviation
        spread = "" if mean is None else format_spread(mean, deviation)
        lines.append("\t".join([*(column.copy(row) for column in COLUMNS), spread]))
    return "\n".join(lines) + "\n"
