"""Specifications of layers: their settings, and fixes that change their type."""

import pytest
from pydantic import ValidationError

from tinyml.layers import layer_types
from tinyml.layers.base.inference import infer_stack
from tinyml.layers.base.specification import LayerSpecification, apply_fix


def test_settings_that_are_nested_without_end_are_refused() -> None:
    deep: list = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(ValidationError, match="nested less deeply"):
        LayerSpecification(type="Any", name="a", settings={"x": deep})


@pytest.mark.parametrize(
    ("written", "shown"), [("relu", "ReLU"), ("LeakyReLu2", "LeakyReLU"), ("Deconv2d", "ConvTranspose2D")]
)
def test_a_wrong_type_gets_the_name_on_screen_and_the_fix_the_name_in_files(written: str, shown: str) -> None:
    layers = (LayerSpecification(type=written, name="a"),)
    (inferred,) = infer_stack(layers, (2, 4, 4))
    problem = inferred.problem
    assert problem is not None
    assert f"Did you mean '{shown}'?" in problem.sentence
    assert problem.fix is not None
    assert problem.fix.label == f"Use {shown}"
    (fixed,) = apply_fix(layers, problem)
    assert fixed.type == layer_types()[fixed.type].type_name
    assert layer_types()[fixed.type].__name__ == shown
