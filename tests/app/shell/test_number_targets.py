"""Regression and autoencoders in the window: every part shows R² and no accuracy."""

import csv

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QWidget

from app.document import edits
from app.models.model_description import describe_model
from app.shell.examples import EXAMPLES, LESSONS
from app.training import SessionState
from app.training.snapshot_files import export_snapshot, load_snapshot
from tinyml.storage import example_names, lesson_names, lesson_path, load_model, read_project

ENDED = (SessionState.FINISHED, SessionState.STOPPED, SessionState.FAILED)


def test_every_example_is_in_the_menu():
    assert set(EXAMPLES) == set(example_names())
    assert set(LESSONS) == set(lesson_names())


def test_a_lesson_opens_from_the_menu_as_a_project_without_a_file(window):
    window.findChild(QAction, "action_lesson_dead_units").trigger()
    assert window.document.project == read_project(lesson_path("dead_units"))
    assert window.document.path is None
    assert not window.document.problems


def text_of(window, name):
    label = window.findChild(QLabel, name)
    assert label is not None, name
    return label.text()


def train(qtbot, window, epochs=3):
    window.document.apply(edits.change_training(window.document.project, epochs=epochs))
    window.actions_by_name["train"].trigger()
    qtbot.waitUntil(lambda: window.session.state in ENDED)
    assert window.session.state is SessionState.FINISHED, window.session.message


@pytest.mark.parametrize("example", ["sine", "autoencoder-digits"])
def test_a_run_with_number_targets_shows_no_accuracy(qtbot, make_window, tmp_path, example):
    window = make_window(example)
    assert window.document.problems == ()
    train(qtbot, window)
    session, monitor = window.session, window.findChild(QWidget, "monitor")
    monitor.refresh()
    assert session.test_accuracy is None
    reached = f"{session.test_r_squared:.3f}".replace("-", "−")
    assert session.message == f"Test R² {reached}."
    assert text_of(window, "status_message") == session.message
    assert text_of(window, "accuracy_title") == "R²"
    assert monitor.summary.texts["test"] == reached
    assert monitor.summary.texts["validation_accuracy"] not in ("–", "")
    shown = {label.text() for label in monitor.summary.findChildren(QLabel)}
    assert {"R²", "Test R²"} <= shown
    assert not [text for text in shown if "ccuracy" in text]
    assert len(monitor.curves.r_squared.batches) == session.batches_done
    assert not len(monitor.curves.accuracy.batches)
    monitor.plots.export_to(tmp_path / "curves.csv")
    qtbot.waitUntil(lambda: (tmp_path / "curves.csv").exists())
    rows = list(csv.DictReader((tmp_path / "curves.csv").read_text().splitlines()))
    assert float(rows[-1]["validation_r_squared"]) == session.history[-1].validation_r_squared
    assert "training_accuracy" not in rows[0]

    path = export_snapshot(tmp_path / "model.safetensors", session.snapshot)
    again = load_snapshot(path)
    assert (again.history[-1].training_r_squared, again.test_r_squared, again.test_accuracy) == (
        session.history[-1].training_r_squared,
        session.test_r_squared,
        None,
    )
    assert again.fits(window.document.project.network, window.document.data)
    words = " ".join(describe_model(load_model(path)[1]))
    assert f"R² on the test set {reached}." in words
    assert "ccuracy" not in words


def test_the_inspector_compares_numbers(qtbot, make_window):
    window = make_window("sine")
    train(qtbot, window)
    window.pages.show_page("inspect")
    inspection = window.inspection
    qtbot.waitUntil(
        lambda: inspection.sample_trace is not None and inspection.sample_trace.snapshot is window.session.snapshot
    )
    sample_trace = inspection.sample_trace
    verdict = text_of(window, "inspector_verdict")
    assert verdict == sample_trace.describe_numbers()
    assert verdict.startswith("target ")
    assert f"predicted {sample_trace.output[0]:.4g}".replace("-", "−") in verdict
    assert (sample_trace.label, sample_trace.prediction, inspection.predictions) == (-1, -1, None)
    for kind, name in ((QPushButton, "mistakes_only"), (QComboBox, "class_filter"), (QWidget, "scores")):
        assert not window.findChild(kind, f"inspector_{name}").isVisibleTo(window)
    inspection.select_sample(7)
    qtbot.waitUntil(lambda: inspection.sample_trace.index == 7)
    assert text_of(window, "inspector_verdict") != verdict


def test_any_image_data_can_train_an_autoencoder(qtbot, make_window):
    window = make_window("autoencoder-digits")
    target = window.findChild(QComboBox, "data_target")
    assert target.currentText() == "Input (autoencoder)"
    assert "the input is the target" in text_of(window, "data_summary")
    assert "129 kB of memory" in text_of(window, "data_summary")
    target.setCurrentIndex(target.findText("Label"))
    target.activated.emit(target.currentIndex())
    assert window.document.project.data.target == "label"
    assert "one for each class" in window.document.problems[0].sentence
    window.document.undo_stack.undo()
    assert window.document.problems == ()
    train(qtbot, window, 1)
    # On the small screen of the tests, the samples would be folded for lack of room.
    window.resize(1440, 900)
    window.pages.show_page("inspect")
    qtbot.waitUntil(lambda: window.inspection.sample_trace is not None)
    assert text_of(window, "inspector_verdict").startswith("mean absolute error 0.")
    output = window.findChild(QWidget, "inspector_output")
    qtbot.waitUntil(output.isVisible)
    # With class labels, the accuracy is shown again.
    window.files.load_example("lenet-digits")
    train(qtbot, window, 1)
    window.findChild(QWidget, "monitor").refresh()
    assert text_of(window, "accuracy_title") == "Accuracy"
    qtbot.waitUntil(lambda: window.inspection.predictions is not None)
    window.pages.show_page("inspect")
    verdict = window.findChild(QLabel, "inspector_verdict")
    qtbot.waitUntil(lambda: verdict.isVisible() and verdict.text().startswith("true "))
    assert not output.isVisible()


def test_the_fix_of_a_classification_loss_is_one_click(make_window):
    window = make_window("sine")
    document = window.document
    document.apply(edits.change_training(document.project, loss="cross_entropy_with_softmax_loss"))
    (problem,) = document.problems
    assert problem.fix.label == "Use mean squared error"
    document.apply(edits.apply_fix(document.project, problem))
    assert document.problems == ()
    assert document.project.training.loss == "mse_loss"


def test_data_that_does_not_fit_into_memory_is_refused_before_loading(make_window, monkeypatch):
    monkeypatch.setattr("tinyml.data.catalogue.available_memory", lambda: 100_000)
    window = make_window("lenet-digits")
    assert text_of(window, "data_source_error").startswith(
        "Digits 8×8 needs 129 kB of memory, but only 100 kB are free"
    )
