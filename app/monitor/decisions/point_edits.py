"""Edits of own points: moved, added and removed points become options of the project's data."""

from dataclasses import replace

import numpy as np

from app.document.edits import Edit, change_data
from app.monitor.decisions.plane_points import PlanePoints
from tinyml.data import describe
from tinyml.data.built_in.own_points import MOST_CLASSES, OWN_POINTS, OwnPointsOptions, read_points, write_points
from tinyml.data.options import read_options
from tinyml.data.preprocessing import Preprocessing
from tinyml.storage import Project

_ROUNDING = 1e-3
"""Points are written with six digits: nearer than this share of their extent, two places are the same."""
SOURCE = OWN_POINTS.description.name
"""The source of own points."""


def can_edit(points: PlanePoints | None) -> bool:
    """Return True if these points can become own points: two inputs, and not too many classes.

    Arguments:
        points: the points; None if they are not known.
    """
    if points is None:
        return False
    description = points.samples.description
    return description.example_shape == (2,) and 2 <= len(description.class_names) <= MOST_CLASSES


def all_points(project: Project, shown: PlanePoints) -> tuple[np.ndarray, np.ndarray]:
    """Return the points `(N, 2)` and classes `(N,)` that an edit changes.

    Arguments:
        project: with own points, or with other data, whose points become own points.
        shown: the points on the map, with those that are not shown.
    """
    if project.data.source == SOURCE:
        return read_points(read_options(OwnPointsOptions, project.data.options, SOURCE).points)
    points, labels = shown.editable
    return points.astype(np.float32), labels


def nearest_point(points: np.ndarray, place: np.ndarray) -> int:
    """Return the index of the point at a place; -1 if it is not there any more.

    Arguments:
        points: `(N, 2)` all points.
        place: `(2,)`.
    """
    if not len(points):
        return -1
    extent = float(np.ptp(points, axis=0).max()) or 1.0
    distances = np.hypot(*(points - place).T)
    index = int(distances.argmin())
    return index if distances[index] < _ROUNDING * extent else -1


def change_points(
    project: Project, shown: PlanePoints, points: np.ndarray, labels: np.ndarray, text: str, merge_key: str = ""
) -> Edit:
    """Return the edit that makes points the data of the project.

    Arguments:
        project: the project before the edit.
        shown: the points on the map, for the names of their classes.
        points: `(N, 2)` all points.
        labels: `(N,)` their classes.
        text: the edit for the undo menu, such as "move a point".
        merge_key: successive edits with the same key become one undo step; empty for a step of its own.

    Raises `DataError` if there are too few or too many points.
    """
    names = list(shown.samples.description.class_names)
    options = {"points": write_points(points, labels), "names": names}
    describe(SOURCE, options)
    if project.data.source == SOURCE:
        edit = change_data(project, options=options)
    else:
        edit = change_data(project, source=SOURCE, options=options, expected=None, preprocessing=Preprocessing())
    return replace(edit, text=text, merge_key=merge_key)
