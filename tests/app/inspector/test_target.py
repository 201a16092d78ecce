"""The methods of the inspector are those of the framework."""

from types import SimpleNamespace
from typing import Any

import pytest

from app.inspector.target import Method
from app.widgets.images.colormaps import sign_colors
from tinyml.visualize.figures.colours import ABOVE, BELOW
from tinyml.visualize.methods import FOLLOW_INPUT, METHODS


def test_the_window_has_every_method_of_the_framework_in_its_order() -> None:
    assert [method.function for method in Method] == list(METHODS.values())
    assert {name for name in METHODS if Method.of(reconstruction_of(name)).slow} == {
        "integrated-gradients",
        "occlusion",
    }
    assert set(METHODS) >= FOLLOW_INPUT


def reconstruction_of(name: str) -> Any:
    """Return what a method leaves in its reconstruction."""
    return SimpleNamespace(method=METHODS[name].__name__)


@pytest.mark.parametrize("method", list(Method), ids=lambda method: method.name)
def test_a_reconstruction_knows_its_method(method: Method) -> None:
    assert Method.of(reconstruction_of(next(name for name in METHODS if METHODS[name] is method.function))) is method


def test_saved_figures_have_the_colours_of_the_light_theme() -> None:
    assert [color.getRgb()[:3] for color in sign_colors(theme_dark=False)] == [BELOW, ABOVE]
