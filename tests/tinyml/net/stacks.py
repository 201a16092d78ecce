"""Network specifications for tests: in a short notation, at random, and with fixes."""

from typing import Any

from hypothesis import strategies as st

from tests.tinyml.layers.harness import settings_of
from tinyml.core import Problem
from tinyml.layers import layer_types
from tinyml.net import LayerSpecification, NetworkSpecification, apply_fix


def stack(*layers: str | tuple[str, dict[str, Any]]) -> NetworkSpecification:
    """Return a network with layers given as types, or pairs of type and settings; the names are layer_0, layer_1, …"""
    pairs = [(layer, {}) if isinstance(layer, str) else layer for layer in layers]
    return NetworkSpecification(
        layers=tuple(
            LayerSpecification(type=kind, name=f"layer_{index}", settings=values)
            for index, (kind, values) in enumerate(pairs)
        )
    )


@st.composite
def random_stacks(draw: st.DrawFn) -> NetworkSpecification:
    """Draw up to six layers of any type. Many of them do not fit each other."""
    kinds = draw(st.lists(st.sampled_from(list(layer_types())), max_size=6))
    return stack(*((kind, draw(settings_of(kind))) for kind in kinds))


def fixed(network: NetworkSpecification, problem: Problem) -> NetworkSpecification:
    """Apply the fix of a problem, as the builder does."""
    return NetworkSpecification(layers=apply_fix(network.layers, problem))
