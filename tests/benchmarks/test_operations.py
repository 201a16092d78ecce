"""The operations that layers report are equal to those of the cost model, which counts them independently."""

import pytest

from tests.benchmarks import ours
from tests.benchmarks.cost_model import network_cost
from tests.benchmarks.workloads import WORKLOADS


@pytest.mark.parametrize("name", WORKLOADS)
def test_layers_and_the_cost_model_count_the_same(name: str) -> None:
    inferred_layers = ours.inferred_layers(WORKLOADS[name])
    for inferred, cost in zip(inferred_layers, network_cost(inferred_layers, batch=1), strict=True):
        assert inferred.settings is not None
        assert inferred.input_shape is not None
        assert inferred.settings.operations(inferred.input_shape) == cost.forward.operations, (
            inferred.specification.name
        )
