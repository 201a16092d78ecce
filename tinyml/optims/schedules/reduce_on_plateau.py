"""A learning rate that decreases when the loss stops improving."""

import math
from collections.abc import Mapping
from typing import Any

from tinyml.core import SettingsError
from tinyml.optims.base import PyTorchCall, check_share
from tinyml.optims.schedules.base import Schedule, ScheduleDescription, check_factor, check_steps


class ReduceOnPlateauSchedule(Schedule):
    """Multiplies the learning rate by a factor when the loss has not improved for a while.

    Formula: an epoch is better if `loss < best · (1 - threshold)`. After more than `patience` epochs that are not
    better, the rate is multiplied by γ, and counting starts again (as `torch.optim.lr_scheduler.ReduceLROnPlateau`).

    Arguments:
        patience: number of epochs without improvement that change nothing, at least 0.
        gamma: γ, factor of the rate, greater than 0 and at most 1.
        threshold: share by which a loss must be smaller to be better, at least 0 and less than 1.
        low: smallest factor, from 0 to 1.

    Raises `SettingsError` if an argument is invalid.

    >>> schedule = ReduceOnPlateauSchedule(patience=1, gamma=0.5)
    >>> for loss in (1.0, 0.9, 0.9, 0.9):
    ...     schedule.note_epoch(loss)
    >>> schedule.factor(1000)
    0.5
    """

    def __init__(self, patience: int = 10, gamma: float = 0.1, threshold: float = 1e-4, low: float = 0.0) -> None:
        self.patience = check_steps("patience", patience, lowest=0)
        self.gamma = check_factor("factor of the learning rate", gamma, with_zero=False)
        self.threshold = check_share("threshold", threshold)
        self.low = check_factor("lowest factor", low)
        self._factor, self._best, self._waited = 1.0, math.inf, 0

    def factor(self, step: int) -> float:
        """Return the current factor of the learning rate."""
        return self._factor

    def note_epoch(self, loss: float) -> None:
        """Receive the loss of an epoch that has ended; NaN is no improvement."""
        if loss < self._best * (1 - self.threshold):
            self._best, self._waited = loss, 0
            return
        self._waited += 1
        if self._waited > self.patience:
            self._factor, self._waited = max(self._factor * self.gamma, self.low), 0

    def state(self) -> dict[str, Any]:
        """Return the factor, the best loss (None before the first epoch) and the epochs waited, as JSON data."""
        best = self._best if math.isfinite(self._best) else None
        return {"factor": self._factor, "best": best, "waited": self._waited}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore a state that `state` returned; raises `SettingsError` if it does not fit."""
        try:
            factor, best, waited = float(state["factor"]), state["best"], int(state["waited"])
            best = math.inf if best is None else float(best)
        except (KeyError, TypeError, ValueError) as error:
            raise SettingsError(f"The schedule ReduceOnPlateauSchedule cannot restore {dict(state)}.") from error
        self._factor, self._best, self._waited = factor, best, waited

    def __repr__(self) -> str:
        return f"ReduceOnPlateauSchedule(patience={self.patience}, gamma={self.gamma:g})"


DESCRIPTION = ScheduleDescription(
    name="reduce_on_plateau",
    schedule=ReduceOnPlateauSchedule,
    title="Reduce on plateau",
    summary="The learning rate is multiplied by a factor if the validation loss (or, without one, the training loss) "
    "has not improved for so many epochs.",
    formula="ε ← γ ε after n epochs without a better loss",
    settings=("schedule_epochs", "schedule_factor"),
    make=lambda settings, batches: ReduceOnPlateauSchedule(settings["schedule_epochs"], settings["schedule_factor"]),
    # PyTorch ignores a reduction by less than `eps`.
    pytorch=lambda plateau, rate: PyTorchCall(
        "torch.optim.lr_scheduler.ReduceLROnPlateau",
        {
            "factor": plateau.gamma,
            "patience": plateau.patience,
            "threshold": plateau.threshold,
            "min_lr": plateau.low * rate,
            "eps": 0.0,
        },
        {"factor": 0.1, "patience": 10, "threshold": 1e-4, "min_lr": 0.0},
    ),
    follows_loss=True,
)
