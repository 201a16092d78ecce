"""The page Problems: every reason why the network cannot be trained, and every hint, with its fix."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QPushButton, QStackedLayout, QVBoxLayout, QWidget

from app.builder.commands import LayerCommands
from app.builder.panel.panel_page import PanelPage
from app.builder.panel.problem_table import ProblemTable
from app.builder.panel.problem_table_model import PlacedProblem, ProblemTableModel
from app.document import Document
from app.document.blocks import innermost_problem
from app.document.hint_rule import Hint
from app.widgets.labels import make_label
from tinyml.core import describe_count

NO_PROBLEMS = "No problems. The network can be trained."


class ProblemsPage(PanelPage):
    """Lists the problems of the document, then its hints. A row selects its layer, and the selection marks its row.

    Arguments:
        document: has the problems.
        parent: the parent widget.

    Signals:
        message(sentence): why a fix was impossible.
        data_requested(): the user chose a problem of the data.
        training_requested(): the user chose a problem of the network as a whole, such as one of the loss.
    """

    message = Signal(str)
    data_requested = Signal()
    training_requested = Signal()

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__("problems_page", "Problems", parent)
        self._document = document
        self._commands = LayerCommands(document, self)
        self._model = ProblemTableModel()
        self._table = ProblemTable(self._model)
        self._empty = make_label("no_problems", NO_PROBLEMS, "muted", wraps=True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedLayout(self)
        self._restore = QPushButton()
        self._stack.addWidget(self._make_empty_page())
        self._stack.addWidget(self._table)
        self._table.problem_chosen.connect(self._on_problem_chosen)
        self._table.dismiss_requested.connect(self._on_dismiss_requested)
        self._restore.clicked.connect(self._commands.restore_hints)
        self._table.fix_requested.connect(self._on_fix_requested)
        self._commands.message.connect(self.message)
        document.changed.connect(self.request_refresh)
        document.selection_changed.connect(self.request_refresh)

    def _make_empty_page(self) -> QWidget:
        self._restore.setObjectName("show_dismissed_hints")
        self._restore.setProperty("flat", True)
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.addStretch(1)
        layout.addWidget(self._empty)
        layout.addWidget(self._restore, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(1)
        return page

    def refresh(self) -> None:
        """Show the problems, and mark the one of the selected layer."""
        problems = self._find_problems()
        self._model.set_problems(problems)
        had_focus = self._table.hasFocus()
        self._stack.setCurrentIndex(1 if problems else 0)
        dismissed = len(self._document.project.dismissed_hints)
        self._restore.setText(f"Show {describe_count(dismissed, 'dismissed hint')}")
        self._restore.setVisible(dismissed > 0)
        if had_focus and not problems:
            self.setFocus()
        current = self._table.current_problem
        if current is None or not self._is_selected(current):
            rows = (row for row, placed in enumerate(problems) if self._is_selected(placed))
            self._table.show_as_current(next(rows, -1))

    def _find_problems(self) -> list[PlacedProblem]:
        """Return all problems, then all hints. For a block, the problem inside that is the reason is returned."""
        layers, found = self._document.inference.layers, []
        for problem in self._document.problems:
            block, reason = innermost_problem(layers, problem) if problem.index >= 0 else ((), problem)
            found.append(PlacedProblem(reason, block))
        return [*found, *(PlacedProblem(hint, hint.block) for hint in self._document.hints)]

    def _is_selected(self, placed: PlacedProblem) -> bool:
        document, problem = self._document, placed.problem
        return problem.index >= 0 and placed.block == document.block and problem.layer in document.selection

    @Slot(object)
    def _on_problem_chosen(self, placed: PlacedProblem) -> None:
        if placed.problem.index >= 0:
            self._document.select((placed.problem.layer,), block=placed.block)
        elif placed.problem.layer:
            self.data_requested.emit()
        else:
            self.training_requested.emit()

    @Slot(object)
    def _on_fix_requested(self, placed: PlacedProblem) -> None:
        self._commands.fix(placed.problem, placed.block)

    @Slot(object)
    def _on_dismiss_requested(self, placed: PlacedProblem) -> None:
        if isinstance(placed.problem, Hint):
            self._document.dismiss(placed.problem)
