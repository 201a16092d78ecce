"""The map that raises the answer of a network, found by leaving each map out."""

from types import SimpleNamespace

import numpy as np

from app.shell.tour_of_inspect import find_misleading_map
from tinyml.net import LayerSpecification, NetworkSpecification, build, record


def test_the_map_without_which_the_answer_falls_is_the_misleading_one() -> None:
    layers = (
        LayerSpecification(type="Conv2D", name="conv_1", settings={"filters": 3, "window": 1, "padding": 0}),
        LayerSpecification(type="Flatten", name="flatten_1", settings={}),
        LayerSpecification(type="Linear", name="linear_1", settings={"outputs": 2}),
    )
    net = build(NetworkSpecification(layers=layers), (1, 2, 2))
    net.eval()
    # Map 2 is no stronger than the others, but class 1 reads only this one.
    weight = np.zeros((2, 12), np.float32)
    weight[0, :8], weight[1, 8:] = 0.1, 5.0
    convolution, _, dense = net.layers
    convolution.weight.tensor[...], convolution.bias.tensor[...] = 1, 0
    dense.weight.tensor[...], dense.bias.tensor[...] = weight, 0
    trace = record(net, np.ones((1, 1, 2, 2), np.float32))
    before = trace.entry("conv_1").output.copy()
    sample_trace = SimpleNamespace(trace=trace, prediction=1, snapshot=SimpleNamespace(make_net=lambda: net))
    assert find_misleading_map(sample_trace, "conv_1") == 2
    np.testing.assert_array_equal(trace.entry("conv_1").output, before)
