"""The steps of a reconstruction as pictures with words."""

import numpy as np

from app.inspector.reconstruction.reconstruction_images import flatten_channels, reconstruction_image
from app.inspector.reconstruction.step_strip import StepPicture
from app.widgets.images.colormaps import diverging_image, viridis_image
from app.widgets.plain_text import short
from tinyml.core import describe_shape
from tinyml.visualize import Reconstruction, Step

_CAPTIONS = {
    "rectify": "rectify",
    "unpool": "unpool",
    "filters transposed": "{layer}ᵀ",
    "identity": "{layer}",
}
_EXPLANATIONS = {
    "rectify": "{layer} lets only what is positive through.",
    "unpool": "{layer} puts each value back to where the maximum came from in this forward pass.",
    "filters transposed": "The filters of {layer} spread each value over the pixels that they read, without the bias.",
    "identity": "{layer} passes everything on.",
    "leaky rectify": "{layer} keeps what is positive and lets a little of the rest through.",
    "share out": "{layer} shares each value out evenly among the pixels whose mean it was.",
    "add up": "{layer} adds up the pixels that were one pixel before it.",
    "scale": "{layer} multiplies each map by the number that it was multiplied by in the forward pass.",
    "both ways": "{layer} sends everything around its inside and down through it, and adds up.",
}


def step_pictures(reconstruction: Reconstruction, feature_map: np.ndarray | None, dark: bool) -> list[StepPicture]:
    """Make the strip: the map, the one activation that is kept, and what is left after each step down."""
    pictures = []
    if feature_map is not None:
        words = f"Map {reconstruction.map_index} of {reconstruction.layer} as the network computed it."
        pictures.append(StepPicture(viridis_image(feature_map), f"map {reconstruction.map_index}", words))
    row, column = reconstruction.position
    kept = f"Only the activation at row {row}, column {column} is kept; everything else becomes 0."
    pictures.append(StepPicture(viridis_image(reconstruction.kept[reconstruction.map_index]), "keep one", kept))
    last = len(reconstruction.steps) - 1
    for index, step in enumerate(reconstruction.steps):
        pictures.append(_step_picture(step, dark, is_image=index == last))
    return pictures


def _step_picture(step: Step, dark: bool, is_image: bool) -> StepPicture:
    caption = _CAPTIONS.get(step.operation, step.operation).format(layer=short(step.layer, 24))
    words = _EXPLANATIONS.get(step.operation, f"{{layer}}: {step.operation}.").format(layer=short(step.layer, 24))
    words = f"{words} Left: {describe_shape(step.signal.shape)}"
    if is_image:
        return StepPicture(reconstruction_image(step.signal, dark), caption, f"{words}, the pixels.")
    if len(step.signal) > 1:
        words = f"{words}; at each place the strongest of {len(step.signal)} maps is painted"
    return StepPicture(diverging_image(flatten_channels(step.signal), dark), caption, f"{words}.")
