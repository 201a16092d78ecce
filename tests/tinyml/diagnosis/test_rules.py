"""Each rule with evidence made by hand, at its threshold and just before it."""

from dataclasses import replace

import pytest

from tests.tinyml.diagnosis.evidence import FACTS, NETWORK, USUAL, falling, history, measured, rules
from tinyml.core import ChangeTraining
from tinyml.diagnosis import (
    RULES,
    DataFacts,
    Evidence,
    InputRange,
    Neighbours,
    NetworkLayer,
    ShowLayer,
    diagnose,
)
from tinyml.learner import EpochFinished, Evaluation, TrainingSettings
from tinyml.learner.layer_stats import LayerStats

# ------------------------------------------------------------------------------------------------------ no diagnosis


def test_a_good_run_has_no_diagnosis_and_says_what_was_checked() -> None:
    for count in range(15):
        shares = [1 - 0.9 * 0.7**number for number in range(1, count + 1)]
        good = replace(USUAL, history=history(falling(count), shares, falling(count, 0.82), shares))
        good = replace(good, measurements=measured(relu_1={"dead": 0.1}))
        report = diagnose(good)
        assert report.diagnoses == ()
        assert "dead units" in report.checked
        assert len(report.checked) == len(RULES)


def test_what_could_not_be_checked_is_not_called_checked() -> None:
    report = diagnose(replace(USUAL, history=history(falling(5), 0.6)))
    assert "dead units" not in report.checked
    assert "overfitting" in report.checked
    bare = diagnose(replace(USUAL, data=None)).checked
    assert set(bare) == {"failures", "divergence", "batches for batch normalisation"}


def test_nothing_is_said_without_epochs_or_facts() -> None:
    assert rules(Evidence((), TrainingSettings())) == []
    assert rules(replace(USUAL, data=None, history=history(falling(10), 0.6))) == []


# ---------------------------------------------------------------------------------------------------- the whole table


def test_every_rule_is_complete_and_has_a_different_weight() -> None:
    assert len({rule.name for rule in RULES}) == len({rule.weight for rule in RULES}) == len(RULES)
    known = {rule.name for rule in RULES}
    for rule in RULES:
        assert rule.why.endswith("."), rule.name
        assert rule.source, rule.name
        assert rule.checks, rule.name
        assert set(rule.explains) <= known - {rule.name}, rule.name
    assert [rule.weight for rule in RULES] == sorted((rule.weight for rule in RULES), reverse=True)


def test_a_symptom_that_follows_from_another_one_is_left_out() -> None:
    stuck = replace(USUAL, history=history([2.3] * 10, 0.1), measurements=measured(relu_1={"dead": 1.0}))
    assert rules(stuck) == ["dead_units"]
    assert rules(replace(stuck, measurements=())) == ["nothing_learned"]


def test_at_most_three_are_shown_the_most_telling_first() -> None:
    several = replace(
        USUAL,
        history=history([2.3] * 10, 0.1),
        training=TrainingSettings(batch_size=2),
        network=(NETWORK[0], NetworkLayer("norm", "BatchNorm1D", 20, 10), *NETWORK[1:]),
        data=replace(FACTS, inputs=InputRange(50.0, 80.0), neighbours=Neighbours(800, 0.8, 0.1, evenness=1.0)),
    )
    assert rules(several) == ["unscaled_inputs", "small_batch", "label_noise"]
    assert len(diagnose(several, most=1).diagnoses) == 1


# ------------------------------------------------------------------------------------------------------------ layers


@pytest.mark.parametrize(("dead", "accuracy", "severity"), [(1.0, 0.1, "danger"), (0.6, 0.5, "warning")])
def test_dead_units_are_named(dead, accuracy, severity) -> None:
    epochs = history(falling(4), accuracy, epochs=8)
    (diagnosis,) = diagnose(replace(USUAL, history=epochs, measurements=measured(relu_1={"dead": dead}))).diagnoses
    assert (diagnosis.rule, diagnosis.severity) == ("dead_units", severity)
    assert diagnosis.title.startswith("relu_1: ")
    assert isinstance(diagnosis.action, ShowLayer) == (dead < 0.9)


