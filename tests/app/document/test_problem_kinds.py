"""Each kind of problem: provoke it, read its sentence, apply its fix, and find it gone.

`test_every_place_that_makes_a_problem_is_provoked` finds a new kind of problem that has no case here.
"""

import pytest

from app.document import BlockPath, Document, edits
from app.document.blocks import innermost_problem
from tests.app.document.problem_case import Case, block, named
from tests.app.document.problem_sites import EXCUSED, ROOT, find_sites, reached, record_lines
from tests.tinyml.net.stacks import stack
from tinyml.core import Problem
from tinyml.data import DataChoice, DataDescription, describe
from tinyml.data.choice import ExpectedData
from tinyml.net import LayerSpecification, NetworkSpecification
from tinyml.storage import Project

STANDARD = "Use the standard block inside"
TEN = ("Linear", {"outputs": 10})
NO_FIX = ""
"""Label of a problem without a fix: its sentence says what to do instead."""


NUMBERS = {"loss": "mse_loss"}
ODD_TARGETS = DataDescription("signals", "Signals", (6,), (), 100, target_shape=(2, 3))
BINARY = "binary_cross_entropy_with_logits_loss"
DEEP = block(block(block(block("ReLu"))))
TWICE = named(("Flatten", "a"), ("Linear", "a"))

