"""The weights that a run of the project would start from. They are shown until there are trained ones."""

from app.training.dataset_cache import load_splits
from app.training.snapshot import Snapshot, frozen_state
from tinyml.data import DataDescription, ProgressCallback
from tinyml.learner import set_up_training
from tinyml.storage import Project


def is_initial(snapshot: Snapshot, project: Project, description: DataDescription) -> bool:
    """Return True if these are the weights and the loss that a run of the project would start with.

    Arguments:
        snapshot: some weights.
        project: network, data choice and settings now.
        description: of the data.
    """
    same_start = (snapshot.training.seed, snapshot.training.loss) == (project.training.seed, project.training.loss)
    return not snapshot.trained and same_start and snapshot.fits(project.network, description)


def make_initial_snapshot(project: Project, description: DataDescription, progress: ProgressCallback) -> Snapshot:
    """Make the weights that a run of the project would start from.

    Arguments:
        project: network, data choice and settings.
        description: of the data.
        progress: called with the share of the data that is read.

    Raises `DataError` if the data cannot be read.
    """
    net = set_up_training(project.network, project.training, load_splits(project.data, progress)).net
    tensors = frozen_state(net)
    return Snapshot(project.network, project.data, project.training, description, tensors, trained=False)
