"""The rules about failures and the descent, with evidence made by hand."""

import math
from dataclasses import replace

import pytest

from tests.tinyml.diagnosis.evidence import FACTS, NETWORK, USUAL, falling, history, measured, rules
from tinyml.core import ChangeTraining, Failure
from tinyml.diagnosis import (
    InputRange,
    Neighbours,
    NetworkLayer,
    OpenData,
    diagnose,
)
from tinyml.learner import TrainingSettings


def test_a_failure_shows_its_sentence_and_its_remedy() -> None:
    failed = replace(USUAL, failure=Failure("project", "There is no layer 'a'. Choose another one."))
    (diagnosis,) = diagnose(failed).diagnoses
    assert (diagnosis.rule, diagnosis.severity) == ("failure", "danger")
    assert diagnosis.title == "There is no layer 'a'."
    assert diagnosis.remedy == "Choose another one."
    assert diagnosis.action is None


@pytest.mark.parametrize(
    ("kind", "rule", "action"),
    [
        ("divergence", "divergence", ChangeTraining("Set learning rate 0.01", {"learning_rate": 0.01})),
        ("first_batch", "failure", OpenData()),
        ("data", "failure", OpenData()),
        ("memory", "failure", ChangeTraining("Set batch size 16", {"batch_size": 16})),
        ("unexpected", "failure", None),
    ],
)
def test_the_kind_of_a_failure_decides_and_not_its_words(kind, rule, action) -> None:
    training = TrainingSettings(learning_rate=0.1, batch_size=32)
    failed = replace(USUAL, training=training, failure=Failure(kind, "The loss became odd. Do something."))
    (diagnosis,) = diagnose(failed).diagnoses
    assert (diagnosis.rule, diagnosis.severity, diagnosis.action) == (rule, "danger", action)
    assert ("learning rate" in diagnosis.remedy) == (kind == "divergence")


def test_a_batch_of_one_example_is_not_halved() -> None:
    failed = replace(USUAL, training=TrainingSettings(batch_size=1), failure=Failure("memory", "No memory."))
    assert diagnose(failed).diagnoses[0].action is None


def test_inputs_that_overflow_before_the_first_step_are_named_with_a_button() -> None:
    failure = Failure("first_batch", "The loss became inf in epoch 1, batch 1. Scale the inputs.")
    failed = replace(USUAL, data=replace(FACTS, inputs=InputRange(0.0, 1e30, 1e30, 1e30)), failure=failure)
    assert rules(failed) == ["failure", "unscaled_inputs"]


@pytest.mark.parametrize(("training", "validation"), [([1.0, math.nan], [1.0, 1.0]), ([1.0, 0.9], [1.0, math.inf])])
def test_a_loss_that_is_not_finite_is_divergence(training, validation) -> None:
    (diagnosis,) = diagnose(replace(USUAL, history=history(training, 0.5, validation, 0.5))).diagnoses
    assert (diagnosis.rule, diagnosis.severity) == ("divergence", "danger")
    assert "in epoch 2" in diagnosis.evidence
    assert diagnosis.action.settings == {"learning_rate": 0.01}


def test_a_loss_far_above_guessing_is_divergence_but_not_while_it_falls() -> None:
    assert rules(replace(USUAL, history=history([6.0, 9.0, 7.0, 12.0], 0.1))) == ["divergence"]
    assert rules(replace(USUAL, history=history([40.0, 20.0, 10.0], 0.1))) == []


def test_guessing_has_another_loss_in_binary_cross_entropy() -> None:
    training = TrainingSettings(loss="binary_cross_entropy_with_logits_loss", epochs=20)
    stuck = replace(USUAL, training=training, history=history([0.50, 0.51, 0.50, 0.51, 0.50, 0.51], 0.1))
    (diagnosis,) = diagnose(stuck).diagnoses
    assert diagnosis.rule == "high_rate"
    assert "gives 0.325" in diagnosis.evidence


