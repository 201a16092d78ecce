"""What the worker has reported and the GUI thread has not yet taken."""

from dataclasses import dataclass, field
from threading import Lock

from app.training.snapshot import Snapshot
from tinyml.learner import BatchFinished, EpochFinished


@dataclass
class Mail:
    """Everything since the last time: all scalars, but only the newest snapshot."""

    batches: list[BatchFinished] = field(default_factory=list)
    epochs: list[EpochFinished] = field(default_factory=list)
    snapshot: Snapshot | None = None


class Mailbox:
    """A box that a fast worker fills event by event and the GUI thread empties some thirty times a second.

    A signal for each of twenty thousand batches a second would drown the event loop.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._mail = Mail()

    def put_batch(self, event: BatchFinished) -> None:
        """Add a batch; none is ever lost."""
        with self._lock:
            self._mail.batches.append(event)

    def put_epoch(self, event: EpochFinished) -> None:
        """Add an epoch; none is ever lost."""
        with self._lock:
            self._mail.epochs.append(event)

    def put_snapshot(self, snapshot: Snapshot) -> None:
        """Put the newest weights in place of older ones that nobody took."""
        with self._lock:
            self._mail.snapshot = snapshot

    def take(self) -> Mail:
        """Take everything out."""
        with self._lock:
            mail, self._mail = self._mail, Mail()
        return mail
