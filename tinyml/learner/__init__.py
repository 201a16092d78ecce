"""Training: the learner, its settings, its events, and runs that are ready to start."""

from tinyml.learner.evaluation import Evaluation, evaluate
from tinyml.learner.events import BatchFinished, EpochFinished, Event, TrainingFinished, ValidationAdvanced
from tinyml.learner.experiment import Experiment, check_fits, find_problems, prepare
from tinyml.learner.learner import Learner
from tinyml.learner.objective import class_scores
from tinyml.learner.settings import LossName, TrainingSettings

__all__ = [
    "BatchFinished",
    "EpochFinished",
    "Evaluation",
    "Event",
    "Experiment",
    "Learner",
    "LossName",
    "TrainingFinished",
    "TrainingSettings",
    "ValidationAdvanced",
    "check_fits",
    "class_scores",
    "evaluate",
    "find_problems",
    "prepare",
]
