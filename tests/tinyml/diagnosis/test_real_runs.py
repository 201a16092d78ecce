"""The cases in which advice was once wrong, with real runs, and runs that are nearly wrong."""

from tests.tinyml.diagnosis import cases
from tests.tinyml.diagnosis.real_runs import network, run, run_project
from tinyml.core import ChangeTraining
from tinyml.data import DataChoice, prepare_splits
from tinyml.diagnosis import ReplaceLayers
from tinyml.storage import open_project


def test_dead_relus_are_named_and_not_called_too_few_units() -> None:
    found = cases.dead(rate=0.3)
    (dead,) = found.report.diagnoses
    assert dead.rule == "dead_units"
    assert dead.severity == "danger"
    assert "of the units of relu_7 are 0 for every example. So are many of those of relu_3" in dead.evidence
    assert "smaller learning rate, such as 0.03" in dead.remedy
    assert dead.action == ChangeTraining("Set learning rate 0.03", {"learning_rate": 0.03})
    assert "larger" not in dead.remedy
    assert "more units" not in dead.remedy
    # The remedy works.
    assert cases.dead(rate=0.03).rules == []


def test_ten_sigmoid_layers_have_a_vanishing_gradient() -> None:
    found = cases.ten_sigmoids()
    (vanishing,) = found.report.diagnoses
    assert vanishing.rule == "vanishing_gradient"
    assert "linear_1" in vanishing.title
    assert found.evidence.recent("linear_1", "gradient_norm") < 1e-8
    assert isinstance(vanishing.action, ReplaceLayers)
    assert vanishing.action.layers == tuple(f"sigmoid_{number}" for number in range(2, 21, 2))
    assert "learning rate" not in vanishing.remedy


def test_two_sigmoid_layers_are_all_right() -> None:
    assert "vanishing_gradient" not in run(cases.hidden("Sigmoid"), cases.settings(), cases.points()).rules


def test_a_validation_accuracy_of_99_percent_is_not_by_heart() -> None:
    found = run_project(open_project("lenet-digits"))
    assert found.evidence.history[-1].validation_accuracy > 0.99
    assert found.rules == []
    assert found.on_the_way == {}


def test_perfect_training_and_worse_validation_is_overfitting() -> None:
    found = cases.overfitting()
    (overfitting,) = found.report.diagnoses
    assert overfitting.rule == "overfitting"
    assert "100\N{NO-BREAK SPACE}% on the training examples, 81.3\N{NO-BREAK SPACE}% on the" in overfitting.evidence


def test_random_labels_are_named() -> None:
    assert cases.random_labels(classes=2).rules == ["random_labels"]
    assert cases.random_labels(classes=10).rules == ["random_labels"]


def test_one_class_is_named() -> None:
    found = cases.one_class()
    assert found.rules == ["one_class"]
    assert "All 180 training examples belong to 'yes'" in found.report.diagnoses[0].evidence


def test_wrong_labels_are_named_and_overlapping_classes_are_not() -> None:
    assert cases.noisy_labels(0.1).rules == ["label_noise"]
    assert cases.noisy_labels(0.02).rules == []
    overlapping = run(cases.hidden("ReLU"), cases.settings(), cases.points(noise=0.3))
    assert "label_noise" not in overlapping.rules


def test_straight_borders_are_named_where_the_classes_need_a_curve() -> None:
    layers = cases.linear(16), cases.linear(16), cases.linear(2)
    assert run(network(*layers), cases.settings(), cases.points("circle")).rules == ["no_nonlinearity"]
    blobs = run(network(cases.linear(3)), cases.settings(), cases.points("blobs"))
    assert blobs.rules == []


def test_a_low_rate_is_named_while_the_loss_creeps() -> None:
    low = cases.settings(learning_rate=0.0001, momentum=0.0, epochs=20)
    found = run(cases.hidden("ReLU"), low, cases.points())
    (diagnosis,) = found.report.diagnoses
    assert diagnosis.rule == "low_rate"
    assert diagnosis.action.settings == {"learning_rate": 0.001}


def test_a_rate_that_is_much_too_high_diverges() -> None:
    high = cases.settings(learning_rate=50, loss="mse_loss")
    found = run(cases.hidden("ReLU"), high, cases.points())
    assert found.rules == ["divergence"]
    assert found.evidence.failure
    assert found.report.diagnoses[0].action.settings == {"learning_rate": 5.0}


def test_a_slow_start_is_not_stuck() -> None:
    # Three layers of Sigmoid stay near the loss of guessing for many epochs, and then learn.
    moons = prepare_splits(DataChoice(source="moons", validation=0.2))
    training = cases.settings(learning_rate=0.1, epochs=100)
    found = run(cases.hidden("Sigmoid", 3), training, moons)
    losses = [epoch.training_loss for epoch in found.evidence.history]
    assert losses[9] > 0.6
    assert found.evidence.score > 0.95
    assert found.on_the_way == {}
    assert found.rules == []
