"""Blocks: their layers inside, written down or not, with their own shapes and problems."""

import pytest

from tinyml.core import SettingsError
from tinyml.layers.base.blocks import DEEPEST, is_block, layers_inside, with_layers_inside
from tinyml.layers.base.inference import infer_stack
from tinyml.layers.base.specification import LayerSpecification


def layer(kind: str, name: str, **settings: object) -> LayerSpecification:
    return LayerSpecification(type=kind, name=name, settings=settings)


def block(name: str, *layers: LayerSpecification) -> LayerSpecification:
    return layer("Residual", name, layers=layers)


def nested(depth: int) -> LayerSpecification:
    """Return `depth` blocks, one inside the other, with a ReLU in the innermost one."""
    return block(f"block_{depth}", nested(depth - 1) if depth > 1 else layer("ReLu", "relu"))


def test_the_inference_of_a_block_holds_the_inference_of_its_layers() -> None:
    (inferred,) = infer_stack([block("b", layer("Linear", "fc", outputs=5), layer("Linear", "back", outputs=3))], (3,))
    assert [(each.specification.name, each.input_shape, each.output_shape) for each in inferred.inside] == [
        ("fc", (3,), (5,)),
        ("back", (5,), (3,)),
    ]
    assert inferred.problem is None


def test_the_standard_block_is_inferred_from_the_input_shape() -> None:
    (inferred,) = infer_stack([layer("Residual", "b")], (4, 6, 6))
    assert [each.specification.type for each in inferred.inside] == ["Conv2D", "BatchNorm2D", "ReLu", "Conv2D"]
    assert all(each.output_shape == (4, 6, 6) for each in inferred.inside)


def test_a_problem_inside_is_a_problem_of_the_layer_and_once_one_of_the_block() -> None:
    (inferred,) = infer_stack([block("b", layer("ReLu", "r"), layer("Linear", "fc"))], (1, 4, 4))
    assert [each.problem is not None for each in inferred.inside] == [False, True]
    assert inferred.problem is not None
    assert inferred.inside[1].problem is not None
    assert inferred.inside[1].problem.index == 1
    assert inferred.problem.sentence == f"Inside, {inferred.inside[1].problem}"


def test_with_an_unknown_input_the_written_layers_are_known_and_checked() -> None:
    wrong, standard = infer_stack([block("b", layer("ReLu", "r", slope=1)), layer("Residual", "s")], None)
    assert wrong.inside[0].specification.name == "r"
    assert "slope" in str(wrong.inside[0].problem)
    assert standard.inside == ()


def test_an_ordinary_layer_has_nothing_inside() -> None:
    (inferred,) = infer_stack([layer("ReLu", "r")], (3,))
    assert inferred.inside == ()
    assert is_block("Residual")
    assert not is_block("ReLu")
    assert not is_block("Attention")
    with pytest.raises(SettingsError, match="holds no layers"):
        layers_inside(layer("ReLu", "r"))


def test_changed_layers_are_written_down_and_equal_ones_change_nothing() -> None:
    # A file may leave out the empty settings of a layer.
    original = LayerSpecification(
        type="Residual", name="b", settings={"layers": [{"type": "ReLu", "name": "r"}], "layers_": 1}
    )
    with pytest.raises(SettingsError, match="layers_"):
        with_layers_inside(original, [])
    original = LayerSpecification(type="Residual", name="b", settings={"layers": [{"type": "ReLu", "name": "r"}]})
    assert with_layers_inside(original, [layer("ReLu", "r")]) is original
    changed = with_layers_inside(original, [layer("Tanh", "t"), layer("ReLu", "r")])
    assert [each.name for each in layers_inside(changed)] == ["t", "r"]
    assert layers_inside(with_layers_inside(changed, [])) == ()


def test_the_depth_and_the_number_of_layers_are_limited() -> None:
    outer = layer("Residual", "outer")
    assert layers_inside(with_layers_inside(outer, [nested(DEEPEST - 1)]))
    with pytest.raises(SettingsError, match=rf"at most {DEEPEST} deep.*outside of 'outer'"):
        with_layers_inside(outer, [nested(DEEPEST)])
    with pytest.raises(SettingsError, match="100"):
        with_layers_inside(outer, [layer("ReLu", f"relu_{number}") for number in range(101)])
