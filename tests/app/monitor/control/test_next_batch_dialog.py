"""The window with the next batch of a paused run."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QListWidget, QPushButton

from app.document import Document
from app.monitor import ControlBox
from app.training import Session, SessionState
from app.widgets.images.image_grid import ImageGrid
from tests.app.training.conftest import circle_project
from tinyml.core import DataError
from tinyml.net import LayerSpecification

ENDED = (SessionState.FINISHED, SessionState.STOPPED, SessionState.FAILED)


@pytest.fixture
def make_box(qtbot):
    made = []

    def make(project):
        document = Document(project)
        session = Session(document)
        box = ControlBox(document, session)
        qtbot.addWidget(box)
        box.show()
        qtbot.waitExposed(box)
        made.append((box, session))
        return box, session

    yield make
    for box, session in made:
        session.shutdown()
        box.shutdown()


def button(box):
    return box.findChild(QPushButton, "control_next_batch")


def heading(box):
    return box.next_batch.findChild(QLabel, "next_batch_heading").text()


def pause(qtbot, session, batches):
    session.start(steps=batches)
    qtbot.waitUntil(lambda: session.state is SessionState.PAUSED)


def test_only_a_paused_run_shows_its_next_batch(qtbot, make_box):
    box, session = make_box(circle_project())
    assert not button(box).isEnabled()
    assert "Pause" in button(box).toolTip()
    pause(qtbot, session, 3)
    assert button(box).isEnabled()


def test_the_examples_of_the_next_batch_are_listed_and_follow_a_step(qtbot, make_box):
    box, session = make_box(circle_project())
    pause(qtbot, session, 3)
    qtbot.mouseClick(button(box), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: heading(box) == "Batch 4 of 70 in epoch 1: 10 examples, as augmented.")
    rows = box.next_batch.findChild(QListWidget)
    assert rows.count() == 10
    assert "→" in rows.item(0).text()
    session.step()
    qtbot.waitUntil(lambda: heading(box).startswith("Batch 5 of 70"))
    session.stop()
    qtbot.waitUntil(lambda: session.state in ENDED)
    assert not box.next_batch.isVisible()


def test_a_run_that_goes_on_shows_no_batch_of_the_past(qtbot, make_box):
    box, session = make_box(circle_project(epochs=10_000))
    pause(qtbot, session, 3)
    qtbot.mouseClick(button(box), Qt.MouseButton.LeftButton)
    rows = box.next_batch.findChild(QListWidget)
    qtbot.waitUntil(lambda: rows.count() == 10)
    session.resume()
    assert heading(box) == "The run trains. Pause it (F6) to see its next batch."
    assert rows.count() == 0
    session.pause()
    qtbot.waitUntil(lambda: session.state is SessionState.PAUSED)
    number = session.batches_done % 70 + 1
    qtbot.waitUntil(lambda: heading(box).startswith(f"Batch {number} of 70"))
    assert rows.count() == 10


def test_images_are_shown_as_pictures_with_their_classes(qtbot, make_box):
    project = circle_project(loss="cross_entropy_with_softmax_loss", batch_size=120, augment_shift=1)
    data = project.data.model_copy(update={"source": "digits"})
    layers = (
        LayerSpecification(type="Flatten", name="flatten"),
        LayerSpecification(type="Linear", name="linear", settings={"outputs": 10}),
    )
    network = project.network.model_copy(update={"layers": layers})
    box, session = make_box(project.model_copy(update={"data": data, "network": network}))
    pause(qtbot, session, 1)
    qtbot.mouseClick(button(box), Qt.MouseButton.LeftButton)
    grid = box.next_batch.findChild(ImageGrid)
    qtbot.waitUntil(lambda: len(grid.images) == 100)
    assert "the first 100 of them" in heading(box)
    assert {picture.caption for picture in grid.images} <= set("0123456789")


def train(qtbot, box, session, looks):
    """Train an epoch with some steps; return the weights."""
    pause(qtbot, session, 5)
    for done in (5, 6, 7):
        if looks:
            box.next_batch.open_for_run()
            qtbot.waitUntil(lambda done=done: f"Batch {done + 1} " in heading(box))
        session.step()
        qtbot.waitUntil(lambda: session.state is SessionState.PAUSED)
    session.resume()
    qtbot.waitUntil(lambda: session.state in ENDED)
    return session.snapshot.tensors


def test_looking_at_the_batches_changes_no_bit_of_the_run(qtbot, make_box):
    plain, watched = (
        train(qtbot, *make_box(circle_project(augment_noise=0.1, epochs=1)), looks) for looks in (False, True)
    )
    for name, tensor in plain.items():
        np.testing.assert_array_equal(watched[name], tensor)


def test_data_that_cannot_be_read_any_more_give_a_sentence(qtbot, make_box, monkeypatch):
    box, session = make_box(circle_project())
    pause(qtbot, session, 3)

    def away(_choice):
        raise DataError("There is no folder '/net/away'.")

    monkeypatch.setattr("app.monitor.control.next_batch_dialog.load_splits", away)
    qtbot.mouseClick(button(box), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "away" in heading(box))
