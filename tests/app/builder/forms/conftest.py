"""Fixtures of the forms' tests: the form of the small document, and a layer type that only the tests know."""

import textwrap

import pytest

import tinyml.layers
from app.builder import SettingsForm
from app.document import Document
from tests.extended_package import extended_package
from tinyml.layers import layer_types

THROWAWAY = '''
"""Blur: a layer that only this test knows."""

from enum import Enum
from typing import Annotated, Literal

from pydantic import Field

from tinyml.layers.base import Layer, LayerSettings, NonNegativePair


class Edge(Enum):
    ZERO = "zero"
    MIRROR = "mirror"


class BlurSettings(LayerSettings):
    family = "regularisation"
    summary = "smears the picture"
    formula = "y = G_s ⋆ x"
    short_name = "blur"

    taps: Annotated[int, Field(ge=1, le=9, title="Taps", description="How wide.")] = 3
    strength: Annotated[float, Field(gt=0, lt=1, title="Strength")] = 0.5
    keep: Annotated[bool, Field(title="Keep borders")] = False
    kind: Annotated[Literal["box", "gauss_bell"], Field(title="Kind")] = "box"
    edge: Annotated[Edge, Field(title="Edge")] = Edge.ZERO
    margin: Annotated[NonNegativePair, Field(title="Margin")] = (0, 0)
    label: Annotated[str, Field(title="Label", max_length=5)] = "a"
    limit: Annotated[int | None, Field(title="Limit", ge=1)] = None

    def build(self, name, input_shape, rng, dtype):
        return Blur(name, self)


class Blur(Layer):
    Settings = BlurSettings

    def forward(self, input):
        return input

    def backward(self, in_gradient):
        return in_gradient
'''


@pytest.fixture
def form(qtbot, document: Document) -> SettingsForm:
    form = SettingsForm(document)
    qtbot.addWidget(form)
    form.resize(300, 700)
    with qtbot.waitExposed(form):
        form.show()
    form.activateWindow()
    return form


@pytest.fixture
def throwaway_layer(tmp_path):
    source = textwrap.dedent(THROWAWAY)
    with extended_package(tinyml.layers, tmp_path, "throwaway_blur.py", source, layer_types.cache_clear):
        yield "Blur"
