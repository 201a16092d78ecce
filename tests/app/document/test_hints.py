"""Each rule for hints: provoke it, read its sentence, apply its fix, and find it gone."""

import time
from dataclasses import dataclass, field
from typing import Any

import pytest

from app.document import Document, Hint, edits
from app.document.hints import RULES
from app.document.templates import templates
from tests.tinyml.net.stacks import stack
from tinyml.core import RemoveLayer
from tinyml.data import DataChoice, DataDescription, builtin_descriptions
from tinyml.learner import TrainingSettings
from tinyml.net import NetworkSpecification
from tinyml.storage import Project, example_names, open_project, read_project

TEN = ("Linear", {"outputs": 10})
PHOTOS = DataDescription("photos", "Photos", (3, 64, 64), ("cat", "dog"), 1000)


@dataclass(frozen=True)
class Case:
    """A network with one hint."""

    network: NetworkSpecification
    layer: str
    sentence: str
    label: str
    source: str = "digits"
    training: dict[str, Any] = field(default_factory=dict)
    data: DataDescription | None = None

    def document(self) -> Document:
        training = TrainingSettings(**{"loss": "cross_entropy_with_softmax_loss", **self.training})
        document = Document(Project(network=self.network, data=DataChoice(source=self.source), training=training))
        if self.data is not None:
            document._set_data(self.data, "")
        return document


BATCH_OF_ONE = "Batch normalisation needs batches of more than one example."
WITH_BLOCK = stack("Conv2D", "Residual", "ReLu", "Flatten", TEN)
CASES = {
    "softmax_twice": [
        Case(
            stack("Flatten", TEN, "Softmax", "Softmax"),
            "layer_3",
            "Softmax is applied twice.",
            "Remove Softmax",
            training={"loss": "cross_entropy_loss"},
        )
    ],
    "softmax_inside": [
        Case(
            stack("Flatten", ("Linear", {"outputs": 16}), "Softmax", "ReLu", TEN),
            "layer_2",
            "Softmax is not the last layer.",
            "Remove Softmax",
        )
    ],
    "relu_before_loss": [
        Case(
            stack("Flatten", TEN, "ReLu"),
            "layer_2",
            "The network ends with ReLU, so its outputs are never negative.",
            "Remove ReLU",
        )
    ],
    "no_nonlinearity": [
        Case(
            stack("Flatten", "Linear", "Dropout", TEN),
            "layer_3",
            "There is no nonlinearity between it and the Linear before it.",
            "Insert ReLU",
        ),
        Case(
            stack("Conv2D", "Conv2D", "ReLu", "MaxPool2D", "Flatten", TEN),
            "layer_1",
            "There is no nonlinearity between it and the Conv2D before it.",
            "Insert ReLU",
        ),
    ],
    "batch_of_one": [
        Case(
            stack("Flatten", "BatchNorm1D", TEN),
            "layer_1",
            BATCH_OF_ONE,
            "Set batch size to 32",
            training={"batch_size": 1},
        ),
        Case(WITH_BLOCK, "batchnorm_1", BATCH_OF_ONE, "Set batch size to 32", training={"batch_size": 1}),
    ],
    "dropout_of_outputs": [
        Case(
            stack("Flatten", TEN, "Dropout"),
            "layer_2",
            "Dropout removes outputs of the network at random.",
            "Remove Dropout",
        )
    ],
    "many_parameters": [
        Case(
            stack("Flatten", ("Linear", {"outputs": 3000}), "ReLu", TEN),
            "",
            "The network has 225 010 parameters but only 1 258 training examples.",
            "Stop early",
        )
    ],
    "image_as_vector": [
        Case(
            stack("Flatten", ("Linear", {"outputs": 2})),
            "layer_0",
            "The network reads the image as 12 288 numbers in a row.",
            "Insert Conv2D",
            data=PHOTOS,
            training={"early_stopping": 3},
        )
    ],
    "mostly_padding": [
        Case(
            stack("MaxPool2D", "MaxPool2D", ("Conv2D", {"window": 5, "padding": 2}), "ReLu", "Flatten", TEN),
            "layer_2",
            "Its maps have only 2×2 pixels, so most of the window reads padding.",
            "Set window to 3×3",
        )
    ],
    "small_receptive_field": [
        Case(
            stack("Conv2D", "ReLu", "Flatten", TEN),
            "layer_0",
            "The last feature maps see only 3×3 of the 8×8 pixels.",
            "Set window to 5×5",
        ),
        Case(
            stack(
                ("Conv2D", {"window": 5, "padding": 2}),
                "ReLu",
                ("Conv2D", {"window": 5, "padding": 2}),
                "ReLu",
                "GlobalAvgPool2D",
                TEN,
            ),
            "layer_2",
            "The last feature maps see only 9×9 of the 28×28 pixels.",
            "Insert MaxPool2D",
            source="digits-28",
        ),
    ],
}


def hints_of(document: Document, rule: str) -> list[Hint]:
    return [hint for hint in document.hints if hint.rule == rule]


