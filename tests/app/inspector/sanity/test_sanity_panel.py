"""The section with the sanity checks: computed while it is open, dropped when they are stale."""

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QWidget

from app.inspector.reconstruction.picture import Picture
from app.inspector.sanity.checks import SEEDS, describe
from app.inspector.sanity.sanity_panel import SanityPanel
from app.widgets.images.image_grid import ImageGrid


@pytest.fixture
def checked(digits):
    """The inspector with the open section and the checks of a rectifier."""
    digits.unfold("sanity_checks")
    digits.document.select(("relu_2",))
    digits.wait_for_reconstruction("relu_2")
    panel = digits.inspector.findChild(SanityPanel)
    digits.wait(lambda: panel.checker.checks is not None and panel.checker.checks.trained is digits.reconstruction)
    return digits, panel


def captions(digits, row):
    """Return the captions of one row of pictures."""
    return [image.caption for image in digits.find(ImageGrid, f"sanity_{row}").images]


def test_the_pictures_of_all_checks_are_shown(checked):
    digits, panel = checked
    assert captions(digits, "main") == ["untrained", "random", "over the input", "occlusion"]
    assert [caption.split()[-2] for caption in captions(digits, "downwards")] == ["conv_2", "conv_1"]
    assert [caption.split()[-2] for caption in captions(digits, "upwards")] == ["conv_1", "conv_2"]
    assert digits.text("sanity_words") == describe(panel.checker.checks, is_trained=False)
    assert digits.text("sanity_status") == f"{digits.inspector.state.methods[0].title}, {SEEDS} random networks"
    assert not digits.find(QAbstractButton, "sanity_button").isVisible()
    assert panel.checker.share is None


def test_an_untrained_network_is_told_and_a_trained_one_is_not(checked):
    digits, panel = checked
    assert "The shown weights are random too" in digits.text("sanity_words")
    digits.train()
    digits.wait(lambda: panel.checker.is_trained and panel.checker.checks is not None)
    words = digits.text("sanity_words")
    assert words == describe(panel.checker.checks, is_trained=True)
    assert words.startswith(f"Similarity to random weights {panel.checker.checks.random.similarity:.2f}: ")
    assert "learned" in words
    assert captions(digits, "main")[0] == "trained"


def test_random_weights_of_a_trained_network_get_no_verdict(checked):
    digits, panel = checked
    digits.train()
    digits.wait(lambda: panel.checker.is_trained and panel.checker.checks is not None)
    digits.find(QAbstractButton, "random_weights").click()
    digits.wait(lambda: not panel.checker.is_trained and panel.checker.checks is not None)
    assert panel.checker.checks.trained is digits.reconstruction
    assert digits.text("sanity_words").endswith(
        "The shown weights are random too, so this compares random networks with each other."
    )
    assert "learned" not in digits.text("sanity_words")
    assert captions(digits, "main")[0] == "untrained"


def test_a_folded_section_computes_nothing(digits):
    digits.wait_for_reconstruction("conv_2")
    panel = digits.inspector.findChild(SanityPanel)
    assert panel.checker.share is None
    assert panel.checker.checks is None


def test_a_chosen_picture_is_large_and_escape_closes_it(checked):
    digits, _ = checked
    row, picture = digits.find(ImageGrid, "sanity_main"), digits.find(Picture, "sanity_large_picture")
    assert not picture.isVisible()
    row.setFocus()
    QTest.keyClick(row, Qt.Key.Key_End)
    assert picture.isVisible()
    assert digits.text("sanity_large_title") == "occlusion"
    other = digits.find(ImageGrid, "sanity_downwards")
    other.setFocus()
    QTest.keyClick(other, Qt.Key.Key_Home)
    assert digits.text("sanity_large_words").startswith("Random: conv_2. ")
    assert row.current == -1
    QTest.keyClick(other, Qt.Key.Key_Escape)
    assert not picture.isVisible()
    assert other.current == -1


def test_another_map_drops_the_checks_at_once(checked):
    digits, panel = checked
    other = (digits.inspector.state.map_index + 1) % 6
    digits.inspector.state.choose_map(other)
    digits.wait_for_reconstruction("relu_2", other)
    assert panel.checker.checks is None
    assert captions(digits, "main") == []
    digits.wait(lambda: panel.checker.checks is not None)
    assert panel.checker.checks.trained.map_index == other


def test_cancel_stops_and_compute_begins_again(checked):
    digits, panel = checked
    button = digits.find(QAbstractButton, "sanity_button")
    gate = threading.Event()
    digits.inspection.slow_jobs.submit(gate.wait)
    try:
        panel.checker.restart()
        assert button.isVisible()
        assert button.text() == "Cancel"
        assert digits.text("sanity_status") == "Computing 0%"
        button.click()
        assert panel.checker.share is None
        assert (digits.text("sanity_status"), button.text()) == ("Cancelled.", "Compute")
    finally:
        gate.set()
    button.click()
    digits.wait(lambda: panel.checker.checks is not None)
    assert not button.isVisible()


def test_folding_cancels_the_computation(checked):
    digits, panel = checked
    gate = threading.Event()
    digits.inspection.slow_jobs.submit(gate.wait)
    try:
        panel.checker.restart()
        panel.hide()
        assert panel.checker.share is None
    finally:
        gate.set()
    panel.show()
    digits.wait(lambda: panel.checker.checks is not None)


def test_a_cancel_of_the_runner_leaves_no_progress_behind(checked):
    digits, panel = checked
    gate = threading.Event()
    digits.inspection.slow_jobs.submit(gate.wait)
    try:
        panel.checker.restart()
        digits.inspection.slow_jobs.abandon()
        assert panel.checker.share is None
        assert panel.checker.checks is None
    finally:
        gate.set()


def test_an_error_is_a_sentence(checked, monkeypatch):
    digits, panel = checked
    monkeypatch.setattr("app.inspector.sanity.sanity_checker.run_checks", lambda *_: 1 / 0)
    panel.checker.restart()
    digits.wait(lambda: "ZeroDivisionError" in digits.text("sanity_status"))
    assert captions(digits, "main") == []
    assert digits.find(QAbstractButton, "sanity_button").text() == "Compute"


def test_points_have_no_sanity_checks(circle):
    assert not circle.find(QWidget, "sanity").isVisible()
