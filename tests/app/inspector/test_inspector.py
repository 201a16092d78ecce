import gc
import weakref

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QComboBox, QWidget

from app.document import Document, edits
from app.inspector import Inspector
from app.training import Inspection, Session


def test_a_network_with_a_problem_says_what_to_do_and_recovers(digits):
    project = digits.document.project
    digits.document.apply(edits.change_settings(project, "conv_1", {"filters": 0}))
    digits.wait(lambda: digits.find(QWidget, "problem").isVisible())
    assert "conv_1" in digits.text("problem")
    assert "as soon as this is solved" in digits.text("problem")
    digits.document.undo_stack.undo()
    digits.wait(lambda: digits.find(QWidget, "columns").isVisible())
    digits.wait_for_reconstruction("conv_2")


def test_the_layers_before_a_problem_can_be_inspected(digits):
    digits.wait_for_reconstruction("conv_2")
    digits.document.apply(edits.remove_layers(digits.document.project, ["flatten_1"]))
    digits.wait(lambda: digits.inspection.partial_trace is not None)
    assert digits.find(QWidget, "columns").isVisible()
    assert "Linear needs a vector" in digits.text("state")
    assert digits.text("verdict").endswith("no prediction before the problem is solved")
    assert not digits.find(QWidget, "scores").isVisible()
    digits.document.select(("conv_1",))
    assert digits.wait_for_reconstruction("conv_1").image.any()
    digits.document.undo_stack.undo()
    digits.wait(lambda: "predicted" in digits.text("verdict"))
    assert "Linear needs a vector" not in digits.text("state")
    assert digits.find(QWidget, "scores").isVisible()


def test_a_hidden_inspector_does_nothing_until_it_is_shown(digits):
    digits.wait_for_reconstruction("conv_2")
    digits.inspector.hide()
    digits.document.select(("relu_1",))
    digits.inspection.select_sample(9)
    digits.wait(lambda: digits.inspection.sample_trace.index == 9)
    assert digits.find(QComboBox, "layer").currentText() == "conv_2"
    digits.inspector.show()
    digits.wait_for_reconstruction("relu_1")
    assert digits.find(QComboBox, "layer").currentText() == "relu_1"


def test_tab_reaches_every_control(digits):
    digits.wait_for_reconstruction("conv_2")
    digits.inspector.activateWindow()
    names = set()
    widget = digits.inspector
    for _ in range(200):
        widget = widget.nextInFocusChain()
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible() and widget.isEnabled():
            names.add(widget.objectName())
    expected = ["samples", "mistakes_only", "class_filter", "layer", "own_scale", "maps", "map", "input"]
    expected += ["reconstruction", "overlay", "zoom_in", "zoom_out", "zoom_all", "save"]
    assert {f"inspector_{name}" for name in expected} <= names


def test_every_control_has_a_name_for_screen_readers(digits):
    digits.wait_for_reconstruction("conv_2")
    for widget in digits.inspector.findChildren(QWidget):
        if widget.objectName().startswith("inspector_") and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            assert widget.accessibleName(), widget.objectName()


def test_a_closed_inspector_is_deleted(qtbot, digits):
    document, inspection = digits.document, digits.inspection
    inspector = Inspector(document, inspection)
    with qtbot.waitSignal(inspector.state.reconstruction_changed):
        inspector.show()
    inspector.close()
    inspector.deleteLater()
    reference = weakref.ref(inspector)
    del inspector
    QApplication.processEvents()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    assert reference() is None
    # The inspection continues without it.
    inspection.select_sample(1)
    digits.wait(lambda: inspection.sample_trace.index == 1)


def test_an_empty_network_says_what_to_do(qtbot):
    document = Document()
    session = Session(document)
    inspection = Inspection(document, session)
    inspector = Inspector(document, inspection)
    qtbot.addWidget(inspector)
    inspector.show()
    problem = inspector.findChild(QWidget, "inspector_problem")
    qtbot.waitUntil(problem.isVisible)
    assert "The network has no layers yet. Add one from the palette." in problem.text()
    inspection.shutdown()
