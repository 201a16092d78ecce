"""The one-file rule: a new layer needs one new file in the folder of layers, and no other change."""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tinyml.layers
from tests.extended_package import extended_package
from tests.tinyml.layers.harness import MAPS, check_gradients, default_harness, harnesses
from tinyml.core import ChangeSettings
from tinyml.layers import layer_types
from tinyml.net import LayerSpecification, NetworkSpecification, build, infer, record
from tinyml.visualize import reconstruct

SOURCE = '''
"""Scale: multiplies every map by its own number."""

from typing import Annotated

import numpy as np
from pydantic import Field

from tinyml.core import Array, ChangeSettings, Parameter, Shape, ShapeError
from tinyml.layers.base import Deconvolution, Layer, LayerSettings, PyTorchModule, validate_input_dim, validate_settings


class ScaleSettings(LayerSettings):
    family = "activation"
    summary = "multiplies every map by its own number"
    formula = "y = a x"
    short_name = "scale"

    largest: Annotated[int, Field(ge=1, le=9, title="Largest size", description="Refuses larger inputs.")] = 8
    start: Annotated[float, Field(ge=0, le=2, title="Start", description="First value of every factor.")] = 1.5

    def output_shape(self, input_shape: Shape) -> Shape:
        if max(input_shape) > self.largest:
            fix = ChangeSettings("Allow it", {"largest": max(input_shape)})
            raise ShapeError(f"Scale refuses {max(input_shape)}.", fix)
        return input_shape

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        return {"factor": input_shape[:1]}

    def pytorch(self, input_shape: Shape) -> PyTorchModule:
        return PyTorchModule(f"Scale({input_shape[0]}, {len(input_shape) - 1})", (DEFINITION,))


DEFINITION = """
class Scale(nn.Module):
    def __init__(self, features, axes):
        super().__init__()
        self.factor = nn.Parameter(torch.empty(features))
        self.axes = axes

    def forward(self, input):
        return input * self.factor.reshape(-1, *[1] * self.axes)
"""


class Scale(Layer):
    Settings = ScaleSettings
    settings: ScaleSettings
    deconvolution = Deconvolution("stretch", "{layer} multiplies every map by its number.", caption="{layer}·")

    def __init__(self, name: str, input_dim: Shape, start: float = 1.5) -> None:
        super().__init__(name, validate_settings(ScaleSettings, name, start=start), validate_input_dim(name, input_dim))

    def build(self, input_shape: Shape, rng: np.random.Generator, dtype: type[np.floating]) -> None:
        self.factor = self.named_parameters["factor"] = Parameter(np.full(input_shape[0], self.settings.start, dtype))

    def forward(self, input: Array) -> Array:
        self._input = input
        return input * self._along(input)

    def backward(self, in_gradient: Array) -> Array:
        axes = (0, *range(2, in_gradient.ndim))
        self.factor.gradient += GRADIENT_FACTOR * (in_gradient * self._input).sum(axis=axes)
        return in_gradient * self._along(in_gradient)

    def deconvolve(self, signal: Array, recorded_input: Array, switches: np.ndarray | None) -> Array:
        return signal * self._along(signal)

    def _along(self, input: Array) -> Array:
        return self.factor.tensor.reshape(-1, *[1] * (input.ndim - 2))


GRADIENT_FACTOR = 1
'''


@pytest.fixture(scope="class")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Add a folder with one more layer file to the package; remove it after the tests."""
    folder = tmp_path_factory.mktemp("more_layers")
    with extended_package(tinyml.layers, folder, "scale.py", SOURCE, layer_types.cache_clear):
        yield folder


@pytest.mark.usefixtures("folder")
class TestANewLayerFile:
    def test_is_found(self) -> None:
        assert layer_types()["Scale"].Settings.short_name == "scale"
        assert list(layer_types()) == sorted(layer_types())
        from tinyml.layers import Scale

        assert Scale is layer_types()["Scale"]

    def test_takes_part_in_inference_and_in_networks(self) -> None:
        network = NetworkSpecification(layers=(LayerSpecification(type="Scale", name="s", settings={"start": 2.0}),))
        inference = infer(network, (3, 4, 5))
        assert inference.output_shape == (3, 4, 5)
        assert inference.parameter_count == 3
        net = build(network, (3, 4, 5))
        np.testing.assert_array_equal(net(np.ones((1, 3, 4, 5), np.float32)), 2 * np.ones((1, 3, 4, 5)))
        assert list(net.named_parameters) == ["s.factor"]

    def test_reports_its_problems_and_fixes(self) -> None:
        (problem,) = infer(NetworkSpecification(layers=(LayerSpecification(type="Scale", name="s"),)), (9,)).problems
        assert problem.sentence == "Scale refuses 9."
        assert problem.fix == ChangeSettings("Allow it", {"largest": 9})

    def test_is_made_by_hand_too(self) -> None:
        layer = layer_types()["Scale"]("s", (3,), start=2.0)  # type: ignore[call-arg]
        np.testing.assert_array_equal(layer(np.ones((1, 3))), np.full((1, 3), 2.0))

    def test_has_its_own_words_for_a_deconvnet(self) -> None:
        net = build(NetworkSpecification(layers=(LayerSpecification(type="Scale", name="s"),)), (1, 2, 2))
        picture = reconstruct(record(net, np.ones((1, 1, 2, 2), np.float32)), "s", map_index=0)
        assert [step.operation for step in picture.steps] == ["stretch"]
        assert picture.steps[0].deconvolution is layer_types()["Scale"].deconvolution

    def test_has_its_own_counterpart_in_pytorch(self) -> None:
        torch = pytest.importorskip("torch", reason="PyTorch is not installed: make compare")
        from tests.tinyml.compare.counterparts import module_for

        layer = default_harness("Scale", dtype=np.float32).layer
        module = module_for(layer, MAPS)
        images = np.random.default_rng(0).normal(size=(2, *MAPS)).astype(np.float32)
        np.testing.assert_array_equal(module(torch.tensor(images)).detach().numpy(), layer(images))

    def test_has_settings_that_survive_json(self) -> None:
        model = layer_types()["Scale"].Settings
        values = model.model_validate({"start": 0.5})
        assert model.model_validate_json(values.model_dump_json()) == values
        assert model.model_json_schema()["properties"]["largest"]["maximum"] == 9

    @given(data=st.data())
    @settings(max_examples=10, deadline=None)
    def test_has_its_gradient_checked(self, data: st.DataObject) -> None:
        check_gradients(data.draw(harnesses("Scale")))

    def test_has_a_wrong_gradient_found(self, monkeypatch: pytest.MonkeyPatch) -> None:
        harness = default_harness("Scale")
        monkeypatch.setattr(sys.modules["tinyml.layers.scale"], "GRADIENT_FACTOR", 1.0001)
        with pytest.raises(AssertionError, match="factor"):
            check_gradients(harness)


def test_an_unknown_layer_is_not_found() -> None:
    assert "Scale" not in layer_types()
    with pytest.raises(ImportError, match="Scale"):
        from tinyml.layers import Scale  # noqa: F401
