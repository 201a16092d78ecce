"""The notice about a project that has changed since the run."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton

from app.document import Document, edits
from app.monitor import ControlBox
from app.training import Session, SessionState
from tests.app.training.conftest import circle_project

ENDED = (SessionState.FINISHED, SessionState.STOPPED, SessionState.FAILED)


@pytest.fixture
def document(qapp):
    return Document(circle_project(epochs=4))


@pytest.fixture
def session(document):
    session = Session(document)
    yield session
    session.shutdown()


@pytest.fixture
def notice(qtbot, document, session):
    box = ControlBox(document, session)
    qtbot.addWidget(box)
    box.show()
    qtbot.waitExposed(box)
    session.start(steps=5)
    qtbot.waitUntil(lambda: session.state is SessionState.PAUSED)
    yield box.findChild(QLabel, "difference_network").parent()
    box.shutdown()


def words(notice, name):
    label = notice.findChild(QLabel, f"difference_{name}")
    return label.text() if label.isVisible() else ""


def test_it_is_hidden_while_project_and_run_are_equal(notice):
    assert not notice.isVisible()


def test_a_changed_network_is_said_with_the_settings_of_the_run(notice, document):
    document.apply(edits.change_settings(document.project, "linear_1", {"outputs": 9}))
    assert notice.isVisible()
    assert words(notice, "network") == (
        "The network on the Build page has changed since this run: linear_1 outputs 9 (run: 8)."
    )
    assert words(notice, "own").startswith("This run: SGD 0.1 · batch 10 · seed 0")
    document.undo_stack.undo()
    assert not notice.isVisible()


def test_settings_that_can_be_applied_now_have_a_button_that_does_it(qtbot, notice, document, session):
    document.apply(edits.change_training(document.project, learning_rate=0.03, epochs=6, early_stopping=5, seed=3))
    assert words(notice, "settings").startswith("These settings are for the next run: learning rate 0.03 (run: 0.1)")
    for name in ("learning_rate", "epochs", "early_stopping"):
        button = notice.findChild(QPushButton, f"difference_apply_{name}")
        assert button.isVisible()
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert not button.isVisible()
    assert session.pending == {"learning_rate": 0.03, "epochs": 6, "early_stopping": 5}
    session.resume()
    qtbot.waitUntil(lambda: session.state in ENDED)
    assert len(session.history) == 6
    assert session.history[-1].learning_rate == 0.03
    assert words(notice, "settings") == "The settings have changed since this run: seed 3 (run: 0)."
    assert not any(button.isVisible() for button in notice.findChildren(QPushButton))


def test_an_epoch_number_that_is_over_is_refused_in_words(qtbot, notice, document, session):
    refused = []
    session.refused.connect(refused.append)
    session.step_epoch()
    qtbot.waitUntil(lambda: session.state is SessionState.PAUSED)
    session.step_epoch()
    qtbot.waitUntil(lambda: session.state is SessionState.PAUSED)
    document.apply(edits.change_training(document.project, epochs=1))
    qtbot.mouseClick(notice.findChild(QPushButton, "difference_apply_epochs"), Qt.MouseButton.LeftButton)
    session.step()
    qtbot.waitUntil(lambda: bool(refused))
    assert refused == ["Epoch 2 has begun, so the run cannot end after epoch 1."]
    assert notice.findChild(QPushButton, "difference_apply_epochs").isVisible()
