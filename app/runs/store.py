"""The folder of kept runs: one folder for each run, which one window at a time may change.

    runs/<identifier>/run.json              the record: small, read for the list
                      curves.safetensors    all batches and epochs, and the layer statistics
                      weights.safetensors   the best weights: a model file, as any other
                      last.safetensors      the last weights, if they are not the best ones
                      end.safetensors       the checkpoint from which the run continues; only of the newest runs
                      checkpoint*           of a run that is trained or was interrupted, see checkpoints.py
                      owner.lock            held by the program that trains the run
    runs/.deleted/<identifier>/             a deleted run, until the window that deleted it closes
    runs/.last-number                       the number of the newest run

Every file is written atomically. The record is written after what it promises; only the end may be missing.
"""

import os
import shutil
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QLockFile

from app.runs.curve_files import CurveData, read_curves, write_curves
from app.runs.end_files import read_end, remove_end, remove_old_ends, write_end
from app.runs.record import LARGEST_RECORD, KeptRun, RunRecord, record_from_json, record_to_json, run_from_record
from app.runs.run_numbers import take_number
from app.runs.weight_files import BEST, RunWeights, read_weights, write_weights
from app.training.run import Run
from app.training.training_config import TrainingConfig
from tinyml.core import StorageError, TinymlError
from tinyml.core.files import path_kind, read_bounded, show_path, write_atomically
from tinyml.learner import Checkpoint

RECORD, CURVES, LOCK = "run.json", "curves.safetensors", "owner.lock"
CHECKPOINT = "checkpoint.safetensors"
DELETED = ".deleted"
FORGOTTEN_AFTER = 24 * 3600.0
"""Seconds after which deleted runs of a program that crashed are removed for good."""


