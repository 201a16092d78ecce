import pytest

from app.document import Document
from app.training import Session
from tinyml.data import DataChoice
from tinyml.learner import TrainingSettings
from tinyml.net import LayerSpecification, NetworkSpecification
from tinyml.storage import Project


def circle_project(**training) -> Project:
    layers = (
        LayerSpecification(type="Linear", name="linear_1", settings={"outputs": 8}),
        LayerSpecification(type="ReLu", name="relu_1"),
        LayerSpecification(type="Linear", name="linear_2", settings={"outputs": 2}),
    )
    settings = {"loss": "mse_loss", "momentum": 0.0, "batch_size": 10, "epochs": 3, **training}
    return Project(
        network=NetworkSpecification(layers=layers),
        data=DataChoice(source="circle"),
        training=TrainingSettings(**settings),
    )


@pytest.fixture
def document(qapp):
    return Document(circle_project())


@pytest.fixture
def session(document):
    session = Session(document)
    yield session
    session.shutdown()
