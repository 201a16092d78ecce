"""Which map or unit of a layer is shown while the user has chosen none."""

import numpy as np

from app.inspector.choice import Choice
from app.inspector.layer_outputs import LayerOutput


def units(*values: float) -> LayerOutput:
    return LayerOutput("linear_1", "dense", np.array(values, np.float32))


def test_the_default_is_the_strongest_and_stays_while_it_is_active():
    choice = Choice()
    choice.keep_valid(units(-1, 2, 1), ["linear_1"])
    assert choice.maps == {"linear_1": 1}
    choice.keep_valid(units(3, 0.5, 1), ["linear_1"])
    assert choice.maps == {"linear_1": 1}


def test_a_default_without_activation_gives_way_to_the_strongest():
    choice = Choice()
    choice.keep_valid(units(-1, 2, 1), ["linear_1"])
    choice.keep_valid(units(0.25, -2, 1), ["linear_1"])
    assert choice.maps == {"linear_1": 2}


def test_what_the_user_has_picked_stays_also_without_activation():
    choice = Choice()
    choice.keep_valid(units(-1, 2, 1), ["linear_1"])
    choice.pick("linear_1", 0)
    choice.keep_valid(units(-1, 2, 1), ["linear_1"])
    assert choice.maps == {"linear_1": 0}


def test_a_picked_unit_that_no_longer_exists_gives_way_to_a_default():
    choice = Choice()
    choice.pick("linear_1", 5)
    choice.keep_valid(units(1, -1), ["linear_1"])
    choice.keep_valid(units(-1, 1), ["linear_1"])
    assert choice.maps == {"linear_1": 1}


def test_a_removed_layer_is_forgotten():
    choice = Choice()
    choice.pick("linear_1", 0)
    choice.keep_valid(LayerOutput("relu_1", "activation", np.ones(2, np.float32)), ["relu_1"])
    assert choice.maps == {"relu_1": 0}
    assert choice.picked == set()
