"""Blocks: layers that hold a stack of layers, such as Residual."""

from collections.abc import Iterable
from functools import cached_property
from typing import Annotated, Any, ClassVar

from pydantic import Field, field_validator

from tinyml.core import ChangeSettings, SettingsError, Shape
from tinyml.layers.base.inference import LayerInference, infer_stack
from tinyml.layers.base.registry import find_layer_type
from tinyml.layers.base.settings import LayerSettings
from tinyml.layers.base.specification import LayerSpecification, read_settings

DEEPEST = 3
"""How many blocks may be nested."""

USE_STANDARD_BLOCK = ChangeSettings("Use the standard block inside", {"layers": []})
"""The fix that replaces all layers inside a block."""


class BlockSettings(LayerSettings):
    """Settings of a layer that holds layers. A subclass says how it uses them.

    >>> layers = (LayerSpecification(type="ReLu", name="relu"),)
    >>> BlockSettings(layers=layers).inferred_inside((3,))[0].output_shape
    (3,)
    """

    adds_input: ClassVar[bool] = False
    """True if the block adds its input to the output of the layers inside."""

    layers: Annotated[
        tuple[LayerSpecification, ...],
        Field(
            max_length=100,
            title="Inside",
            description="The layers inside, as in a network. Without layers: the standard block, which fits any input.",
            json_schema_extra={"not_in_form": True, "reset": USE_STANDARD_BLOCK.label},
        ),
    ] = ()

    @field_validator("layers")
    @classmethod
    def _not_too_deep(cls, layers: tuple[LayerSpecification, ...]) -> tuple[LayerSpecification, ...]:
        if 1 + _depth([layer.settings for layer in layers]) > DEEPEST:
            raise ValueError(f"nested at most {DEEPEST} deep")
        return layers

    def standard_layers(self, input_shape: Shape) -> tuple[LayerSpecification, ...]:
        """Return the layers inside for an empty `layers`: the standard block for one input shape.

        Arguments:
            input_shape: of one example, without the batch axis.
        """
        return ()

    def inferred_inside(self, input_shape: Shape | None) -> tuple[LayerInference, ...]:
        """Return the shape inference of the layers inside. It is computed once for each shape.

        Arguments:
            input_shape: of one example; None when it is unknown. The standard block is then unknown too.
        """
        # `model_copy(update=…)` copies the cache too. So each entry also holds the layers that it belongs to.
        layers, inferred_layers = self._inferred_by_shape.get(input_shape, (None, ()))
        if layers is not self.layers:
            standard = self.standard_layers(input_shape) if input_shape is not None else ()
            inferred_layers = infer_stack(self.layers or standard, input_shape)
            self._inferred_by_shape[input_shape] = self.layers, inferred_layers
        return inferred_layers

    @cached_property
    def _inferred_by_shape(
        self,
    ) -> dict[Shape | None, tuple[tuple[LayerSpecification, ...], tuple[LayerInference, ...]]]:
        return {}


def is_block(layer_type: str) -> bool:
    """Return True if layers of this type hold layers.

    Arguments:
        layer_type: name of the layer type.

    >>> is_block("Residual"), is_block("Linear")
    (True, False)
    """
    known = find_layer_type(layer_type)
    return known is not None and issubclass(known.Settings, BlockSettings)


def layers_inside(block: LayerSpecification) -> tuple[LayerSpecification, ...]:
    """Return the layers that are written down inside a block; empty for the standard block.

    Arguments:
        block: specification of a layer that holds layers.

    Raises `SettingsError` if its settings are wrong, or if it holds no layers.

    >>> layers_inside(LayerSpecification(type="Residual", name="residual_1"))
    ()
    """
    settings = read_settings(block)
    if not isinstance(settings, BlockSettings):
        raise SettingsError(f"'{block.name}' holds no layers. Choose a layer such as Residual.")
    return settings.layers


def with_layers_inside(block: LayerSpecification, layers: Iterable[LayerSpecification]) -> LayerSpecification:
    """Return a block with other layers inside. Equal layers change nothing.

    Arguments:
        block: specification of a layer that holds layers.
        layers: the new layers inside; none for the standard block.

    Raises `SettingsError`, with the limit, if the layers are too many or nested too deeply.

    >>> block = LayerSpecification(type="Residual", name="residual_1")
    >>> with_layers_inside(block, [LayerSpecification(type="ReLu", name="relu_1")]).settings["layers"][0]["name"]
    'relu_1'
    """
    inside = tuple(layers)
    if inside == layers_inside(block):
        return block
    if 1 + _depth([layer.settings for layer in inside]) > DEEPEST:
        raise SettingsError(f"Blocks can be nested at most {DEEPEST} deep. Put the layers outside of '{block.name}'.")
    changed = LayerSpecification(type=block.type, name=block.name, settings={**block.settings, "layers": inside})
    read_settings(changed)
    return changed


def _depth(level: list[Any]) -> int:
    """Return how many blocks are nested in a stack, from the settings of its layers; they may be damaged."""
    depth = 0
    # The loop ends early because the settings of a hostile file may be nested hundreds of times.
    while depth <= DEEPEST and (level := [inner for settings in level for inner in _settings_inside(settings)]):
        depth += 1
    return depth


def _settings_inside(settings: Any) -> list[Any]:
    """Return the settings of the layers inside these settings, which may come from a damaged file."""
    layers = settings.get("layers") if isinstance(settings, dict) else None
    return (
        [layer.get("settings", {}) for layer in layers if isinstance(layer, dict)] if isinstance(layers, list) else []
    )
