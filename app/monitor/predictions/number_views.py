"""What is shown of predicted numbers and images, in words and pictures."""

import numpy as np

from app.formatting import format_percentage, format_r_squared
from app.monitor.predictions.predictions import NumberPredictions
from app.widgets.images.colormaps import sample_image
from app.widgets.images.image_list_model import GridImage
from tinyml.learner import r_squared

MOST_POINTS = 2000
"""Largest number of points in a scatter plot; the numbers in words are those of all examples."""


def thinned(true: np.ndarray, predicted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return at most `MOST_POINTS` pairs of numbers, at equal distances.

    Arguments:
        true: `(K,)` the true numbers.
        predicted: `(K,)` the predicted numbers.
    """
    rows = np.linspace(0, max(len(true) - 1, 0), min(len(true), MOST_POINTS)).round().astype(np.intp)
    return true[rows], predicted[rows]


def pair_images(predictions: NumberPredictions) -> tuple[list[GridImage], str]:
    """Return the pictures of an autoencoder, or of a network whose targets are images, and what they show.

    Arguments:
        predictions: the predicted images.
    """
    autoencoder = predictions.examples.choice.target == "input"
    left = predictions.pictures if autoencoder else predictions.targets
    tip = "left: input, right: reconstruction" if autoencoder else "left: target, right: prediction"
    pairs = zip(left, predictions.predicted, strict=True)
    images = [GridImage(sample_image(side_by_side(*pair)), tooltip=tip) for pair in pairs]
    return images, f"{tip[0].upper()}{tip[1:]}."


def side_by_side(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return two images as one, with a grey line between them.

    Arguments:
        left, right: `(C, H, W)` images in 0 … 1.
    """
    line = np.full((*left.shape[:2], 1), 0.5, left.dtype)
    return np.concatenate([left, line, right], axis=2)


def describe_fit(true: np.ndarray, predicted: np.ndarray) -> str:
    """Return R² of predictions in words.

    Arguments:
        true: `(K,)` the true numbers, at least one.
        predicted: `(K,)` the predicted numbers.

    >>> describe_fit(np.array([1.0, 2.0, 4.0]), np.array([1.0, 2.0, 3.0])).replace("\\xa0", " ")
    'R² 0.786: the predictions explain 78.6 % of the variation.'
    >>> describe_fit(np.array([1.0, 2.0, 3.0]), np.array([3.0, 2.0, 1.0]))
    'R² −3.000: worse than always predicting the mean.'
    """
    if not np.isfinite(predicted).all():
        return "R² is not defined, because a prediction is not finite."
    if (true == true[0]).all():
        return "R² says nothing, because all true numbers are equal."
    value = r_squared(predicted, true)
    if value < 0:
        return f"R² {format_r_squared(value)}: worse than always predicting the mean."
    return f"R² {format_r_squared(value)}: the predictions explain {format_percentage(value)} of the variation."