def test_units_that_are_0_at_the_start_get_half_of_the_run_to_wake_up() -> None:
    half = measured(relu_1={"dead": 0.6})
    assert rules(replace(USUAL, history=history(falling(4), 0.3, epochs=9), measurements=half)) == []
    assert rules(replace(USUAL, history=history(falling(4), 0.3, epochs=8), measurements=half)) == ["dead_units"]
    whole = measured(relu_1={"dead": 1.0})
    assert rules(replace(USUAL, history=history([2.3], 0.1), measurements=whole)) == ["dead_units"]
    assert rules(replace(USUAL, history=history(falling(9), 0.95), measurements=measured(relu_1={"dead": 0.95}))) == []


def test_outputs_that_are_always_0_are_named_if_the_loss_needs_scores() -> None:
    last = NetworkLayer("relu_2", "ReLU", 0, 10, is_curved=True, is_last=True)
    run = replace(USUAL, network=(*NETWORK[:2], last), history=history(falling(4), 0.3, epochs=4))
    dead = replace(run, measurements=measured(relu_2={"dead": 0.5}))
    (diagnosis,) = diagnose(dead).diagnoses
    assert "Remove relu_2" in diagnosis.remedy
    numbers = TrainingSettings(epochs=20, loss="mse_loss")
    assert rules(replace(dead, training=numbers)) == []


@pytest.mark.parametrize(
    ("decay", "dropped", "action"),
    [
        (0.3, 0.0, ChangeTraining("Set weight decay 0.003", {"weight_decay": 0.003})),
        (0.0, 0.9, ShowLayer("dropout_1")),
        (0.01, 0.5, ChangeTraining("Set learning rate 0.001", {"learning_rate": 0.001})),
    ],
)
def test_strong_weight_decay_or_dropout_is_blamed_before_the_rate(decay, dropped, action) -> None:
    layers = (*NETWORK[:2], NetworkLayer("dropout_1", "Dropout", 0, 64, dropped=dropped), NETWORK[2])
    training = TrainingSettings(epochs=20, weight_decay=decay, learning_rate=0.01)
    run = replace(USUAL, network=layers, training=training, history=history([2.3] * 6, 0.1))
    assert diagnose(replace(run, measurements=measured(relu_1={"dead": 1.0}))).diagnoses[0].action == action


def test_some_dead_units_are_no_trouble() -> None:
    epochs = history(falling(4), 0.5)
    assert rules(replace(USUAL, history=epochs, measurements=measured(relu_1={"dead": 0.4}))) == []
    good = history(falling(8), 0.98)
    assert rules(replace(USUAL, history=good, measurements=measured(relu_1={"dead": 0.7}))) == []
    # A unit that fired in one of the newest batches is alive.
    once = (*measured(relu_1={"dead": 1.0}), (LayerStats("relu_1", dead=0.2),))
    assert rules(replace(USUAL, history=epochs, measurements=once)) == []


def test_in_small_batches_only_a_whole_layer_is_called_dead() -> None:
    small = replace(USUAL, history=history(falling(4), 0.5, epochs=8), training=TrainingSettings(batch_size=4))
    assert rules(replace(small, measurements=measured(relu_1={"dead": 0.8}))) == []
    assert rules(replace(small, measurements=measured(relu_1={"dead": 0.95}))) == ["dead_units"]


