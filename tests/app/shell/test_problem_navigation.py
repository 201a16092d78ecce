"""F8 goes from problem to problem."""

import pytest

from app.document import Document
from app.shell.problem_navigation import ProblemNavigation
from tinyml.net import LayerSpecification, NetworkSpecification
from tinyml.storage import Project


def document_of(*names: str) -> Document:
    """Return a document whose layers called "bad…" have a problem."""
    layers = [LayerSpecification(type="Flatten", name="flatten")]
    for name in names:
        outputs = 0 if name.startswith("bad") else 10
        layers.append(LayerSpecification(type="Linear", name=name, settings={"outputs": outputs}))
    return Document(Project(network=NetworkSpecification(layers=tuple(layers))))


def test_the_layers_with_problems_are_selected_in_turn(qapp, qtbot) -> None:
    document = document_of("bad_1", "good", "bad_2")
    navigation = ProblemNavigation(document)
    seen = []
    for _ in range(3):
        with qtbot.waitSignal(navigation.layer_selected):
            navigation.select_next()
        seen.append(document.selection)
    assert seen == [("bad_1",), ("bad_2",), ("bad_1",)]


def test_from_another_layer_the_first_problem_is_selected(qapp) -> None:
    document = document_of("bad_1", "good", "bad_2")
    document.select(("good",))
    ProblemNavigation(document).select_next()
    assert document.selection == ("bad_1",)


@pytest.mark.parametrize(("data_problem", "requested"), [("", False), ("There is no such folder.", True)])
def test_without_a_layer_problem_only_a_data_problem_opens_the_data_form(qapp, data_problem, requested) -> None:
    document = document_of("good")
    document.data_problem = data_problem
    navigation = ProblemNavigation(document)
    requests = []
    navigation.data_requested.connect(lambda: requests.append(True))
    navigation.select_next()
    assert bool(requests) == requested
    assert document.selection == ()


def test_in_a_block_the_layer_that_is_the_reason_is_selected(qapp) -> None:
    inner = [{"type": "Residual", "name": "inner", "settings": {"layers": [{"type": "Linear", "name": "reason"}]}}]
    layers = (
        LayerSpecification(type="Residual", name="outer", settings={"layers": inner}),
        LayerSpecification(type="ReLu", name="relu", settings={"slope": 1}),
    )
    document = Document(Project(network=NetworkSpecification(layers=layers)))
    navigation = ProblemNavigation(document)
    seen = []
    for _ in range(3):
        navigation.select_next()
        seen.append((document.block, document.selection))
    assert seen == [(("outer", "inner"), ("reason",)), ((), ("relu",)), (("outer", "inner"), ("reason",))]
