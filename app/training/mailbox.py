"""Reports of the worker that the GUI thread has not processed yet."""

from dataclasses import dataclass, field
from threading import Lock

from app.training.snapshot import Snapshot
from tinyml.learner import BatchFinished, Checkpoint, EpochFinished, SettingChange


@dataclass
class Mail:
    """The content of a mailbox.

    Attributes:
        batches, epochs: all events since the last `take`, in order.
        snapshot: the newest snapshot since then; None if there is none.
        reading: share of the data that is read, 0 to 1; None while the worker reads no data.
        best: the weights of the best epoch, if there is a better one since then; else None.
        answers: name and value of each request to change a setting that was answered since then, in order.
        changes: settings that were changed since then, in order.
        checkpoint: the newest checkpoint that was asked for since then; None if there is none.
        refusals: sentences about changes that are impossible.
    """

    batches: list[BatchFinished] = field(default_factory=list)
    epochs: list[EpochFinished] = field(default_factory=list)
    snapshot: Snapshot | None = None
    reading: float | None = None
    best: Snapshot | None = None
    answers: list[tuple[str, float]] = field(default_factory=list)
    changes: list[SettingChange] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    checkpoint: Checkpoint | None = None


class Mailbox:
    """Collects reports of the worker until the GUI thread takes them, thirty times a second. It is thread-safe.

    The worker may report twenty thousand batches a second. One Qt signal for each would block the event loop.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._mail = Mail()

    @property
    def wants_weights(self) -> bool:
        """True if the window has taken the last snapshot, so that another one would be seen."""
        return self._mail.snapshot is None

    def put_batch(self, event: BatchFinished) -> None:
        """Add the event of a batch; no event is lost.

        Arguments:
            event: the event of the batch.
        """
        with self._lock:
            self._mail.batches.append(event)

    def put_epoch(self, event: EpochFinished) -> None:
        """Add the event of an epoch; no event is lost.

        Arguments:
            event: the event of the epoch.
        """
        with self._lock:
            self._mail.epochs.append(event)

    def put_snapshot(self, snapshot: Snapshot) -> None:
        """Add the newest snapshot. It replaces an older one that was not taken.

        Arguments:
            snapshot: the newest snapshot.
        """
        with self._lock:
            self._mail.snapshot = snapshot

    def put_best(self, snapshot: Snapshot) -> None:
        """Add the weights of the best epoch so far.

        Arguments:
            snapshot: of that epoch.
        """
        with self._lock:
            self._mail.best = snapshot

    def put_answer(self, name: str, value: float, answer: SettingChange | str | None) -> None:
        """Answer a request to change a setting.

        Arguments:
            name, value: of the request.
            answer: the change; None if the setting already had this value; one sentence if it cannot be changed.
        """
        with self._lock:
            self._mail.answers.append((name, value))
            if isinstance(answer, str):
                self._mail.refusals.append(answer)
            elif answer is not None:
                self._mail.changes.append(answer)

    def put_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Add a checkpoint. The reports of all its batches were put before it.

        Arguments:
            checkpoint: the state of the run now.
        """
        with self._lock:
            self._mail.checkpoint = checkpoint

    def put_reading(self, share: float | None) -> None:
        """Say how far the worker is with reading its data. This stays until the next call.

        Arguments:
            share: of the data that is read, 0 to 1; None when it has all of it.
        """
        with self._lock:
            self._mail.reading = share

    def take(self) -> Mail:
        """Return the content and empty the mailbox."""
        with self._lock:
            mail, self._mail = self._mail, Mail(reading=self._mail.reading)
        return mail
