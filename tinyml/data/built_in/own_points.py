"""Points that the user draws: they are options of the data, so a project file holds them."""

from dataclasses import replace
from typing import Annotated

import numpy as np
from pydantic import Field, field_validator, model_validator

from tinyml.core import DataError
from tinyml.data.built_in.base import BuiltInSet
from tinyml.data.dataset import DataDescription, Dataset, ProgressCallback
from tinyml.data.options import SourceOptions

MOST_POINTS = 2000
"""Largest number of own points: a project file stays small."""
FEWEST_POINTS = 10
"""Fewer points cannot be split into three parts."""
MOST_CLASSES = 10
"""Largest number of classes of own points."""
_FARTHEST = 1e6


def write_points(points: np.ndarray, labels: np.ndarray) -> str:
    """Return points as the text of the option `points`: "x y class; x y class; …".

    Arguments:
        points: `(N, 2)` coordinates; six significant digits are written.
        labels: `(N,)` classes.

    >>> write_points(np.array([[0.5, 1.0], [2.0, -3.25]]), np.array([0, 1]))
    '0.5 1 0; 2 -3.25 1'
    """
    pairs = zip(points.tolist(), labels.tolist(), strict=True)
    return "; ".join(f"{x:.6g} {y:.6g} {label}" for (x, y), label in pairs)


def read_points(text: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the points `(N, 2)` float32 and their classes `(N,)` of the option `points`.

    Arguments:
        text: as `write_points` returns it.

    Raises `DataError` that names the wrong point.

    >>> read_points("0.5 1 0; 2 -3 1")[1]
    array([0, 1])
    """
    points, labels = [], []
    for number, part in enumerate(filter(None, (part.strip() for part in text.split(";"))), 1):
        if number > MOST_POINTS:
            raise DataError(f"There are more than {MOST_POINTS} own points. Remove some, or save them as a table.")
        point = _read_point(part.split())
        if point is None:
            raise DataError(
                f"Point {number} is '{part[:40]}' but should be x, y and a class from 0 to {MOST_CLASSES - 1}, such as "
                "'0.5 -1 0'."
            )
        points.append(point[:2])
        labels.append(point[2])
    return np.array(points, np.float32).reshape(-1, 2), np.array(labels, np.int64)


def _read_point(words: list[str]) -> tuple[float, float, int] | None:
    """Return x, y and the class of a point; None if the words are something else."""
    try:
        x, y, label = float(words[0]), float(words[1]), int(words[2])
    except (ValueError, IndexError):
        return None
    near = abs(x) <= _FARTHEST and abs(y) <= _FARTHEST  # False for NaN
    return (x, y, label) if len(words) == 3 and near and 0 <= label < MOST_CLASSES else None


def _first_points() -> str:
    """Return the points to start from: four heaps in the corners of a square, as in XOR."""
    corners = np.array([[-0.7, -0.7], [-0.7, 0.7], [0.7, 0.7], [0.7, -0.7]])
    points = np.repeat(corners, 100, axis=0) + 0.2 * np.random.default_rng(0).standard_normal((400, 2))
    return write_points(points, np.repeat([0, 1, 0, 1], 100))


class OwnPointsOptions(SourceOptions):
    """The points and the names of their classes.

    Attributes:
        points: "x y class; x y class; …".
        names: of the classes.
    """

    points: Annotated[
        str,
        Field(max_length=60 * MOST_POINTS, title="Points", description="Each point with its class: x y class; …"),
    ] = _first_points()
    names: Annotated[
        tuple[str, ...],
        Field(min_length=2, max_length=MOST_CLASSES, title="Classes", description="A name for each class."),
    ] = ("class 1", "class 2")

    @field_validator("points")
    @classmethod
    def _check_points(cls, text: str) -> str:
        try:
            count = len(read_points(text)[0])
        except DataError as error:
            raise ValueError(str(error)) from error
        if count < FEWEST_POINTS:
            raise ValueError(f"There are {count} own points, but at least {FEWEST_POINTS} are needed. Add some.")
        return text

    @model_validator(mode="after")
    def _check_classes(self) -> "OwnPointsOptions":
        highest = int(read_points(self.points)[1].max())
        if highest >= len(self.names):
            raise ValueError(f"A point has the class {highest}, but there are {len(self.names)} names of classes.")
        return self


_DESCRIPTION = DataDescription(
    name="points",
    title="Your own points",
    example_shape=(2,),
    class_names=("class 1", "class 2"),
    count=400,
    about="Points that you draw, move and remove on the decision map of the page Train. The project file holds them.",
)


def describe_points(options: OwnPointsOptions) -> DataDescription:
    """Return the description of own points.

    Arguments:
        options: the points and the names of their classes.

    >>> describe_points(OwnPointsOptions(names=("cat", "dog", "bird"))).class_names
    ('cat', 'dog', 'bird')
    """
    return replace(_DESCRIPTION, class_names=options.names, count=len(read_points(options.points)[0]))


def load_points(options: OwnPointsOptions | None = None, progress: ProgressCallback | None = None) -> Dataset:
    """Return the points as a dataset.

    Arguments:
        options: the points and the names of their classes; None for the points to start from.
        progress: not used, because this takes no time.

    Shapes: inputs `(N, 2)`, labels `(N,)`.

    >>> len(load_points())
    400
    """
    chosen = options or OwnPointsOptions()
    points, labels = read_points(chosen.points)
    return Dataset(describe_points(chosen), points, labels)


OWN_POINTS = BuiltInSet(_DESCRIPTION, load_points, OwnPointsOptions, describe_points)
