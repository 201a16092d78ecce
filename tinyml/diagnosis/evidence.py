"""The evidence: everything that is known of a run, for the rules of the diagnosis."""

import math
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from tinyml.core import Failure
from tinyml.diagnosis.data_facts import DataFacts
from tinyml.diagnosis.dead_units import NEWEST
from tinyml.diagnosis.probe import Probe
from tinyml.layers import display_name
from tinyml.learner import EpochFinished, Evaluation, TrainingSettings, best_epoch
from tinyml.learner.layer_stats import LayerStats
from tinyml.net import Inference, LayerInference

RECENT = 5
"""Number of measurements whose median counts as the present state of a layer."""
_FEW_EPOCHS = 5
"""Number of epochs whose median score counts as the present one."""
_LEARNS_WELL = 0.8
"""Accuracy or R² from which the layers of a run are not probed while it trains."""
_CURVED = {"MaxPool2D", "MaxUnpool2D", "Softmax"}
"""Types that are no activations and still not linear."""


@dataclass(frozen=True)
class NetworkLayer:
    """A layer of the network.

    Attributes:
        name: its name; a layer in a block has the path of its parameters, such as "residual_1/conv_1".
        type: its type, as on screen.
        parameters: number of trained numbers, without those of layers inside.
        outputs: number of outputs for one example; 0 if it is unknown.
        is_curved: True if the layer is not linear, such as ReLU or max pooling.
        is_last: True if its output is the output of the network.
        dropped: share of numbers that it drops while training; 0 for most types.
    """

    name: str
    type: str
    parameters: int = 0
    outputs: int = 0
    is_curved: bool = False
    is_last: bool = False
    dropped: float = 0.0


@dataclass(frozen=True)
class Evidence:
    """Everything that is known of a run.

    Attributes:
        history: the completed epochs; of a long run, those that `thin_history` keeps.
        training: the settings of the run.
        network: its layers, with those inside blocks, from the input to the output.
        data: facts about its data; None while they are not known.
        measurements: measurements of all layers, from the first to the newest; empty if nothing was measured.
        finished: True if all planned epochs are done, or early stopping ended the run.
        failure: why the run failed; None if it did not.
        test: the result on the test set; None before it is known.
        probe: measurements of the newest weights with many examples; None if there are none. They count more than the
            measurements of batches.
    """

    history: tuple[EpochFinished, ...]
    training: TrainingSettings
    network: tuple[NetworkLayer, ...] = ()
    data: DataFacts | None = None
    measurements: tuple[tuple[LayerStats, ...], ...] = ()
    finished: bool = False
    failure: Failure | None = None
    test: Evaluation | None = None
    probe: Probe | None = None

    @property
    def epochs_done(self) -> int:
        """Number of completed epochs, also of those that are left out of the history."""
        return self.history[-1].epoch if self.history else 0

    @property
    def share_done(self) -> float:
        """Share of the planned epochs that are done, 0 to 1."""
        if self.finished:
            return 1.0
        return self.epochs_done / max(self.history[-1].epochs, 1) if self.history else 0.0

    @cached_property
    def best(self) -> EpochFinished | None:
        """The first epoch with the lowest finite monitored loss; None if there is none."""
        return best_epoch(self.history)

    @cached_property
    def training_losses(self) -> list[float]:
        """The training loss of each epoch."""
        return [epoch.training_loss for epoch in self.history]

    @cached_property
    def score(self) -> float | None:
        """Training accuracy or R²: the median of the newest epochs, since one epoch may be an exception."""
        return _median([training_score(epoch) for epoch in self.history[-_FEW_EPOCHS:]])

    @property
    def base_score(self) -> float:
        """The score of the same answer for every example: the share of the most frequent class, or 0 for R²."""
        return self.data.base_rate if self.data is not None else 0.0

    @property
    def gain(self) -> float | None:
        """How far the training score lies between that of the same answer for all (0) and perfect (1)."""
        return None if self.score is None else self.gain_of(self.score)

    def gain_of(self, score: float) -> float:
        """Return how far a `score` lies between that of the same answer for all (0) and perfect (1)."""
        return (score - self.base_score) / max(1 - self.base_score, 1e-9)

    @cached_property
    def held_out(self) -> "HeldOut | None":
        """The score on examples that are not trained on; None if there is none.

        It is the median of the newest validation scores, or else the score on the test set.
        """
        if self.data is None or not self.history:
            return None
        score = _median([validation_score(epoch) for epoch in self.history[-_FEW_EPOCHS:]])
        if score is not None and self.data.validation:
            return HeldOut("validation", score, self.data.validation)
        if self.test is None or not self.data.test:
            return None
        tested = self.test.accuracy if self.data.has_classes else self.test.r_squared
        return None if tested is None else HeldOut("test", tested, self.data.test)

    def recent(self, layer: str, name: str) -> float | None:
        """Return what the probe measured of a layer, or else the median of the newest measurements.

        Arguments:
            layer: its name.
            name: field of `LayerStats`, such as "dead".

        Returns None if it was never measured.
        """
        for stats in self.probe.layers if self.probe is not None else ():
            if stats.layer == layer and getattr(stats, name) is not None:
                return float(getattr(stats, name))
        values = [getattr(stats, name) for stats in self.measured(layer)]
        known = [float(value) for value in values[-RECENT:] if value is not None]
        return statistics.median(known) if known else None

    def measured(self, layer: str) -> tuple[LayerStats, ...]:
        """Return the newest measurements of a `layer`, from old to new."""
        newest = self.measurements[-NEWEST:]
        return tuple(stats for moment in newest for stats in moment if stats.layer == layer)

    @property
    def trained_layers(self) -> tuple[NetworkLayer, ...]:
        """The layers with parameters."""
        return tuple(layer for layer in self.network if layer.parameters)


