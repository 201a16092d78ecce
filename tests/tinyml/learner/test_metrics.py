"""Metrics, compared with simple counting."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tinyml.net.stacks import stack
from tinyml.core import DataError, SettingsError
from tinyml.data import DataChoice, load, split
from tinyml.layers import Linear
from tinyml.learner import (
    TrainingSettings,
    accuracy,
    confusion_matrix,
    evaluate,
    r_squared,
    report,
    set_up_training,
    top_accuracy,
)
from tinyml.net import Sequential


@given(st.integers(1, 40), st.integers(2, 6), st.integers(0, 9))
def test_metrics_equal_those_counted_by_hand(count: int, classes: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels, scores = rng.integers(0, classes, count), rng.integers(0, 4, (count, classes)).astype(float)
    predicted = scores.argmax(axis=1)
    counts = confusion_matrix(predicted, labels, classes)
    assert counts.sum() == count
    for true in range(classes):
        for guess in range(classes):
            assert counts[true, guess] == sum((labels == true) & (predicted == guess))
    assert accuracy(predicted, labels) == pytest.approx(np.trace(counts) / count)
    assert top_accuracy(scores, labels, 1) == pytest.approx(accuracy(predicted, labels))
    assert top_accuracy(scores, labels, classes) == 1
    for top in range(1, classes + 1):
        # A stable sort from the highest score on: among equal scores, the first class comes first.
        best = np.argsort(-scores, axis=1, kind="stable")[:, :top]
        assert top_accuracy(scores, labels, top) == pytest.approx(np.mean((best == labels[:, None]).any(axis=1)))


def test_a_nan_is_never_among_the_highest_scores() -> None:
    scores = np.array([[np.nan, 1.0, 0.5], [0.2, np.nan, 0.1], [np.nan] * 3])
    assert top_accuracy(scores, np.array([1, 1, 0]), 1) == pytest.approx(1 / 3)
    assert top_accuracy(scores, np.array([2, 0, 0]), 2) == pytest.approx(2 / 3)


@pytest.mark.parametrize("loss", ["cross_entropy_with_softmax_loss", "mse_loss"])
def test_outputs_that_are_not_numbers_are_wrong_and_no_guess_of_the_first_class(loss: str) -> None:
    circle = load("circle")
    net = Sequential([Linear("fc", 2, 2)])
    good = report(net, circle, loss)
    assert good.not_finite == 0
    for parameter in net.parameters:
        parameter.tensor[:] = np.nan
    broken = report(net, circle, loss)
    assert (broken.accuracy, broken.top_accuracy, broken.calibration) == (0, 0, None)
    assert broken.not_finite == len(circle)
    assert broken.confusion is not None
    assert broken.confusion.shape == (2, 2)
    assert not broken.confusion.any()


def test_r_squared_by_hand() -> None:
    truth = np.array([[1.0, 5.0], [2.0, 5.0], [3.0, 5.0]])
    assert r_squared(truth, truth) == 1
    assert r_squared(np.full_like(truth, [2.0, 5.0]), truth) == 0  # the mean of the first, all of the second
    assert r_squared(truth[:, ::-1], truth) == pytest.approx(1 - (29 + 29) / 2)
    assert r_squared(truth[:, 1], truth[:, 1]) == 1
    assert r_squared(truth[:, 0], truth[:, 1]) == 0
    assert r_squared(np.array([3.0, 2.0, 1.0]), np.array([1.0, 2.0, 3.0])) == -3


@pytest.mark.parametrize(
    "impossible",
    [
        lambda: accuracy(np.array([1]), np.array([1, 2])),
        lambda: accuracy(np.array([]), np.array([])),
        lambda: confusion_matrix(np.array([3]), np.array([0]), 3),
        lambda: confusion_matrix(np.array([0]), np.array([-1]), 3),
        lambda: r_squared(np.zeros((2, 2)), np.zeros(2)),
        lambda: r_squared(np.zeros(0), np.zeros(0)),
        lambda: report(None, load("circle").take(np.arange(0)), "mse_loss"),  # type: ignore[arg-type]
    ],
)
def test_arguments_that_do_not_fit_each_other_are_refused(impossible: object) -> None:
    with pytest.raises(DataError):
        impossible()  # type: ignore[operator]


@pytest.mark.parametrize("top", [0, 4])
def test_top_cannot_exceed_the_number_of_classes(top: int) -> None:
    with pytest.raises(SettingsError, match="from 1 to 3"):
        top_accuracy(np.zeros((1, 3)), np.array([0]), top)


@pytest.mark.parametrize(
    ("loss", "explains"),
    [
        ("mse_loss", True),
        ("cross_entropy_with_softmax_loss", False),
        ("binary_cross_entropy_with_logits_loss", False),
        ("huber_loss", True),
    ],
)
def test_a_report_agrees_with_the_evaluation(loss: str, explains: bool) -> None:
    splits = split(load("digits"), DataChoice())
    network = stack("Flatten", ("Linear", {"outputs": 10}))
    training = TrainingSettings(loss=loss, learning_rate=0.05, epochs=3, batch_size=20)
    setup = set_up_training(network, training, splits)
    for _ in setup.run():
        pass
    evaluated = report(setup.net, splits.test, loss)
    assert (evaluated.loss, evaluated.accuracy, None, None) == evaluate(setup.net, splits.test, loss)
    assert evaluated.top == 3
    assert evaluated.accuracy < evaluated.top_accuracy <= 1
    assert np.trace(evaluated.confusion) / len(splits.test) == pytest.approx(evaluated.accuracy)
    np.testing.assert_array_equal(evaluated.confusion.sum(axis=1), np.bincount(splits.test.labels))
    assert (evaluated.r_squared is not None) == explains
    assert evaluated.r_squared is None or 0.3 < evaluated.r_squared < 1
    assert report(setup.net, splits.test, loss, top=99).top_accuracy == 1
