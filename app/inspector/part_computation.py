"""What a layer does with a whole part of the data: computed in the background once for each weights, layer and part."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial
from typing import Any, get_args

from PySide6.QtCore import QObject, Signal, Slot

from app.jobs import Job
from app.training import Inspection, Snapshot
from app.training.dataset_cache import Part, load_part
from app.widgets.plain_text import short
from tinyml.core import DataError, TinymlError
from tinyml.data import DataChoice, Dataset, ProgressCallback
from tinyml.net import Sequential, joined_name, network_to
from tinyml.visualize import randomise

PARTS: tuple[Part, ...] = get_args(Part)
"""The parts of the data to choose from."""
MOST_RESULTS = 32
"""Largest number of results that are kept."""
MOST_WEIGHT_BYTES = 128 * 2**20
"""The kept results hold different weights with at most this many bytes, and the newest result in any case."""


class PartStatus(Enum):
    """What a view shows."""

    NOTHING = auto()
    """There is no network or no layer to compute anything for."""
    OFFERED = auto()
    """There is no result for these weights. The user can start the computation."""
    WAITING = auto()
    """The user moves through the epochs. The computation starts when they rest."""
    RUNNING = auto()
    """The result is being computed."""
    SHOWN = auto()
    """The result belongs to the weights, the layer and the part."""
    REFUSED = auto()
    """It cannot be computed. The sentence says why."""


@dataclass(frozen=True, eq=False)
class Key:
    """What a result depends on.

    Attributes:
        snapshot: the weights.
        layer: name of the layer; the joined name of a layer inside a block.
        part: the part of the data.
        random: True for the same network with fresh initial weights.
    """

    snapshot: Snapshot
    layer: str
    part: Part
    random: bool = False

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Key) and self._parts == other._parts

    def __hash__(self) -> int:
        return hash(self._parts)

    @property
    def _parts(self) -> tuple[Snapshot, str, str, bool]:
        return self.snapshot, self.layer, self.part, self.random

    def make_net(self) -> Sequential:
        """Build a network with these weights, in evaluation mode."""
        net = self.snapshot.make_net()
        return randomise(net) if self.random else net

    def make_net_to_layer(self) -> Sequential:
        """Build a network that holds the layer: `make_net`, or the one that ends with a layer inside a block."""
        return network_to(self.make_net(), self.layer)


@dataclass(frozen=True, eq=False)
class PartResult:
    """A result, and what it was computed from.

    Attributes:
        key: weights, layer and part.
        samples: the examples of the part, as the network gets them.
        value: what the function returned.
    """

    key: Key
    samples: Dataset
    value: Any


@dataclass(frozen=True)
class PartWords:
    """What a view says while there is no result. {layer}, {part} and {why} stand for what they say.

    Attributes:
        nothing: there is no network or no layer.
        running: the result is being computed.
        waiting: the computation waits for the user to rest at an epoch.
        offered: the user can start the computation.
        cancelled: what {why} says after a cancelled computation.
    """

    nothing: str
    running: str
    waiting: str
    offered: str
    cancelled: str


Compute = Callable[[Key, Dataset, ProgressCallback], Any]
"""Computes a value from a key and the examples. It reports the share of the work that is done several times a second,
so that a computation can be cancelled."""


class PartComputation(QObject):
    """Computes something for the chosen layer and a part of the data, and keeps the results.

    While the views are active and nothing trains, a missing result is computed at once. While a run trains, the weights
    change all the time, so the user starts each computation. While the user moves through the epochs, everything waits
    for them to rest, kept results, too. A result of earlier weights stays until a newer one replaces it. Hidden views
    compute nothing, except what the user started.

    Arguments:
        inspection: the weights, and the runner of background jobs.
        compute: the function; another thread calls it.

    Attributes:
        part: the part of the data.
        layer: name of the layer; empty if there is none.
        random: True to compute with fresh initial weights.
        status: what to show.
        sentence: why there is no result; empty if there is one.
        result: the newest result for the layer and the part, perhaps of earlier weights; None if there is none.
        outdated: True if `result` belongs to earlier weights.

    Signals:
        changed(): an attribute changed.
        progressed(share): share of the computation that is done, 0 to 1.
    """

    changed = Signal()
    progressed = Signal(float)

    def __init__(self, inspection: Inspection, compute: Compute, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._inspection, self._compute = inspection, compute
        self._active = False
        self._job: Job | None = None
        self._job_key: Key | None = None
        self._by_user = False
        self._cancelled_key: Key | None = None
        self._refused: tuple[Key, str] | None = None
        self._choice: DataChoice | None = None
        self._kept: OrderedDict[Key, PartResult] = OrderedDict()
        self.part: Part = inspection.part
        self.layer = ""
        self.random = False
        self.status = PartStatus.NOTHING
        self.sentence = ""
        self.result: PartResult | None = None
        self.outdated = False
        inspection.samples_changed.connect(self._on_samples_changed)
        inspection.sample_trace_changed.connect(self._refresh)
        inspection.training_changed.connect(self._refresh)
        inspection.epochs.rested.connect(self._refresh)

    @property
    def training(self) -> bool:
        """True while a run trains."""
        return self._inspection.training

    def set_active(self, active: bool) -> None:
        """Compute what is missing, or stop until somebody looks at it. What the user started continues.

        Arguments:
            active: True while a view of the results is visible.
        """
        self._active = active
        if not active and not self._by_user:
            self._drop_job()
        self._refresh()

    def set_layer(self, layer: str) -> None:
        """Compute for another layer; an empty name (`layer`) stands for none."""
        if layer != self.layer:
            self.layer = layer
            self._refresh()

    def set_part(self, part: Part) -> None:
        """Compute for another part of the data (`part`)."""
        if part != self.part:
            self.part = part
            self._refresh()

    def set_random(self, random: bool) -> None:
        """Compute with fresh initial weights (`random`), or with those of the inspection."""
        if random != self.random:
            self.random = random
            self._refresh()

    @Slot()
    def start(self) -> None:
        """Compute the result for the current weights now, if it is missing."""
        self._cancelled_key = self._refused = None
        key = self._key()
        if key is not None and key not in self._kept and key != self._running_key:
            self._start(key)
            self._by_user = True
        self._refresh()

    @Slot()
    def cancel(self) -> None:
        """Stop the computation. It starts again on demand, or for another layer, part or weights."""
        self._cancelled_key = self._running_key
        self._drop_job()
        self._refresh()

    def explain(self, words: PartWords) -> str:
        """Return why there is no result; empty if there is one, perhaps of earlier weights.

        Arguments:
            words: what the view says.
        """
        if self.status is PartStatus.REFUSED:
            return self.sentence
        if self.status is PartStatus.NOTHING:
            return words.nothing
        if self.result is not None:
            return ""
        texts = {PartStatus.RUNNING: words.running, PartStatus.WAITING: words.waiting}
        why = "training changes the weights all the time" if self.training else words.cancelled
        return texts.get(self.status, words.offered).format(layer=short(self.layer), part=self.part, why=why)

    @property
    def _running_key(self) -> Key | None:
        running = self._job is not None and not self._job.state.ended
        return self._job_key if running else None

    def _key(self) -> Key | None:
        snapshot = self._inspection.snapshot
        if snapshot is None or self._inspection.samples is None:
            return None
        # Of a layer inside a block, the block is enough: the specification does not list the layers of a standard one.
        names = [layer.name for layer in snapshot.network.layers]
        exists = self.layer in names or any(self.layer.startswith(joined_name((name, ""))) for name in names)
        return Key(snapshot, self.layer, self.part, self.random) if exists else None

    @Slot()
    def _refresh(self) -> None:
        """Find the result to show, and compute it if it is missing."""
        self._drop_other_data()
        key, running = self._key(), self._running_key
        if running is not None and not self._is_wanted(running, key):
            self._drop_job()
            running = None
        moving, older = self._inspection.epochs.moving, self._newest_result()
        if moving and self.result is not None and self.result.key in self._kept and self._is_like(self.result.key):
            older = self.result  # a kept result waits, too: its pictures would delay that of the epoch
        if key is not None and key in self._kept and (not moving or older is self._kept[key]):
            self._kept.move_to_end(key)
            self._show(PartStatus.SHOWN, "", self._kept[key])
            return
        if key is None:
            self._show(PartStatus.NOTHING, "", older)
        elif self._refused is not None and self._refused[0] == key:
            self._show(PartStatus.REFUSED, self._refused[1], None)
        elif running is None and (not self._active or self.training or key == self._cancelled_key):
            self._show(PartStatus.OFFERED, "", older)
        elif running is None and moving:
            self._show(PartStatus.WAITING, "", older)
        else:
            if running is None:
                self._start(key)
            self._show(PartStatus.RUNNING, "", older)

    def _is_wanted(self, running: Key, key: Key | None) -> bool:
        """Return True if the running computation should continue. Training may change the weights under it."""
        if key is None or running == key:
            return running == key
        return self.training and self._is_like(running)

    def _newest_result(self) -> PartResult | None:
        fitting = [result for key, result in self._kept.items() if self._is_like(key)]
        return fitting[-1] if fitting else None

    def _is_like(self, key: Key) -> bool:
        """Return True if a key differs from the current one in its weights only."""
        return (key.layer, key.part, key.random) == (self.layer, self.part, self.random)

    def _drop_other_data(self) -> None:
        """Forget the results of other data; another part of the same data changes nothing."""
        choice = self._inspection.choice
        if choice != self._choice:
            self._choice = choice
            self._kept.clear()
            self._drop_job()

    def _start(self, key: Key) -> None:
        self._drop_job()
        assert self._choice is not None  # a key needs samples
        self._job_key, self._by_user = key, False
        self._job = self._inspection.slow_jobs.submit_with_progress(
            partial(_compute_result, self._compute, key, self._choice)
        )
        self._job.progressed.connect(self.progressed)
        self._job.returned.connect(self._on_returned)
        self._job.failed.connect(self._on_failed)
        self._job.cancelled.connect(self._on_cancelled)
        self.progressed.emit(0.0)

    def _drop_job(self) -> None:
        if self._job is not None:
            job, self._job = self._job, None
            job.cancelled.disconnect(self._on_cancelled)
            job.cancel()

    def _show(self, status: PartStatus, sentence: str, result: PartResult | None) -> None:
        shown = self.status, self.sentence, self.result, self.outdated
        self.status, self.sentence, self.result = status, sentence, result
        self.outdated = result is not None and status is not PartStatus.SHOWN
        if shown != (status, sentence, result, self.outdated):
            self.changed.emit()

    def _keep(self, result: PartResult) -> None:
        self._kept[result.key] = result
        while len(self._kept) > 1 and (len(self._kept) > MOST_RESULTS or self._weight_bytes() > MOST_WEIGHT_BYTES):
            self._kept.popitem(last=False)

    def _weight_bytes(self) -> int:
        snapshots = {key.snapshot for key in self._kept}
        return sum(tensor.nbytes for snapshot in snapshots for tensor in snapshot.tensors.values())

    @Slot()
    def _on_samples_changed(self) -> None:
        # Reading other samples cancels all slow jobs. The user did not mean this one.
        self._cancelled_key = None
        self._refresh()

    @Slot(object)
    def _on_returned(self, result: PartResult) -> None:
        self._keep(result)
        self._refresh()

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        assert self._job_key is not None  # a job has run
        self._refused = self._job_key, sentence
        self._refresh()

    @Slot()
    def _on_cancelled(self) -> None:
        """Do not start again: other samples, or the end of the program, have cancelled all slow jobs."""
        self._cancelled_key = self._job_key
        self._refresh()


def _compute_result(compute: Compute, key: Key, choice: DataChoice, progress: ProgressCallback) -> PartResult:
    """Read the part and call the function."""
    samples = key.snapshot.prepare(load_part(choice, key.part, lambda _share: progress(0.0)))
    if not len(samples):
        raise DataError(f"The {key.part} part of the data has no examples. Choose another part.")
    try:
        return PartResult(key, samples, compute(key, samples, progress))
    except MemoryError as error:
        raise TinymlError(
            f"The memory is too small to compute this for layer '{key.layer}'. Close other programs, or choose a layer "
            "with fewer numbers."
        ) from error
