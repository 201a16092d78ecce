"""The section "Through training": the slider, the player, and what follows them."""

import numpy as np
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton

from app.document import edits
from app.inspector.page_sections import PageSection
from app.inspector.through_training.epoch_slider import EpochSlider
from app.inspector.through_training.epochs_panel import EpochsPanel
from app.training import SessionState


@pytest.fixture
def panel(digits):
    digits.find(PageSection, "section_through_training").set_folded(False)
    return digits.inspector.findChild(EpochsPanel)


@pytest.fixture
def trained(digits, panel):
    """The page after a run of two epochs."""
    digits.train()
    digits.wait(lambda: slider_of(digits).maximum() == 2 and slider_of(digits).isEnabled())
    return digits


def slider_of(harness) -> EpochSlider:
    return harness.find(EpochSlider, "epoch_slider")


def play_button(harness) -> QPushButton:
    return harness.find(QPushButton, "epoch_play")


def shown_text(harness) -> str:
    return harness.find(QLabel, "epoch_text").text()


def test_without_a_run_the_section_says_what_to_do(digits, panel):
    assert not slider_of(digits).isEnabled()
    assert not play_button(digits).isEnabled()
    assert "Train (F5)" in digits.find(QLabel, "epochs_missing").text()


def test_after_a_run_the_slider_is_at_its_end_and_the_size_is_shown(trained):
    assert slider_of(trained).value() == 2
    trained.wait(lambda: slider_of(trained).accessibleDescription() == "weights after epoch 2 of 2")
    assert "3 epochs kept" in shown_text(trained)
    assert "best epoch" in shown_text(trained)
    assert slider_of(trained).mark_x() > 0
    assert trained.find(QLabel, "epochs_missing").isHidden()


def test_the_slider_moves_maps_and_reconstructions(trained):
    trained.wait(lambda: trained.reconstruction is not None)
    slider_of(trained).setValue(0)
    untrained = trained.session.run.epoch_weights.tensors(0)
    trained.wait(lambda: trained.inspection.sample_trace.snapshot.tensors is untrained)
    trained.wait(lambda: trained.inspector.state.up_to_date)
    net = trained.inspection.snapshot.make_net()
    maps = net.layers[0](trained.inspection.sample_trace.trace.input)
    shown = trained.inspection.sample_trace.trace.entry("conv_1").output
    assert np.array_equal(shown, maps)
    assert trained.text("untrained") == "untrained weights"


def test_the_page_says_whose_weights_it_shows(trained):
    slider_of(trained).setValue(1)
    trained.wait(lambda: slider_of(trained).accessibleDescription() == "weights after epoch 1 of 2")


def test_arrow_keys_home_and_end_move_the_slider(trained):
    slider, epochs = slider_of(trained), trained.inspection.epochs
    QTest.keyClick(slider, Qt.Key.Key_Left)
    assert epochs.place == 1
    QTest.keyClick(slider, Qt.Key.Key_Home)
    assert epochs.place == 0
    QTest.keyClick(slider, Qt.Key.Key_End)
    assert epochs.following


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return])
def test_play_shows_each_epoch_and_stops_at_the_last(trained, key):
    panel = trained.inspector.findChild(EpochsPanel)
    panel.player.set_speed(1000)
    kept, epochs = trained.session.run.epoch_weights, trained.inspection.epochs
    shown = []

    def note():
        if trained.inspector.state.up_to_date and trained.inspection.sample_trace.snapshot is epochs.snapshot:
            shown.append(epochs.place)

    trained.inspector.state.reconstruction_changed.connect(note)
    QTest.keyClick(slider_of(trained), key)
    assert epochs.playing
    assert epochs.place == 0
    trained.wait(lambda: not epochs.playing)
    trained.wait(lambda: 2 in shown)
    assert list(dict.fromkeys(shown)) == [0, 1, 2]
    assert epochs.following
    assert kept.epochs == (0, 1, 2)


def test_play_waits_for_the_picture_of_each_epoch(trained):
    panel, epochs = trained.inspector.findChild(EpochsPanel), trained.inspection.epochs
    panel.player.set_speed(1000)
    trained.wait(lambda: trained.inspector.state.up_to_date)
    requested = []
    job = trained.inspection._sample_trace_job
    start, job.start = job.start, requested.append  # the forward pass does not come
    panel.player.toggle()
    timer = panel.player.findChild(QTimer)
    trained.wait(lambda: not timer.isActive())
    panel.player._advance()
    assert (epochs.playing, epochs.place, len(requested)) == (True, 0, 1)
    job.start = start
    start(requested[0])
    trained.wait(lambda: not epochs.playing)
    assert epochs.following


def test_a_second_press_stops_at_the_epoch_that_is_shown(trained):
    epochs = trained.inspection.epochs
    play_button(trained).click()
    assert epochs.playing
    assert epochs.place == 0
    play_button(trained).click()
    assert not epochs.playing
    assert epochs.place == 0


def test_play_from_the_middle_goes_on_from_there(trained):
    epochs = trained.inspection.epochs
    epochs.choose(1)
    play_button(trained).click()
    assert epochs.place == 1
    trained.wait(lambda: not epochs.playing)
    assert epochs.following


def test_play_stops_when_the_page_is_hidden(trained):
    epochs = trained.inspection.epochs
    play_button(trained).click()
    trained.inspector.hide()
    assert not epochs.playing
    assert not trained.inspector.findChild(EpochsPanel).player.findChild(QTimer).isActive()


def test_play_stops_when_the_network_changes(trained):
    epochs = trained.inspection.epochs
    play_button(trained).click()
    trained.document.apply(edits.change_settings(trained.document.project, "conv_1", {"filters": 5}))
    trained.wait(lambda: not epochs.playing)
    trained.wait(lambda: not slider_of(trained).isEnabled())
    assert "Undo" in trained.find(QLabel, "epochs_missing").text()


def test_play_stops_when_another_run_starts(trained):
    play_button(trained).click()
    trained.session.start()
    assert not trained.inspection.epochs.playing
    trained.wait(lambda: trained.session.state is SessionState.FINISHED)


def test_newest_follows_again(trained):
    epochs, live = trained.inspection.epochs, trained.find(QPushButton, "epoch_live")
    assert live.isChecked()
    slider_of(trained).setValue(0)
    trained.wait(lambda: not live.isChecked())
    live.click()
    assert epochs.following
    assert live.isChecked()
    live.click()
    assert live.isChecked()


def test_the_speed_is_the_pace_of_the_timer(trained):
    box, timer = (
        trained.find(QComboBox, "epoch_speed"),
        trained.inspector.findChild(EpochsPanel).player.findChild(QTimer),
    )
    box.setCurrentIndex(3)
    assert timer.interval() == 125


def test_the_slider_grows_while_a_run_trains(digits, panel):
    digits.document.apply(edits.change_training(digits.document.project, epochs=30))
    digits.session.start()
    digits.wait(lambda: slider_of(digits).maximum() >= 3)
    assert slider_of(digits).value() == slider_of(digits).maximum()
    digits.session.stop()
    digits.wait(lambda: digits.session.state is SessionState.STOPPED)
