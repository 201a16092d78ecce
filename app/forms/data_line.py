"""A line above a page: what is wrong with the data in use, or how the network gets to fit them."""

from pathlib import Path

from PySide6.QtCore import QSize, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QPushButton, QVBoxLayout, QWidget

from app.document import Document
from app.document.data_fit import DataFit, FitOffer
from app.document.edits import apply_fix
from app.forms.ask_for_source import ask_for_source
from app.forms.source_choice import SourceChoice
from app.widgets.labels import make_label
from app.widgets.layouts import add_layout
from app.widgets.plain_text import button_text, tool_tip
from app.widgets.theme.theme import GRID
from tinyml.core import Problem
from tinyml.data import known_names

_NARROW = 90 * GRID
"""In a line narrower than this, the buttons are below the sentence. In pixels."""
_MISFIT = "The network does not fit the data."
_EMPTY = "The network has no layers yet."


class DataLine(QFrame):
    """Says in one sentence what is wrong with the data, or that the network does not fit them. Else it is hidden.

    There is a button for each way out: use changed data as they are now, choose where missing data are, read them with
    automatic options, fit the network, or start with another one.

    Arguments:
        document: holds the project; each way out is one edit.
        prefix: prefix of all object names.
        with_empty: also shown if the network has no layers.
        parent: the parent widget.
    """

    def __init__(self, document: Document, prefix: str, with_empty: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"{prefix}_line")
        self.setAccessibleName("Network and data")
        self.setProperty("advice", True)
        self._document, self._with_empty, self._prefix = document, with_empty, prefix
        self._misfit, self._choice = DataFit.of(document), SourceChoice.of(document)
        self._sentence = make_label(f"{prefix}_sentence", wraps=True, selectable=True)
        self._buttons: list[QPushButton] = []
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._row.setSpacing(GRID // 2)
        self._fit = self._add_button("fit", "Fit the network to the data")
        self._fit.clicked.connect(self._on_fit_clicked)
        self._start = self._add_button("start", "Start with a network that fits")
        self._start.clicked.connect(self._on_start_clicked)
        self._fix = self._add_button("fix", "Use the data as it is now")
        self._fix.clicked.connect(self._on_fix_clicked)
        self._relocate = self._add_button("relocate", "Choose where it is now…")
        self._relocate.clicked.connect(self._on_relocate_clicked)
        self._row.addStretch(1)
        self._layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._layout.setContentsMargins(GRID + GRID // 2, GRID // 2, GRID, GRID // 2)
        self._layout.setSpacing(GRID)
        self._layout.addWidget(self._sentence, 1)
        add_layout(self._layout, self._row)
        self._misfit.changed.connect(self._show)
        self._choice.changed.connect(self._show)
        document.changed.connect(self._show)
        self._show()

    @property
    def sentence(self) -> str:
        """The sentence; empty while the line is hidden."""
        return "" if self.isHidden() else self._sentence.text()

    def minimumSizeHint(self) -> QSize:
        # As wide as the widest button, since the buttons go below each other.
        buttons = max(button.sizeHint().width() for button in self._buttons)
        return QSize(buttons + 3 * GRID, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Put the buttons beside the sentence, or below it, or below each other, as the width allows."""
        down, right = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        shown = [button.sizeHint().width() + GRID for button in self._buttons if not button.isHidden()]
        self._layout.setDirection(down if self.width() < _NARROW else right)
        self._row.setDirection(down if self.width() < sum(shown) + 2 * GRID else right)

    def _add_button(self, name: str, text: str) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(f"{self._prefix}_{name}")
        self._row.addWidget(button)
        self._buttons.append(button)
        return button

    @property
    def _offer(self) -> FitOffer | None:
        if not self._document.project.network.layers and not self._with_empty:
            return None
        return self._misfit.offer

    @property
    def _problem(self) -> Problem | None:
        """The problem of the data themselves. While other data are being read, it says nothing new."""
        return None if self._choice.pending else next(iter(self._document.data_problems), None)

    @Slot()
    def _show(self) -> None:
        offer, problem = self._offer, self._problem
        sentence = fit_tip = start_tip = fix_tip = relocate_tip = ""
        if offer is not None:
            empty = not self._document.project.network.layers
            sentence = _EMPTY if empty else f"{_MISFIT} {offer.sentence}"
            start_tip = f"Replace the layers and the training settings by {offer.start_title}."
            fit_tip = f"{'. '.join(offer.steps)}." if offer.fit is not None else ""
        if problem is not None:
            # The data come first: whether the network fits them can wait.
            sentence, fit_tip, start_tip = self._choice.error or problem.sentence, "", ""
            fix_tip = problem.fix.label if problem.fix is not None else ""
            self._fix.setText(button_text(fix_tip, 48))
            own = self._document.project.data.source not in known_names()
            relocate_tip = "Options, preprocessing and split stay." if own and self._document.data is None else ""
        self._sentence.setText(sentence)
        tips = (fit_tip, start_tip, fix_tip, relocate_tip)
        for button, tip in zip(self._buttons, tips, strict=True):
            button.setVisible(bool(tip))
            button.setAccessibleDescription(tip)
            button.setToolTip(tool_tip(tip))
        self._arrange()
        self.setVisible(bool(sentence))

    @Slot()
    def _on_fit_clicked(self) -> None:
        if self._offer is not None and self._offer.fit is not None:
            self._document.apply(self._offer.fit)

    @Slot()
    def _on_start_clicked(self) -> None:
        if self._offer is not None:
            self._document.apply(self._offer.start)

    @Slot()
    def _on_fix_clicked(self) -> None:
        problem = self._problem
        if problem is not None and problem.fix is not None:
            self._document.apply(apply_fix(self._document.project, problem))

    @Slot()
    def _on_relocate_clicked(self) -> None:
        source = self._document.project.data.source
        # The name tells a folder from a file, because the data are not there any more.
        folder = not Path(source).suffix
        self._choice.relocate(ask_for_source(self, self._document, folders=folder))


class WithDataLine(QWidget):
    """A widget with a `DataLine` above it.

    Arguments:
        document: for the line.
        content: what is below the line; it gets the focus.
        prefix: for the line.
        with_empty: for the line.
    """

    def __init__(self, document: Document, content: QWidget, prefix: str, with_empty: bool = True) -> None:
        super().__init__()
        self.setObjectName(f"{prefix}_frame")
        self.line = DataLine(document, prefix, with_empty)
        self.setFocusProxy(content)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.line)
        layout.addWidget(content, 1)