def test_saturated_layers_inside_are_named_and_the_last_one_is_not() -> None:
    layers = (
        NetworkLayer("linear_1", "Linear", 100, 10),
        NetworkLayer("tanh_1", "Tanh", 0, 10, is_curved=True),
        NetworkLayer("linear_2", "Linear", 100, 10),
        NetworkLayer("tanh_2", "Tanh", 0, 10, is_curved=True, is_last=True),
    )
    run = replace(USUAL, network=layers, history=history([2.3, 2.2, 2.25, 2.2], 0.3))
    inner, last = measured(tanh_1={"saturated": 0.8}), measured(tanh_2={"saturated": 0.9})
    assert rules(replace(run, measurements=inner)) == ["saturation"]
    assert rules(replace(run, measurements=last)) == []
    assert rules(replace(run, measurements=measured(tanh_1={"saturated": 0.3}))) == []
    assert diagnose(replace(run, measurements=inner)).diagnoses[0].action.layers == ("tanh_1",)


def deep(first: float, last: float) -> tuple[tuple[LayerStats, ...], ...]:
    inner = {f"linear_{number}": {"gradient_norm": 1e-3} for number in (2, 3, 4)}
    return measured(linear_1={"gradient_norm": first}, **inner, linear_5={"gradient_norm": last})


def test_gradients_vanish_and_explode_by_layer() -> None:
    layers = tuple(NetworkLayer(f"linear_{number}", "Linear", 100, 10) for number in (1, 2, 3, 4, 5))
    curve = NetworkLayer("relu_1", "ReLU", 0, 10, is_curved=True)
    run = replace(USUAL, network=(curve, *layers), history=history([2.3, 2.29, 2.28], 0.15))
    assert rules(replace(run, measurements=deep(1e-8, 1e-2))) == ["vanishing_gradient"]
    assert rules(replace(run, measurements=deep(1e-4, 1e-2))) == []
    # A few layers do not make it vanish, unless they are squashing ones.
    norms = {"linear_3": 1e-8, "linear_4": 1e-3, "linear_5": 1e-2}
    few = measured(**{name: {"gradient_norm": norm} for name, norm in norms.items()})
    assert rules(replace(run, network=(curve, *layers[2:]), measurements=few)) == []
    squashing = NetworkLayer("tanh_1", "Tanh", 0, 10, is_curved=True)
    assert rules(replace(run, network=(squashing, *layers[2:]), measurements=few)) == ["vanishing_gradient"]
    assert rules(replace(run, measurements=deep(1e4, 1e-2))) == ["exploding_gradient"]
    assert rules(replace(run, measurements=deep(50.0, 1e-2))) == []
    clipped = replace(run, measurements=deep(1e4, 1e-2), training=TrainingSettings(clip_norm=1))
    assert rules(clipped) == []


def test_small_batches_matter_only_for_batch_normalisation() -> None:
    norm = (NetworkLayer("norm_1", "BatchNorm2D", 20, 10), *NETWORK)
    run = replace(USUAL, network=norm, history=history(falling(3), 0.4), training=TrainingSettings(batch_size=4))
    assert rules(run) == ["small_batch"]
    assert rules(replace(run, training=TrainingSettings(batch_size=8))) == []
    assert rules(replace(run, network=NETWORK)) == []


# --------------------------------------------------------------------------------------------------------------- fit


def test_100_against_83_9_percent_is_overfitting() -> None:
    losses = history(falling(12), 1.0, [0.6] * 12, 0.839)
    (diagnosis,) = diagnose(replace(USUAL, history=losses)).diagnoses
    assert diagnosis.rule == "overfitting"
    assert "100\N{NO-BREAK SPACE}% on the training examples, 83.9\N{NO-BREAK SPACE}% on the" in diagnosis.evidence
    few = replace(USUAL, history=losses, data=replace(FACTS, validation=9, validation_counts=()))
    assert rules(few) == []  # 9 examples could have been unlucky


def test_99_4_percent_is_not_learned_by_heart() -> None:
    validation = [0.1, 0.05, 0.02, 0.021, 0.024, 0.027, 0.03, 0.033, 0.036, 0.04]
    assert rules(replace(USUAL, history=history(falling(10, start=0.05), 1.0, validation, 0.994))) == []
    assert rules(replace(USUAL, history=history(falling(10, start=0.05), 1.0, validation, 0.93))) == ["overfitting"]


