"""The description of layers from which a helper makes layers that compute the same."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from tinyml.core import Shape, ShapeError
from tinyml.layers import Layer
from tinyml.layers.base.registry import layer_types
from tinyml.layers.base.settings import LayerSettings, NoSettings
from tinyml.layers.base.specification import LayerSpecification, read_settings


def describe_layers(layers: Sequence[Layer], input_shape: Shape) -> list[dict[str, Any]] | None:
    """Return type, name, settings and input shape of each layer, as JSON can hold them.

    Arguments:
        layers: of a segment, in the order of execution.
        input_shape: of one example.

    Returns None if a helper could not make the same layers from it: for a type from outside of tinyml, or a layer that
    was changed after it was made.

    >>> from tinyml.layers import ReLU
    >>> describe_layers([ReLU("relu")], (3,))
    [{'type': 'ReLu', 'name': 'relu', 'settings': {}, 'input_shape': (3,)}]
    """
    described: list[dict[str, Any]] = []
    shape = input_shape
    for layer in layers:
        if not _is_made_of_settings(layer, shape):
            return None
        settings = layer.settings.model_dump(mode="json")
        described.append({"type": layer.type_name, "name": layer.name, "settings": settings, "input_shape": shape})
        try:
            shape = layer.output_shape(shape)
        except ShapeError:  # the pass raises it
            return None
    return described


def build_layer(description: dict[str, Any], dtype: np.dtype) -> Layer:
    """Make a layer from its description. Its parameters have no useful values yet.

    Arguments:
        description: an entry of `describe_layers`.
        dtype: of the parameters.

    >>> from tinyml.layers import Tanh
    >>> (described,) = describe_layers([Tanh("tanh")], (3,))
    >>> build_layer(described, np.dtype(np.float32)).name
    'tanh'
    """
    specification = LayerSpecification(
        type=description["type"], name=description["name"], settings=description["settings"]
    )
    kind = layer_types()[specification.type]
    return _make(kind, specification.name, read_settings(specification), tuple(description["input_shape"]), dtype)


class _NoDraws(np.random.Generator):
    """Draws zeros, in no time. To draw the weights of a large layer takes a tenth of a second."""

    def uniform(self, low: Any = 0.0, high: Any = 1.0, size: Any = None) -> Any:
        return np.zeros(size)


def _make(kind: type[Layer], name: str, settings: LayerSettings, input_shape: Shape, dtype: np.dtype) -> Layer:
    if "initialiser" in type(settings).model_fields:
        settings = settings.model_copy(update={"initialiser": "uniform"})
    return kind.from_settings(name, settings, input_shape, _NoDraws(np.random.PCG64(0)), dtype.type)


def _is_made_of_settings(layer: Layer, input_shape: Shape) -> bool:
    """Return True if a layer made from the same settings computes the same."""
    kind = type(layer)
    if kind is not layer_types().get(layer.type_name) or not kind.__module__.startswith("tinyml.layers."):
        return False
    if isinstance(layer.settings, NoSettings) or layer.named_buffers or layer.generators:
        return False
    if any(getattr(kind, name).__module__.partition(".")[0] != "tinyml" for name in ("forward", "backward")):
        return False
    twin = _make(kind, layer.name, layer.settings, input_shape, layer.dtype)
    return all(
        _plain(getattr(layer, name, None)) == _plain(getattr(twin, name, None))
        for name in (vars(layer).keys() | vars(twin).keys()) - {"training", "inplace"}
    )


def _plain(value: Any) -> Any:
    """Return what distinguishes two layers of the same type; None for arrays and what a pass leaves."""
    return value if isinstance(value, bool | int | float | str | tuple) or callable(value) else None
