"""The plan of a run: everything the worker needs, frozen at the moment the user pressed Train."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from app.document import Document
from tinyml.core import TinymlError
from tinyml.data import DataDescription
from tinyml.storage import Project


@dataclass(frozen=True)
class Plan:
    """A frozen copy of what the document held when the run was started.

    Attributes:
        project: network, data choice and training settings.
        description: of the data.
        initial: weights to continue from, under "layer.parameter"; None for fresh ones drawn from the seed.
        paused: begin in the paused state, so that the first batch waits for a step.
    """

    project: Project
    description: DataDescription
    initial: Mapping[str, np.ndarray] | None = None
    paused: bool = False


def plan_from(document: Document, initial: Mapping[str, np.ndarray] | None = None, paused: bool = False) -> Plan:
    """Freeze the document into a plan; raises `TinymlError` with the first problem when it cannot be trained."""
    if document.problems or document.data is None:
        first = document.problems[0]
        more = len(document.problems) - 1
        others = f" ({more} more problem{'s' if more > 1 else ''})" if more else ""
        raise TinymlError(f"The network cannot be trained yet. {first}{others}")
    return Plan(document.project, document.data, initial, paused)
