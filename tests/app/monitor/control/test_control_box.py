"""The box with which the user controls a run: every control works, or says why it does not."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QPushButton

from app.document import Document, edits
from app.monitor import ControlBox
from app.training import Session, SessionState
from app.widgets.number_box import NumberBox
from tests.app.training.conftest import circle_project

ENDED = (SessionState.FINISHED, SessionState.STOPPED, SessionState.FAILED)


@pytest.fixture
def document(qapp):
    return Document(circle_project(epochs=2))


@pytest.fixture
def session(document):
    session = Session(document)
    yield session
    session.shutdown()


@pytest.fixture
def box(qtbot, document, session):
    box = ControlBox(document, session)
    qtbot.addWidget(box)
    names = ("step_epoch", "best_weights", "train_again", "train_new_seed", "continue_training")
    box.set_actions({name: QAction(name.replace("_", " "), box) for name in names})
    box.show()
    qtbot.waitExposed(box)
    yield box
    box.shutdown()


def field(box, name):
    return box.findChild(NumberBox, name)


def button(box, name):
    return box.findChild(QPushButton, name)


def note(box):
    return box.findChild(QLabel, "control_rate_note").text()


def pause(qtbot, session, batches=5):
    session.start(steps=batches)
    qtbot.waitUntil(lambda: session.state is SessionState.PAUSED)


def write(qtbot, box, text):
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, text)


def test_before_a_run_the_rate_cannot_be_applied_and_the_tip_says_why(box):
    apply = button(box, "control_rate_apply")
    assert not apply.isEnabled()
    assert "No run is active" in apply.toolTip()
    assert "No run is active" in apply.accessibleDescription()


def test_a_typed_rate_is_applied_from_the_next_batch_on(qtbot, box, session):
    pause(qtbot, session)
    rate, apply = field(box, "control_rate"), button(box, "control_rate_apply")
    assert rate.value == 0.1
    assert not apply.isEnabled()
    assert "already has this learning rate" in apply.toolTip()
    write(qtbot, rate, "0.02")
    qtbot.keyClick(rate, Qt.Key.Key_Return)
    assert apply.isEnabled()
    qtbot.mouseClick(apply, Qt.MouseButton.LeftButton)
    assert session.pending == {"learning_rate": 0.02}
    assert note(box) == "0.02 is used from the next batch on."
    session.resume()
    qtbot.waitUntil(lambda: session.state in ENDED)
    assert [change.after for change in session.run.changes] == [0.02]
    assert note(box) == "A change while training is marked on the curves."
    assert not apply.isEnabled()
    assert rate.value == 0.02


@pytest.mark.parametrize("text", ["0", "-1", "fast", "1e9"])
def test_an_impossible_rate_is_refused_beside_the_field(qtbot, box, session, text):
    pause(qtbot, session)
    rate = field(box, "control_rate")
    write(qtbot, rate, text)
    qtbot.keyClick(rate, Qt.Key.Key_Return)
    assert note(box).startswith("Learning rate: ")
    assert session.pending == {}
    qtbot.keyClick(rate, Qt.Key.Key_Escape)
    assert not note(box).startswith("Learning rate: ")


def test_the_note_names_a_schedule_that_multiplies_the_rate(qtbot, box, session, document):
    document.apply(edits.change_training(document.project, schedule="cosine"))
    pause(qtbot, session)
    assert "The schedule “Cosine” multiplies the rate." in note(box)


def test_the_number_of_epochs_offered_is_what_an_interrupted_run_has_left(qtbot, box, session, document):
    pause(qtbot, session, 80)
    assert button(box, "control_continue").text() == "Add"
    assert button(box, "control_continue").isEnabled()
    session.stop()
    qtbot.waitUntil(lambda: session.state in ENDED)
    assert field(box, "control_epochs").value == 1
    asked = []
    box.continue_requested.connect(asked.append)
    write(qtbot, field(box, "control_epochs"), "7")
    qtbot.keyClick(field(box, "control_epochs"), Qt.Key.Key_Return)
    qtbot.mouseClick(button(box, "control_continue"), Qt.MouseButton.LeftButton)
    assert asked == [7]


def test_a_button_follows_its_command(qtbot, box):
    epoch = button(box, "control_step_epoch")
    ran = []
    epoch._action.triggered.connect(lambda: ran.append(True))
    qtbot.mouseClick(epoch, Qt.MouseButton.LeftButton)
    assert ran == [True]
    epoch._action.setEnabled(False)
    epoch._action.setToolTip("Pause it first.")
    assert not epoch.isEnabled()
    assert epoch.toolTip() == "Pause it first."
