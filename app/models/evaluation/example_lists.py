"""Lists of evaluated examples: the worst mistakes, the largest errors, and what only one of two networks gets right."""

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.formatting import format_percentage, format_value
from app.models.evaluation.measuring import MOST_SHOWN
from app.models.evaluation.results import ClassScores, EvaluationResult, NumberScores, largest_errors
from app.widgets.labels import make_label, show_text
from app.widgets.layouts import add_layout
from app.widgets.plain_text import short
from app.widgets.predictions.example_gallery import ARROW, MISTAKE_TITLES, ExampleGallery, PredictedExample
from app.widgets.theme.theme import GRID
from tinyml.core import describe_count
from tinyml.learner import NO_CLASS

_PICTURE_SIZE = 48
_ROWS = 3
"""Rows of pictures that are visible without scrolling."""
_TABLE_HEIGHT = 28 * GRID
_NO_CLASS = "no class"
_MOST_NUMBERS = 4
"""Target numbers that are written in a row."""


class ExampleList(QWidget):
    """A title, how many there are, and the examples. It is as high as its pictures, up to three rows.

    Arguments:
        name: the objectNames of its parts begin with it.

    Attributes:
        title, count, note: the texts above the examples.
        all_button: shows all mistakes again, after those of one cell.
        gallery: the examples.

    Signals:
        all_requested(): the user wants to see all mistakes.
    """

    all_requested = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.title = make_label(f"{name}_title", "", "heading")
        self.count = make_label(f"{name}_count", "", "muted")
        self.note = make_label(f"{name}_note", "", "muted", wraps=True)
        self.all_button = QPushButton("All mistakes")
        self.all_button.setObjectName(f"{name}_all")
        self.all_button.setProperty("link", True)
        self.all_button.setToolTip("Show the mistakes of all cells again")
        self.all_button.clicked.connect(self.all_requested)
        self.gallery = ExampleGallery(f"{name}_gallery", "Examples", _PICTURE_SIZE)
        top = QHBoxLayout()
        top.setSpacing(GRID)
        top.addWidget(self.title)
        top.addWidget(self.count)
        top.addWidget(self.all_button)
        top.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        add_layout(column, top)
        column.addWidget(self.note)
        column.addWidget(self.gallery)

    def show_examples(
        self,
        title: str,
        count: str,
        examples: list[PredictedExample],
        inputs: np.ndarray,
        titles: tuple[str, ...] = MISTAKE_TITLES,
        input_names: tuple[str, ...] = (),
        note: str = "",
        filtered: bool = False,
    ) -> None:
        """Show other examples.

        Arguments:
            title: the heading.
            count: how many there are, in words.
            examples, inputs, titles, input_names: as for `ExampleGallery.show_examples`.
            note: a sentence below the heading; empty for none.
            filtered: True if these are the mistakes of one cell only.
        """
        self.title.setText(title)
        self.count.setText(count)
        show_text(self.note, note)
        self.all_button.setVisible(filtered)
        self.gallery.grid.setAccessibleName(title)
        self.gallery.rows.setAccessibleName(title)
        self.gallery.show_examples(examples, inputs, titles, input_names)
        self.gallery.setVisible(bool(examples))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def _fit(self) -> None:
        """Be as high as the pictures, up to some rows."""
        images = len(self.gallery.grid.images)
        if not images:
            self.gallery.setFixedHeight(_TABLE_HEIGHT)
            return
        cell = self.gallery.cell_size
        columns = max(self.width() // max(cell.width(), 1), 1)
        self.gallery.setFixedHeight(min(-(-images // columns), _ROWS) * cell.height())


def list_mistakes(view: ExampleList, result: EvaluationResult, cell: tuple[int, int] | None) -> None:
    """Show the mistakes of one network, the most confident one first.

    Arguments:
        view: shows them.
        result: of the evaluation.
        cell: the true and the predicted class; None for the mistakes of all classes.
    """
    scores = result.scores[0]
    assert isinstance(scores, ClassScores), "only classes are mistaken"
    positions, names = result.mistakes(), result.description.class_names
    title, note = "Worst mistakes", ""
    if cell is not None:
        true, predicted = cell
        positions = positions[(result.labels[positions] == true) & (scores.predicted[positions] == predicted)]
        title = f"True {short(names[true])}, predicted {short(names[predicted])}"
        if true == predicted:
            note = f"{describe_count(int(scores.confusion[cell]), 'example')} of this class predicted correctly."
        elif not len(positions):
            note = "No example is in this cell."
    elif not len(positions):
        note = "No mistakes: all these examples are predicted correctly."
    _show_classes(view, result, 0, positions, title, describe_count(len(positions), "mistake"), note, cell is not None)


def list_right_only_in(view: ExampleList, result: EvaluationResult, place: int) -> None:
    """Show the examples that only one of two networks gets right.

    Arguments:
        view: shows them.
        result: of the evaluation.
        place: of the file of this network in the request.
    """
    positions, name = result.right_only_in(place), short(result.request.files[place].path.stem)
    images = len(result.description.example_shape) == 3
    count = describe_count(len(positions), "image" if images else "example")
    _show_classes(view, result, 1 - place, positions, f"Only {name} is right", count)


def list_errors(view: ExampleList, result: EvaluationResult) -> None:
    """Show the examples with the largest errors of a network that predicts numbers.

    Arguments:
        view: shows them.
        result: of the evaluation.
    """
    scores = result.scores[0]
    assert isinstance(scores, NumberScores), "only numbers have errors"
    shown = result.shown.take(largest_errors(scores.errors, MOST_SHOWN))
    examples = []
    for row, position in enumerate(shown.positions.tolist()):
        error = format_value(float(scores.errors[position]))
        true, predicted = _in_short(shown.targets[row]), _in_short(shown.predicted[row])
        image = shown.targets[row].ndim == 3
        words = "" if image else f": true {true}, predicted {predicted}"
        sentence = f"{result.request.part} example {position}{words}, mean absolute error {error}.{_hint(result)}"
        cells = (error,) if image else (error, true, predicted)
        examples.append(PredictedExample(position, error, cells, sentence))
    titles = ("error", "true", "predicted") if shown.targets.ndim == 2 else ("error",)
    count = f"{describe_count(len(examples))} of {describe_count(result.count, 'example')}"
    view.show_examples("Largest errors", count, examples, shown.inputs, titles, result.description.input_names)


def _hint(result: EvaluationResult) -> str:
    return " Click to inspect it." if result.is_inspectable else ""


def _in_short(numbers: np.ndarray) -> str:
    """Write some numbers of a target."""
    flat = numbers.reshape(-1)
    written = ", ".join(format_value(float(number)) for number in flat[:_MOST_NUMBERS])
    return f"{written}, …" if len(flat) > _MOST_NUMBERS else written


def _show_classes(
    view: ExampleList,
    result: EvaluationResult,
    wrong: int,
    positions: np.ndarray,
    title: str,
    count: str,
    note: str = "",
    filtered: bool = False,
) -> None:
    """Show examples with what the network of the file at the place `wrong` predicts."""
    scores, names = result.scores[wrong], result.description.class_names
    assert isinstance(scores, ClassScores), "the networks tell classes apart"
    shown, examples = result.shown.take(positions), []
    rows = shown.take(shown.positions[:MOST_SHOWN])
    several = len(result.scores) > 1
    file = f"{short(result.request.files[wrong].path.stem)} " if several else ""
    for position in rows.positions.tolist():
        true, predicted = short(names[result.labels[position]]), int(scores.predicted[position])
        found = _NO_CLASS if predicted == NO_CLASS else short(names[predicted])
        score, caption = format_percentage(float(scores.confidences[position])), f"{true}{ARROW}{found}"
        sentence = f"{result.request.part} example {position}: true {true}, {file}predicted {found}, score {score}."
        examples.append(PredictedExample(position, caption, (caption, score), sentence + _hint(result)))
    if len(examples) < len(positions):
        count += f", {describe_count(len(examples))} shown"
    view.show_examples(
        title, count, examples, rows.inputs, input_names=result.description.input_names, note=note, filtered=filtered
    )
