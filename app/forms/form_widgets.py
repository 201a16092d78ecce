"""Widgets of all forms: a box for a formula, and a page that scrolls."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from app.forms.formula import formula_html, formula_text
from app.widgets.layouts import add_layout
from app.widgets.theme.fonts import scaled_font
from app.widgets.theme.theme import GRID

_FORMULA_FONTS = ["STIX Two Text", "Latin Modern Roman", "Cambria", "Times New Roman", "DejaVu Serif"]


class FormulaBox(QFrame):
    """Draws a formula in a frame: variables in italics, subscripts, superscripts, roots.

    Arguments:
        name: objectName of the label inside.
        parent: the parent widget.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("formula", True)
        self._label = QLabel(self)
        self._label.setObjectName(name)
        self._label.setWordWrap(True)
        self._label.setTextFormat(Qt.TextFormat.RichText)
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        font = QFont(_FORMULA_FONTS)
        font.setPointSizeF(scaled_font(self.font(), 1.3).pointSizeF())
        font.setStyleHint(QFont.StyleHint.Serif)
        self._label.setFont(font)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GRID + GRID // 2, GRID, GRID + GRID // 2, GRID)
        layout.addWidget(self._label)

    def show_formula(self, formula: str) -> None:
        """Show a formula, or hide the box.

        Arguments:
            formula: the formula in the markup of `app.forms.formula`; empty to hide the box.
        """
        self._label.setText(formula_html(formula))
        self._label.setAccessibleName(formula_text(formula))
        self.setVisible(bool(formula))


class Page(QScrollArea):
    """A page of a form. It scrolls if it is too tall.

    Arguments:
        name: objectName of the page.
        parent: the parent widget.

    Attributes:
        body: the layout for the content, from the top.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        content = QWidget()
        content.setObjectName(f"{name}_content")
        # A stretch and no alignment: in an aligned layout, wrapped labels get a wrong height.
        whole = QVBoxLayout(content)
        whole.setContentsMargins(0, 0, 0, 0)
        self.body = QVBoxLayout()
        add_layout(whole, self.body)
        whole.addStretch(1)
        self.body.setContentsMargins(GRID + GRID // 2, GRID, GRID + GRID // 2, GRID)
        self.body.setSpacing(GRID)
        self.setWidget(content)
