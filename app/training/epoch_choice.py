"""Which weights of the shown run the inspection uses: the newest ones, or those after an epoch."""

from weakref import WeakValueDictionary

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.training.run import Run, SessionState
from app.training.session import Session
from app.training.snapshot import Snapshot

REST_MS = 300
"""Milliseconds for which the user must stay at an epoch before slow work is done with its weights."""


class EpochChoice(QObject):
    """Moves the inspection through the epochs of the shown run.

    It follows the newest weights until the user chooses an epoch; then it stays there, also while the run continues.
    Another run is followed again.

    Arguments:
        session: its shown run has the epochs.

    Attributes:
        chosen: the weights after the chosen epoch; None while the newest ones are followed. They stay in memory, even
            if the run drops this epoch for want of room.
        playing: True while the epochs are shown one after the other, so that slow work can wait for the end.

    Signals:
        changed(): `snapshot` or `playing` changed because of a choice, or another run is shown.
        epochs_changed(): `stops` may have changed, or which of them is chosen.
        rested(): `moving` has become False.
    """

    changed = Signal()
    epochs_changed = Signal()
    rested = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._epoch = 0
        self.chosen: Snapshot | None = None
        self.playing = False
        # While anything uses these weights, a return to their epoch must give the same object: it names its results.
        self._known: WeakValueDictionary[int, Snapshot] = WeakValueDictionary()
        self._rest_timer = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest_timer.timeout.connect(self._on_rest_timer_timeout)
        session.started.connect(self._on_run_changed)
        session.run_changed.connect(self._on_run_changed)
        session.continued.connect(self._on_session_continued)
        for signal in (session.epochs_finished, session.snapshot_changed, session.state_changed):
            signal.connect(self.epochs_changed)

    @property
    def following(self) -> bool:
        """True while the newest weights of the run are used."""
        return self.chosen is None

    @property
    def snapshot(self) -> Snapshot | None:
        """The weights to use; None before the first ones."""
        return self._session.snapshot if self.chosen is None else self.chosen

    @property
    def moving(self) -> bool:
        """True while the epochs are played, and for a moment after each choice: slow work should wait for `rested`."""
        return self.playing or self._rest_timer.isActive()

    @property
    def ended(self) -> tuple[int, ...]:
        """The epochs after which the weights are known, in order; 0 stands for the untrained weights."""
        run = self._session.run
        kept = {epoch for epoch in run.epoch_weights.epochs if epoch <= len(run.history)}
        kept |= known_snapshots(run).keys()
        if self.chosen is not None:
            kept.add(self._epoch)
        return tuple(sorted(kept))

    @property
    def stops(self) -> tuple[int, ...]:
        """What there is to choose from: the epochs that have ended, and the newest weights.

        If these are from the middle of an epoch, they are one more stop, with the number of that epoch.
        """
        run = self._session.run
        return (*self.ended, len(run.history) + 1) if is_within_epoch(run) else self.ended

    @property
    def place(self) -> int:
        """Index in `stops` of the weights that are used; -1 if they belong to no stop."""
        run, stops = self._session.run, self.stops
        if self.chosen is None and (run.state.active or is_within_epoch(run)):
            return len(stops) - 1
        epoch = self._epoch if self.chosen is not None else newest_epoch(run)
        return stops.index(epoch) if epoch in stops else -1

    @property
    def best_place(self) -> int:
        """Index in `stops` of the best epoch; -1 if it is unknown."""
        best, stops = self._session.run.best_epoch, self.stops
        return stops.index(best.epoch) if best is not None and best.epoch in stops else -1

    @property
    def size(self) -> int:
        """The size of the weights of all stops, in bytes."""
        run = self._session.run
        kept = set(run.epoch_weights.epochs)
        extra = {epoch: known for epoch, known in known_snapshots(run).items() if epoch not in kept}
        return run.epoch_weights.size + sum(
            tensor.nbytes for known in extra.values() for tensor in known.tensors.values()
        )

    @property
    def total(self) -> int:
        """Number of the last epoch: the planned one while the run is active, else the last one that it finished."""
        run = self._session.run
        return run.config.epochs if run.config is not None and run.state.active else len(run.history)

    @property
    def missing(self) -> str:
        """One sentence that says which epochs cannot be shown, and why; empty if all of them can."""
        run = self._session.run
        done, kept = len(run.history), run.epoch_weights.epochs
        if not done and not kept:
            return "Train (F5), and the weights after every epoch are kept here."
        if not kept and run.config is None:
            return "A model file has the weights of one epoch only."
        if not kept:
            return (
                "The other epochs of this run are gone: they are kept until the next run starts or the window closes."
            )
        if kept[0] > 0:
            return f"The epochs before {kept[0]} are gone: they are kept until the window closes."
        if len(kept) < done + 1:
            return "The others were dropped to save memory; those that are left lie evenly in the run."
        return ""

    def describe(self, snapshot: Snapshot | None) -> str:
        """Return whose weights these are: "weights after epoch 14 of 20", or "weights of net.safetensors".

        Arguments:
            snapshot: some weights; None for no text.
        """
        run = self._session.run
        if snapshot is None:
            return ""
        if not snapshot.trained:
            return "untrained weights" if run.learned else "untrained weights: train with F5 to see what it learns"
        if snapshot is run.earlier:
            return "weights of the run before, until the first epoch ends"
        if snapshot.source is not None:
            return f"weights of {snapshot.source.name}{' and kept ones' if snapshot.mixed else ''}"
        of = f" of {max(self.total, len(snapshot.history))}"
        if snapshot.within_epoch or not snapshot.history:
            number = len(snapshot.history) + 1
            return f"weights from the middle of epoch {number}{of if number <= self.total else ''}"
        best = newest_epoch(run) if snapshot is run.snapshot else None
        return f"weights after epoch {best or snapshot.history[-1].epoch}{of}"

    def snapshot_after(self, epoch: int) -> Snapshot | None:
        """Return the weights after an epoch; None if they are not known.

        Arguments:
            epoch: counted from 1; 0 for the untrained weights.
        """
        if self.chosen is not None and epoch == self._epoch:
            return self.chosen
        found, known = snapshot_after(self._session.run, epoch), self._known.get(epoch)
        if found is None or epoch in known_snapshots(self._session.run):
            return found
        if known is None or known.tensors is not found.tensors:
            self._known[epoch] = known = found
        return known

    @Slot(int)
    def choose(self, place: int) -> None:
        """Use the weights of a stop. The newest weights are followed from then on.

        Arguments:
            place: index in `stops`; one that does not exist changes nothing.
        """
        stops = self.stops
        if not 0 <= place < len(stops) or place == self.place:
            return
        run, epoch = self._session.run, stops[place]
        # While a run trains, its newest weights may be older than its last epoch for a moment.
        is_newest = place == len(stops) - 1 if run.state.active else epoch == newest_epoch(run)
        if is_newest or epoch > len(run.history):
            self.follow()
            return
        snapshot = self.snapshot_after(epoch)
        if snapshot is not None:
            self._use(epoch, snapshot)

    @Slot()
    def follow(self) -> None:
        """Use the newest weights of the run, now and later."""
        if self.chosen is not None:
            self._use(0, None)

    def set_playing(self, playing: bool) -> None:
        """Note that the epochs are shown one after the other, or no more.

        Arguments:
            playing: True at the beginning.
        """
        if playing != self.playing:
            self.playing = playing
            self._rest_timer.start()
            self.changed.emit()

    def _use(self, epoch: int, snapshot: Snapshot | None) -> None:
        self._epoch, self.chosen = epoch, snapshot
        self._rest_timer.start()
        self.changed.emit()
        self.epochs_changed.emit()

    @Slot()
    def _on_run_changed(self) -> None:
        """Follow another run."""
        self.playing = False
        self._known.clear()
        self._use(0, None)

    @Slot()
    def _on_rest_timer_timeout(self) -> None:
        if not self.playing:
            self.rested.emit()

    @Slot()
    def _on_session_continued(self) -> None:
        """Keep the chosen epoch, unless the run continues before it."""
        if self._epoch > len(self._session.history):
            self.follow()


