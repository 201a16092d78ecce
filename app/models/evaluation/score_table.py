"""The table of scores: a row for each metric, a column for each file, the better value in bold."""

import math
from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from app.formatting import format_count, format_number, format_percentage, format_r_squared, format_value
from app.models.evaluation.results import ClassScores, EvaluationResult, NumberScores
from app.widgets.plain_text import short, tool_tip
from app.widgets.theme.fonts import bold_font

_NAME_DIGITS = 18
"""Room for the name of a file, in digits. A longer name is shortened."""

Row = tuple[str, tuple[str, ...], int | None, str]
"""Title, text for each file, place of the better one, and what the title means."""


class ScoreTable(QTableWidget):
    """Shows the scores of one file, or of two side by side. It is as high as its rows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("evaluation_scores")
        self.setAccessibleName("Scores of the evaluation")
        self.setProperty("roomy", True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.viewport().setAutoFillBackground(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setTextElideMode(Qt.TextElideMode.ElideMiddle)

    @property
    def texts(self) -> list[list[str]]:
        """The texts of all cells."""
        model, columns = self.model(), range(self.columnCount())
        return [[str(model.index(row, column).data()) for column in columns] for row in range(self.rowCount())]

    def show_result(self, result: EvaluationResult) -> None:
        """Show other scores.

        Arguments:
            result: of the evaluation.
        """
        rows, names = score_rows(result), [short(file.path.stem) for file in result.request.files]
        several = len(names) > 1
        self.setColumnCount(1 + len(names))
        self.horizontalHeader().setVisible(several)
        self.setRowCount(len(rows))
        for row, (title, texts, better, help_text) in enumerate(rows):
            for column, text in enumerate((title, *texts)):
                item = QTableWidgetItem(text)
                item.setToolTip(tool_tip(help_text))
                if column:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                if better is not None and column == better + 1:
                    item.setFont(bold_font(self.font()))
                self.setItem(row, column, item)
        header = self.horizontalHeader()
        for column in range(self.columnCount()):
            mode = QHeaderView.ResizeMode.Stretch if column else QHeaderView.ResizeMode.ResizeToContents
            header.setSectionResizeMode(column, mode)
            heading = QTableWidgetItem(names[column - 1] if column else "")
            heading.setToolTip(tool_tip(heading.text()))
            heading.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.setHorizontalHeaderItem(column, heading)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def _fit(self) -> None:
        """Be as high as the rows, and at least as wide as the numbers and the usual names of files."""
        self.resizeRowsToContents()
        header = self.horizontalHeader()
        widest = self.fontMetrics().horizontalAdvance("0" * _NAME_DIGITS)
        needs = [
            min(max(self.sizeHintForColumn(column), header.sectionSizeHint(column)), widest)
            for column in range(self.columnCount())
        ]
        self.setMinimumWidth(sum(needs) + 2 * self.frameWidth())
        top = header.sizeHint().height() if not header.isHidden() else 0
        self.setFixedHeight(top + sum(self.rowHeight(row) for row in range(self.rowCount())) + 2)


def score_rows(result: EvaluationResult) -> list[Row]:
    """Return the rows of the table.

    Arguments:
        result: of the evaluation.
    """
    loss = _loss_row(result)
    classes = [score for score in result.scores if isinstance(score, ClassScores)]
    numbers = [score for score in result.scores if isinstance(score, NumberScores)]
    if classes:
        shares = [score.accuracy for score in classes]
        rows = [
            _row("accuracy", shares, 1, format_percentage, "share of the examples that are classified correctly"),
            loss,
        ]
    else:
        rows = [
            loss,
            _row(
                "mean squared error",
                [score.squared_error for score in numbers],
                -1,
                format_value,
                "mean of the squared errors, in the squared units of the data",
            ),
            _row(
                "mean absolute error",
                [score.absolute_error for score in numbers],
                -1,
                format_value,
                "mean distance of a prediction from the true number, in the units of the data",
            ),
            _row(
                "R²",
                [math.nan if score.r_squared is None else score.r_squared for score in numbers],
                1,
                format_r_squared,
                "explained share of the variation of the true numbers: 1 is perfect, 0 is as good as their mean",
            ),
        ]
    if len(result.scores) == 2:
        if classes:
            only = [float(len(result.right_only_in(place))) for place in (0, 1)]
            rows.append(_row("right only in one", only, 1, format_count, "examples that only this network gets right"))
        else:
            nearer = [float((numbers[place].errors < numbers[1 - place].errors).sum()) for place in (0, 1)]
            rows.append(_row("smaller error in", nearer, 1, format_count, "examples on which this network errs less"))
    count = format_count(result.count)
    rows.append(("examples", tuple(count for _ in result.scores), None, "how many examples were evaluated"))
    return rows


def _row(title: str, values: Sequence[float], sign: int, write: Callable[[float], str], help_text: str) -> Row:
    """Return a row in which the value is bold that is better: the larger one for the sign 1, the smaller one for -1."""
    better = None
    if len(values) == 2 and values[0] != values[1]:
        ranked = [sign * value if math.isfinite(value) else -math.inf for value in values]
        better = None if ranked[0] == ranked[1] else int(ranked[1] > ranked[0])
    return title, tuple(write(value) for value in values), better, help_text


def _loss_row(result: EvaluationResult) -> Row:
    """Return the row of the loss. Losses that cannot be compared are named, and none of them is better."""
    values = [score.loss for score in result.scores]
    if not result.losses:
        return _row("loss", values, -1, _loss_text, "mean over the examples; lower is better")
    texts = tuple(f"{_loss_text(value)} · {title}" for value, title in zip(values, result.losses, strict=True))
    titles = " and ".join(result.losses)
    return (
        "loss",
        texts,
        None,
        f"mean over the examples; these losses have other units, so do not compare them: {titles}",
    )


def _loss_text(value: float) -> str:
    return format_number(value, digits=4)
