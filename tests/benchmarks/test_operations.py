"""The operations that layers tell of themselves, against the cost model, which counts them in its own way."""

import pytest

from tests.benchmarks import ours
from tests.benchmarks.cost_model import network_cost
from tests.benchmarks.workloads import WORKLOADS


@pytest.mark.parametrize("name", WORKLOADS)
def test_layers_and_the_cost_model_count_the_same(name: str) -> None:
    plans = ours.plans(WORKLOADS[name])
    for plan, cost in zip(plans, network_cost(plans, batch=1), strict=True):
        assert plan.settings is not None
        assert plan.input_shape is not None
        assert plan.settings.operations(plan.input_shape) == cost.forward.operations, plan.specification.name
