"""Training: the learner, its settings and events, metrics, checkpoints, and the setup of a run."""

from tinyml.learner.checkpoint import Checkpoint, CheckpointState
from tinyml.learner.class_metrics import ClassReport, class_report
from tinyml.learner.evaluation import Evaluation, evaluate
from tinyml.learner.events import (
    BatchFinished,
    EpochFinished,
    Event,
    TrainingFinished,
    ValidationAdvanced,
    best_epoch,
    is_better,
)
from tinyml.learner.learner import Learner
from tinyml.learner.metrics import Report, accuracy, confusion_matrix, r_squared, report, top_accuracy
from tinyml.learner.objective import NO_CLASS, class_scores, finite_classes, loss_misfit
from tinyml.learner.reliability import Calibration, calibration
from tinyml.learner.setting_change import CHANGEABLE, SettingChange, SettingValue
from tinyml.learner.settings import LossName, TrainingSettings
from tinyml.learner.training_setup import TrainingSetup, check_fits, find_problems, set_up_training

__all__ = [
    "CHANGEABLE",
    "NO_CLASS",
    "BatchFinished",
    "Calibration",
    "Checkpoint",
    "CheckpointState",
    "ClassReport",
    "EpochFinished",
    "Evaluation",
    "Event",
    "Learner",
    "LossName",
    "Report",
    "SettingChange",
    "SettingValue",
    "TrainingFinished",
    "TrainingSettings",
    "TrainingSetup",
    "ValidationAdvanced",
    "accuracy",
    "best_epoch",
    "calibration",
    "check_fits",
    "class_report",
    "class_scores",
    "confusion_matrix",
    "evaluate",
    "find_problems",
    "finite_classes",
    "is_better",
    "loss_misfit",
    "r_squared",
    "report",
    "set_up_training",
    "top_accuracy",
]