def test_an_autoencoder_with_binary_cross_entropy_is_not_compared_with_a_guess_of_classes() -> None:
    training = TrainingSettings(loss="binary_cross_entropy_with_logits_loss", epochs=20)
    numbers = replace(FACTS, class_names=(), class_counts=(), validation_counts=(), neighbours=None)
    flat = replace(USUAL, training=training, data=numbers, history=history([0.300, 0.299, 0.300, 0.299, 0.298], 0.5))
    assert "high_rate" not in rules(flat)


def test_a_loss_that_jumps_is_too_high_a_rate_unless_the_run_succeeds() -> None:
    jumps = [1.5, 1.2, 1.6, 1.1, 1.5, 1.2, 1.5, 1.3, 1.6, 1.2]
    assert rules(replace(USUAL, history=history(jumps, 0.5))) == ["high_rate"]
    assert rules(replace(USUAL, history=history(jumps, 0.85))) == []
    assert rules(replace(USUAL, history=history(falling(10, 0.97), 0.5))) == []


def test_a_loss_that_was_lower_before_is_too_high_a_rate() -> None:
    lost = [2.0, 1.5, 1.1, 1.0, 1.1, 1.5, *[1.6] * 5]
    (diagnosis,) = diagnose(replace(USUAL, history=history(lost, 0.4))).diagnoses
    assert diagnosis.title == "The learning rate is too high: what was learned is lost again."
    assert diagnosis.evidence == "Training loss was 1.1 in epoch 3 and is 1.6 now."
    assert rules(replace(USUAL, history=history(lost, 0.9))) == []
    assert rules(replace(USUAL, history=history([*lost[:6], *[1.3] * 5], 0.4))) == []
    # While the loss falls, each epoch is better than those before.
    assert rules(replace(USUAL, history=history([2.0, 1.9, 1.8, 1.2, 0.9, 0.7, 0.6, 0.5, 0.45], 0.4))) == []


def test_a_loss_above_guessing_is_too_high_a_rate_unless_it_falls() -> None:
    above = replace(USUAL, history=history([2.45, 2.40, 2.41, 2.40, 2.42, 2.40], 0.1))
    (diagnosis,) = diagnose(above).diagnoses
    assert diagnosis.title == "The learning rate is too high: the loss stays above that of guessing."
    assert "gives 2.3." in diagnosis.evidence
    assert rules(replace(above, history=history([2.9, 2.8, 2.7, 2.6, 2.5, 2.4], 0.1))) == []
    assert rules(replace(above, history=history([2.36, 2.35, 2.36, 2.35, 2.36, 2.35], 0.1))) == []
    strong = replace(above, network=(*NETWORK, NetworkLayer("dropout_1", "Dropout", dropped=0.8)))
    assert rules(strong) == []


def test_large_updates_and_a_restless_loss_are_too_high_a_rate() -> None:
    restless = replace(USUAL, history=history([1.6, 1.5, 1.4, 1.5, 1.4, 1.5, 1.3, 1.42, 1.3, 1.4], 0.5))
    large, usual = measured(linear_1={"update_ratio": 0.03}), measured(linear_1={"update_ratio": 0.01})
    assert rules(replace(restless, measurements=large)) == ["high_rate"]
    assert rules(replace(restless, measurements=usual)) == []
    calm = history([1.6, 1.58, 1.56, 1.57, 1.55, 1.56, 1.54, 1.55, 1.53, 1.54], 0.5)
    assert "high_rate" not in rules(replace(restless, history=calm, measurements=large))


def test_large_updates_without_progress_are_too_high_a_rate() -> None:
    stuck = replace(USUAL, history=history([2.30, 2.31, 2.30, 2.29, 2.31, 2.30], 0.1, epochs=10))
    large = measured(linear_1={"update_ratio": 0.3}, linear_2={"update_ratio": 0.2})
    usual = measured(linear_1={"update_ratio": 0.001}, linear_2={"update_ratio": 0.002})
    assert rules(replace(stuck, measurements=large)) == ["high_rate"]
    assert rules(replace(stuck, measurements=usual)) == ["nothing_learned"]


