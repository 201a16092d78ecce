import math
from dataclasses import replace

import pytest

from app.monitor.diagnosis import Circumstances, diagnose
from tinyml.learner import EpochFinished

USUAL = Circumstances(learning_rate=0.1, classes=10)


def history(training, validation=None, accuracy=0.6) -> list[EpochFinished]:
    checked = [None] * len(training) if validation is None else validation
    return [
        EpochFinished(number, 20, loss, accuracy, validated, None if validated is None else accuracy, float(number))
        for number, (loss, validated) in enumerate(zip(training, checked, strict=True), start=1)
    ]


def falling(count: int, factor: float = 0.8) -> list[float]:
    return [2.3 * factor**number for number in range(count)]


def test_a_healthy_run_gets_no_advice() -> None:
    for count in range(15):
        assert diagnose(history(falling(count), falling(count, 0.82)), USUAL) is None


def test_overfitting_names_the_epoch() -> None:
    validation = [1.0, 0.6, 0.4, 0.30, 0.31, 0.33, 0.34, 0.36]
    said = diagnose(history(falling(8), validation), USUAL)
    assert said is not None
    assert said.severity == "advice"
    assert said.finding == "Validation loss has not fallen since epoch 4."
    assert "Training loss still falls" in said.advice
    assert "Stop here" in said.advice
    afterwards = diagnose(history(falling(8), validation), replace(USUAL, finished=True))
    assert afterwards is not None
    assert "fewer epochs" in afterwards.advice


@pytest.mark.parametrize(
    "validation",
    [
        [1.0, 0.6, 0.4, 0.30, 0.31, 0.33, 0.34],  # too early to tell
        [1.0, 0.6, 0.4, 0.30, 0.31, 0.33, 0.34, 0.301],  # nearly back
    ],
)
def test_noise_is_not_called_overfitting(validation) -> None:
    assert diagnose(history(falling(len(validation)), validation), USUAL) is None


def test_two_constant_losses_are_not_overfitting() -> None:
    said = diagnose(history(falling(4) + [1.0] * 10, falling(4) + [1.3] * 10), USUAL)
    assert said is not None
    assert "levelled off at 1.00" in said.finding


def test_a_failed_run_shows_the_message_of_the_session() -> None:
    sentence = "The loss became nan in epoch 3, batch 7 (first seen in layer 'fc'). Lower the learning rate."
    said = diagnose(history(falling(2)), replace(USUAL, failure=sentence))
    assert said is not None
    assert said.severity == "danger"
    assert f"{said.finding} {said.advice}" == sentence
    short = diagnose([], replace(USUAL, failure="Out of memory"))
    assert short is not None
    assert (short.finding, short.advice) == ("Out of memory", "")


@pytest.mark.parametrize(
    ("training", "validation", "which"),
    [([1.0, math.nan], None, "training"), ([1.0, 0.9], [1.0, math.inf], "validation")],
)
def test_a_loss_that_is_not_finite_is_dangerous(training, validation, which) -> None:
    said = diagnose(history(training, validation), USUAL)
    assert said is not None
    assert said.severity == "danger"
    assert f"The {which} loss became" in said.finding
    assert "epoch 2" in said.finding


@pytest.mark.parametrize(
    ("training", "finding", "advice"),
    [
        ([2.3, 2.5, 2.9, 3.3, 4.0], "rises", "0.01"),
        ([2.3, 2.3, 2.9, 2.3, 2.6], "has not fallen", "It jumps up and down"),
        ([2.3, 2.3, 2.3, 2.3], "has not fallen in 4 epochs", "1 if the loss falls very slowly"),
    ],
)
def test_for_a_loss_that_does_not_fall_another_learning_rate_is_advised(training, finding, advice) -> None:
    said = diagnose(history(training, accuracy=0.1), USUAL)
    assert said is not None
    assert finding in said.finding
    assert advice in said.advice
    assert diagnose(history(training[:3]), USUAL) is None


def test_an_accuracy_no_better_than_guessing_is_found() -> None:
    losses = [2.3, 2.25, 2.2, 2.1]
    said = diagnose(history(losses, accuracy=0.12), USUAL)
    assert said is not None
    assert "no better than guessing one of 10 classes" in said.finding
    assert diagnose(history(losses, accuracy=0.3), USUAL) is None
    two = diagnose(history(losses, accuracy=0.52), replace(USUAL, classes=2))
    assert two is not None
    assert "one of 2 classes" in two.finding


def test_a_finished_run_that_was_still_falling_may_be_continued() -> None:
    losses = falling(8)
    assert diagnose(history(losses, losses), USUAL) is None
    said = diagnose(history(losses, losses), replace(USUAL, finished=True))
    assert said is not None
    assert (said.severity, said.finding) == ("good", "Validation loss was still falling at the end.")
    without = diagnose(history(losses), replace(USUAL, finished=True))
    assert without is not None
    assert without.finding.startswith("Training loss")


def test_a_loss_near_zero_has_not_levelled_off() -> None:
    assert diagnose(history(falling(4) + [0.001] * 10, accuracy=1.0), USUAL) is None


@pytest.mark.parametrize("training", [[900.0, 120.0, 90.0, 85.0, 83.0], [2.3, 83.0], [83.0] * 6])
def test_for_a_diverged_run_a_smaller_learning_rate_is_advised(training) -> None:
    said = diagnose(history(training, accuracy=0.1), replace(USUAL, learning_rate=50.0))
    assert said is not None
    assert "too large" in said.advice
    assert "5 or less" in said.advice


def test_a_bad_start_that_falls_gets_no_advice_at_first() -> None:
    assert diagnose(history([40.0, 12.0], accuracy=0.3), USUAL) is None