CASES = [
    Case("no layers", stack(), "The network has no layers yet. Add one from the palette", NO_FIX),
    Case("unreadable data", stack("Flatten", TEN), "no-such-data", NO_FIX, source="no-such-data"),
    Case(
        "options that the data do not have",
        stack("Flatten", TEN),
        "'digits' has no option 'noise'",
        "Read it with automatic options",
        choice={"options": {"noise": 0.5}},
    ),
    Case(
        "other classes than expected",
        stack("Flatten", TEN),
        "The data has changed since the project was saved: 10 classes instead of 9 (new: 9).",
        "Use the data as it is now",
        choice={"expected": ExpectedData(example_shape=(1, 8, 8), class_names=tuple("012345678"))},
    ),
    Case(
        "targets of a strange shape",
        stack("ReLu"),
        "choose data with such targets",
        NO_FIX,
        training=NUMBERS,
        data=ODD_TARGETS,
    ),
    Case(
        "unknown type",
        stack("Attention", "Flatten", TEN),
        "has no layer type 'Attention'. It is kept as it is, also in the file",
        "Remove this layer",
    ),
    Case("misspelled type", stack("Flaten", TEN), "Did you mean 'Flatten'?", "Use Flatten"),
    Case(
        "unknown setting",
        stack("Flatten", ("Linear", {"outputs": 10, "colour": "red"})),
        "There is no setting 'colour'",
        "Remove 'colour'",
    ),
    Case(
        "misspelled setting",
        stack("Flatten", ("Linear", {"outptus": 10})),
        "Did you mean 'outputs'?",
        "Rename it to 'outputs'",
    ),
    Case(
        "value out of range",
        stack("Flatten", ("Linear", {"outputs": 0}), TEN),
        "Outputs is 0 but should be at least 1",
        "Set outputs to 64",
    ),
    Case(
        "value of the wrong type",
        stack(("Conv2D", {"bias": "perhaps"}), "Flatten", TEN),
        "Bias is 'perhaps'",
        "Set bias to True",
    ),
    Case("same name twice", TWICE, "Another layer is called 'a' too", "Rename it to linear_1"),
    Case(
        "same tensor name twice",
        NetworkSpecification(
            layers=(
                LayerSpecification(type="Residual", name="a", settings=block(("Linear", {"outputs": 64}))[1]),
                LayerSpecification(type="Linear", name="a.layer_0", settings={"outputs": 10}),
            )
        ),
        "Its tensor 'a.layer_0.bias' has the same name",
        "Rename it to linear_1",
        data=DataDescription("v", "V", (64,), tuple("abcdefghij"), 100),
    ),
    Case("vector needed", stack(TEN), "Linear needs a vector but receives 1×8×8", "Insert Flatten"),
    Case(
        "vector needed by batch normalisation",
        stack("BatchNorm1D", "Flatten", TEN),
        "BatchNorm1D needs a vector but receives 1×8×8",
        "Insert Flatten",
    ),
    Case("maps needed after Flatten", stack("Flatten", "Conv2D", TEN), "Conv2D needs maps", "Move it before layer_0"),
    Case(
        "maps needed after Linear",
        stack("Flatten", "Linear", "Conv2D", "Flatten", TEN),
        "Conv2D needs maps",
        "Insert Reshape",
    ),
    Case(
        "maps needed after few numbers", stack("Flatten", TEN, "MaxPool2D"), "MaxPool2D needs maps", "Remove this layer"
    ),
    Case(
        "maps needed by batch normalisation",
        stack("Flatten", "BatchNorm2D", TEN),
        "BatchNorm2D needs maps",
        "Use BatchNorm1D",
    ),
    Case(
        "window too large",
        stack(("Conv2D", {"window": 9, "padding": 0}), "Flatten", TEN),
        "A window that covers 9×9 pixels is larger",
        "Set window to 8×8",
    ),
    Case(
        "too much pooling",
        stack(*["MaxPool2D"] * 4, "Flatten", TEN),
        "larger than its input of 1×1",
        "Remove this layer",
    ),
    Case(
        "padding cuts everything off",
        stack(("Deconv2D", {"padding": 9}), "Flatten", TEN),
        "A padding of 9 cuts off all",
        "Set padding to 4×4",
    ),
    Case(
        "numbers that fill no maps",
        stack("Flatten", ("Reshape", {"size": [5, 4]}), "Flatten", TEN),
        "do not fill whole maps of 5×4",
        "Set size to 1×4",
    ),
    Case(
        "axis that is not there",
        stack("Flatten", ("Softmax", {"axis": 2}), TEN),
        "Softmax works along axis 2",
        "Set axis to 1",
    ),
    Case(
        "nothing to unpool",
        stack("MaxUnpool2D", "Flatten", TEN),
        "no MaxPool2D before it is left to undo",
        "Remove this layer",
    ),
    Case(
        "unpooling of other maps",
        stack("MaxPool2D", "Conv2D", "MaxUnpool2D", "Flatten", TEN),
        "undoes a MaxPool2D that gave 1×4×4",
        "Remove this layer",
    ),
    Case(
        "block that changes the number of maps",
        stack("Conv2D", block("Conv2D", "ReLu", ("Conv2D", {"filters": 3})), "Flatten", TEN),
        "The layers inside turn 8×8×8 into 3×8×8",
        "Set filters of layer_2 to 8",
    ),
    Case(
        "block that changes the size",
        stack(block(("Conv2D", {"filters": 1, "padding": 0})), "Flatten", TEN),
        "The layers inside turn 1×8×8 into 1×6×6",
        "Set padding of layer_0 to 1×1",
    ),
    Case(
        "block that changes the vector",
        stack("Flatten", block("Linear", "ReLu", TEN), TEN),
        "The layers inside turn 64 into 10",
        "Set outputs of layer_2 to 64",
    ),
    Case(
        "block that pools",
        stack(block("MaxPool2D"), "Flatten", TEN),
        "The layers inside turn 1×8×8 into 1×4×4",
        STANDARD,
    ),
    Case(
        "problem inside a block",
        stack(block("Linear"), "Flatten", TEN),
        "Inside, layer_0: Linear needs a vector",
        STANDARD,
    ),
    Case(
        "problem inside a block, there",
        stack("Flatten", block(("Linear", {"outputs": 64, "bias": "perhaps"})), TEN),
        "Bias is 'perhaps'",
        "Set bias to True",
        inside=True,
    ),
    Case("blocks nested too deeply", stack("Flatten", DEEP, TEN), "nested at most 3 deep", STANDARD),
    Case("too many layers inside a block", stack("Flatten", block(*["ReLu"] * 101), TEN), "at most 100", STANDARD),
    Case(
        "standard block with too many maps",
        stack("Flatten", ("Linear", {"outputs": 5000}), ("Reshape", {"size": [1, 1]}), "Residual", "Flatten", TEN),
        "Inside, conv_1: Filters is 5000",
        "Remove this layer",
    ),
    Case(
        "maps instead of class scores",
        stack("Conv2D"),
        "The network ends with 8×8×8 but the loss needs a vector of 10 numbers",
        "Add Flatten and Linear with 10 outputs",
    ),
    Case(
        "other number of classes",
        stack("Flatten", ("Linear", {"outputs": 3})),
        "The network ends with 3 numbers but the loss needs 10",
        "Set outputs to 10",
    ),
    Case(
        "numbers instead of class scores",
        stack("Flatten"),
        "The network ends with 64 numbers but the loss needs 10",
        "Add Linear with 10 outputs",
    ),
    Case(
        "other number of targets",
        stack(("Linear", {"outputs": 3})),
        "The network ends with 3 numbers but each target has 1",
        "Set outputs to 1",
        source="sine",
        training=NUMBERS,
    ),
    Case(
        "vector instead of maps",
        stack("Flatten"),
        "ends with 64 numbers but each target is 1×8×8",
        "Add Reshape to 8×8",
        target="input",
        training=NUMBERS,
    ),
    Case(
        "maps of another size",
        stack("MaxPool2D"),
        "ends with 1×4×4 but each target is 1×8×8",
        "Add Flatten, Linear and Reshape to 8×8",
        target="input",
        training=NUMBERS,
    ),
    Case(
        "other number of maps",
        stack("Conv2D"),
        "ends with 8×8×8 but each target is 1×8×8",
        "Set filters to 1",
        target="input",
        training=NUMBERS,
    ),
    Case(
        "loss of classes for numbers",
        stack(("Linear", {"outputs": 1})),
        "needs classes, but the targets of this data are numbers",
        "Use mean squared error",
        source="sine",
    ),
    Case(
        "loss of probabilities without Softmax",
        stack("Flatten", TEN),
        "needs a network that ends with Softmax",
        "Add Softmax",
        training={"loss": "cross_entropy_loss"},
    ),
    Case(
        "Softmax before a loss that has one",
        stack("Flatten", TEN, "Softmax"),
        "needs the values before Softmax",
        "Remove Softmax",
    ),
    Case(
        "Softmax before a loss of numbers",
        stack("Flatten", TEN, "Softmax"),
        "needs the values before Softmax",
        "Remove Softmax",
        training=NUMBERS,
    ),
    Case(
        "Sigmoid before a loss that has one",
        stack("Flatten", TEN, "Sigmoid"),
        "needs the values before Sigmoid",
        "Remove Sigmoid",
        training={"loss": BINARY},
    ),
    Case(
        "augmentation of vectors",
        stack(("Linear", {"outputs": 2})),
        "Augmentation by flip needs images",
        "Switch flip off",
        source="circle",
        training={"augment_flip": True},
    ),
]


