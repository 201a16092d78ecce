"""A project with one kind of problem, and short ways to write its network."""

from dataclasses import dataclass, field
from typing import Any

from app.document import Document
from tests.tinyml.net.stacks import stack
from tinyml.data import DataChoice, DataDescription
from tinyml.learner import TrainingSettings
from tinyml.net import LayerSpecification, NetworkSpecification
from tinyml.storage import Project


@dataclass(frozen=True)
class Case:
    """A project with one kind of problem.

    `label` is that of the fix; `source`, `choice` or `data` is the data; `inside` says that the fix is that of a layer
    inside.
    """

    name: str
    network: NetworkSpecification
    sentence: str
    label: str
    source: str = "digits"
    target: str = "label"
    training: dict[str, Any] = field(default_factory=dict)
    data: DataDescription | None = None
    inside: bool = False
    choice: dict[str, Any] = field(default_factory=dict)

    def document(self) -> Document:
        document = Document(
            Project(
                network=self.network,
                data=DataChoice(source=self.source, target=self.target, **self.choice),
                training=TrainingSettings(**self.training),
            )
        )
        return self.with_data(document)

    def with_data(self, document: Document) -> Document:
        if self.data is not None:
            document._set_data(self.data, "")
        return document


def block(*layers: Any) -> tuple[str, dict[str, Any]]:
    return "Residual", {"layers": stack(*layers).model_dump()["layers"]}


def named(*layers: tuple[str, str]) -> NetworkSpecification:
    return NetworkSpecification(layers=tuple(LayerSpecification(type=kind, name=name) for kind, name in layers))
