"""Losses: exact derivatives, extreme numbers, and error messages for invalid arguments."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tinyml.numerical import PASS, kinks, numerical_gradient, relative_error
from tinyml.core import DataError, SettingsError, ShapeError
from tinyml.layers import Softmax, layer_types
from tinyml.losses import (
    binary_cross_entropy_with_logits_loss,
    cross_entropy_loss,
    cross_entropy_with_softmax_loss,
    find_loss,
    huber_loss,
    loss_descriptions,
    losses,
    mae_loss,
    mse_loss,
)

with_labels = pytest.mark.parametrize(
    "name", [name for name, description in loss_descriptions().items() if description.targets == "labels"]
)
with_numbers = pytest.mark.parametrize(
    "name", [name for name, description in loss_descriptions().items() if description.targets == "numbers"]
)


@pytest.mark.parametrize("name", losses())
def test_the_description_of_a_loss_is_complete(name: str) -> None:
    description = loss_descriptions()[name]
    assert losses()[name].__name__ == name == description.name
    assert description.title
    assert description.summary.endswith(".")
    assert description.formula
    for layer in (description.last_layer, description.unwanted_last_layer):
        assert layer is None or layer in layer_types()


@given(rows=st.integers(1, 4), classes=st.integers(1, 5), seed=st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_the_gradient_on_scores_is_the_derivative(rows: int, classes: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores, labels = rng.normal(size=(rows, classes)), rng.integers(0, classes, rows)
    _, gradient = cross_entropy_with_softmax_loss(scores, labels)
    numerical = numerical_gradient(lambda s: cross_entropy_with_softmax_loss(s, labels)[0], scores)
    assert np.linalg.norm(gradient - numerical) <= PASS * max(np.linalg.norm(gradient), 1e-2)


@given(rows=st.integers(1, 4), classes=st.integers(1, 5), seed=st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_softmax_and_cross_entropy_together_have_the_exact_derivative(rows: int, classes: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores, labels = rng.normal(size=(rows, classes)), rng.integers(0, classes, rows)
    layer = Softmax()
    gradient = layer.backward(cross_entropy_loss(layer(scores), labels)[1])
    numerical = numerical_gradient(lambda s: cross_entropy_loss(layer(s), labels)[0], scores)
    assert np.linalg.norm(gradient - numerical) <= PASS * max(np.linalg.norm(gradient), 1e-2)
    in_one = cross_entropy_with_softmax_loss(scores, labels)
    assert cross_entropy_loss(layer(scores), labels)[0] == pytest.approx(in_one[0], rel=1e-9)
    np.testing.assert_allclose(gradient, in_one[1], atol=1e-12)


def textbook_loss(name: str, p: float, t: float) -> float:
    """Return the loss for one number, by the textbook formula."""
    match name:
        case "mse_loss":
            return (p - t) ** 2
        case "mae_loss":
            return abs(p - t)
        case "huber_loss":
            return (p - t) ** 2 / 2 if abs(p - t) <= 1 else abs(p - t) - 0.5
    probability = 1 / (1 + math.exp(-p))
    return -t * math.log(probability) - (1 - t) * math.log(1 - probability)


@with_numbers
@given(shape=st.lists(st.integers(1, 4), min_size=1, max_size=3), seed=st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_a_loss_on_numbers_equals_its_formula_and_its_gradient_the_derivative(
    name: str, shape: list[int], seed: int
) -> None:
    rng, function = np.random.default_rng(seed), losses()[name]
    predicted, truth = 2 * rng.normal(size=shape), rng.random(shape)
    loss, gradient = function(predicted, truth)
    numbers = [textbook_loss(name, p, t) for p, t in zip(predicted.flat, truth.flat, strict=True)]
    assert loss == pytest.approx(sum(numbers) / truth.size)
    assert kinks(lambda p: function(p, truth)[1], predicted) == []
    assert relative_error(gradient, numerical_gradient(lambda p: function(p, truth)[0], predicted)) <= PASS


def test_kinks_are_where_the_absolute_error_is_zero_and_nowhere_else() -> None:
    truth = np.array([[1.0, 1.0, 1.0]])
    assert kinks(lambda p: mae_loss(p, truth)[1], np.array([[1.0, 2.0, 0.0]])) == [(0, 0)]
    assert mae_loss(np.array([[1.0, 2.0, 0.0]]), truth)[1].tolist() == [[0, 1 / 3, -1 / 3]]
    assert kinks(lambda p: huber_loss(p, truth)[1], np.array([[1.0, 2.0, 0.0]])) == []


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_extreme_logits_give_finite_losses(dtype: type[np.floating]) -> None:
    scores = np.array([[1e30, -1e30, 1e4, -1e4]], dtype)
    loss, gradient = binary_cross_entropy_with_logits_loss(scores, np.array([[1, 0, 0, 1]]))
    assert loss == pytest.approx(5e3)
    np.testing.assert_array_equal(gradient, [[0, 0, 0.25, -0.25]])
    for name in ("mae_loss", "huber_loss"):
        loss, gradient = losses()[name](scores, np.zeros((1, 4)))
        assert loss == pytest.approx(5e29)
        np.testing.assert_array_equal(gradient, [[0.25, -0.25, 0.25, -0.25]])


@pytest.mark.parametrize("truth", [[[2.0, 0.0]], [[0.0, -1.0]], [[np.nan, 0.0]]])
def test_targets_of_binary_cross_entropy_are_from_0_to_1(truth: list[list[float]]) -> None:
    with pytest.raises(DataError, match=r"from 0 .no. to 1 .yes., but it goes from"):
        binary_cross_entropy_with_logits_loss(np.zeros((1, 2)), np.array(truth))


def test_values_by_hand() -> None:
    scores = np.log([[1.0, 3.0], [1.0, 1.0]])
    loss, gradient = cross_entropy_with_softmax_loss(scores, np.array([1, 0]))
    assert loss == pytest.approx((np.log(4 / 3) + np.log(2)) / 2)
    np.testing.assert_allclose(gradient, [[0.125, -0.125], [-0.25, 0.25]])
    assert mse_loss(np.array([[1.0, 2.0], [3.0, 4.0]]), np.zeros((2, 2), int))[0] == 7.5


@with_labels
@pytest.mark.parametrize("label_type", [np.int8, np.uint8, np.int32, np.int64, np.uint64])
def test_every_row_counts_in_a_large_batch(name: str, label_type: type[np.integer]) -> None:
    rng = np.random.default_rng(0)
    probabilities = Softmax()(rng.normal(size=(300, 10)))
    labels = rng.integers(0, 10, 300)
    loss, gradient = losses()[name](probabilities, labels.astype(label_type))
    rows = [losses()[name](probabilities[row : row + 1], labels[row : row + 1]) for row in range(300)]
    assert loss == pytest.approx(np.mean([row[0] for row in rows]))
    np.testing.assert_allclose(gradient, np.concatenate([row[1] for row in rows]) / 300, rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_extreme_scores_give_finite_losses(dtype: type[np.floating]) -> None:
    scores = np.array([[1e30, 0, -1e30], [1e4, -1e4, 0]], dtype)
    loss, gradient = cross_entropy_with_softmax_loss(scores, np.array([0, 0]))
    assert loss == 0
    assert not gradient.any()
    loss, gradient = cross_entropy_with_softmax_loss(scores[1:], np.array([1]))
    assert loss == pytest.approx(2e4)
    np.testing.assert_array_equal(gradient, [[1, -1, 0]])


def test_an_infinite_loss_is_returned_as_infinity() -> None:
    assert cross_entropy_loss(np.array([[1.0, 0.0]]), np.array([1]))[0] == np.inf


@pytest.mark.parametrize("name", losses())
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_diverged_network_gives_a_loss_that_is_not_finite(name: str, bad: float) -> None:
    truth = np.array([0]) if loss_descriptions()[name].targets == "labels" else np.zeros((1, 2))
    if name == "cross_entropy_loss" and bad == np.inf:
        with pytest.raises(DataError, match="probabilities"):
            cross_entropy_loss(np.array([[bad, 0.5]]), truth)
        return
    assert not np.isfinite(losses()[name](np.array([[bad, 0.5]]), truth)[0])


@pytest.mark.parametrize("name", losses())
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_gradient_has_the_shape_and_dtype_of_the_prediction(name: str, dtype: type[np.floating]) -> None:
    predicted = Softmax()(np.random.default_rng(0).normal(size=(4, 3)).astype(dtype))
    before = predicted.copy()
    truth = np.arange(4) % 3 if loss_descriptions()[name].targets == "labels" else np.eye(4, 3)
    loss, gradient = losses()[name](predicted, truth)
    assert type(loss) is float
    assert gradient.shape == predicted.shape
    assert gradient.dtype == dtype
    assert not np.shares_memory(gradient, predicted)
    np.testing.assert_array_equal(predicted, before)


@with_labels
@pytest.mark.parametrize(
    ("predicted", "labels", "error", "words"),
    [
        (
            np.ones((2, 1)),
            np.array([0, 1]),
            DataError,
            "received the label 1, but the network has 1 output, so labels go from 0 to 0",
        ),
        (np.full((2, 3), 1 / 3), np.array([0, -1]), DataError, "received the label -1, but labels are counted from 0"),
        (np.full((2, 3), 1 / 3), np.array([0.0, 1.0]), DataError, "whole numbers, but they are float64"),
        (np.full((2, 3), 1 / 3), np.array([True, False]), DataError, "whole numbers, but they are bool"),
        (np.full((2, 3), 1 / 3), np.array([0, 1, 2]), ShapeError, r"each of the 2 predictions, shape \(2,\)"),
        (np.full((2, 3), 1 / 3), np.eye(2, 3, dtype=int), ShapeError, r"labels of shape \(2, 3\)"),
        (np.ones((2, 3, 4)), np.array([0, 1]), ShapeError, r"shape \(N, K\).* received \(2, 3, 4\)"),
        (np.ones((0, 3)), np.array([], int), ShapeError, r"received \(0, 3\)"),
    ],
)
def test_invalid_labels_are_refused(
    name: str, predicted: np.ndarray, labels: np.ndarray, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=f"{name}.*{words}"):
        losses()[name](predicted, labels)


@pytest.mark.parametrize("predicted", [[[2.0, -1.0]], [[0.2, 0.2]], [[3.0, 4.0]]])
def test_scores_are_refused_as_probabilities(predicted: list[list[float]]) -> None:
    with pytest.raises(DataError, match="Put a Softmax layer at its end"):
        cross_entropy_loss(np.array(predicted), np.array([0]))


@with_numbers
@pytest.mark.parametrize(
    ("truth", "error", "words"),
    [
        (np.array([0, 1]), ShapeError, r"same shape as the predictions, \(2, 3\), but received \(2,\)"),
        (np.full((2, 3), "a"), DataError, "made of numbers"),
        (np.ones((2, 3), complex), DataError, "made of numbers, but it is complex128"),
    ],
)
def test_an_invalid_ground_truth_is_refused(name: str, truth: np.ndarray, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=f"{name} .*{words}"):
        losses()[name](np.ones((2, 3)), truth)


@pytest.mark.parametrize(
    ("names", "loss"),
    [
        (("mse", "mse_loss", "MSE", "MSELoss", "mean_squared_error", "Mean squared error"), mse_loss),
        (("mae", "l1", "mean-absolute-error"), mae_loss),
        (("huber", "smooth_l1"), huber_loss),
        (("cross_entropy", "CrossEntropyLoss"), cross_entropy_loss),
        (("cross_entropy_with_softmax", "cross_entropy_with_logits"), cross_entropy_with_softmax_loss),
        (("bce", "BCE", "bce_with_logits", "BCEWithLogitsLoss"), binary_cross_entropy_with_logits_loss),
    ],
)
def test_a_loss_is_found_by_its_names(names: tuple[str, ...], loss: Callable[..., Any]) -> None:
    assert [find_loss(name) for name in names] == [loss] * len(names)
    assert find_loss(loss) is loss


def test_no_two_losses_have_the_same_name() -> None:
    names = [name for each in loss_descriptions().values() for name in (each.name.removesuffix("_loss"), *each.aliases)]
    assert len(set(names)) == len(names)


def test_an_unknown_loss_is_refused_with_a_list_of_the_known_ones() -> None:
    with pytest.raises(
        SettingsError, match=r"no loss 'mse_los'. Did you mean 'mse_loss'\? There are: .*huber_loss.*mse_"
    ):
        find_loss("mse_los")
    for wrong, words in ((float, "the class float"), (None, "None"), (0.5, "0.5")):
        with pytest.raises(SettingsError, match=f"The loss is {words}.*huber_loss"):
            find_loss(wrong)


@pytest.mark.parametrize("name", losses())
def test_lists_and_whole_numbers_are_accepted(name: str) -> None:
    loss = losses()[name]
    labels = loss_descriptions()[name].targets == "labels"
    truth = [0, 1] if labels else [[1, 0], [0, 1]]
    predicted = [[1, 0], [0, 1]]
    expected = loss(np.array(predicted, np.float32), np.array(truth))
    assert expected[1].dtype == np.float32
    for given_prediction in (predicted, np.array(predicted), np.array(predicted, bool)):
        for given_truth in (truth, np.array(truth, np.uint8), np.array(truth, int if labels else bool)):
            value, gradient = loss(given_prediction, given_truth)  # type: ignore[arg-type]
            assert value == expected[0]
            assert gradient.dtype == np.float32
            np.testing.assert_array_equal(gradient, expected[1])


@with_numbers
@pytest.mark.parametrize(
    ("shape", "words"),
    [((3,), r"targets\[:, np.newaxis\]"), ((3, 1, 1), r"targets.reshape\(predicted.shape\)"), ((1, 3), "")],
    ids=str,
)
def test_targets_of_another_shape_are_refused_with_the_remedy(name: str, shape: tuple[int, ...], words: str) -> None:
    with pytest.raises(ShapeError, match=f"{name} needs .*{words}"):
        losses()[name](np.zeros((3, 1)), np.zeros(shape))


@with_labels
@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (np.eye(3), r"labels.argmax\(axis=1\)"),
        (np.array([[0], [1], [2]]), r"labels\[:, 0\]"),
        (np.array([0.0, 1.0, 2.0]), r"labels.astype\(int\)"),
        (np.array([True, False, True]), r"labels.astype\(int\)"),
        (np.array([0.5, 1.0, 2.0]), r"they are float64\.$"),
        (np.array([1, 2, 3]), "labels go from 0 to 2"),
        (np.array([-1, 2, 1]), "counted from 0"),
        (["a", "b", "c"], "whole numbers"),
    ],
    ids=str,
)
def test_labels_of_another_kind_are_refused_with_the_remedy(name: str, labels: Any, words: str) -> None:
    with pytest.raises((ShapeError, DataError), match=f"{name} .*{words}"):
        losses()[name](np.full((3, 3), 1 / 3), labels)