def test_the_epoch_that_is_named_is_the_best_epoch() -> None:
    validation = [1.0] * 33 + [0.5] + [0.6, 0.62] * 7 + [0.7] * 10
    shares = [0.8] * len(validation)
    run = replace(USUAL, history=history(falling(58, 0.97), 0.95, validation, shares, epochs=60))
    assert run.best.epoch == 34
    (diagnosis,) = diagnose(run).diagnoses
    assert "since epoch 34" in diagnosis.evidence
    # A later epoch that is better by a little is the best one, and nothing else is named.
    validation[47] = 0.499
    later = replace(run, history=history(falling(58, 0.97), 0.95, validation, shares, epochs=60))
    assert later.best.epoch == 48
    for diagnosis in diagnose(later).diagnoses:
        assert "epoch 34" not in diagnosis.evidence


def test_jumps_of_the_validation_loss_are_not_overfitting() -> None:
    validation = [0.3, 0.25, 0.5, 0.1, 0.4, 0.3, 0.45, 0.2, 0.5, 0.3, 0.4]
    assert rules(replace(USUAL, history=history(falling(11), 0.95, validation, 0.9))) == []


def test_underfitting_needs_a_flat_loss_and_neighbours_that_do_better() -> None:
    flat = history([1.21, 1.2] * 8, 0.6)
    assert rules(replace(USUAL, history=flat)) == ["underfitting"]
    overlapping = replace(FACTS, neighbours=Neighbours(800, 0.6, 0.01))
    assert rules(replace(USUAL, history=flat, data=overlapping)) == []
    assert rules(replace(USUAL, history=history(falling(16, 0.95), 0.6))) == []


def test_luck_is_named_for_small_tests_only() -> None:
    run = replace(USUAL, history=history(falling(20), 0.92), finished=True, test=Evaluation(0.2, 0.9))
    small = replace(run, data=replace(FACTS, test=20))
    (diagnosis,) = diagnose(small).diagnoses
    assert diagnosis.rule == "luck"
    assert diagnosis.severity == "note"
    for end in ("69.9\N{NO-BREAK SPACE}%", "97.2\N{NO-BREAK SPACE}%"):
        assert end in diagnosis.evidence
    assert rules(run) == []
    assert rules(replace(small, finished=False)) == []
    # Of three examples, one right answer more or less says nothing at all.
    few = replace(run, data=replace(FACTS, test=3), test=Evaluation(0.7, 1 / 3))
    assert rules(few) == ["luck"]


def test_what_is_known_no_better_is_not_learned_by_heart() -> None:
    rising = [0.5, 0.4, 0.3, *[0.6] * 7]
    run = replace(USUAL, history=history(falling(10, 0.9, 0.5), 0.85, rising, 0.84))
    assert rules(run) == ["overfitting"]
    assert rules(replace(run, history=history(falling(10, 0.97, 0.8), 0.85, rising, 0.84))) == []


# -------------------------------------------------------------------------------------------------------------- data


def test_a_rare_class_is_named_if_the_accuracy_hides_it() -> None:
    rare = DataFacts(1000, 200, 200, ("yes", "no"), (960, 40), (192, 8), neighbours=Neighbours(800, 0.97, 0.01))
    run = replace(USUAL, data=rare, history=history(falling(5), 0.96, falling(5), 0.96))
    (diagnosis,) = diagnose(run).diagnoses
    assert diagnosis.rule == "imbalance"
    assert "always answering 'yes' gives 96\N{NO-BREAK SPACE}%" in diagnosis.evidence
    good = replace(run, history=history(falling(5), 0.995, falling(5), 0.995))
    assert rules(good) == []


def test_labels_that_are_wrong_everywhere_are_named_and_those_at_the_border_are_not() -> None:
    noisy = replace(FACTS, neighbours=Neighbours(800, 0.88, 0.09, evenness=0.9, columns=2))
    run = replace(USUAL, data=noisy, history=history(falling(9), 0.9))
    assert rules(run) == ["label_noise"]
    border = replace(FACTS, neighbours=Neighbours(800, 0.88, 0.09, evenness=0.3, columns=2))
    assert rules(replace(run, data=border)) == []


