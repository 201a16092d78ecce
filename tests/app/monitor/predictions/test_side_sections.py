"""The predictions beside the curves: a small confusion matrix, and the worst mistakes as images."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QToolButton, QVBoxLayout, QWidget

from app.document import Document
from app.document.edits import change_data
from app.monitor import TrainPage
from app.monitor.predictions.confusion_section import ConfusionSection
from app.monitor.predictions.mistakes_section import MistakesSection
from app.monitor.predictions.predictor import Predictor
from app.training import Session, SessionState
from tests.app.monitor.predictions.conftest import AUTOENCODER, DIGITS, MOONS, SINE, linear
from tinyml.data import DataDescription
from tinyml.net import NetworkSpecification
from tinyml.storage import Project


class Sections:
    """Both sections with a real document and session."""

    def __init__(self, qtbot, project: Project) -> None:
        self._qtbot = qtbot
        self.document = Document(project)
        self.session = Session(self.document)
        self.predictor = Predictor(self.document, self.session)
        self.confusion, self.mistakes = ConfusionSection(self.predictor), MistakesSection(self.predictor)
        self.holders = [hold(section) for section in (self.confusion, self.mistakes)]

    def train(self) -> None:
        self.session.start()
        self._qtbot.waitUntil(lambda: not self.session.state.active)

    def wait_for_newest(self) -> None:
        self._qtbot.waitUntil(self.is_newest)

    def is_newest(self) -> bool:
        shown = self.predictor.predictions
        return shown is not None and shown.snapshot is self.session.snapshot

    def close(self) -> None:
        self.session.shutdown()
        self.predictor.shutdown()
        for holder in self.holders:
            holder.close()
            holder.deleteLater()
        self.session.deleteLater()
        self.document.shutdown()


def hold(section: QWidget) -> QWidget:
    """Return a visible window of the usual width with a section."""
    window = QWidget()
    window.resize(250, 600)
    layout = QVBoxLayout(window)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(section)
    layout.addStretch(1)
    window.show()
    return window


@pytest.fixture
def make(qtbot) -> Iterator[Callable[[Project], Sections]]:
    made: list[Sections] = []

    def make_sections(project: Project) -> Sections:
        made.append(Sections(qtbot, project))
        return made[-1]

    yield make_sections
    for sections in made:
        sections.close()
    QApplication.processEvents()


def test_before_a_run_they_are_hidden_and_with_it_they_show_the_newest_predictions(make) -> None:
    sections = make(DIGITS)
    assert not sections.confusion.isVisible()
    assert not sections.mistakes.isVisible()
    sections.train()
    sections.wait_for_newest()
    shown = sections.predictor.predictions
    assert (sections.confusion.table.confusion.counts == shown.confusion).all()
    assert sections.confusion.caption.startswith("validation set · rows are true. Click a cell to see those images.")
    images = sections.mistakes.gallery.grid.images
    assert 0 < len(images) <= 12
    assert list(sections.mistakes.gallery.positions) == list(shown.mistakes[: len(images)])


def test_the_matrix_fills_the_width_and_is_as_high_as_its_rows(make) -> None:
    sections = make(DIGITS)
    sections.train()
    sections.wait_for_newest()
    table = sections.confusion.table
    header = table.horizontalHeader().height()
    assert table.height() == header + 10 * table.cell_size
    assert table.width() - table.verticalHeader().width() - 10 * table.cell_size in range(10)


@pytest.mark.parametrize("project", [SINE, AUTOENCODER])
def test_numbers_and_images_as_targets_have_none_of_them(make, project) -> None:
    sections = make(project)
    sections.train()
    assert sections.predictor.description is not None
    assert not sections.confusion.isVisible()
    assert not sections.mistakes.isVisible()


def test_points_have_a_matrix_and_no_images(make) -> None:
    sections = make(MOONS)
    sections.train()
    sections.wait_for_newest()
    assert sections.confusion.isVisible()
    assert sections.confusion.caption.endswith("Click a cell to see those examples.")
    assert not sections.mistakes.isVisible()


def test_many_classes_have_no_small_matrix(make) -> None:
    suits = make(DIGITS).confusion._suits
    twelve, thirteen = (tuple(f"class {number}" for number in range(count)) for count in (12, 13))
    assert suits(DataDescription("d", "D", (2,), twelve, 100))
    assert not suits(DataDescription("d", "D", (2,), thirteen, 100))


def test_folded_sections_compute_nothing_and_catch_up(make) -> None:
    sections = make(DIGITS)
    for section in (sections.confusion, sections.mistakes):
        section.set_folded(True)
    sections.train()
    assert sections.predictor.predictions is None
    assert not sections.predictor._busy
    sections.mistakes.set_folded(False)
    sections.wait_for_newest()
    assert sections.mistakes.gallery.isVisible()
    assert not sections.confusion.table.isVisible()


def test_a_run_without_an_epoch_says_so(make, qtbot) -> None:
    network = NetworkSpecification(layers=(DIGITS.network.layers[0], linear(32), linear(10)))
    training = DIGITS.training.model_copy(update={"learning_rate": 1e9})
    sections = make(DIGITS.model_copy(update={"network": network, "training": training}))
    sections.session.start()
    qtbot.waitUntil(lambda: not sections.session.state.active)
    assert sections.session.state is SessionState.FAILED
    qtbot.waitUntil(lambda: "before its first epoch was done" in sections.confusion.caption)
    assert sections.mistakes.caption == sections.confusion.caption
    assert not sections.confusion.table.isVisible()


def test_scores_that_are_not_finite_are_not_called_correct(make, qtbot) -> None:
    sections = make(DIGITS)
    sections.train()
    sections.wait_for_newest()
    snapshot = sections.session.snapshot
    broken = replace(snapshot, tensors={name: np.full_like(each, np.nan) for name, each in snapshot.tensors.items()})
    sections.session.run.snapshot = broken
    sections.session.snapshot_changed.emit()
    sections.wait_for_newest()
    assert sections.mistakes.caption.startswith("No score of 180 validation examples is finite.")
    assert sections.confusion.caption == sections.mistakes.caption
    assert not sections.confusion.table.isVisible()


@pytest.fixture
def page(qtbot) -> Iterator[TrainPage]:
    """The visible page after a short run on the digits, with the runs and so with the mistakes."""
    document = Document(DIGITS)
    session = Session(document)
    page = TrainPage(document, session)
    page.left.add_tab(page.mistakes, "Mistakes")
    page.left.show_tab(page.mistakes)
    page.resize(1376, 770)
    page.show()
    session.start()
    qtbot.waitUntil(lambda: not session.state.active)
    newest = page.predictions.predictor
    qtbot.waitUntil(lambda: newest.predictions is not None and newest.predictions.snapshot is session.snapshot)
    yield page
    session.shutdown()
    page.shutdown()
    page.close()
    page.deleteLater()
    session.deleteLater()
    document.shutdown()


def test_a_click_on_a_cell_shows_its_examples_in_the_tab(page, qtbot) -> None:
    table = page.confusion.table
    page.page_layout.set_folded("below", folded=True)
    for _ in range(2):  # also if the user has changed to another tab since
        page.below.show_tab(page.layers)
        page.predictions.switch.choose("classes")
        rect = table.visualRect(table.model().index(3, 3))
        qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
        assert page.below.current is page.predictions
        assert page.predictions.confusion.isVisible()
        assert page.predictions.confusion.table.cell == (3, 3)
    qtbot.waitUntil(lambda: len(page.predictions.confusion.gallery.grid.images) > 0)


def test_a_click_on_a_mistake_inspects_it_unless_the_data_are_others_now(page, qtbot) -> None:
    grid = page.mistakes.gallery.grid
    shown = page.predictions.predictor.predictions
    expected = ("validation", int(shown.examples.rows[shown.places[shown.mistakes[0]]]))
    with qtbot.waitSignal(page.sample_requested) as caught:
        qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=grid.image_rect(0).center().toPoint())
    assert tuple(caught.args) == expected
    document = page.predictions._document
    document.apply(change_data(document.project, seed=7))
    with qtbot.assertNotEmitted(page.sample_requested):
        page.mistakes.picked.emit(int(shown.mistakes[0]))
    assert page.below.current is page.predictions
    assert "uses other data now, so Inspect cannot show this example" in page.predictions.sentence


def test_a_low_page_folds_them_and_a_high_one_shows_them_again(page) -> None:
    page.resize(1376, 560)
    QApplication.processEvents()
    assert page.confusion.folded
    heading = page.findChild(QToolButton, "confusion_section_heading")
    heading.click()
    page.resize(1376, 580)
    QApplication.processEvents()
    assert not page.confusion.folded  # what the user has unfolded stays
    page.resize(1376, 770)
    QApplication.processEvents()
    assert not page.confusion.folded
    assert not page.mistakes.folded
