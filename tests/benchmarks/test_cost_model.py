"""The cost model is compared with numbers that were computed by hand."""

import pytest

from tests.benchmarks import ours
from tests.benchmarks.cost_model import Cost, LayerCost, network_cost, total
from tests.benchmarks.machine import Limits
from tests.benchmarks.workloads import WORKLOADS, Workload, draw_batch
from tinyml.layers.base.inference import infer_stack
from tinyml.layers.base.specification import LayerSpecification


def costs(name: str, batch: int) -> dict[str, LayerCost]:
    workload = WORKLOADS[name]
    return {cost.name: cost for cost in network_cost(ours.inferred_layers(workload), batch, workload.momentum > 0)}


def test_the_second_convolution_of_w3() -> None:
    cost = costs("W3", 128)["conv2d_2"]
    # 64 filters of 32 × 3 × 3 weights = 18 432, each used at 24 × 24 positions of 128 images.
    assert 2 * 18_432 * 576 * 128 == 2_717_908_992
    biases = 64 * 576 * 128
    # For each image, the convolution reads 32 × 26 × 26 numbers and writes 64 × 24 × 24.
    inputs, parameters, outputs = 128 * 21_632, 18_432 + 64, 128 * 36_864
    assert cost.forward == Cost(2_717_908_992 + biases, 4 * (inputs + parameters + outputs))
    assert cost.to_weights == Cost(2_717_908_992 + biases, 4 * (outputs + inputs + parameters))
    assert cost.to_input == Cost(2_717_908_992, 4 * (outputs + 18_432 + inputs))
    assert cost.update == Cost(2 * 18_496, 4 * 3 * 18_496)


def test_the_first_layer_needs_no_gradient_of_its_input() -> None:
    of_w3 = costs("W3", 1)
    assert of_w3["conv2d_1"].to_input == Cost()
    assert of_w3["relu_1"].to_input == Cost(32 * 676, 4 * 3 * 32 * 676)


def test_nothing_below_the_first_parameters_needs_a_gradient() -> None:
    specification = (LayerSpecification(type="Flatten", name="flatten"), LayerSpecification(type="ReLu", name="relu"))
    below = network_cost(infer_stack(specification, (2, 3, 4)), batch=5)
    assert [cost.to_input for cost in below] == [Cost(), Cost()]
    assert below[1].forward == Cost(5 * 24, 4 * 2 * 5 * 24)


def test_a_linear_layer_with_momentum() -> None:
    cost = costs("W2", 64)["linear_2"]
    assert cost.forward == Cost(2 * 64 * 8192 + 64 * 64, 4 * (64 * 128 + 8192 + 64 + 64 * 64))
    assert cost.to_weights == Cost(2 * 64 * 8192 + 64 * 64, 4 * (64 * 64 + 64 * 128 + 8192 + 64))
    assert cost.to_input == Cost(2 * 64 * 8192, 4 * (64 * 64 + 8192 + 64 * 128))
    assert cost.update == Cost(4 * 8256, 4 * 5 * 8256)


def test_pooling_compares_and_stores_each_maximum_in_a_byte() -> None:
    cost = costs("W4", 2)["maxpool2d_1"]  # 8 × 28 × 28 to 8 × 14 × 14
    inputs, outputs = 2 * 6272, 2 * 1568
    assert cost.forward == Cost(3 * outputs, 4 * (inputs + outputs) + outputs)
    assert cost.to_weights == cost.update == Cost()
    assert cost.to_input == Cost(0, 4 * (outputs + inputs) + outputs)


def test_flatten_costs_nothing() -> None:
    assert costs("W5", 64)["flatten_1"].training == Cost()


def test_a_training_step_of_w5_is_about_three_forward_passes() -> None:
    of_w5 = costs("W5", 64).values()
    forward = total([cost.forward for cost in of_w5]).operations
    # By hand: 32 × 27 × 1024, 32 × 288 × 1024, 64 × 288 × 256, 64 × 576 × 256, 128 × 4096 and 10 × 128 products.
    products = 884_736 + 9_437_184 + 4_718_592 + 9_437_184 + 524_288 + 1280
    assert 1.0 <= forward / (2 * 64 * products) < 1.02
    training = total([cost.training for cost in of_w5]).operations
    assert 2.9 < training / forward < 3.0


def test_the_longer_of_operations_and_bytes_is_the_least_time() -> None:
    limits = Limits(threads=1, operations=1000.0, bytes=10.0)
    assert Cost(operations=500, bytes=2).least_seconds(limits) == 0.5
    assert Cost(operations=500, bytes=20).least_seconds(limits) == 2.0
    both = LayerCost("layer", Cost(), Cost(operations=500), Cost(bytes=20), Cost())
    assert both.least_backward_seconds(limits) == 2.5


def test_an_unknown_layer_type_is_refused() -> None:
    inferred_layers = infer_stack((LayerSpecification(type="Dropout", name="dropout"),), (4,))
    with pytest.raises(ValueError, match="Dropout"):
        network_cost(inferred_layers, batch=1)


def test_a_layer_without_shapes_is_refused() -> None:
    inferred_layers = infer_stack((LayerSpecification(type="Linear", name="fc"),), None)
    with pytest.raises(ValueError, match="'fc'"):
        network_cost(inferred_layers, batch=1)


@pytest.mark.parametrize("workload", WORKLOADS.values(), ids=WORKLOADS)
def test_every_network_accepts_its_random_batch(workload: Workload) -> None:
    inputs, targets = draw_batch(workload, 3)
    assert ours.network(workload)(inputs).shape == (3, workload.outputs)
    assert len(targets) == 3
    assert set(workload.bars) <= set(workload.batches)
