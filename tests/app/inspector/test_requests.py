"""Tests of one reconstruction by any method, with its progress."""

import numpy as np
import pytest

from app.inspector.requests import compute_reconstruction
from app.inspector.target import Method, Target
from tinyml.core import TinymlError
from tinyml.layers import Conv2D, ReLU
from tinyml.net import Sequential, record


class StopError(Exception):
    """What a cancelled job raises at its next report."""


@pytest.fixture
def trace():
    layers = [Conv2D("conv", (1, 64, 64), 2, 3, 3, 1, 1, rng=np.random.default_rng(0)), ReLU("relu")]
    return record(Sequential(layers), np.random.default_rng(1).random((1, 1, 64, 64)))


@pytest.mark.parametrize("method", list(Method))
def test_each_method_reports_its_part_of_the_work_and_finds_what_the_framework_finds(trace, method):
    shares = []
    found = compute_reconstruction(method, trace, Target("relu", 1, (2, 3)), shares.append, done=1, count=4)
    assert np.array_equal(found.image, method.function(trace, "relu", 1, (2, 3)).image)
    assert shares == sorted(shares)
    assert shares[0] > 0.25
    assert shares[-1] == 0.5


@pytest.mark.parametrize("method", [method for method in Method if method.slow])
def test_a_slow_method_stops_at_the_first_report_of_a_cancelled_job(trace, method, monkeypatch):
    shares = []
    for module in ("gradients", "occluding"):
        monkeypatch.setattr(f"tinyml.visualize.{module}.batch_size", lambda chosen: 4)

    def stop(share: float) -> None:
        shares.append(share)
        raise StopError

    with pytest.raises(StopError):
        compute_reconstruction(method, trace, Target("relu", 0, whole_map=True), stop)
    assert len(shares) == 1
    assert 0 < shares[0] < 1


def test_a_layer_that_is_not_there_is_told(trace):
    with pytest.raises(TinymlError, match="other"):
        compute_reconstruction(Method.DECONVNET, trace, Target("other", 0), lambda share: None)