@pytest.mark.parametrize("rule", [rule.name for rule in RULES])
def test_each_rule_is_provoked_and_its_fix_removes_it(qapp, rule: str) -> None:
    for case in CASES[rule]:
        document = case.document()
        assert document.problems == ()
        (hint,) = hints_of(document, rule)
        assert (hint.layer, hint.sentence.replace("\N{NO-BREAK SPACE}", " ")) == (case.layer, case.sentence)
        assert hint.fix is not None
        assert hint.fix.label == case.label
        assert hint.why.endswith(".")
        document.apply(edits.apply_fix(document.project_for(hint.block), hint, hint.block))
        if case.data is not None:
            document._set_data(case.data, "")
        assert document.problems == ()
        assert hints_of(document, rule) == []
        document.undo_stack.undo()
        assert hints_of(document, rule) == [hint]


@pytest.mark.parametrize("rule", [rule.name for rule in RULES])
def test_a_dismissed_hint_is_gone_until_undo_and_after_opening_the_file(qapp, tmp_path, rule: str) -> None:
    case = CASES[rule][-1]
    document = case.document()
    (hint,) = hints_of(document, rule)
    others = [other for other in document.hints if other != hint]
    document.dismiss(hint)
    assert list(document.hints) == others
    document.save(tmp_path / "network.tinyml.json")
    assert Case(case.network, "", "", "").network == read_project(tmp_path / "network.tinyml.json").network
    opened = Document(read_project(tmp_path / "network.tinyml.json"))
    if case.data is not None:
        opened._set_data(case.data, "")
    assert hints_of(opened, rule) == []
    document.undo_stack.undo()
    assert hints_of(document, rule) == [hint]
    document.undo_stack.redo()
    document.apply(edits.restore_hints(document.project))
    assert hints_of(document, rule) == [hint]
    assert document.undo_stack.undoText() == "show dismissed hints"


def test_a_hint_inside_a_block_names_the_block(qapp) -> None:
    document = Case(WITH_BLOCK, "", "", "", training={"batch_size": 1}).document()
    (hint,) = hints_of(document, "batch_of_one")
    assert hint.block == ("layer_1",)
    assert hint.key.path == ("layer_1", "batchnorm_1")


def test_a_fix_inside_a_block_changes_the_layers_inside(qapp) -> None:
    inside = stack(("Linear", {"outputs": 10}), ("Linear", {"outputs": 10})).model_dump()["layers"]
    document = Case(stack("Flatten", TEN, ("Residual", {"layers": inside})), "", "", "").document()
    (hint,) = hints_of(document, "no_nonlinearity")
    assert (hint.block, hint.layer) == (("layer_2",), "layer_1")
    document.apply(edits.apply_fix(document.project_for(hint.block), hint, hint.block))
    assert [layer.specification.type for layer in document.inferred_layers(hint.block)] == ["Linear", "ReLu", "Linear"]
    assert document.hints == ()


@pytest.mark.parametrize(
    "network",
    [
        stack("Flatten", ("Linear", {"outputs": 8}), TEN),  # a bottleneck
        stack("Flatten", "Linear", "Dropout", "ReLu", TEN),
        stack("Flatten", ("Linear", {"outputs": 3000}), "ReLu", "Dropout", TEN),
        stack("Conv2D", "ReLu", "Flatten", "Linear", "ReLu", TEN),  # two layers decide
        stack("MaxPool2D", ("Conv2D", {"window": 5, "padding": 2}), "ReLu", "Flatten", TEN),
        stack("Flatten", "Linear", "ReLu", ("Reshape", {"size": [8, 8]}), "Conv2D", "ReLu", "Flatten", TEN),
    ],
)
def test_networks_that_are_meant_get_no_hint(qapp, network: NetworkSpecification) -> None:
    assert Case(network, "", "", "").document().hints == ()


def test_a_layer_with_a_problem_gets_no_hint(qapp) -> None:
    document = Case(stack("Flatten", "Linear", "Softmax", ("Linear", {"outputs": 0})), "", "", "").document()
    assert [hint.layer for hint in document.hints] == ["layer_2"]


def test_a_problem_that_a_loss_names_is_no_hint(qapp) -> None:
    document = Case(stack("Flatten", TEN, "Softmax"), "", "", "").document()
    assert [problem.fix for problem in document.problems] == [RemoveLayer("Remove Softmax")]
    assert document.hints == ()


def test_without_data_there_are_no_hints(qapp) -> None:
    document = Document(Project(data=DataChoice(source="no-such-data")))
    assert document.hints == ()


@pytest.mark.parametrize("name", example_names())
def test_no_example_shows_a_hint(qapp, name: str) -> None:
    assert Document(open_project(name)).hints == ()


@pytest.mark.parametrize("template", templates(), ids=lambda template: template.name)
def test_no_template_shows_a_hint_with_data_that_it_fits(qapp, template) -> None:
    for data in builtin_descriptions():
        if template.fits(data):
            document = Document(template.project_for(data))
            assert document.problems == ()
            assert document.hints == ()


def test_every_rule_has_a_case() -> None:
    assert list(CASES) == [rule.name for rule in RULES]


def test_facts_and_hints_of_200_layers_take_little_time(qapp) -> None:
    layers = ["Conv2D", "BatchNorm2D", "ReLu", "Dropout"] * 49
    project = Case(stack(*layers, "MaxPool2D", "Flatten", TEN), "", "", "", source="digits-28").document().project
    seconds = []
    for _ in range(5):
        document = Document(project)
        start = time.thread_time()
        assert document.hints == ()
        seconds.append(time.thread_time() - start)
    assert min(seconds) < 0.25  # 15 ms in most runs
