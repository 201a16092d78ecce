"""The steps of a reconstruction as captioned pictures."""

import numpy as np

from app.inspector.reconstruction.reconstruction_images import flatten_channels, reconstruction_image
from app.inspector.steps.step_strip import StepPicture
from app.widgets.images.colormaps import diverging_image, viridis_image
from app.widgets.plain_text import short
from tinyml.core import describe_shape
from tinyml.visualize import Reconstruction, Step


def step_pictures(reconstruction: Reconstruction, feature_map: np.ndarray | None, dark: bool) -> list[StepPicture]:
    """Return a picture of the map, of the activation that is kept, and of the signal after each step.

    Arguments:
        reconstruction: the reconstruction with its steps.
        feature_map: (H, W) the chosen feature map; None to leave it out.
        dark: True for the dark theme.
    """
    pictures = []
    if feature_map is not None:
        tooltip = f"Map {reconstruction.map_index} of {reconstruction.layer}, computed by the forward pass."
        pictures.append(StepPicture(viridis_image(feature_map), f"map {reconstruction.map_index}", tooltip))
    row, column = reconstruction.position
    kept = f"Only the activation at row {row}, column {column} is kept. All others become 0."
    pictures.append(StepPicture(viridis_image(reconstruction.kept[reconstruction.map_index]), "keep one", kept))
    last = len(reconstruction.steps) - 1
    for index, step in enumerate(reconstruction.steps):
        pictures.append(_step_picture(step, dark, is_image=index == last))
    return pictures


def _step_picture(step: Step, dark: bool, is_image: bool) -> StepPicture:
    layer, deconvolution = short(step.layer, 24), step.deconvolution
    caption = (deconvolution.caption or deconvolution.operation).format(layer=layer)
    words = deconvolution.sentence.format(layer=layer)
    words = f"{words} Left: {describe_shape(step.signal.shape)}"
    if is_image:
        return StepPicture(reconstruction_image(step.signal, dark), caption, f"{words}, the pixels.")
    if len(step.signal) > 1:
        words = f"{words}; at each place the strongest of {len(step.signal)} maps is painted"
    return StepPicture(diverging_image(flatten_channels(step.signal), dark), caption, f"{words}.")
