"""One training step: everything that learning from one batch needs."""

import math

import numpy as np

from tinyml.core import Array, SettingsError
from tinyml.learner.arguments import check_model, compute_loss
from tinyml.learner.layer_measurement import LayerMeasurement
from tinyml.learner.layer_stats import LayerStats
from tinyml.learner.silent_units import SilentUnits
from tinyml.losses import LossFunction, find_loss
from tinyml.net import Sequential
from tinyml.net.execution import BatchPass
from tinyml.net.sequential import SupportsUpdate
from tinyml.optims import Optimizer, clip_gradients, find_optimizer
from tinyml.optims.base import check_positive
from tinyml.optims.schedules import Schedule


class TrainingStep:
    """One step of minibatch gradient descent (specification 000, "Learner"; specification 002).

    A step computes the output, the loss and the gradients for one batch. Then `model.update(optimizer)` changes every
    parameter by `new = old - ε ∂ℓ/∂old` (or as the optimiser decides) and clears the gradients.

    Arguments:
        model, loss, optimizer, schedule, clip_norm: see `Learner`.

    Attributes:
        model: the network; a step changes its parameters in place.
        loss: a function `(predicted, ground_truth) -> (loss, gradient)`.
        optimizer: any object with a method `update(parameter)`.
        schedule: decides the learning rate of each step; None for a constant rate.
        clip_norm: largest norm of the gradient of all parameters; None for no limit.
        layer_stats: statistics of each layer in the last step, if they were measured; else empty.
        measuring_seconds: the time that measuring the last measured step has taken, in all threads together.

    Raises `SettingsError` if an argument is invalid, or if there is a schedule but the optimiser has no learning rate.

    >>> from tinyml.layers import Linear
    >>> from tinyml.optims import SGDOptimizer
    >>> step = TrainingStep(Sequential([Linear("fc", 1, 1)]), "mse_loss", SGDOptimizer(0.1))
    >>> losses = [step.train_on_batch(np.ones((1, 1)), np.zeros((1, 1)))[0] for _ in range(2)]
    >>> losses[1] < losses[0]
    True
    """

    def __init__(
        self,
        model: Sequential,
        loss: LossFunction | str,
        optimizer: SupportsUpdate | str,
        schedule: Schedule | None = None,
        clip_norm: float | None = None,
    ) -> None:
        self.model = check_model(model)
        self.loss = find_loss(loss)
        self.optimizer: SupportsUpdate = find_optimizer(optimizer)
        self.schedule = schedule
        self.clip_norm = None if clip_norm is None else check_positive("largest gradient norm", clip_norm)
        self.layer_stats: tuple[LayerStats, ...] = ()
        self.measuring_seconds = 0.0
        if schedule is not None and not isinstance(self.optimizer, Optimizer):
            raise SettingsError(
                f"A schedule changes the learning rate `lr` of a tinyml.optims.Optimizer, which "
                f"{type(self.optimizer).__name__} is not."
            )
        self._base_rate = self._initial_rate = self.learning_rate
        self._has_new_rate = False
        self._initial_schedule_state = {} if schedule is None else schedule.state()
        self._pass, self._silent_units = BatchPass(), SilentUnits()

    @property
    def learning_rate(self) -> float | None:
        """The learning rate of the next step; None if a custom optimiser has no learning rate."""
        return self.optimizer.lr if isinstance(self.optimizer, Optimizer) else None

    def set_rate(self, done: int) -> None:
        """Set the learning rate of the next step as the schedule and `change_base_rate` say; else change nothing.

        Arguments:
            done: the number of steps of the run that are done.
        """
        if self._base_rate is None or not isinstance(self.optimizer, Optimizer):
            return
        if self.schedule is not None:
            self.optimizer.lr = self._base_rate * self.schedule.factor(done)
        elif self._has_new_rate:
            self.optimizer.lr = self._base_rate
        self._has_new_rate = False

    @property
    def base_rate(self) -> float | None:
        """The learning rate before the schedule changes it; None if a custom optimiser has no learning rate."""
        return self._base_rate if self.schedule is not None or self._has_new_rate else self.learning_rate

    def change_base_rate(self, rate: float) -> None:
        """Change the learning rate from the next step on. A schedule multiplies the new rate by its factor.

        Arguments:
            rate: greater than 0.

        Raises `SettingsError` if the rate is invalid, or if a custom optimiser has no learning rate.
        """
        if not isinstance(self.optimizer, Optimizer):
            raise SettingsError(f"{type(self.optimizer).__name__} has no learning rate `lr` that can be changed.")
        self._base_rate = check_positive("learning rate", rate)
        self._has_new_rate = True

    def restart_base_rate(self) -> None:
        """Undo the changes by `change_base_rate`."""
        if self._initial_rate is not None and self._base_rate != self._initial_rate:
            self.change_base_rate(self._initial_rate)
            self.set_rate(0)

    def restart_schedule(self) -> None:
        """Put the schedule into the state that it had at first, and the rate too, for a new run."""
        self.restart_base_rate()
        if self.schedule is not None:
            self.schedule.restore(self._initial_schedule_state)

    def replace_schedule(self, schedule: Schedule) -> None:
        """Continue with a schedule of the same kind for another number of epochs.

        Arguments:
            schedule: the new schedule. It gets the state of the old one.
        """
        schedule.restore({} if self.schedule is None else self.schedule.state())
        self.schedule = schedule

    def train_on_batch(self, inputs: Array, targets: np.ndarray, measure: bool = False) -> tuple[float, Array]:
        """Learn from one batch.

        Arguments:
            inputs: `(N, …)`.
            targets: the ground truth that the loss needs.
            measure: True to compute `layer_stats`.

        Returns the loss and the `(N, …)` outputs, both from before the update. If the loss is NaN or infinite, the
        parameters stay as they are.
        """
        # An overflow shows in the loss, and the run reports it with its place: NumPy need not warn of it too.
        with np.errstate(all="ignore"):
            self.layer_stats = ()
            values = self.model.read_input(inputs)
            measurement = LayerMeasurement(self.model.layers, len(values), self._silent_units) if measure else None
            output = self._pass.forward(self.model.layers, values, measurement)
            loss, gradient = compute_loss(self.loss, output, targets)
            if math.isfinite(loss):
                self._pass.backward(gradient)
                self._update(measurement)
        return loss, output

    def release_memory(self) -> None:
        """Free the memory that steps and evaluations keep for the next time. Every run does this at its end."""
        self._pass, self._silent_units = BatchPass(), SilentUnits()
        self.model.release_memory()

    def _update(self, measurement: LayerMeasurement | None) -> None:
        """Change the parameters by their gradients."""
        if measurement is not None:
            measurement.before_update()
        if self.clip_norm is not None:
            clip_gradients(self.model.parameters, self.clip_norm)
        with self._pass.threads():
            self.model.update(self.optimizer)
        if measurement is not None:
            self.layer_stats, self.measuring_seconds = measurement.finish(), measurement.seconds
