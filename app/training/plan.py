"""The plan of a run: everything the worker needs, frozen at the moment the user pressed Train."""

from dataclasses import dataclass

from app.document import DATA_PENDING, Document
from app.training.snapshot import Snapshot
from tinyml.core import TinymlError
from tinyml.data import DataDescription
from tinyml.storage import Project


@dataclass(frozen=True)
class Plan:
    """A frozen copy of what the document held when the run was started.

    Attributes:
        project: network, data choice and training settings.
        description: of the data.
        start: the weights to continue from; None for fresh ones drawn from the seed.
    """

    project: Project
    description: DataDescription
    start: Snapshot | None = None


def plan_from(document: Document, start: Snapshot | None = None) -> Plan:
    """Freeze the document into a plan; raises `TinymlError` with the first problem when it cannot be trained."""
    if document.data_pending:
        raise TinymlError(f"{DATA_PENDING} Training can start when it is known.")
    if document.problems or document.data is None:
        first = document.problems[0]
        more = len(document.problems) - 1
        others = f" ({more} more problem{'s' if more > 1 else ''})" if more else ""
        raise TinymlError(f"The network cannot be trained yet. {first}{others}")
    return Plan(document.project, document.data, start)