class RunStore:
    """Reads and writes kept runs. It uses no signals and no widgets; one thread at a time may call it.

    Arguments:
        folder: of all runs; made when the first run is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._locks: dict[str, QLockFile] = {}
        self._deleted: set[str] = set()
        self._numbers: dict[str, int] = {}

    # ------------------------------------------------------------------------------------------------------- reading

    def read_all(self, known: Mapping[str, KeptRun] | None = None) -> dict[str, KeptRun]:
        """Return all runs by their identifiers. A run that cannot be read has a sentence that says why.

        Arguments:
            known: what was read before; a record that has not changed since is not read again.

        Raises `StorageError` if the folder itself cannot be read.
        """
        return {name: self.read_one(name, (known or {}).get(name)) for name in self._names()}

    def read_one(self, identifier: str, known: KeptRun | None = None) -> KeptRun:
        """Return what the list shows of one run.

        Arguments:
            identifier: of the run.
            known: what was read before; None to read everything.
        """
        folder = self.folder / identifier
        stamp, size = _stamp(folder / RECORD), _size(folder)
        if known is not None and known.stamp == stamp and known.record is not None:
            record = known.record
        else:
            try:
                record = self.read_record(identifier)
            except TinymlError as error:
                return KeptRun(identifier, None, str(error), size, stamp=stamp)
        mine = identifier in self._locks
        running = record.state == "running" and not mine
        left = not mine and path_kind(folder / CHECKPOINT) == "a file"
        claimed = (running or left) and self._is_claimed_elsewhere(identifier)
        ended = not claimed
        return KeptRun(identifier, record, "", size, running and claimed, running and ended, left and ended, stamp)

    def read_record(self, identifier: str) -> RunRecord:
        """Return the record of a run.

        Arguments:
            identifier: of the run.

        Raises `StorageError` if it is missing or damaged, or belongs to another run.
        """
        path = self.folder / identifier / RECORD
        record = record_from_json(read_bounded(path, LARGEST_RECORD), show_path(path))
        if record.identifier != identifier:
            raise StorageError(f"'{show_path(path)}' belongs to another run. Delete this run.")
        return record

    def load(self, identifier: str, with_weights: bool = True) -> Run:
        """Return a run with its curves, its weights, and the checkpoint of its end if that is kept.

        Its weights count as exported, since a file holds them.

        Arguments:
            identifier: of the run.
            with_weights: False to read only the curves, which is faster.

        Raises `StorageError` if a file of the run cannot be read. A run without weights is no error.
        """
        record = self.read_record(identifier)
        folder = self.folder / identifier
        data = read_curves(folder / CURVES)
        config = TrainingConfig(record.project, record.description, max(record.planned_epochs, 1))
        run = run_from_record(record, config, data)
        run.interrupted = path_kind(folder / CHECKPOINT) == "a file"
        weights = read_weights(folder, record.description, tuple(run.history)) if with_weights else None
        if weights is not None and weights.last is not None:
            run.best, run.snapshot = weights.best, weights.last
            run.exported = run.snapshot
            run.checkpoint = read_end(folder, len(run.history), run.snapshot)
        return run

    @property
    def size(self) -> int:
        """The size of all runs that are not deleted, in bytes."""
        return sum(_size(self.folder / name) for name in self._names())

    def _names(self) -> Iterator[str]:
        try:
            with os.scandir(self.folder) as entries:
                folders = [entry.path for entry in entries if not entry.name.startswith(".") and entry.is_dir()]
        except FileNotFoundError:
            return
        except OSError as error:
            raise StorageError(
                f"The kept runs in '{show_path(self.folder)}' cannot be read: {error.strerror}. Check the rights of "
                "this folder."
            ) from error
        for path in sorted(folders):
            folder = Path(path)
            # A program that was killed between its first two steps leaves an empty folder.
            if any((folder / name).exists() for name in (RECORD, CURVES, BEST)) or not _can_list(folder):
                yield folder.name

    def _largest_number(self) -> int:
        records = (run.record for run in self.read_all().values())
        return max((record.number for record in records if record is not None), default=0)

    # ------------------------------------------------------------------------------------------------------- writing

    def take_number(self, identifier: str, wanted: int) -> int:
        """Return the number of a new run. No other run has it, also of those that other windows train.

        Arguments:
            identifier: of the run.
            wanted: the smallest number to take.

        Raises `StorageError` if the folder of the runs cannot be written.
        """
        self._numbers[identifier] = take_number(self.folder, wanted, self._largest_number)
        return self._numbers[identifier]

    def numbered(self, record: RunRecord) -> RunRecord:
        """Return the record of a run with the number that `take_number` has given it.

        Arguments:
            record: perhaps made before that.
        """
        number = self._numbers.get(record.identifier, record.number)
        return record if number == record.number else record.model_copy(update={"number": number, "color": number - 1})

    def write(
        self,
        record: RunRecord,
        curves: CurveData | None = None,
        weights: RunWeights | None = None,
        end: Checkpoint | None = None,
    ) -> KeptRun:
        """Write a run, and return what the list shows of it. What is None stays as it is.

        Arguments:
            record: the newest record.
            curves: the newest curves.
            weights: the weights to keep.
            end: where the run, which has ended, continues. The oldest of such checkpoints are removed. Curves
                without it belong to a run that continued, so its earlier end is removed.

        Raises `StorageError` if a file cannot be written; the older files stay as they were.
        """
        folder = self.folder / record.identifier
        _make(folder)
        if weights is not None:
            write_weights(folder, weights)
        if curves is not None:
            write_curves(folder / CURVES, curves)
        if curves is not None:
            remove_end(folder)
        write_atomically(folder / RECORD, record_to_json(self.numbered(record)).encode())
        if end is not None:
            write_end(folder, end, record)
            remove_old_ends(self.folder)
        return self.read_one(record.identifier)

    def change(self, identifier: str, **changes: Any) -> KeptRun:
        """Change the record of a run, such as its title, and return what the list shows of it.

        Arguments:
            identifier: of the run.
            changes: new, valid values, by the names of the fields of `RunRecord`.

        Raises `StorageError` if another window trains the run, or if it cannot be read or written.
        """
        self._refuse_other_window(identifier)
        return self.write(self.read_record(identifier).model_copy(update=changes))

    def delete(self, identifier: str) -> None:
        """Delete a run. `restore` brings it back until `empty_deleted` is called.

        Arguments:
            identifier: of the run.

        Raises `StorageError` if the run is being trained, or if its folder cannot be moved.
        """
        self._refuse_other_window(identifier)
        if identifier in self._locks:
            raise StorageError("The run is being trained. Stop it before you delete it.")
        self._move(self.folder / identifier, self.folder / DELETED / identifier, "deleted")
        self._deleted.add(identifier)

    def restore(self, identifier: str) -> None:
        """Bring back a deleted run.

        Arguments:
            identifier: of the run.

        Raises `StorageError` if it is no longer there.
        """
        self._move(self.folder / DELETED / identifier, self.folder / identifier, "restored")
        self._deleted.discard(identifier)

    def empty_deleted(self) -> None:
        """Remove for good what this window has deleted, and what a program that crashed deleted a day ago."""
        for identifier in self._deleted:
            _remove(self.folder / DELETED / identifier)
        self._deleted.clear()
        try:
            with os.scandir(self.folder / DELETED) as entries:
                old = [entry.path for entry in entries if time.time() - entry.stat().st_ctime > FORGOTTEN_AFTER]
        except OSError:
            return
        for path in old:
            _remove(Path(path))

    # -------------------------------------------------------------------------------------------------------- owners

    def claim(self, identifier: str) -> bool:
        """Become the owner of a run before it is trained. Return False if another window is.

        Arguments:
            identifier: of the run.

        Raises `StorageError` if the folder of the run cannot be made.
        """
        if identifier in self._locks:
            return True
        folder = self.folder / identifier
        _make(folder)
        lock = _lock(folder)
        if lock.tryLock(0):
            self._locks[identifier] = lock
            return True
        if lock.error() == QLockFile.LockError.LockFailedError:
            return False
        raise StorageError(f"The run cannot be kept in '{show_path(folder)}': no file can be made there.")

    def release(self, identifier: str) -> None:
        """Let other windows change a run again.

        Arguments:
            identifier: of the run.
        """
        if identifier in self._locks:
            self._locks.pop(identifier).unlock()

    def _is_claimed_elsewhere(self, identifier: str) -> bool:
        folder = self.folder / identifier
        if identifier in self._locks or path_kind(folder / LOCK) != "a file":
            return False
        lock = _lock(folder)
        if lock.tryLock(0):
            lock.unlock()
            return False
        return lock.error() == QLockFile.LockError.LockFailedError

    def _refuse_other_window(self, identifier: str) -> None:
        if self._is_claimed_elsewhere(identifier):
            raise StorageError("Another window trains this run. Change it there, or wait until the run has ended.")

    def _move(self, source: Path, target: Path, what: str) -> None:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            source.rename(target)
        except OSError as error:
            raise StorageError(
                f"The run in '{show_path(source)}' could not be {what}: {error.strerror}. Check the folder's rights."
            ) from error


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"The run cannot be kept in '{show_path(folder)}': {error.strerror}.") from error


def _lock(folder: Path) -> QLockFile:
    lock = QLockFile(str(folder / LOCK))
    lock.setStaleLockTime(0)
    return lock


def _stamp(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_size, status.st_mtime_ns


def _size(folder: Path) -> int:
    """Return the size of all files of a run, in bytes; a checkpoint and half-written files count too."""
    try:
        with os.scandir(folder) as entries:
            return sum(_stamp(Path(entry.path))[0] for entry in entries if entry.is_file())
    except OSError:
        return 0


def _remove(folder: Path) -> None:
    """Remove a folder with its files, or a link to one; what the link points to stays."""
    if folder.is_symlink():
        folder.unlink(missing_ok=True)
    else:
        shutil.rmtree(folder, ignore_errors=True)


def _can_list(folder: Path) -> bool:
    return os.access(folder, os.R_OK | os.X_OK)
