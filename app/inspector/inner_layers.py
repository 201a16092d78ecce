"""The layers inside blocks: their outputs for the sample are shown, but no method goes back from there."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from app.document import Document
from tinyml.layers import Layer
from tinyml.layers.base.stack import inner_layers
from tinyml.net import Trace

Path = tuple[str, ...]
"""Names of the blocks around a layer, from the outermost one, and its own name."""


@dataclass(frozen=True, eq=False)
class InnerLayer:
    """A layer inside a block, and what it gives for the sample.

    Attributes:
        path: the names of the blocks around it, and its own name.
        layer: the layer. Read its settings, but do not run it.
        output: (1, …) its output.
    """

    path: Path
    layer: Layer
    output: np.ndarray


def joined(path: Path) -> str:
    """Return the name that stands for a path: "residual_1 › conv_1".

    Arguments:
        path: names of blocks and of a layer inside.

    >>> joined(("residual_1", "conv_1")), joined(("conv_1",))
    ('residual_1 › conv_1', 'conv_1')
    """
    return " › ".join(path)


def find_inner_layers(trace: Trace, outputs: Mapping[Path, np.ndarray]) -> dict[str, InnerLayer]:
    """Return the layers inside the blocks of a recorded forward pass by their joined names, each after its block.

    Arguments:
        trace: the recorded forward pass.
        outputs: (1, …) the outputs of the layers inside blocks, from the same pass. Those of a block that the pass
            does not hold are left out.
    """
    found: dict[str, InnerLayer] = {}
    layers: dict[Path, Layer] = {(entry.layer.name,): entry.layer for entry in trace.entries}
    for path, output in outputs.items():
        block = layers.get(path[:-1])
        inside = [] if block is None else [each for each in inner_layers(block) if each.name == path[-1]]
        # A layer of the network may have the joined name as its own name. Then only that one can be chosen.
        if inside and (joined(path),) not in layers:
            layers[path] = inside[0]
            found[joined(path)] = InnerLayer(path, inside[0], output)
    return found


def selected_name(document: Document, names: set[str]) -> str:
    """Return the joined name of the selected layer, else of the innermost block around it that can be shown.

    Arguments:
        document: its selection.
        names: the joined names of all layers that can be shown. If none of them fits, the result is empty.
    """
    block = document.block
    paths = [(*block, name) for name in reversed(document.selection)]
    paths += [block[:depth] for depth in range(len(block), 0, -1)]
    return next((joined(path) for path in paths if joined(path) in names), "")
