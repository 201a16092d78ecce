"""The model of the embedding: which layer and part are shown, and the points that were computed."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from app.formatting import format_count, format_percentage
from app.inspector.part_computation import Key, PartComputation, PartResult, PartWords
from app.inspector.state import InspectorState
from app.training import Inspection
from app.training.sample_trace import predict_classes
from app.widgets.plain_text import short
from tinyml.data import Dataset, ProgressCallback
from tinyml.net import network_to
from tinyml.visualize.embedding import embed_by_batch

MOST_POINTS = 2000
"""More points are not drawn: they would cover each other, and the window would be slow."""
_EMBEDDING_SHARE = 0.6
"""Share of the time that the embedding takes; the rest is for the predictions."""

_WORDS = PartWords(
    "The embedding appears here as soon as the network can run.",
    "Computing where {layer} puts the {part} examples…",
    "The embedding of {layer} is computed as soon as you stay at an epoch.",
    "The embedding of {layer} is not computed yet: {why}. Compute it now to see the classes apart.",
    "the computation was cancelled",
)


@dataclass(frozen=True, eq=False)
class EmbeddedPart:
    """The examples of a part as points.

    Attributes:
        points: (N, 2) where each example is along the first two principal components.
        shares: (2,) the share of the variance that each of them explains.
        predictions: (N,) the predicted classes; None if the data has none.
    """

    points: np.ndarray
    shares: np.ndarray
    predictions: np.ndarray | None


def embed_part(key: Key, samples: Dataset, progress: ProgressCallback) -> EmbeddedPart:
    """Return the principal components of a layer's outputs, and the predictions.

    Arguments:
        key: weights and layer.
        samples: the examples of the part.
        progress: gets the share of the work that is done, after each batch.

    Raises `TinymlError` as `embed_by_batch` does.
    """
    has_classes = samples.description.has_classes
    net, share, found = key.make_net(), _EMBEDDING_SHARE if has_classes else 1.0, None
    for done, found in embed_by_batch(network_to(net, key.layer), samples, key.layer):  # noqa: B007 (the last one is the result)
        progress(share * done / len(samples))
    assert found is not None  # the last step has the result
    predictions = None
    if has_classes:
        predictions = predict_classes(key.snapshot, samples, lambda done: progress(share + (1 - share) * done), net)
    return EmbeddedPart(found.points, found.shares, predictions)


class EmbeddingModel(QObject):
    """Computes the embedding of a layer: the last dense one, another that the user fixes, or the one of the inspector.

    Arguments:
        state: the layer that the inspector shows.
        inspection: the data and the weights. A click on a point chooses its sample.

    Attributes:
        computation: the computation, with its status and the part of the data.
        follows: True if the layer is the one that the inspector shows.

    Signals:
        changed(): something to show changed.
        sample_changed(): another sample is chosen.
    """

    changed = Signal()
    sample_changed = Signal()

    def __init__(self, state: InspectorState, inspection: Inspection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state, self._inspection = state, inspection
        self._chosen_layer = ""
        self.follows = False
        self.computation = PartComputation(inspection, embed_part, self)
        self.computation.changed.connect(self.changed)
        state.output_changed.connect(self._on_output_changed)
        state.methods_changed.connect(self._on_methods_changed)
        inspection.sample_trace_changed.connect(self.sample_changed)

    @property
    def result(self) -> PartResult | None:
        """What was computed last for the layer and the part, perhaps with earlier weights."""
        return self.computation.result

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers to choose from."""
        return tuple(self._state.layers)

    @property
    def current(self) -> int:
        """Index of the sample in the part that is shown; -1 if it is another part or an own example."""
        shown = self._inspection.sample_trace
        fits = shown is not None and self._inspection.part == self.computation.part
        return shown.index if fits and shown is not None else -1

    @property
    def drawn(self) -> np.ndarray:
        """Indices of the examples that are drawn: all, or evenly spread ones if there are too many."""
        count = len(self.result.value.points) if self.result is not None else 0
        if count <= MOST_POINTS:
            return np.arange(count)
        return np.linspace(0, count - 1, MOST_POINTS).round().astype(np.intp)

    @property
    def sentence(self) -> str:
        """One sentence that says what is shown, or why nothing is."""
        return self.computation.explain(_WORDS) or self._describe_result()

    def describe(self, index: int) -> str:
        """Return what is known of an example, in a line each.

        Arguments:
            index: index of the example in the part.
        """
        if self.result is None:
            return ""
        samples, value = self.result.samples, self.result.value
        lines = [f"{self.result.key.part} example {index}"]
        if value.predictions is not None:
            names = samples.description.class_names
            lines.append(f"class {short(names[samples.labels[index]])}")
            lines.append(f"predicted {short(names[value.predictions[index]])}")
        return "\n".join(lines)

    def set_active(self, active: bool) -> None:
        """Compute what is missing while a view is visible (`active`)."""
        self.computation.set_active(active)

    def set_layer(self, name: str) -> None:
        """Show the layer with this `name`, and no longer the one of the inspector."""
        self._chosen_layer, self.follows = name, False
        self._choose_layer()
        self.changed.emit()

    @Slot(bool)
    def set_follows(self, follows: bool) -> None:
        """Show the layer of the inspector (`follows`), or stay at this one."""
        if follows != self.follows:
            self._chosen_layer, self.follows = self.computation.layer, follows
            self._choose_layer()
            self.changed.emit()

    def choose(self, index: int) -> None:
        """Make an example of the part the sample.

        Arguments:
            index: index of the example in the part.
        """
        if self.result is not None:
            self._inspection.inspect_example(self.result.key.part, index)

    def _choose_layer(self) -> None:
        chosen = self._state.layer if self.follows else self._chosen_layer
        self.computation.set_layer(chosen if chosen in self._state.layers else self._default_layer())

    def _default_layer(self) -> str:
        """Return the last dense layer, or the last layer if there is none."""
        trace = self._state.trace
        layers = [entry.layer for entry in trace.entries] if trace is not None else []
        dense = [layer for layer in layers if layer.settings.family == "dense"]
        return (dense or layers)[-1].name if layers else ""

    def _describe_result(self) -> str:
        assert self.result is not None  # the status says so
        key, value, count = self.result.key, self.result.value, len(self.result.samples)
        text = f"{short(key.layer)} · {format_count(count)} {key.part} examples"
        if len(self.drawn) < count:
            text += f", {format_count(len(self.drawn))} of them drawn"
        if value.predictions is not None:
            wrong = float((value.predictions != self.result.samples.labels).mean())
            text += f" · {format_percentage(wrong)} wrong"
        if key.random:
            text = f"random weights: {text}"
        return f"earlier weights: {text}" if self.computation.outdated else text

    @Slot()
    def _on_output_changed(self) -> None:
        self._choose_layer()
        self.changed.emit()

    @Slot()
    def _on_methods_changed(self) -> None:
        self.computation.set_random(self._state.random_weights)
