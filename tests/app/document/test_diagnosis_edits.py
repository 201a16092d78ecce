"""The edits behind the buttons of a diagnosis."""

import pytest

from app.document.edits import apply_action
from tinyml.core import ChangeTraining, TinymlError
from tinyml.diagnosis import InsertLayer, OpenData, ReplaceLayers, ScaleInputs, ShowLayer
from tinyml.storage import open_project

CIRCLE = open_project("circle")


def test_settings_change() -> None:
    edit = apply_action(CIRCLE, ChangeTraining("Set learning rate 0.01", {"learning_rate": 0.01}))
    assert edit.project.training == CIRCLE.training.model_copy(update={"learning_rate": 0.01})
    assert edit.text == "set learning rate 0.01"
    assert edit.merge_key == ""


def test_inputs_are_scaled_and_the_rest_of_the_preprocessing_stays() -> None:
    edit = apply_action(CIRCLE, ScaleInputs("Standardise the inputs", "standardise"))
    assert edit.project.data.preprocessing.scale == "standardise"
    assert edit.project.data.source == "circle"


def test_layers_are_replaced_in_one_step_and_keep_their_names() -> None:
    edit = apply_action(CIRCLE, ReplaceLayers("Use LeakyReLU", ("relu_1", "relu_3"), "LeakyReLU"))
    types = {layer.name: layer.type for layer in edit.project.network.layers}
    assert types["relu_1"] == types["relu_3"] == "LeakyReLu"
    assert types["relu_2"] == "ReLu"
    assert list(types) == [layer.name for layer in CIRCLE.network.layers]


def test_a_layer_is_inserted_before_another_one() -> None:
    edit = apply_action(CIRCLE, InsertLayer("Insert ReLU before linear_2", "linear_2", "ReLU", {}))
    names = [layer.name for layer in edit.project.network.layers]
    place = names.index("linear_2")
    assert edit.project.network.layers[place - 1].type == "ReLu"
    assert len(names) == len(CIRCLE.network.layers) + 1


@pytest.mark.parametrize(
    "action", [ReplaceLayers("x", ("gone",), "ReLU"), InsertLayer("x", "gone", "ReLU", {})], ids=["replace", "insert"]
)
def test_a_layer_that_is_gone_is_named(action) -> None:
    with pytest.raises(TinymlError, match="no layer 'gone' any more"):
        apply_action(CIRCLE, action)


@pytest.mark.parametrize("action", [ShowLayer("relu_1"), OpenData()])
def test_what_only_shows_something_is_no_edit(action) -> None:
    with pytest.raises(TinymlError, match="changes nothing"):
        apply_action(CIRCLE, action)
