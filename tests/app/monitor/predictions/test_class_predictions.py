"""Confusion matrix, numbers of each class, mistakes and calibration of a run, and the way to Inspect."""

import threading
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.document.edits import change_data
from app.monitor.predictions import predictor as predictor_module
from app.monitor.predictions.examples import choose_examples
from app.monitor.predictions.plot_theme import ThemedPlot
from app.monitor.predictions.predictions import MOST_MISTAKES, predict
from app.training import SessionState
from app.training.dataset_cache import load_splits
from tests.app.monitor.predictions.conftest import DIGITS, MOONS
from tinyml.core import DataError
from tinyml.data import DataChoice
from tinyml.learner import calibration, class_report


def test_the_confusion_matrix_agrees_with_the_accuracy_of_the_epoch(make) -> None:
    harness = make(DIGITS)
    harness.train()
    shown, model = harness.predictions, harness.window.confusion.table.confusion
    validation = load_splits(DIGITS.data).validation
    assert shown.confusion.sum() == len(validation)
    assert np.trace(shown.confusion) / len(validation) == pytest.approx(
        harness.session.history[-1].validation_accuracy, abs=1e-6
    )
    assert np.array_equal(model.counts, shown.confusion)
    assert np.array_equal(shown.confusion.sum(axis=1), np.bincount(validation.labels, minlength=10))
    assert model.index(3, 3).data() == str(shown.confusion[3, 3])
    assert harness.window.sentence == f"180 validation examples, {180 - np.trace(shown.confusion)} mistakes."


def test_a_click_on_a_cell_shows_its_examples_and_a_click_on_one_asks_for_it(make, qtbot) -> None:
    harness = make(DIGITS)
    harness.train()
    shown, view = harness.predictions, harness.window.confusion
    true = int(shown.confusion.diagonal().argmax())
    view.table.setCurrentIndex(view.table.model().index(true, true))
    count = int(shown.confusion[true, true])
    harness.wait(lambda: len(view.gallery.positions) == count)
    assert f"predicted {true}: {count} examples" in view.caption
    assert np.all(shown.predicted[view.gallery.positions] == true)
    assert len(view.gallery.grid.images) == count
    requests: list[tuple[str, int]] = []
    harness.window.sample_requested.connect(lambda part, index: requests.append((part, index)))
    grid = view.gallery.grid
    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=grid.image_rect(0).center().toPoint())
    part, index = requests[0]
    assert part == "validation"
    assert load_splits(DIGITS.data).validation.labels[index] == true


def test_an_empty_cell_says_so(make) -> None:
    harness = make(DIGITS)
    harness.train()
    view = harness.window.confusion
    row, column = np.argwhere(harness.predictions.confusion == 0)[0].tolist()
    view.table.setCurrentIndex(view.table.model().index(row, column))
    assert "0 examples" in view.caption
    assert len(view.gallery.positions) == 0


def test_each_class_has_its_precision_and_recall(make) -> None:
    harness = make(DIGITS)
    harness.train()
    harness.window.switch.choose("classes")
    model = harness.window.classes.model()
    report = class_report(harness.predictions.confusion)
    assert model.rowCount() == 10
    assert [model.index(row, 4).data() for row in range(10)] == [str(count) for count in report.support]
    harness.window.classes.sortByColumn(2, Qt.SortOrder.AscendingOrder)
    worst = int(np.argmin(report.recall))
    assert report.recall[int(model.index(0, 0).data())] == report.recall[worst]


def test_the_most_confident_mistakes_come_first(make) -> None:
    harness = make(DIGITS)
    harness.train()
    harness.window.switch.choose("mistakes")
    shown, gallery = harness.predictions, harness.window.mistakes
    assert 0 < len(shown.mistakes) <= MOST_MISTAKES
    assert np.all(np.diff(shown.confidences[shown.mistakes]) <= 0)
    assert np.all(shown.labels[shown.mistakes] != shown.predicted[shown.mistakes])
    first = shown.mistakes[0]
    assert gallery.grid.images[0].caption == f"{shown.labels[first]}→{shown.predicted[first]}"


def test_mistakes_of_points_are_rows(make) -> None:
    harness = make(MOONS)
    harness.train()
    harness.window.switch.choose("mistakes")
    shown, rows = harness.predictions, harness.window.mistakes.rows
    assert rows.isVisible()
    assert rows.rowCount() == len(shown.mistakes) > 0
    assert rows.columnCount() == 4
    requests: list[int] = []
    harness.window.sample_requested.connect(lambda _part, index: requests.append(index))
    rows.activated.emit(rows.model().index(0, 0))
    assert requests == [int(shown.examples.rows[shown.places[shown.mistakes[0]]])]


def test_the_reliability_diagram_shows_the_accuracy_of_each_bin(make) -> None:
    harness = make(DIGITS)
    harness.train()
    harness.window.switch.choose("calibration")
    shown = harness.predictions
    expected = calibration(shown.confidences, shown.predicted == shown.labels)
    filled = expected.counts > 0
    assert np.allclose(harness.window.calibration.heights, expected.accuracy[filled])
    assert "Expected calibration error" in harness.window.calibration.sentence


def test_an_example_of_data_that_are_gone_is_not_inspected(make) -> None:
    harness = make(DIGITS)
    harness.train()
    requests: list[int] = []
    harness.window.sample_requested.connect(lambda _part, index: requests.append(index))
    harness.document.apply(change_data(harness.document.project, seed=9))
    harness.window.mistakes.picked.emit(0)
    assert requests == []
    assert "Inspect cannot show this example" in harness.window.sentence
    harness.document.undo_stack.undo()
    harness.window.mistakes.picked.emit(0)
    assert len(requests) == 1


