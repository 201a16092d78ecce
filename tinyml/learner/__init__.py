"""Training: the learner, its settings, events and checkpoints, metrics, and runs that are ready to start."""

from tinyml.learner.activity import LayerActivity
from tinyml.learner.checkpoint import Checkpoint, CheckpointState
from tinyml.learner.evaluation import Evaluation, evaluate
from tinyml.learner.events import BatchFinished, EpochFinished, Event, TrainingFinished, ValidationAdvanced
from tinyml.learner.experiment import Experiment, check_fits, find_problems, prepare
from tinyml.learner.learner import Learner
from tinyml.learner.metrics import Report, accuracy, confusion_matrix, r_squared, report, top_accuracy
from tinyml.learner.objective import class_scores
from tinyml.learner.settings import LossName, TrainingSettings

__all__ = [
    "BatchFinished",
    "Checkpoint",
    "CheckpointState",
    "EpochFinished",
    "Evaluation",
    "Event",
    "Experiment",
    "LayerActivity",
    "Learner",
    "LossName",
    "Report",
    "TrainingFinished",
    "TrainingSettings",
    "ValidationAdvanced",
    "accuracy",
    "check_fits",
    "class_scores",
    "confusion_matrix",
    "evaluate",
    "find_problems",
    "prepare",
    "r_squared",
    "report",
    "top_accuracy",
]
