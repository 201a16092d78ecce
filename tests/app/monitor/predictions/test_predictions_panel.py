"""What the Train page shows of the predictions of a run whose targets are numbers or images."""

from threading import Event

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QPushButton

from app.document.edits import change_data
from app.monitor.predictions.number_views import describe_fit, side_by_side
from app.monitor.predictions.predictions import MOST_PAIRS
from app.monitor.predictions.predictions_panel import NO_RUN
from app.monitor.predictions.residuals_view import describe_residuals
from app.training.run_control import RunControl
from tests.app.monitor.predictions.conftest import AUTOENCODER, DIGITS, SINE
from tinyml.data import DataChoice
from tinyml.learner import r_squared


def test_before_the_first_run_a_sentence_says_what_to_do(make) -> None:
    harness = make(SINE)
    assert harness.window.obstacle == harness.window.sentence == NO_RUN
    assert harness.window.switch.isHidden()
    harness.session.start()
    assert harness.window.obstacle == ""


def test_regression_shows_predicted_over_true_numbers(make) -> None:
    harness = make(SINE)
    harness.train()
    shown = harness.predictions
    true, predicted = harness.window.scatter.points
    assert np.allclose(true, shown.targets[:, 0])
    assert np.allclose(predicted, shown.predicted[:, 0])
    assert len(true) == 100
    value = r_squared(shown.predicted[:, 0], shown.targets[:, 0])
    assert harness.window.sentence == f"{describe_fit(true, predicted)} 100 validation examples."
    # The same number as in the curves: the validation part is shown whole.
    assert value == pytest.approx(harness.session.history[-1].validation_r_squared, abs=1e-4)
    assert harness.window._output.isHidden()


def test_residuals_are_a_histogram_and_a_plot(make) -> None:
    harness = make(SINE)
    harness.train()
    harness.window.switch.choose("residuals")
    shown = harness.predictions
    assert harness.window.residuals.isVisible()
    assert harness.window.residuals.counts.sum() == 100
    expected = describe_residuals((shown.predicted - shown.targets)[:, 0].astype(np.float64))
    assert harness.window.residuals.sentence == expected


def test_residuals_in_words() -> None:
    assert describe_residuals(np.array([1.0, -1.0, 1.0, -1.0])).startswith("Mean 0, standard deviation 1,")
    assert "too high" in describe_residuals(np.array([1.0, 1.1, 0.9, 1.0]))
    assert "too low" in describe_residuals(-np.array([1.0, 1.1, 0.9, 1.0]))
    assert describe_residuals(np.zeros(0)) == "No prediction is finite."


def test_an_autoencoder_shows_inputs_beside_their_reconstructions(make) -> None:
    harness = make(AUTOENCODER)
    harness.train()
    images = harness.window.pairs.images
    assert len(images) == MOST_PAIRS
    assert (images[0].image.width(), images[0].image.height()) == (17, 8)
    assert harness.window.sentence.startswith("Left: input, right: reconstruction. 24 of ")
    assert np.array_equal(harness.predictions.pictures, harness.predictions.targets)
    assert harness.window.switch.offered == ("pairs",)


def test_a_hidden_panel_computes_nothing_and_catches_up(make) -> None:
    harness = make(SINE)
    harness.window.hide()
    harness.train()
    assert harness.predictions is None
    harness.window.show()
    harness.wait(harness.is_newest)


