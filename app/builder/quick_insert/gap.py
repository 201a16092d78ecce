"""The gap for a new layer: what a layer would receive there."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.document import BlockPath, Document
from tinyml.core import Shape
from tinyml.layers import find_layer_type
from tinyml.net import LayerInference


@dataclass(frozen=True)
class Gap:
    """What is known about the place of a new layer.

    Attributes:
        input_shape: shape that the new layer would receive; None if it is unknown, because of a problem before it.
        layer_type: type of the layer before the gap, as files spell it; empty if there is none.
        family: family of that layer.
        pending_pools: the pooling layers before the gap whose switches no layer uses yet, in order.
    """

    input_shape: Shape | None
    layer_type: str = ""
    family: str = ""
    pending_pools: tuple[LayerInference, ...] = ()


def gap_in(layers: Sequence[LayerInference], input_shape: Shape | None, index: int) -> Gap:
    """Return the gap at a position of a stack of layers. No shape is inferred again.

    Arguments:
        layers: the stack after shape inference.
        input_shape: shape that the stack receives; None if it is unknown.
        index: position of the new layer.
    """
    pools: list[LayerInference] = []
    for inferred in layers[:index]:
        if inferred.paired_pooling and pools:
            pools.pop()
        if inferred.layer_type is not None and inferred.layer_type.records_switches:
            pools.append(inferred)
    if index == 0:
        return Gap(input_shape)
    above = layers[index - 1]
    known = find_layer_type(above.specification.type)
    family = known.Settings.family if known is not None else ""
    return Gap(above.output_shape, known.type_name if known else above.specification.type, family, tuple(pools))


def gap_at(document: Document, block: BlockPath, index: int) -> Gap:
    """Return the gap at a position of a stack in the document.

    Arguments:
        document: the document into which a layer is inserted.
        block: path to the stack.
        index: position of the new layer.
    """
    if block:
        around = document.inference_of(block[-1], block[:-1])
        input_shape = around.input_shape if around is not None else None
    else:
        input_shape = document.data.example_shape if document.data is not None else None
    return gap_in(document.inferred_layers(block), input_shape, index)
