"""The line that offers ways to a network that fits the data."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton

from app.document import Document, edits
from app.forms import WithDataLine
from tests.app.builder.forms.form_driver import find
from tests.tinyml.net.stacks import stack
from tinyml.core.resources import resource_path
from tinyml.data import DataChoice
from tinyml.data.choice import ExpectedData
from tinyml.storage import Project


def shown(qtbot, document: Document, **arguments) -> WithDataLine:
    frame = WithDataLine(document, QLabel("content"), "fit", **arguments)
    qtbot.addWidget(frame)
    frame.resize(900, 200)
    frame.show()
    return frame


def test_one_click_makes_the_network_fit(qtbot) -> None:
    document = Document(Project(network=stack("Flatten", ("Linear", {"outputs": 10}))))
    frame = shown(qtbot, document)
    assert frame.line.sentence == ""
    assert not frame.line.isVisible()
    document.apply(edits.change_data(document.project, source="circle").alone())
    assert frame.line.sentence == (
        "The network does not fit the data. layer_1: The network ends with 10 numbers but the loss needs 2, one for "
        "each class."
    )
    button = find(frame, QPushButton, "fit_fit")
    assert button.accessibleDescription() == "Set outputs to 2 (layer_1)."
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert document.problems == ()
    assert not frame.line.isVisible()
    document.undo_stack.undo()
    assert frame.line.isVisible()
    QTest.mouseClick(find(frame, QPushButton, "fit_start"), Qt.MouseButton.LeftButton)
    assert document.problems == ()
    assert document.undo_stack.undoText() == "start with a small multilayer perceptron"


def test_only_ways_that_lead_somewhere_are_shown(qtbot) -> None:
    document = Document(Project(network=stack("Conv2D", "Flatten", "Linear"), data=DataChoice(source="circle")))
    frame = shown(qtbot, document)
    assert find(frame, QPushButton, "fit_start").isVisible()
    assert not find(frame, QPushButton, "fit_fit").isVisible()


def test_missing_data_are_found_again_with_their_options_and_split(qtbot, monkeypatch, tmp_path) -> None:
    gone, now = tmp_path / "old place", str(resource_path("data", "digits"))
    expected = ExpectedData(example_shape=(1, 8, 8), class_names=tuple("0123456789"))
    choice = DataChoice(source=str(gone), test=0.3, expected=expected)
    document = Document(Project(network=stack("Flatten", ("Linear", {"outputs": 10})), data=choice))
    frame = shown(qtbot, document)
    button = find(frame, QPushButton, "fit_relocate")
    qtbot.waitUntil(button.isVisible)
    assert f"There is no file or folder '{gone}'" in frame.line.sentence
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert document.undo_stack.count() == 0
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "holds no images" in frame.line.sentence)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: now)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: document.data is not None)
    assert document.undo_stack.undoText() == "choose where the data is"
    assert document.project.data == choice.model_copy(update={"source": now})
    assert document.problems == ()
    assert not frame.line.isVisible()


def test_changed_data_are_used_as_they_are_by_one_click(qtbot) -> None:
    expected = ExpectedData(example_shape=(1, 9, 9), class_names=tuple("0123456789"))
    data = DataChoice(source="digits", expected=expected)
    document = Document(Project(network=stack("Flatten", ("Linear", {"outputs": 9})), data=data))
    frame = shown(qtbot, document)
    assert frame.line.sentence == (
        "The data has changed since the project was saved: images of 1×8×8 instead of 1×9×9."
    )
    assert not find(frame, QPushButton, "fit_fit").isVisible()
    QTest.mouseClick(find(frame, QPushButton, "fit_fix"), Qt.MouseButton.LeftButton)
    assert frame.line.sentence.startswith("The network does not fit the data.")
    QTest.mouseClick(find(frame, QPushButton, "fit_fit"), Qt.MouseButton.LeftButton)
    assert document.problems == ()
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert find(frame, QPushButton, "fit_fix").isVisible()


def test_an_empty_network_can_have_its_own_offer_elsewhere(qtbot) -> None:
    document = Document()
    assert shown(qtbot, document).line.sentence == "The network has no layers yet."
    assert not shown(qtbot, document, with_empty=False).line.isVisible()


def test_a_narrow_line_puts_its_buttons_below_each_other(qtbot) -> None:
    document = Document(
        Project(network=stack("Flatten", ("Linear", {"outputs": 10})), data=DataChoice(source="circle"))
    )
    frame = shown(qtbot, document)
    fit, start = find(frame, QPushButton, "fit_fit"), find(frame, QPushButton, "fit_start")
    qtbot.waitUntil(lambda: fit.geometry().top() == start.geometry().top())
    frame.resize(320, 300)
    qtbot.waitUntil(lambda: fit.geometry().bottom() < start.geometry().top())
    assert frame.minimumSizeHint().width() < 320
