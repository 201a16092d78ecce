"""The one-file rule: a new file in the folder of layers is all that a new layer needs."""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tinyml.layers
from tests.tinyml.layers.harness import check_gradients, default_harness, harnesses
from tinyml.core import ChangeSettings
from tinyml.layers import layer_types
from tinyml.net import LayerSpecification, NetworkSpecification, build, infer

SOURCE = '''
"""Scale: multiplies every map by its own number."""

from typing import Annotated

import numpy as np
from pydantic import Field

from tinyml.core import Array, ChangeSettings, Parameter, Shape, ShapeError
from tinyml.layers.base import Layer, LayerSettings


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

    def build(self, name: str, input_shape: Shape, rng: np.random.Generator, dtype: type[np.floating]) -> "Scale":
        return Scale(name, input_shape, self, dtype)


class Scale(Layer):
    Settings = ScaleSettings

    def __init__(self, name: str, input_dim: Shape, settings: ScaleSettings, dtype: type[np.floating]) -> None:
        super().__init__(name, settings)
        self.factor = self.named_parameters["factor"] = Parameter(np.full(input_dim[0], settings.start, dtype))

    def forward(self, input: Array) -> Array:
        self._input = input
        return input * self._along(input)

    def backward(self, in_gradient: Array) -> Array:
        axes = (0, *range(2, in_gradient.ndim))
        self.factor.gradient += GRADIENT_FACTOR * (in_gradient * self._input).sum(axis=axes)
        return in_gradient * self._along(in_gradient)

    def _along(self, input: Array) -> Array:
        return self.factor.tensor.reshape(-1, *[1] * (input.ndim - 2))


GRADIENT_FACTOR = 1
'''


@pytest.fixture(scope="class")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Add a folder with one more layer file to the package, and take it away again."""
    folder = tmp_path_factory.mktemp("more_layers")
    (folder / "scale.py").write_text(SOURCE, encoding="utf-8")
    tinyml.layers.__path__.append(str(folder))
    layer_types.cache_clear()
    yield folder
    tinyml.layers.__path__.remove(str(folder))
    sys.modules.pop("tinyml.layers.scale", None)
    vars(tinyml.layers).pop("scale", None)
    layer_types.cache_clear()


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
