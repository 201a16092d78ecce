"""Errors of predicted numbers, compared with the spread of their targets."""

from types import SimpleNamespace

import numpy as np
import pytest

from app.inspector.samples.number_error import NumberError, measure_error
from tinyml.data import Dataset


def trace_of(index: int, output: float):
    snapshot = SimpleNamespace(prepare=lambda samples: samples)
    return SimpleNamespace(index=index, output=np.array([output]), numbers=np.array([output]), snapshot=snapshot)


def test_the_error_is_told_in_standard_deviations_of_the_targets() -> None:
    samples = Dataset.from_arrays([[0.0], [1.0]], [1.0, 5.0])
    small = measure_error(trace_of(0, 2.0), samples)
    assert small == NumberError(pytest.approx(1.0), pytest.approx(2.0))
    assert not small.is_large
    assert small.describe() == "off by 0.500 standard deviations of the targets"
    large = measure_error(trace_of(1, 0.0), samples)
    assert large.is_large
    assert large.describe().endswith("more than the targets usually differ from their mean")


def test_equal_targets_have_no_spread_to_compare_with() -> None:
    samples = Dataset.from_arrays([[0.0], [1.0]], [3.0, 3.0])
    assert measure_error(trace_of(0, 3.5), samples).describe() == ""


def test_classes_own_examples_and_autoencoders_have_no_error() -> None:
    classes = Dataset.from_arrays([[0.0], [1.0]], [0, 1])
    assert measure_error(trace_of(0, 1.0), classes) is None
    numbers = Dataset.from_arrays([[0.0], [1.0]], [1.0, 5.0])
    assert measure_error(trace_of(-1, 1.0), numbers) is None
    inputs = np.array([[0.0], [1.0]])
    assert measure_error(trace_of(0, 1.0), Dataset.from_arrays(inputs, inputs)) is None