def test_classes_that_overlap_are_named_if_network_and_neighbours_do_equally_badly() -> None:
    near = Neighbours(800, 0.5, 0.07, evenness=0.2, columns=2)
    epochs = history([1.5, *[1.2] * 8], 0.55, [1.3] * 9, 0.45, epochs=9)
    run = replace(USUAL, data=replace(FACTS, neighbours=near), history=epochs, finished=True)
    (diagnosis,) = diagnose(run).diagnoses
    assert (diagnosis.rule, diagnosis.severity) == ("overlap", "note")
    assert rules(replace(run, finished=False)) == []
    # Images that are alike need not be near each other, and a network can be much better than neighbours.
    assert rules(replace(run, data=replace(FACTS, neighbours=replace(near, columns=784)))) == []
    better = history([1.5, *[0.3] * 8], 0.92, [0.4] * 9, 0.9, epochs=9)
    assert rules(replace(run, history=better)) == []


@pytest.mark.parametrize(
    ("inputs", "accuracy", "expected"),
    [
        (InputRange(0.0, 40.0), 0.5, ["unscaled_inputs"]),
        (InputRange(0.0, 1.0, largest=2.0, smallest=0.001), 0.5, ["unscaled_inputs"]),
        (InputRange(0.3, 0.4), 0.5, []),
        (InputRange(0.0, 40.0, scaled=True), 0.5, []),
        (InputRange(0.0, 40.0), 0.98, []),
    ],
)
def test_inputs_that_are_not_scaled_are_named_if_they_hurt(inputs, accuracy, expected) -> None:
    run = replace(USUAL, data=replace(FACTS, inputs=inputs), history=history(falling(4), accuracy))
    assert rules(run) == expected


def test_inputs_that_are_not_scaled_are_named_at_once_if_the_run_begins_badly() -> None:
    run = replace(USUAL, data=replace(FACTS, inputs=InputRange(0.0, 40.0)), history=history([5.0], 0.3))
    # The dead units follow from the scale.
    assert rules(replace(run, measurements=measured(relu_1={"dead": 1.0}))) == ["unscaled_inputs"]
    assert rules(replace(run, history=history([5.0], 0.7))) == []
    assert rules(replace(run, history=history([5.0, 4.0, 3.0], 0.7))) == ["unscaled_inputs"]


def test_validation_examples_of_another_kind_are_no_overfitting() -> None:
    other = replace(FACTS, neighbours=Neighbours(800, 0.97, 0.01, same_part=0.75, pooled=720))
    run = replace(USUAL, data=other, history=history(falling(12), 1.0, [0.6] * 12, 0.8))
    assert rules(run) == ["other_validation"]
    assert rules(replace(run, history=history(falling(12), 0.99, [0.1] * 12, 0.98))) == []
    labels = replace(FACTS, validation_counts=(270, *(10,) * 9))
    assert rules(replace(run, data=labels)) == ["other_validation"]


def test_numbers_as_targets_are_judged_by_r_squared() -> None:
    def numbers(losses, trained, validated):
        return tuple(
            EpochFinished(n, 10, loss, None, loss, None, float(n), 0.1, trained, validated)
            for n, loss in enumerate(losses, start=1)
        )

    facts = DataFacts(500, 100, 100, neighbours=Neighbours(500, 0.9, 0.0))
    training = TrainingSettings(loss="mse_loss")
    run = Evidence(numbers([1.0, 1.01] * 4, 0.0, 0.0), training, NETWORK, facts)
    assert rules(run) == ["nothing_learned"]
    assert "always answering the mean" in diagnose(run).diagnoses[0].evidence
    assert rules(replace(run, history=numbers(falling(8), 0.97, 0.96))) == []
    assert rules(replace(run, history=numbers(falling(8), 0.97, 0.6))) == ["overfitting"]
