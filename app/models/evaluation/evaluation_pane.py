"""The evaluation below the table of tensors: its progress, and then its results."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QProgressBar, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.models.evaluation.evaluator import EvaluationState, Evaluator
from app.models.evaluation.example_lists import ExampleList, list_errors, list_mistakes, list_right_only_in
from app.models.evaluation.results import ClassScores, EvaluationResult
from app.models.evaluation.score_table import ScoreTable
from app.widgets.labels import make_label, show_text
from app.widgets.layouts import add_layout
from app.widgets.predictions.confusion_table import ConfusionTable
from app.widgets.scroll_panel import ScrollPanel
from app.widgets.theme.theme import GRID
from tinyml.core import describe_count

_WIDE = 66 * GRID
"""Width from which scores and examples stand side by side, in pixels."""
_LEFT_WIDTH = 46 * GRID
_MOST_CLASSES = 100
_LEAST_HEIGHT = 36 * GRID
"""Height that the results need at least, in pixels."""
_CANCELLED = "The evaluation was cancelled."


class EvaluationPane(QWidget):
    """Shows the newest evaluation. It is hidden while there is none.

    Arguments:
        evaluator: evaluates.

    Attributes:
        title: on which data.
        message: why there is no result, or what is notable about it.
        cancel_button, close_button: stop the evaluation, or remove its results.
        scores: the metrics.
        confusion: the confusion matrix of one network that tells classes apart.
        lists: the mistakes, or the examples that only one of two networks gets right.

    Signals:
        picked(position): the user picked the example at this position of the evaluated part.
    """

    picked = Signal(int)

    def __init__(self, evaluator: Evaluator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("models_evaluation")
        self.setAccessibleName("Evaluation")
        self._evaluator = evaluator
        self._shown: EvaluationResult | None = None
        self.title = make_label("evaluation_title", "", "heading", ignores_width=True)
        self.status = make_label("evaluation_status", "", "muted")
        self.progress = QProgressBar(textVisible=False)
        self.progress.setObjectName("evaluation_progress")
        self.progress.setAccessibleName("Examples evaluated")
        self.progress.setMaximumWidth(16 * GRID)
        self.cancel_button = _make_button("Cancel", "evaluation_cancel", "Stop the evaluation")
        self.close_button = _make_button("Close", "evaluation_close", "Remove these results")
        self.message = make_label("evaluation_message", "", "muted", wraps=True, selectable=True)
        self.problem = make_label("evaluation_problem", "", "danger", wraps=True, selectable=True)
        self.scores = ScoreTable()
        self.confusion = ConfusionTable(compact=True)
        self.confusion.setObjectName("evaluation_confusion")
        self.confusion.setAccessibleName("Confusion matrix: rows true, columns predicted; a cell shows its mistakes")
        self._confusion_title = make_label("evaluation_confusion_title", "Confusion matrix · rows are true", "muted")
        self.lists = tuple(ExampleList(f"evaluation_examples_{place}") for place in (0, 1))
        self._lay_out()
        evaluator.changed.connect(self.refresh)
        evaluator.progressed.connect(self._on_progressed)
        self.cancel_button.clicked.connect(evaluator.cancel)
        self.close_button.clicked.connect(evaluator.forget)
        self.confusion.cell_chosen.connect(self._on_cell_chosen)
        for examples in self.lists:
            examples.gallery.picked.connect(self.picked)
        self.lists[0].all_requested.connect(self._on_all_requested)
        self.refresh()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(GRID)
        top.addWidget(self.title, 1)
        for widget in (self.status, self.progress, self.cancel_button, self.close_button):
            top.addWidget(widget)
        left, right = QWidget(), QWidget()
        self._left = left
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        for part in (self.scores, self._confusion_title, self.confusion):
            column.addWidget(part)
        column.addStretch(1)
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        for examples in self.lists:
            column.addWidget(examples)
        column.addStretch(1)
        content = QWidget()
        self._columns = QBoxLayout(QBoxLayout.Direction.TopToBottom, content)
        self._columns.setContentsMargins(0, 0, 0, 0)
        self._columns.setSpacing(2 * GRID)
        self._columns.addWidget(left)
        self._columns.addWidget(right, 1)
        self._body = ScrollPanel(content)
        self._body.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, GRID, 0, 0)
        column.setSpacing(GRID // 2)
        add_layout(column, top)
        column.addWidget(self.problem)
        column.addWidget(self.message)
        column.addWidget(self._body, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= _WIDE
        direction = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        if self._columns.direction() != direction:
            self._columns.setDirection(direction)
        self._left.setMaximumWidth(max(_LEFT_WIDTH, self.scores.minimumWidth()) if wide else 2**24 - 1)

    @Slot()
    def refresh(self) -> None:
        """Show the newest evaluation."""
        evaluator = self._evaluator
        request, running, result = evaluator.request, evaluator.running, evaluator.result
        self.setVisible(request is not None)
        if request is None:
            self._shown = None
            return
        self.title.setText(request.heading)
        for widget in (self.progress, self.cancel_button):
            widget.setVisible(running)
        self.close_button.setVisible(not running)
        show_text(self.problem, evaluator.problem)
        self._body.setVisible(result is not None)
        self.setMinimumHeight(_LEAST_HEIGHT if result is not None else 0)
        cancelled = evaluator.state is EvaluationState.CANCELLED
        show_text(self.message, _CANCELLED if cancelled else " ".join(result.notes) if result is not None else "")
        self._on_progressed()
        if result is not None and result is not self._shown:
            self._show_result(result)
        self._shown = result

    def _show_result(self, result: EvaluationResult) -> None:
        self.scores.show_result(result)
        first, one = result.scores[0], len(result.scores) == 1
        has_matrix = one and isinstance(first, ClassScores) and len(first.confusion) <= _MOST_CLASSES
        for widget in (self._confusion_title, self.confusion):
            widget.setVisible(has_matrix)
        if has_matrix and isinstance(first, ClassScores):
            self.confusion.clearSelection()
            self.confusion.show_counts(first.confusion, result.description.class_names)
        self.lists[1].setVisible(result.has_classes and not one)
        self.lists[0].setVisible(result.has_classes or one)
        if not one and result.has_classes:
            for place in (0, 1):
                list_right_only_in(self.lists[place], result, place)
        elif one and result.has_classes:
            list_mistakes(self.lists[0], result, None)
        elif one:
            list_errors(self.lists[0], result)

    @Slot()
    def _on_progressed(self) -> None:
        evaluator = self._evaluator
        text = evaluator.progress_text if evaluator.running else ""
        if evaluator.result is not None:
            text = describe_count(evaluator.result.count, "example")
        show_text(self.status, text)
        self.progress.setMaximum(evaluator.total)  # 0 shows that something happens while the data are read
        self.progress.setValue(evaluator.done)

    @Slot(int, int)
    def _on_cell_chosen(self, true: int, predicted: int) -> None:
        if self._shown is not None and self._shown.has_classes:
            list_mistakes(self.lists[0], self._shown, (true, predicted))

    @Slot()
    def _on_all_requested(self) -> None:
        if self._shown is not None:
            self.confusion.setCurrentIndex(self.confusion.model().index(-1, -1))
            list_mistakes(self.lists[0], self._shown, None)


def _make_button(text: str, name: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    button.setToolTip(tip)
    return button