def test_during_an_epoch_nothing_is_predicted_again(make, monkeypatch) -> None:
    monkeypatch.setattr("app.training.worker.LIVE_SECONDS", 0.0)
    monkeypatch.setattr("app.monitor.predictions.predictor.PAUSE_MS", 0)
    monkeypatch.setattr("app.monitor.predictions.predictor._PAUSE_FACTOR", 0)
    harness = make(SINE.model_copy(update={"training": SINE.training.model_copy(update={"batch_size": 1})}))
    histories, predicted, done = [], Event(), RunControl.epoch_done

    def note() -> None:
        if harness.predictions is not None:
            histories.append(len(harness.predictions.snapshot.history))
            predicted.set()

    def wait(control: RunControl) -> None:
        done(control)
        assert predicted.wait(60)

    harness.window.predictor.changed.connect(note)
    monkeypatch.setattr(RunControl, "epoch_done", wait)
    harness.train()
    while_running = histories[:-1]
    assert while_running
    assert len(set(while_running)) == len(while_running)


def test_a_run_of_other_data_reads_no_data_again(make, monkeypatch) -> None:
    harness = make(SINE)
    harness.window.hide()
    harness.train()
    harness.document.apply(change_data(harness.document.project, seed=7))
    monkeypatch.setattr("app.monitor.predictions.predictor.choose_examples", pytest.fail)
    harness.window.show()
    assert "learned other data" in harness.window.sentence


def test_another_part_of_data_that_have_changed_is_not_shown_and_the_first_part_comes_back(make) -> None:
    harness = make(SINE)
    harness.train()
    harness.document.apply(change_data(harness.document.project, seed=7))
    harness.window._part.setCurrentIndex(1)
    assert harness.predictions is None
    assert harness.window.sentence.startswith("This run learned other data")
    harness.window._part.setCurrentIndex(0)
    harness.wait(harness.is_newest)
    assert harness.predictions.examples.part == "validation"


def test_without_validation_examples_the_training_examples_are_shown(make) -> None:
    harness = make(SINE.model_copy(update={"data": DataChoice(source="sine", validation=0)}))
    harness.train()
    assert harness.predictions.examples.part == "training"
    assert "800 training examples" in harness.window.sentence.replace("\N{NO-BREAK SPACE}", " ")
    assert [harness.window._part.itemData(place) for place in range(2)] == ["training", "test"]
    harness.window._part.setCurrentIndex(1)
    harness.wait(lambda: harness.predictions.examples.part == "test")
    assert "200 test examples" in harness.window.sentence


def test_sentences_that_wrap_do_not_make_the_panel_higher(make) -> None:
    harness = make(SINE)
    harness.train()
    harness.window.switch.choose("residuals")
    assert not harness.window.hasHeightForWidth()


def test_a_narrow_panel_shows_every_button(make) -> None:
    harness = make(DIGITS)
    harness.train()
    harness.window.resize(430, 300)
    harness.wait(lambda: harness.window.minimumSizeHint().width() <= 430)
    for name in ("confusion", "classes", "mistakes", "calibration"):
        button = harness.window.findChild(QPushButton, f"predictions_view_{name}")
        assert button.width() >= button.sizeHint().width()
        assert harness.window.rect().contains(button.rect().translated(button.mapTo(harness.window, QPoint())))
    assert harness.window._part.width() >= harness.window._part.minimumSizeHint().width()


def test_another_run_changes_the_views(make) -> None:
    harness = make(SINE)
    harness.train()
    harness.document.replace(DIGITS)
    harness.wait(lambda: harness.window.obstacle == NO_RUN)
    assert harness.predictions is None


def test_r_squared_in_words_says_when_it_means_nothing() -> None:
    assert describe_fit(np.ones(3), np.arange(3.0)) == "R² says nothing, because all true numbers are equal."
    for broken in (np.nan, np.inf):
        assert "a prediction is not finite" in describe_fit(np.arange(3.0), np.array([0.0, broken, 2.0]))
    assert "worse than" in describe_fit(np.arange(3.0), np.array([2.0, 1.0, 0.0]))


def test_a_grey_line_separates_the_images() -> None:
    joined = side_by_side(np.zeros((1, 2, 3), np.float32), np.zeros((1, 2, 3), np.float32))
    assert joined.shape == (1, 2, 7)
    assert joined[0, :, 3].tolist() == [0.5, 0.5]
