"""Points of the data are moved, added and removed on the decision map."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication

from app.document.edits import change_data
from app.monitor.decisions import plane_points
from app.monitor.decisions.point_edits import SOURCE, all_points, nearest_point
from tests.app.monitor.decisions.conftest import Harness
from tests.app.monitor.predictions.conftest import DIGITS, MOONS
from tinyml.data import load
from tinyml.data.built_in.own_points import write_points


@pytest.fixture
def editing(make) -> Harness:
    """A panel whose points can be edited."""
    harness = make(MOONS)
    harness.wait(lambda: harness.window.mapper.points is not None)
    harness.window.tools._edit.setChecked(True)
    return harness


def drag(harness: Harness, qtbot, index: int, place: tuple[float, float]) -> None:
    """Drag a shown point to a place of the plane."""
    plot = harness.window.plot
    area = plot.mouse_area
    start, end = plot.to_mouse(plot.place_of(index)).toPoint(), plot.to_mouse(np.array(place)).toPoint()
    qtbot.mousePress(area, Qt.MouseButton.LeftButton, pos=start)
    send_move(area, (start + end) / 2)
    send_move(area, end)
    qtbot.mouseRelease(area, Qt.MouseButton.LeftButton, pos=end)


def send_move(area, position) -> None:
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    event = QMouseEvent(QEvent.Type.MouseMove, QPointF(position), area.mapToGlobal(QPointF(position)), left, left, none)
    QApplication.sendEvent(area, event)


def points_of(harness: Harness) -> tuple[np.ndarray, np.ndarray]:
    return all_points(harness.document.project, harness.window.mapper.points)


def test_a_click_adds_a_point_of_the_chosen_class(editing, qtbot) -> None:
    before, _ = points_of(editing)
    plot = editing.window.plot
    qtbot.keyClick(plot, Qt.Key.Key_2)
    low, high = plot.plane
    corner = low + 0.02 * (high - low)  # no point is there
    qtbot.mouseClick(plot.mouse_area, Qt.MouseButton.LeftButton, pos=plot.to_mouse(corner).toPoint())
    project = editing.document.project
    assert project.data.source == SOURCE
    points, labels = points_of(editing)
    assert len(points) == len(before) + 1
    assert labels[-1] == 1
    assert points[-1] == pytest.approx(corner, abs=0.05)
    assert editing.document.data.class_names == load("moons").description.class_names
    editing.document.undo_stack.undo()
    assert editing.document.project.data == MOONS.data


def test_the_first_change_keeps_all_points_also_those_that_are_not_shown(editing) -> None:
    assert sum(editing.window.plot.point_counts) < 1000
    editing.window.tools.editor.removed.emit(0)
    points, labels = points_of(editing)
    assert len(points) == len(labels) == 999
    assert editing.window.tools.note == ""


def test_of_too_many_points_the_shown_ones_are_kept_and_a_note_says_so_before(editing, monkeypatch) -> None:
    monkeypatch.setattr(plane_points, "MOST_OWN_POINTS", 900)
    editing.document.apply(change_data(editing.document.project, seed=3))
    editing.wait(lambda: editing.window.mapper.points.choice == editing.document.project.data)
    shown = sum(editing.window.plot.point_counts)
    assert "These data have 1\xa0000 points" in editing.window.tools.note
    assert f"keeps the {shown} on the map" in editing.window.tools.note
    editing.window.tools.editor.removed.emit(0)
    assert len(points_of(editing)[0]) == shown - 1
    assert "keeps" not in editing.window.tools.note


def test_a_drag_moves_a_point_as_one_step(editing, qtbot) -> None:
    index = 0
    start = editing.window.plot.place_of(index).copy()
    drag(editing, qtbot, index, (0.5, 0.25))
    points, _ = points_of(editing)
    assert nearest_point(points, start) == -1
    assert np.abs(points - (0.5, 0.25)).max(axis=1).min() < 0.03
    assert editing.document.undo_stack.count() == 1
    assert editing.document.undo_stack.undoText() == "move a point"
    editing.wait(lambda: editing.window.mapper.points.choice == editing.document.project.data)
    second = editing.window.plot.place_of(1).copy()
    drag(editing, qtbot, 1, (0.0, 0.0))
    assert nearest_point(points_of(editing)[0], second) == -1
    assert editing.document.undo_stack.count() == 2


def test_while_the_mouse_drags_the_point_follows_and_the_project_stays(editing, qtbot) -> None:
    plot = editing.window.plot
    start = plot.to_mouse(plot.place_of(0)).toPoint()
    qtbot.mousePress(plot.mouse_area, Qt.MouseButton.LeftButton, pos=start)
    send_move(plot.mouse_area, plot.to_mouse(np.array([0.3, 0.3])).toPoint())
    assert plot.place_of(0) == pytest.approx([0.3, 0.3], abs=0.03)
    assert editing.document.project.data == MOONS.data
    qtbot.mouseRelease(plot.mouse_area, Qt.MouseButton.LeftButton, pos=start)


def test_the_right_button_removes_a_point(editing, qtbot) -> None:
    before, _ = points_of(editing)
    plot = editing.window.plot
    qtbot.mouseClick(plot.mouse_area, Qt.MouseButton.RightButton, pos=plot.to_mouse(plot.place_of(3)).toPoint())
    assert len(points_of(editing)[0]) == len(before) - 1


def test_the_keys_choose_move_remove_and_add(editing, qtbot) -> None:
    plot = editing.window.plot
    count = len(points_of(editing)[0])
    qtbot.keyClick(plot, Qt.Key.Key_PageDown)
    assert plot.chosen == 0
    place = plot.place_of(0).copy()
    for _ in range(3):  # faster than the points are read again
        qtbot.keyClick(plot, Qt.Key.Key_Right)
    step = 0.02 * (plot.plane[1] - plot.plane[0])[0]
    assert nearest_point(points_of(editing)[0], place + np.array([3 * step, 0])) >= 0
    assert len(points_of(editing)[0]) == count
    assert editing.document.undo_stack.count() == 1
    qtbot.keyClick(plot, Qt.Key.Key_Delete)
    assert len(points_of(editing)[0]) == count - 1
    qtbot.keyClick(plot, Qt.Key.Key_Insert)
    assert len(points_of(editing)[0]) == count


def test_moves_by_keys_are_one_step_for_each_point_and_drags_are_steps_of_their_own(editing, qtbot) -> None:
    plot, stack = editing.window.plot, editing.document.undo_stack
    for chosen in (0, 1):
        qtbot.keyClick(plot, Qt.Key.Key_PageDown)
        assert plot.chosen == chosen
        for key in (Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Up):
            qtbot.keyClick(plot, key)
    assert stack.count() == 2
    for place in ((0.2, 0.1), (0.3, 0.1)):
        drag(editing, qtbot, 1, place)
    assert stack.count() == 4
    for _ in range(4):
        stack.undo()
    assert editing.document.project.data == MOONS.data


def test_too_few_points_are_refused_with_the_remedy(editing, qtbot) -> None:
    text = write_points(np.random.default_rng(0).normal(size=(10, 2)), np.arange(10) % 2)
    editing.document.apply(change_data(editing.document.project, source=SOURCE, options={"points": text}))
    editing.wait(lambda: editing.window.mapper.points.choice == editing.document.project.data)
    editing.window.tools.editor.removed.emit(0)
    assert len(points_of(editing)[0]) == 10
    assert "at least 10 are needed. Add some." in editing.window.tools.note


def test_a_run_keeps_its_points_and_a_note_says_so(editing, qtbot) -> None:
    editing.train()
    assert editing.window.tools.note == ""
    editing.session.start(steps=1)
    editing.window.tools.editor.added.emit(0.0, 0.0)
    assert "still learns the points from before" in editing.window.tools.note
    editing.session.stop()
    editing.wait(lambda: not editing.session.state.active)
    assert "has not learned your change" in editing.window.tools.note
    # The map of the weights stays under the new points.
    editing.wait(lambda: editing.window.mapper.points.choice == editing.document.project.data)
    editing.wait(lambda: editing.found is not None and editing.found.snapshot is editing.session.snapshot)
    editing.train()
    assert editing.window.tools.note == ""
    assert editing.session.config.project.data.source == SOURCE


def test_without_the_button_a_click_changes_nothing(make, qtbot) -> None:
    harness = make(MOONS)
    harness.wait(lambda: harness.window.mapper.points is not None)
    qtbot.mouseClick(harness.window.plot.mouse_area, Qt.MouseButton.LeftButton, pos=QPointF(50, 50).toPoint())
    qtbot.keyClick(harness.window.plot, Qt.Key.Key_Insert)
    assert harness.document.project.data == MOONS.data


def test_a_key_of_the_editor_is_no_shortcut_of_the_window(editing) -> None:
    event = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Delete, Qt.KeyboardModifier.NoModifier)
    event.ignore()
    QApplication.sendEvent(editing.window.plot, event)
    assert event.isAccepted()
    event = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    event.ignore()
    QApplication.sendEvent(editing.window.plot, event)
    assert not event.isAccepted()


def test_images_cannot_be_edited(make) -> None:
    harness = make(DIGITS)
    assert harness.window.tools.isHidden()
