"""The line that offers ways to a network that fits the data."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton

from app.document import Document, edits
from app.forms import WithDataLine
from tests.app.builder.forms.form_driver import find
from tests.tinyml.net.stacks import stack
from tinyml.data import DataChoice
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
