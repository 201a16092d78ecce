"""The stages of a reconstruction, from the chosen activation to the pixels, as pictures with their words."""

from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtGui import QImage

from app.inspector.reconstruction.reconstruction_images import flatten_channels, reconstruction_image
from app.widgets.images.colormaps import diverging_image, viridis_image
from app.widgets.plain_text import short
from tinyml.core import describe_shape
from tinyml.net import own_name
from tinyml.visualize import Reconstruction, Step

_LONGEST_NAME = 24


@dataclass(frozen=True, eq=False)
class Stage:
    """The signal at one stage.

    Attributes:
        caption: name of the stage.
        sentence: what happens there, and what the picture shows.
        shape: of the signal: "8×14×14".
        values: `(H, W)` or `(C, H, W)` the numbers behind the pixels of the picture.
        image: the picture.
    """

    caption: str
    sentence: str
    shape: str
    values: np.ndarray
    image: QImage


def stages(reconstruction: Reconstruction, feature_map: np.ndarray | None, dark: bool) -> list[Stage]:
    """Return the map, the activation that is kept, and the signal after each step; nothing if there are no steps.

    Arguments:
        reconstruction: the reconstruction with its steps.
        feature_map: (H, W) the chosen feature map; None to leave it out.
        dark: True for the dark theme.
    """
    if not reconstruction.steps:
        return []
    found, index = [], reconstruction.map_index
    layer = short(reconstruction.layer, _LONGEST_NAME)
    if feature_map is not None:
        words = f"Map {index} of {layer}, computed by the forward pass."
        found.append(Stage(f"map {index}", words, _shape(feature_map), feature_map, viridis_image(feature_map)))
    found.append(_kept_stage(reconstruction, layer))
    last = len(reconstruction.steps) - 1
    for at, step in enumerate(reconstruction.steps):
        found += [*_stages_inside(step, dark), _stage_of(step, dark, is_image=at == last)]
    return found


def _stages_inside(step: Step, dark: bool) -> list[Stage]:
    """Return the stages through the layers of a block, before that of the block itself."""
    found = []
    for inner in step.inside:
        stage = _stage_of(inner, dark, is_image=False)
        words = f"Inside {short(step.layer, _LONGEST_NAME)}: {stage.sentence}"
        found += [*_stages_inside(inner, dark), replace(stage, caption=f"↳ {stage.caption}", sentence=words)]
    return found


def _kept_stage(reconstruction: Reconstruction, layer: str) -> Stage:
    """Return what the method starts from."""
    index, kept = reconstruction.map_index, reconstruction.kept
    shape = _shape(kept)
    if kept.ndim == 1:
        words = f"Only unit {index} of {layer} is kept. All others become 0."
        return Stage("keep one", words, shape, *_vector(kept, dark=None))
    row, column = reconstruction.position
    what = f"the activation at row {row}, column {column} of map {index}"
    caption, words = "keep one", f"Only {what} is kept. All others become 0, in every map."
    if reconstruction.whole_map:
        caption, words = "keep map", f"Only the positive values of map {index} are kept. All others become 0."
    if reconstruction.method != "reconstruct":
        words += " The derivative starts with 1."
    return Stage(caption, words, shape, kept[index], viridis_image(kept[index]))


def _stage_of(step: Step, dark: bool, is_image: bool) -> Stage:
    layer, words = short(step.layer, _LONGEST_NAME), step.deconvolution
    caption = (words.caption or words.operation).format(layer=short(own_name(step.layer), _LONGEST_NAME))
    sentence, shape = words.sentence.format(layer=layer), _shape(step.signal)
    if step.signal.ndim == 1:
        return Stage(caption, sentence, shape, *_vector(step.signal, dark))
    if is_image:
        words_of_end = f"{sentence} These are the pixels."
        return Stage(caption, words_of_end, shape, step.signal, reconstruction_image(step.signal, dark))
    if len(step.signal) > 1:
        sentence += f" At each place, the picture shows the number farthest from zero of {len(step.signal)} maps."
    plane = flatten_channels(step.signal)
    return Stage(caption, sentence, shape, plane, diverging_image(plane, dark))


def _vector(values: np.ndarray, dark: bool | None) -> tuple[np.ndarray, QImage]:
    """Return a vector as rows that fill about a square, and their picture; without signs if `dark` is None."""
    columns = max(int(np.ceil(np.sqrt(values.size))), 1)
    plane = np.zeros(-(-values.size // columns) * columns, values.dtype)
    plane[: values.size] = values
    plane = plane.reshape(-1, columns)
    return plane, viridis_image(plane) if dark is None else diverging_image(plane, dark)


def _shape(values: np.ndarray) -> str:
    return describe_shape(values.shape)
