"""The way back is the transpose of the way forward, for any geometry: `⟨back(s), x⟩ = ⟨s, layer(x) - layer(0)⟩`."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tinyml.layers import naive
from tests.tinyml.net.stacks import stack
from tinyml.core import Shape
from tinyml.net import NetworkSpecification, Sequential, build, infer, record

PAIRS = naive.pairs(1, 3).map(list)
WINDOWED = {
    "window": naive.pairs(1, 4).map(list),
    "stride": PAIRS,
    "padding": naive.pairs(0, 3).map(list),
    "dilation": PAIRS,
    "filters": st.integers(1, 4),
}


@st.composite
def linear_stacks(draw: st.DrawFn) -> tuple[NetworkSpecification, Shape]:
    """Draw up to three layers that are linear in evaluation, or become so with the switches of a pass."""
    layer = st.one_of(
        st.tuples(st.sampled_from(["Conv2D", "Deconv2D"]), st.fixed_dictionaries(WINDOWED)),
        st.tuples(
            st.sampled_from(["MaxPool2D", "AvgPool2D"]),
            st.fixed_dictionaries({"window": WINDOWED["window"], "stride": PAIRS}),
        ),
        st.tuples(st.just("Upsample2D"), st.fixed_dictionaries({"scale": PAIRS})),
        st.sampled_from(["BatchNorm2D", "Dropout"]),
    )
    layers = draw(st.lists(layer, min_size=1, max_size=3))
    layers += draw(st.sampled_from([[], ["Flatten", ("Linear", {"outputs": 3})], ["GlobalAvgPool2D"]]))
    # The first layer fits into every image.
    return stack(*layers), (draw(st.integers(1, 3)), draw(st.integers(10, 14)), draw(st.integers(10, 14)))


@given(drawn=linear_stacks(), seed=st.integers(0, 1000))
@settings(max_examples=200, deadline=None)
def test_the_way_back_is_the_transpose(drawn: tuple[NetworkSpecification, Shape], seed: int) -> None:
    specification, shape = drawn
    fitting = [each.specification for each in infer(specification, shape).layers if each.output_shape is not None]
    rng = np.random.default_rng(seed)
    net = build(NetworkSpecification(layers=tuple(fitting)), shape, rng, np.float64)
    net(rng.normal(1, 2, size=(4, *shape)))  # running statistics that are not 0 and 1
    for entry in record(net, rng.normal(size=(2, *shape))).entries:
        layer, input, other = entry.layer, entry.input, rng.normal(size=entry.input.shape)
        if layer.records_switches:  # with its switches, a pooling picks the same pixels of any input
            assert entry.switches is not None
            planes = other.reshape(*other.shape[:2], -1)
            forward = np.take_along_axis(planes, entry.switches.reshape(*planes.shape[:2], -1), axis=2)
            forward = forward.reshape(entry.output.shape)
        else:
            alone = Sequential([layer])
            forward = alone.predict(other) - alone.predict(np.zeros_like(other))
        signal = rng.normal(size=entry.output.shape)
        for back in (layer.deconvolve, layer.input_gradient, layer.guided_gradient):
            down = back(signal, input, entry.switches)
            assert down.shape == input.shape
            scale = np.linalg.norm(down) * np.linalg.norm(other) + np.linalg.norm(signal) * np.linalg.norm(forward)
            assert abs((down * other).sum() - (signal * forward).sum()) <= 1e-10 * max(scale, 1e-300)