def find(document: Document, case: Case) -> tuple[BlockPath, Problem] | None:
    """Return the problem of a case, and the path to the stack of its layer."""
    for problem in document.problems:
        path, found = innermost_problem(document.inference.layers, problem) if case.inside else ((), problem)
        if case.sentence in found.sentence:
            return path, found
    return None


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_kind_of_problem_is_provoked_and_its_fix_removes_it(qtbot, case: Case) -> None:
    document = case.document()
    qtbot.waitUntil(lambda: not document.data_pending)
    found = find(document, case)
    assert found is not None, document.problems
    path, problem = found
    assert problem.sentence[0].isupper() or problem.sentence.startswith("'")
    assert (problem.fix.label if problem.fix else NO_FIX).startswith(case.label)
    if not case.label:
        assert problem.fix is None
        return
    before = document.project
    document.apply(edits.apply_fix(document.project_for(path), problem, path))
    case.with_data(document)
    assert find(document, case) is None, document.project.network
    document.undo_stack.undo()
    assert document.project == before


def test_problems_without_a_fix_say_what_to_do(qtbot) -> None:
    remedies = {
        "no layers": "Add one",
        "unreadable data": "Built-in are: blobs",
        "targets of a strange shape": "choose data",
    }
    assert {case.name for case in CASES if case.label == NO_FIX} == set(remedies)
    for case in CASES:
        if case.name in remedies:
            document = case.document()
            qtbot.waitUntil(lambda document=document: not document.data_pending)
            assert any(remedies[case.name] in problem.sentence for problem in document.problems), document.problems


def test_every_place_that_makes_a_problem_is_provoked(qtbot) -> None:
    with record_lines() as lines:
        for case in CASES:
            document = case.document()
            qtbot.waitUntil(lambda document=document: not document.data_pending)
            assert document.problems
    assert [str(site) for site in find_sites() if not reached(site, lines)] == []


def test_every_excused_place_exists() -> None:
    for path, name in EXCUSED:
        assert name in (ROOT / path).read_text()


def test_a_network_of_a_thousand_layers_takes_no_more(qapp) -> None:
    document = Document(Project(network=stack(*["ReLu"] * 1000), data=DataChoice(source="circle")))
    with pytest.raises(Exception, match="at most 1000 layers"):
        edits.insert_layer(document.project, 0, "ReLu")
    assert describe("circle").example_shape == document.inference.output_shape
