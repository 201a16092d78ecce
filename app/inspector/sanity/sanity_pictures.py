"""The pictures of the sanity checks with their words."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtGui import QImage, QPainter

from app.formatting import MINUS, UNKNOWN
from app.inspector.reconstruction.reconstruction_images import flatten_channels, reconstruction_image
from app.inspector.sanity.checks import Check, SanityChecks
from app.widgets.images.colormaps import grey_image, sample_image, symmetric_limit
from app.widgets.plain_text import short
from tinyml.core import describe_count
from tinyml.net import own_name

_NAME = 10
"""Most characters of a layer's name in a caption."""
_SHADE = 0.55
"""How bright the sample is below a reconstruction."""


@dataclass(frozen=True, eq=False)
class SanityPicture:
    """One picture of the checks.

    Attributes:
        caption: below the small picture.
        sentence: what it shows.
        values: `(C, H, W)` its numbers.
        image: the picture.
    """

    caption: str
    sentence: str
    values: np.ndarray
    image: QImage


def main_pictures(checks: SanityChecks, sample: np.ndarray | None, dark: bool, is_trained: bool) -> list[SanityPicture]:
    """Return the picture itself, that of random weights, that over the input, and that of occlusion.

    Arguments:
        checks: the checks.
        sample: `(C, H, W)` the image that the network received; None to leave out the third.
        dark: True for the dark theme.
        is_trained: False if the picture itself is of initial or random weights.
    """
    trained = checks.trained.image
    pictures = [_picture("trained" if is_trained else "untrained", "The picture that is checked.", trained, dark)]
    if checks.random is not None:
        sentence = f"The same picture with random weights in all layers up to the chosen one. {_figures(checks.random)}"
        pictures.append(_picture("random", sentence, _image_of(checks.random, trained), dark))
    if sample is not None and sample.shape[1:] == trained.shape[1:]:
        over = _over(sample, trained, dark)
        pictures.append(SanityPicture("over the input", "The picture over the darkened sample.", trained, over))
    if checks.occlusion is not None:
        sentence = "How much the activation falls where a window of the sample is covered. It uses no gradient."
        pictures.append(_picture("occlusion", sentence, checks.occlusion, dark))
    return [picture for picture in pictures if picture.values.ndim == 3]


def cascade_pictures(checks: tuple[Check, ...], trained: np.ndarray, dark: bool) -> list[SanityPicture]:
    """Return the pictures while one layer after the other becomes random.

    Arguments:
        checks: in the order in which the layers become random.
        trained: `(C, H, W)` the picture of the trained network.
        dark: True for the dark theme.
    """
    pictures = []
    for check in checks:
        names = ", ".join(map(short, check.layers))
        last = check.layers[-1]
        inside = "↳ " if own_name(last) != last else ""
        caption = f"{inside}{short(own_name(last), _NAME - 2 * len(inside))} {_figure(check)}"
        pictures.append(_picture(caption, f"Random: {names}. {_figures(check)}", _image_of(check, trained), dark))
    return [picture for picture in pictures if picture.values.ndim == 3]


def _picture(caption: str, sentence: str, values: np.ndarray, dark: bool) -> SanityPicture:
    image = reconstruction_image(values, dark) if values.ndim == 3 else QImage()
    return SanityPicture(caption, sentence, values, image)


def _image_of(check: Check, trained: np.ndarray) -> np.ndarray:
    """Return the picture of a check; zeros if there is none."""
    return np.zeros_like(trained) if check.image is None else check.image


def _figure(check: Check) -> str:
    return UNKNOWN if np.isnan(check.similarity) else _written(check.similarity)


def _written(similarity: float) -> str:
    return f"{similarity:.2f}".replace("-", MINUS)


def _figures(check: Check) -> str:
    """Return the similarity, its range, and how many networks gave a picture."""
    networks = f"{len(check.similarities)} of {describe_count(check.networks, 'random network')}"
    if not check.similarities:
        return f"None of {describe_count(check.networks, 'random network')} gives a picture at this place."
    low, high = _written(check.similarities[0]), _written(check.similarities[-1])
    between = f", between {low} and {high}" if len(check.similarities) > 1 else ""
    return f"Similarity {_figure(check)} (median of {networks}{between})."


def _over(sample: np.ndarray, values: np.ndarray, dark: bool) -> QImage:
    """Return a picture over the darkened sample. The farther from zero a number is, the less of the sample is seen."""
    plane = flatten_channels(values)
    painted = reconstruction_image(values, dark).convertToFormat(QImage.Format.Format_ARGB32)
    painted.setAlphaChannel(grey_image(np.abs(plane), 0.0, symmetric_limit(plane) or 1.0))
    low, high = float(min(sample.min(), 0.0)), float(max(sample.max(), 1.0))
    image = sample_image(sample, low, low + (high - low) / _SHADE)
    painter = QPainter(image)
    painter.drawImage(0, 0, painted)
    painter.end()
    return image
