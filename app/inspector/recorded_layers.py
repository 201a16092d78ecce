"""The layers that can be chosen: those of the network and those inside blocks, by their names."""

from dataclasses import dataclass

from app.document import Document
from tinyml.core import Shape
from tinyml.net import EntriesInside, LayerPath, Trace, TraceEntry, joined_name


@dataclass(frozen=True, eq=False)
class RecordedLayer:
    """A layer in the recorded forward pass of the sample.

    Attributes:
        path: the names of the blocks around it, and its own name.
        entry: what was recorded.
    """

    path: LayerPath
    entry: TraceEntry

    @property
    def shape(self) -> Shape:
        """Shape of its output without the batch axis: (C, H, W) for feature maps, (N,) for a vector."""
        return tuple(self.entry.output.shape[1:])

    @property
    def is_inside(self) -> bool:
        """True if it is inside a block."""
        return len(self.path) > 1


def find_layers(trace: Trace, inside: EntriesInside) -> dict[str, RecordedLayer]:
    """Return all layers by their names, from input to output, each block before the layers inside it.

    Layers inside blocks have joined names.

    Arguments:
        trace: the recorded forward pass.
        inside: the recorded layers inside blocks. Those of a block that the pass does not hold are left out.
    """
    outside = {entry.layer.name: entry for entry in trace.entries}
    found: dict[str, RecordedLayer] = {}
    for name, entry in outside.items():
        found[name] = RecordedLayer((name,), entry)
        # A layer of the network may have a joined name as its own name. Then only that one can be chosen.
        inner = {joined_name(path): path for path in inside if path[0] == name}
        found |= {each: RecordedLayer(path, inside[path]) for each, path in inner.items() if each not in outside}
    return found


def selected_name(document: Document, names: set[str]) -> str:
    """Return the name of the selected layer, else of the innermost block around it that can be shown.

    Arguments:
        document: its selection.
        names: the names of all layers that can be shown. If none of them fits, the result is empty.
    """
    block = document.block
    paths = [(*block, name) for name in reversed(document.selection)]
    paths += [block[:depth] for depth in range(len(block), 0, -1)]
    return next((joined_name(path) for path in paths if joined_name(path) in names), "")