@dataclass(frozen=True)
class HeldOut:
    """A score on examples that are not trained on.

    Attributes:
        part: "validation" or "test".
        score: accuracy or R².
        count: number of examples.
    """

    part: str
    score: float
    count: int


def _median(scores: list[float | None]) -> float | None:
    known = [score for score in scores if score is not None]
    return statistics.median(known) if known else None


def training_score(epoch: EpochFinished) -> float | None:
    """Return the training accuracy of an `epoch`, or R² if its targets are numbers."""
    return epoch.training_r_squared if epoch.training_accuracy is None else epoch.training_accuracy


def is_worth_probing(newest: EpochFinished, has_ended: bool) -> bool:
    """Return True if the layers should be probed: the run has ended, or learns so little that they may be to blame.

    Arguments:
        newest: the last completed epoch.
        has_ended: False while the run trains, so that a run that learns well is not slowed down.

    >>> is_worth_probing(EpochFinished(1, 20, 0.1, 0.97, None, None, 1.0), has_ended=False)
    False
    """
    score = training_score(newest)
    return has_ended or score is None or score <= _LEARNS_WELL


def validation_score(epoch: EpochFinished) -> float | None:
    """Return the validation accuracy of an `epoch`, or R² if its targets are numbers; None without such a set."""
    return epoch.validation_r_squared if epoch.validation_accuracy is None else epoch.validation_accuracy


def network_layers(inference: Inference) -> tuple[NetworkLayer, ...]:
    """Return the layers of a network for the evidence, with those inside blocks.

    Arguments:
        inference: shapes of the network.

    >>> from tinyml.net import LayerSpecification, NetworkSpecification, infer
    >>> layers = [LayerSpecification(type="Linear", name="fc", settings={"outputs": 2})]
    >>> network_layers(infer(NetworkSpecification(layers=layers), (3,)))
    (NetworkLayer(name='fc', type='Linear', parameters=8, outputs=2, is_curved=False, is_last=True, dropped=0.0),)
    """
    return tuple(_flattened(inference.layers, "", len(inference.layers) - 1))


def _flattened(layers: Sequence[LayerInference], path: str, last: int) -> Iterator[NetworkLayer]:
    for index, layer in enumerate(layers):
        name = f"{path}{layer.specification.name}"
        shown = display_name(layer.specification.type)
        is_activation = layer.settings is not None and layer.settings.family == "activation"
        yield NetworkLayer(
            name,
            shown,
            0 if layer.inside else layer.parameter_count,
            math.prod(layer.output_shape or (0,)),
            is_activation or shown in _CURVED,
            index == last,
            float(getattr(layer.settings, "probability", 0.0)),
        )
        yield from _flattened(layer.inside, f"{name}/", -1)
