"""The model of the top activations: what is searched, what was found, and the pictures of it."""

from collections.abc import Sequence
from enum import Enum, auto
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from app.formatting import format_count, format_value
from app.inspector.part_computation import PartComputation, PartResult, PartWords
from app.inspector.state import InspectorState
from app.inspector.top_activations.map_block import MapBlock, find_strongest, make_block
from app.jobs import LatestJob
from app.training import Inspection
from app.widgets.plain_text import short
from tinyml.core import describe_count
from tinyml.visualize import StrongestExamples

MOST_BLOCK_BYTES = 64 * 2**20
"""The kept patches and reconstructions need at most this much memory."""

_WORDS = PartWords(
    "The strongest examples appear here as soon as the network can run.",
    "Searching the {part} examples for the strongest activations of {layer}…",
    "{layer} is searched as soon as you stay at an epoch.",
    "{layer} is not searched yet: {why}. Search now for its strongest examples.",
    "the search was cancelled",
)


class Scope(Enum):
    """Whose strongest examples are shown."""

    MAP = auto()
    """Those of the chosen map."""
    LAYER = auto()
    """Those of every map of the layer."""
    CLASS = auto()
    """Those of one output of the network."""


class TopActivations(QObject):
    """Searches for the examples that activate the maps of a layer most, and holds what was found.

    One pass through the part finds the strongest examples of all maps of the layer. The pictures of a map follow when a
    view wants them.

    Arguments:
        state: the chosen layer, map and method. A click on a patch changes them.
        inspection: the data and the runner of background jobs. A click on a patch chooses its sample.

    Attributes:
        search: the search, with its status and the part of the data.
        scope: whose strongest examples are shown.
        class_index: the class whose score is shown.
        method: how the pixels are reconstructed: the first method of the inspector.

    Signals:
        changed(): what is shown changed: everything must be read again.
        block_changed(map_index): the pictures of one more map are there.
    """

    changed = Signal()
    block_changed = Signal(int)

    def __init__(self, state: InspectorState, inspection: Inspection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state, self._inspection = state, inspection
        self.search = PartComputation(inspection, find_strongest, self)
        self.scope = Scope.MAP
        self.class_index = 0
        self.method = state.methods[0]
        self._shown: PartResult | None = None
        self._blocks: dict[int, MapBlock] = {}
        self._wanted: dict[str, tuple[int, ...]] = {}
        self._active = False
        self._job = LatestJob(inspection.picture_jobs, self)
        self._job.returned.connect(self._on_job_returned)
        self._job.failed.connect(self._on_job_failed)
        self._block_problem = ""
        self.search.changed.connect(self._on_search_changed)
        state.output_changed.connect(self._on_output_changed)
        state.target_changed.connect(self.changed)
        state.methods_changed.connect(self._on_methods_changed)

    # ---------------------------------------------------------------------------------------------------------- facts

    @property
    def result(self) -> PartResult | None:
        """What was found last for the layer and the part, perhaps with earlier weights."""
        return self.search.result

    @property
    def all_maps(self) -> tuple[int, ...]:
        """The maps of the layer that was searched."""
        return tuple(range(len(self.result.value.examples))) if self.result is not None else ()

    @property
    def maps(self) -> tuple[int, ...]:
        """The maps to show."""
        if self.scope is Scope.LAYER:
            return self.all_maps
        chosen = self.class_index if self.scope is Scope.CLASS else self.chosen_map
        return (chosen,) if chosen in self.all_maps else ()

    @property
    def chosen_map(self) -> int:
        """The map or unit that the inspector shows; -1 if there is none."""
        return self._state.map_index

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes whose scores can be searched; empty if there are none."""
        samples = self._inspection.samples
        names = samples.description.class_names if samples is not None else ()
        return names if self._score_layer() else ()

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """What can be chosen. Without images there is no picture of a whole layer."""
        available = {Scope.MAP: True, Scope.LAYER: self.shows_pixels, Scope.CLASS: bool(self.class_names)}
        return tuple(scope for scope in Scope if available[scope] or scope is self.scope)

    @property
    def shows_pixels(self) -> bool:
        """True if the examples are images."""
        samples = self._inspection.samples
        return samples is not None and len(samples.description.example_shape) == 3

    @property
    def sentence(self) -> str:
        """One sentence that says what is shown, or why nothing is."""
        if self.scope is Scope.CLASS and not self.class_names:
            return "This network has no class scores. Choose another entry than “Class score”."
        missing = self.search.explain(_WORDS)
        if missing:
            return missing
        if not self.maps:
            return "Choose a map or a unit of the layer to see its strongest examples."
        return self._describe_dead() or self._describe_result()

    def block(self, map_index: int) -> MapBlock | None:
        """Return the pictures of a map (`map_index`); None until they are computed."""
        return self._blocks.get(map_index)

    def title(self, map_index: int) -> str:
        """Return the caption of a map or unit (`map_index`)."""
        samples = self._inspection.samples
        if self.search.layer == self._score_layer() and samples is not None:
            names = samples.description.class_names
            if map_index < len(names):
                return f"class {short(names[map_index], 24)}"
        return f"{'map' if self.has_maps else 'unit'} {map_index}"

    def describe(self, map_index: int, rank: int) -> str:
        """Return where a patch comes from.

        Arguments:
            map_index: the map.
            rank: 0 for its strongest example.
        """
        if self.result is None:
            return ""
        found: StrongestExamples = self.result.value
        description, example = self.result.samples.description, int(found.examples[map_index, rank])
        words = [f"{self.result.key.part} example {example}"]
        if description.has_classes:
            words.append(f"class {short(description.class_names[self.result.samples.labels[example]])}")
        place = ""
        if self.has_maps:
            row, column = found.positions[map_index, rank].tolist()
            place = f" at row {row}, column {column}"
        words.append(f"activation {format_value(float(found.activations[map_index, rank]))}{place}")
        return " · ".join(words)

    # ------------------------------------------------------------------------------------------------------- commands

    def set_active(self, active: bool) -> None:
        """Compute what is missing while a view is visible (`active`), or stop."""
        self._active = active
        self.search.set_active(active)
        if active:
            self._compute_next()
        else:
            self._job.cancel()

    def set_scope(self, scope: Scope) -> None:
        """Show the strongest examples of the map, the layer or a class score (`scope`)."""
        if scope is not self.scope:
            self.scope = scope
            self._follow_layer()
            self.changed.emit()

    @Slot(int)
    def set_class(self, index: int) -> None:
        """Show the examples with the highest score of the class with this `index`."""
        if index != self.class_index and 0 <= index < len(self.class_names):
            self.class_index = index
            self.changed.emit()

    def want(self, view: str, maps: Sequence[int]) -> None:
        """Compute the pictures of these maps, those that are missing, in order.

        Arguments:
            view: name of the view that shows them. Its earlier wish is forgotten.
            maps: indices of the visible maps.
        """
        self._wanted[view] = tuple(maps)
        self._compute_next()

    def choose(self, map_index: int, rank: int) -> None:
        """Make the example of a patch the sample, and its activation the target.

        Arguments:
            map_index: the map.
            rank: 0 for its strongest example.
        """
        if self.result is None or map_index not in self.all_maps:
            return
        found: StrongestExamples = self.result.value
        key, row_column = self.result.key, found.positions[map_index, rank].tolist()
        self._inspection.inspect_example(key.part, int(found.examples[map_index, rank]))
        if self._state.layer != key.layer:
            self._state.choose_layer(key.layer)
        if self._state.layer == key.layer:
            self._state.choose_map(map_index)
            self._state.choose_position(*row_column)

    # ------------------------------------------------------------------------------------------------------- internals

    def _score_layer(self) -> str:
        """Return the name of the last layer that has one output for each class, a dense one if there is one."""
        samples = self._inspection.samples
        if samples is None or not samples.description.has_classes:
            return ""
        count, trace = len(samples.description.class_names), self._state.trace
        entries = trace.entries if trace is not None else ()
        fitting = [entry.layer for entry in entries if entry.output.shape[1:] == (count,)]
        dense = [layer for layer in fitting if layer.settings.family == "dense"]
        return (dense or fitting)[-1].name if fitting else ""

    @property
    def has_maps(self) -> bool:
        """True if the layer has feature maps; False if it has units."""
        layer = self._state.layers.get(self.search.layer)
        return layer is not None and len(layer.shape) == 3

    def _describe_dead(self) -> str:
        """Return that no example activates the chosen unit; empty if one does. Maps say so in the place of patches."""
        assert self.result is not None  # it has maps
        if self.shows_pixels or self.result.value.activations[self.maps[0]].any():
            return ""
        count = describe_count(len(self.result.samples), f"{self.result.key.part} example")
        return f"Unit {self.maps[0]} is dead: none of the {count} activates it."

    def _describe_result(self) -> str:
        assert self.result is not None  # it has maps
        thing = "patches" if self.shows_pixels else "examples"
        count = format_count(len(self.result.samples))
        text = f"strongest {thing} of {count} {self.result.key.part} examples"
        if self.shows_pixels:
            text += f", with their reconstructions ({self.method.title})"
        if self.result.key.random:
            text = f"random weights: {text}"
        if self.search.outdated:
            history = self.result.key.snapshot.history
            text = f"earlier weights{f' (epoch {history[-1].epoch})' if history else ''}: {text}"
        return text

    def _follow_layer(self) -> None:
        self.search.set_layer(self._score_layer() if self.scope is Scope.CLASS else self._state.layer)

    def _compute_next(self) -> None:
        """Compute the first wanted block that is missing, unless one is being computed that is still wanted."""
        result = self.result
        wanted = [index for maps in self._wanted.values() for index in maps if index in self.all_maps]
        missing = [index for index in wanted if index not in self._blocks]
        if not self._active or result is None or not missing or self._job.busy or self._block_problem:
            return
        self._job.start_with_progress(partial(make_block, result, missing[0], self.method, self.shows_pixels))

    def _drop_blocks(self) -> None:
        self._job.cancel()
        self._blocks.clear()
        self._block_problem = ""

    @Slot()
    def _on_output_changed(self) -> None:
        self._follow_layer()
        self.changed.emit()

    @Slot()
    def _on_methods_changed(self) -> None:
        self.search.set_random(self._state.random_weights)
        method = self._state.methods[0]
        if method is not self.method:
            self.method = method
            self._drop_blocks()
            self.changed.emit()

    @Slot()
    def _on_search_changed(self) -> None:
        if self.result is not self._shown:
            self._shown = self.result
            self._drop_blocks()
            self._wanted.clear()
        self.changed.emit()

    @Slot(object)
    def _on_job_returned(self, block: MapBlock) -> None:
        self._blocks[block.map_index] = block
        # Visible blocks stay in any case: they would be computed again and again.
        unseen = [index for index in self._blocks if all(index not in maps for maps in self._wanted.values())]
        while unseen and sum(kept.nbytes for kept in self._blocks.values()) > MOST_BLOCK_BYTES:
            del self._blocks[unseen.pop(0)]
        self.block_changed.emit(block.map_index)
        self._compute_next()

    @Slot(str)
    def _on_job_failed(self, sentence: str) -> None:
        self._block_problem = sentence
        self.changed.emit()
