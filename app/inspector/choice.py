"""What the user chose: the layer, a map of each layer, and a place in the map."""

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np

from app.document import Document
from app.inspector.layer_outputs import LayerOutput, default_layer, describe_output, strongest_map
from app.inspector.recorded_layers import selected_name
from app.inspector.target import Target
from tinyml.core import Pair
from tinyml.net import Trace


@dataclass
class Choice:
    """The chosen map or unit of each layer, and the place in the map of the layer that is shown.

    Attributes:
        maps: index of the chosen map or unit by the name of its layer.
        picked: the layers whose map or unit the user has chosen. The others have a default.
        position: row and column in the map; None for the strongest activation.
        whole_map: True for all activations of the map together. Then `position` is None.
    """

    maps: dict[str, int] = field(default_factory=dict)
    picked: set[str] = field(default_factory=set)
    position: Pair | None = None
    whole_map: bool = False

    def pick(self, layer: str, index: int) -> None:
        """Choose a map or a unit of a layer.

        Arguments:
            layer: name of the layer.
            index: index of the map or unit.
        """
        self.maps[layer], self.position = index, None
        self.picked.add(layer)

    def keep_valid(self, output: LayerOutput, layers: Collection[str]) -> None:
        """Forget what does not exist any more, and choose a default where the user has chosen nothing.

        The default is the map with the strongest activation. It stays for other samples and weights while it has a
        positive activation: without one, nothing can be reconstructed.

        Arguments:
            output: output of the layer that is shown.
            layers: the names of all layers.
        """
        self.maps = {name: index for name, index in self.maps.items() if name in layers}
        self.picked &= self.maps.keys()
        count, layer = count_maps(output), output.layer
        exists = self.maps.get(layer, count) < count
        if count and not exists:
            self.picked.discard(layer)
        if count and (not exists or (layer not in self.picked and not output.values[self.maps[layer]].max() > 0)):
            self.maps[layer] = strongest_map(output.values)
        row, column = self.position or (0, 0)
        if output.maps is None or row >= output.maps.shape[1] or column >= output.maps.shape[2]:
            self.position = None

    def find_target(self, output: LayerOutput | None) -> Target | None:
        """Return the chosen activation; None without maps and units.

        Arguments:
            output: output of the layer that is shown, after `keep_valid`; None until there is one.
        """
        if output is None or not count_maps(output):
            return None
        if output.maps is None:
            return Target(output.layer, self.maps[output.layer], (0, 0))
        return Target(output.layer, self.maps[output.layer], self.position, self.whole_map)


def find_layer(document: Document, shown: str, trace: Trace, layers: Collection[str]) -> str:
    """Return the selected layer or the block around it, else the layer that is shown, else the default.

    Arguments:
        document: its selection.
        shown: name of the layer that is shown; empty if there is none.
        trace: the recorded pass. The name is empty if it has no layers.
        layers: the names of all layers, those inside blocks too.
    """
    return selected_name(document, set(layers)) or (shown if shown in layers else default_layer(trace))


def count_maps(output: LayerOutput) -> int:
    """Return the number of feature maps of an `output`, or of units if it is a vector; 0 if it has neither."""
    return len(output.values) if output.values.ndim in (1, 3) else 0


def explain_no_picture(output: LayerOutput | None, sample: np.ndarray | None) -> str:
    """Return why no activation is reconstructed in pixels.

    Arguments:
        output: output of the layer that is shown; None until there is one.
        sample: (C, H, W) the image; None if the sample is not an image.
    """
    remedy = "Choose a layer with feature maps to see one of its activations in pixels."
    if output is None:
        return remedy
    if sample is None:
        return "The sample is not an image, so there are no pixels to show."
    return f"This layer gives {describe_output(output.values.shape)} without positions. {remedy}"