def test_a_creeping_loss_is_too_low_a_rate_and_an_accelerating_one_is_not() -> None:
    creeping = replace(USUAL, history=history([2.3 - 0.001 * number for number in range(12)], 0.12))
    small = measured(linear_1={"update_ratio": 1e-5}, linear_2={"update_ratio": 2e-5})
    assert rules(creeping) == ["low_rate"]
    assert rules(replace(creeping, measurements=small)) == ["low_rate"]
    usual = measured(linear_1={"update_ratio": 1e-3}, linear_2={"update_ratio": 2e-3})
    assert rules(replace(creeping, measurements=usual)) == []
    accelerating = [2.3 - 0.0005 * number**2 for number in range(12)]
    assert rules(replace(USUAL, history=history(accelerating, 0.12))) == []
    # A schedule that has lowered the rate on purpose is no mistake.
    lowered = tuple(replace(epoch, learning_rate=0.001) for epoch in creeping.history)
    assert rules(replace(creeping, history=lowered)) == []


def test_a_slow_start_is_not_stuck() -> None:
    starting = [2.303, 2.302, 2.301, 2.300, 2.299, 2.297]
    assert rules(replace(USUAL, history=history(starting, 0.11))) == []
    assert rules(replace(USUAL, history=history([2.3] * 4, 0.1, epochs=50))) == []
    flat = [2.303, 2.302, 2.303, 2.302, 2.303, 2.302]
    assert rules(replace(USUAL, history=history(flat, 0.1, epochs=10))) == ["nothing_learned"]
    assert rules(replace(USUAL, history=history(flat, 0.1, epochs=50))) == []


def test_nothing_learned_compares_with_the_same_answer_for_all() -> None:
    (diagnosis,) = diagnose(
        replace(USUAL, history=history([2.3, 2.31, 2.3, 2.31, 2.3, 2.31], 0.11, epochs=10))
    ).diagnoses
    assert "always answering '0' gives 10\N{NO-BREAK SPACE}%" in diagnosis.evidence
    assert "nearest examples gives 97\N{NO-BREAK SPACE}%" in diagnosis.evidence


def test_a_run_far_below_its_neighbours_is_not_called_good() -> None:
    slow = replace(USUAL, history=history([2.0 - 0.02 * number for number in range(9)], 0.4, epochs=9), finished=True)
    slow = replace(slow, training=TrainingSettings(epochs=9, learning_rate=0.1))
    waving = history([1.9, 1.95, 1.85, 1.9, 1.8, 1.85, 1.75, 1.8, 1.75], 0.4, epochs=9)
    (diagnosis,) = diagnose(replace(slow, history=waving)).diagnoses
    assert diagnosis.title == "The network has not learned what the data allow."
    assert diagnosis.action.settings == {"learning_rate": 0.01}
    unclear = replace(slow, data=replace(FACTS, neighbours=Neighbours(800, 0.5, 0.0)), history=waving)
    assert rules(unclear) == []


def test_a_batch_of_all_examples_is_blamed_before_the_number_of_epochs() -> None:
    cut = replace(USUAL, history=history(falling(9, 0.85), 0.7, epochs=9), finished=True)
    whole = replace(cut, training=TrainingSettings(batch_size=1000, epochs=9))
    (diagnosis,) = diagnose(whole).diagnoses
    assert "An epoch is only one step." in diagnosis.remedy
    assert diagnosis.action.settings == {"batch_size": 32}
    (smaller,) = diagnose(replace(cut, training=TrainingSettings(batch_size=200))).diagnoses
    assert smaller.action.settings == {"epochs": 27}


def test_a_run_that_ended_while_the_loss_fell_was_too_short() -> None:
    cut = replace(USUAL, history=history(falling(9, 0.85), 0.7, epochs=9), finished=True)
    assert rules(cut) == ["too_short"]
    assert diagnose(cut).diagnoses[0].action.settings == {"epochs": 27}
    assert rules(replace(cut, finished=False)) == []
    assert rules(replace(cut, history=history(falling(9, 0.85), 0.97, epochs=9))) == []