def is_within_epoch(run: Run) -> bool:
    """Return True if the newest weights of a run are from the middle of an epoch.

    Arguments:
        run: the shown run.
    """
    snapshot = run.snapshot
    if snapshot is None or snapshot is run.earlier:
        return False
    return snapshot.within_epoch and len(snapshot.history) == len(run.history)


def newest_epoch(run: Run) -> int | None:
    """Return the epoch after which the weights of a run were taken; None in the middle of an epoch, and without any.

    Arguments:
        run: the shown run. Its weights can be those of its best epoch.
    """
    snapshot = run.snapshot
    if snapshot is None or snapshot is run.earlier or snapshot.within_epoch or not snapshot.trained:
        return None
    restored = run.state is SessionState.FINISHED and run.config is not None and run.config.training.restore_best
    if restored and run.best_epoch is not None:
        return run.best_epoch.epoch
    return len(snapshot.history)


def known_snapshots(run: Run) -> dict[int, Snapshot]:
    """Return the weights that a run has apart from those of its epochs, by epoch: the best, the last and the newest.

    Arguments:
        run: the shown run.
    """
    known = {len(each.history): each for each in (run.best, run.last) if each is not None and not each.within_epoch}
    newest = newest_epoch(run)
    return known if newest is None or run.snapshot is None else {**known, newest: run.snapshot}


def snapshot_after(run: Run, epoch: int) -> Snapshot | None:
    """Return the weights of a run after an epoch; None if they are not known.

    Arguments:
        run: the shown run.
        epoch: counted from 1; 0 for the untrained weights.
    """
    tensors, known = run.epoch_weights.tensors(epoch), known_snapshots(run)
    if epoch in known:
        return known[epoch]
    if tensors is None or run.config is None:
        return None
    config, own = run.config, [each for each in (run.best, run.snapshot) if each not in (None, run.earlier)]
    return Snapshot(
        config.project.network,
        config.project.data,
        config.training,
        config.description,
        tensors,
        tuple(run.history[:epoch]),
        trained=epoch > 0,
        preprocessing=own[0].preprocessing if own and own[0] is not None else None,
    )
