"""Find a layer by its name and check that its output has feature maps or units."""

from collections.abc import Sequence

from tinyml.core import Shape, TinymlError, describe_shape
from tinyml.core.suggestions import did_you_mean


def find_layer(names: Sequence[str], layer_name: str) -> int:
    """Return the index of the layer `layer_name` in `names`.

    Raises `TinymlError`, with the most similar name, if the layer does not exist.

    >>> find_layer(["conv_1", "relu_1"], "relu_1")
    1
    """
    if layer_name not in names:
        raise TinymlError(f"The network has no layer '{layer_name}'.{did_you_mean(layer_name, names)}")
    return names.index(layer_name)


def require_maps_of(layer_name: str, output_shape: Shape) -> None:
    """Raise `TinymlError` if `output_shape` is not `(C, H, W)`; the message names the layer `layer_name`."""
    if len(output_shape) != 3:
        raise TinymlError(
            f"The output of layer '{layer_name}' has the shape {describe_shape(output_shape)}, so there are no feature "
            "maps. Choose an earlier layer that has feature maps."
        )


def require_maps_or_units(layer_name: str, output_shape: Shape) -> None:
    """Raise `TinymlError` if a layer gives neither maps `(C, H, W)` nor the units `(D,)` of a dense layer.

    Arguments:
        layer_name: of the layer, for the message.
        output_shape: of one example, without the batch axis.
    """
    if len(output_shape) not in (1, 3):
        raise TinymlError(
            f"The output of layer '{layer_name}' has the shape {describe_shape(output_shape)}, so there are neither "
            "feature maps nor units. Choose another layer."
        )
