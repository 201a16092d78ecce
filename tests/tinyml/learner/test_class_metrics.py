"""Precision, recall and F1, compared with numbers computed by hand and with counting."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinyml.core import DataError
from tinyml.learner import class_report, confusion_matrix


def test_three_classes_by_hand() -> None:
    found = class_report(np.array([[8, 2, 0], [1, 6, 3], [1, 0, 4]]))
    assert found.precision.tolist() == pytest.approx([8 / 10, 6 / 8, 4 / 7])
    assert found.recall.tolist() == pytest.approx([8 / 10, 6 / 10, 4 / 5])
    # 2 · 0.75 · 0.6 / (0.75 + 0.6) = 0.9 / 1.35
    assert found.f1.tolist() == pytest.approx([0.8, 2 / 3, 2 / 3])
    assert found.support.tolist() == [10, 10, 5]


def test_a_share_of_nothing_is_nan() -> None:
    found = class_report(np.array([[3, 0, 0], [2, 0, 0], [0, 0, 0]]))
    assert found.precision[0] == pytest.approx(3 / 5)
    assert math.isnan(found.precision[1])  # never predicted
    assert found.recall[1] == found.f1[1] == 0
    assert math.isnan(found.recall[2])
    assert math.isnan(found.f1[2])


@given(st.integers(1, 60), st.integers(1, 6), st.integers(0, 99))
def test_each_share_equals_the_one_that_is_counted(count: int, classes: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels, predicted = rng.integers(0, classes, (2, count))
    found = class_report(confusion_matrix(predicted, labels, classes))
    for place in range(classes):
        hits = sum((labels == place) & (predicted == place))
        assert found.support[place] == sum(labels == place)
        for share, whole in ((found.recall, labels), (found.precision, predicted)):
            assert share[place] == pytest.approx(hits / sum(whole == place), nan_ok=True) if place in whole else True
        if hits:
            precision, recall = found.precision[place], found.recall[place]
            assert found.f1[place] == pytest.approx(2 * precision * recall / (precision + recall))


@pytest.mark.parametrize("confusion", [np.zeros((2, 3), int), np.zeros(4, int), np.array([[1, -1], [0, 0]])])
def test_what_is_no_confusion_matrix_is_refused(confusion: np.ndarray) -> None:
    with pytest.raises(DataError, match="confusion matrix"):
        class_report(confusion)


def test_no_classes_have_an_empty_report() -> None:
    assert len(class_report(np.zeros((0, 0), int)).f1) == 0