def test_other_parts_are_offered_after_the_run_only(make) -> None:
    harness = make(DIGITS)
    harness.window.predictor.choose_part("test")
    harness.session.start()
    assert harness.window.predictor.part == "validation"
    assert not harness.window._part.isEnabled()
    harness.wait(lambda: not harness.session.state.active)
    harness.wait(harness.is_newest)
    assert harness.window._part.isEnabled()
    harness.wait(lambda: harness.predictions.examples.part == "test")
    found = np.trace(harness.predictions.confusion) / harness.predictions.confusion.sum()
    assert found == pytest.approx(harness.session.test_accuracy, abs=1e-6)


def test_a_run_predicts_some_examples_and_its_end_all_of_them(make, monkeypatch) -> None:
    monkeypatch.setattr(predictor_module, "MOST_WHILE_TRAINING", 50)
    harness = make(DIGITS)
    harness.session.start(steps=3)
    harness.wait(lambda: harness.session.state is SessionState.PAUSED and harness.predictions is not None)
    assert harness.predictions.examples.describe() == "50 of 180 validation examples"
    assert harness.predictions.confusion.sum() == 50
    harness.session.resume()
    harness.wait(lambda: not harness.session.state.active)
    harness.wait(lambda: harness.is_newest() and harness.predictions.confusion.sum() == 180)


def test_a_new_run_does_not_show_the_weights_of_the_one_before(make) -> None:
    harness = make(DIGITS)
    harness.train()
    before = harness.session.snapshot
    harness.session.start(steps=1)
    assert harness.predictions is None
    assert "first epoch" in harness.window.sentence
    harness.wait(lambda: harness.predictions is not None)
    assert harness.predictions.snapshot is not before


def test_predictions_are_computed_off_the_gui_thread(make, monkeypatch) -> None:
    threads = []

    def record(*arguments):
        threads.append(threading.current_thread())
        return predict(*arguments)

    monkeypatch.setattr(predictor_module, "predict", record)
    make(DIGITS).train()
    assert threads
    assert threading.main_thread() not in threads


def test_examples_are_spread_over_the_part_and_keep_no_data_in_memory() -> None:
    examples = choose_examples(DataChoice(source="digits"), "validation", 4)
    assert examples.rows.tolist() == [0, 60, 119, 179]
    assert examples.describe() == "4 of 180 validation examples"
    assert len(examples.load()) == 4
    assert not hasattr(examples, "dataset")


def test_scores_that_are_not_finite_are_left_out(make) -> None:
    harness = make(DIGITS)
    harness.train()
    snapshot = harness.session.snapshot
    broken = {name: np.full_like(tensor, np.nan) for name, tensor in snapshot.tensors.items()}
    object.__setattr__(snapshot, "tensors", broken)
    found = predict(snapshot, choose_examples(DIGITS.data, "validation", 20), lambda _share: None)
    assert found.skipped == 20
    assert found.confusion.sum() == found.mistake_count == 0
    assert found.calibration is None
    # Neither "no mistakes" nor "no probabilities" would be true.
    harness.window.predictor.predictions = found
    for view in ("classes", "mistakes", "calibration", "confusion"):
        harness.window.switch.choose(view)
        assert harness.window.sentence == (
            "No score of 20 of 180 validation examples is finite. Lower the learning rate and train again."
        )
        assert not any(widget.isVisible() for widget in harness.window._views.values())


def test_data_that_cannot_be_read_are_read_again_only_when_somebody_looks_again(make, monkeypatch) -> None:
    reads: list[str] = []

    def fail(*key: object) -> None:
        reads.append("read")
        raise DataError("The file is gone. Bring it back.")

    monkeypatch.setattr(predictor_module, "choose_examples", fail)
    harness = make(DIGITS)
    harness.session.start()
    harness.wait(lambda: not harness.session.state.active)
    harness.wait(lambda: harness.window.sentence == "The file is gone. Bring it back.")
    # The sentence may be that of the run's examples, while all of them are being read.
    harness.wait(lambda: not harness.window.predictor._examples_job.busy)
    count = len(reads)
    for _ in range(3):
        harness.session.snapshot_changed.emit()
    assert not harness.window.predictor._examples_job.busy
    monkeypatch.undo()
    harness.window.hide()
    harness.window.show()
    harness.wait(harness.is_newest)
    assert len(reads) == count <= 2  # those of the run, and all of them after it


def test_weights_that_follow_failed_ones_are_predicted(make, monkeypatch) -> None:
    started, go_on = threading.Event(), threading.Event()

    def fail(*arguments: object) -> None:
        started.set()
        go_on.wait(60)
        raise DataError("These weights predict nothing.")

    harness = make(DIGITS)
    harness.train()
    monkeypatch.setattr(predictor_module, "predict", fail)
    newest = harness.session.snapshot
    harness.session.run.snapshot = replace(newest)
    harness.session.snapshot_changed.emit()
    harness.wait(started.is_set)
    harness.session.run.snapshot = newest  # while the others are still predicted
    monkeypatch.undo()
    go_on.set()
    harness.wait(lambda: "predict nothing" in harness.window.sentence)
    harness.session.snapshot_changed.emit()
    harness.wait(harness.is_newest)


def test_a_low_plot_has_no_titles_at_its_axes(qtbot) -> None:
    plot = ThemedPlot("score", "share")
    qtbot.addWidget(plot)
    plot.show()
    for height, shown in ((400, True), (100, False), (400, True)):
        plot.resize(300, height)
        QApplication.processEvents()
        assert [plot.getAxis(side).label.isVisible() for side in ("left", "bottom")] == [shown, shown]
