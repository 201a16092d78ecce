"""Check the arguments of a layer's constructor."""

import operator
from collections.abc import Iterable
from typing import Any, TypeVar

from pydantic import ValidationError

from tinyml.core import SettingsError, Shape
from tinyml.core.validation import describe_validation_error
from tinyml.layers.base.settings import LayerSettings

Model = TypeVar("Model", bound=LayerSettings)


def validate_settings(model: type[Model], layer_name: str, **values: Any) -> Model:
    """Make the settings of a layer from the arguments of its constructor.

    Arguments:
        model: the settings model.
        layer_name: name of the layer, for the error message.
        values: of the settings, by name.

    Raises `SettingsError`, with the layer, the setting, its value and what is allowed.

    >>> from tinyml.layers.base import NoSettings
    >>> validate_settings(NoSettings, "own")
    NoSettings()
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise SettingsError(f"Layer '{layer_name}': {describe_validation_error(error, model)}") from error


def validate_input_dim(layer_name: str, input_dim: int | Iterable[int]) -> Shape:
    """Return the `input_dim` of a layer's constructor as a shape.

    Raises `SettingsError`, with the name of the layer, when a size is not a whole number of at least 1.

    >>> validate_input_dim("fc", 64), validate_input_dim("conv", [3, 8, 8])
    ((64,), (3, 8, 8))
    """
    try:
        sizes = input_dim if isinstance(input_dim, Iterable) else (input_dim,)
        shape = tuple(operator.index(size) for size in sizes)
    except TypeError:
        shape = ()
    if not shape or min(shape) < 1:
        raise SettingsError(
            f"Layer '{layer_name}': input_dim is {input_dim!r} but should be whole numbers, each at least 1."
        )
    return shape
