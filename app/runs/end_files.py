"""The end of a run on the disk: the checkpoint from which it continues as if it had never ended.

It holds the last weights and the state of the optimiser, and is several times as large as the weights. So only the runs
that ended last keep it. Older runs continue from their weights; their optimiser starts without state.
"""

import contextlib
from pathlib import Path

from app.runs.record import RunRecord
from app.training.snapshot import Snapshot
from tinyml.core import StorageError, TinymlError
from tinyml.learner import Checkpoint
from tinyml.storage import read_checkpoint, save_checkpoint

END = "end.safetensors"
MOST_ENDS = 20
"""So many runs at most keep the checkpoint of their end."""
LARGEST_ENDS = 2**30
"""Size of all these checkpoints together, in bytes."""
_MODEL = "model/"


def write_end(folder: Path, checkpoint: Checkpoint, record: RunRecord) -> None:
    """Write the checkpoint of the end of a run, unless it alone takes more room than all may take.

    If it cannot be written, for example on a full disk, there is none: the run is kept all the same.

    Arguments:
        folder: of the run.
        checkpoint: where the run continues.
        record: of the run.
    """
    if sum(tensor.nbytes for tensor in checkpoint.tensors.values()) <= LARGEST_ENDS:
        with contextlib.suppress(StorageError):
            save_checkpoint(folder / END, checkpoint, record.project)


def read_end(folder: Path, epochs: int, weights: Snapshot) -> Checkpoint | None:
    """Return the checkpoint of the end of a run.

    None if there is none, if it is damaged, or if the run was continued since and then interrupted. The run then
    continues from its weights, and says that its optimiser starts without state.

    Arguments:
        folder: of the run.
        epochs: how many epochs of the run are done.
        weights: of the run; those of the checkpoint must have their names and shapes.
    """
    try:
        if (folder / END).stat().st_size > 2 * LARGEST_ENDS:  # no program has written it
            return None
        checkpoint = read_checkpoint(folder / END).checkpoint
    except (OSError, TinymlError):
        return None
    found = {name: tensor.shape for name, tensor in checkpoint.tensors.items() if name.startswith(_MODEL)}
    fits = found == {f"{_MODEL}{name}": tensor.shape for name, tensor in weights.tensors.items()}
    return checkpoint if fits and checkpoint.state.epoch - 1 == epochs else None


def remove_end(folder: Path) -> None:
    """Remove the checkpoint of the end of a run, if there is one.

    Arguments:
        folder: of the run. It may be write-protected; then the file stays.
    """
    with contextlib.suppress(OSError):
        (folder / END).unlink(missing_ok=True)


def remove_old_ends(folder: Path) -> None:
    """Remove the oldest checkpoints until the others are few and small enough.

    Arguments:
        folder: of all runs.
    """
    ends = []
    for path in folder.glob(f"[!.]*/{END}"):
        try:
            status = path.stat()
        except OSError:  # another window has just deleted the run
            continue
        ends.append((status.st_mtime, status.st_size, path))
    size = 0
    for place, (_, bytes_, path) in enumerate(sorted(ends, reverse=True)):
        size += bytes_
        if place >= MOST_ENDS or size > LARGEST_ENDS:
            remove_end(path.parent)
