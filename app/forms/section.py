"""A section of a form: a heading that folds what is below it."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from app.widgets.theme.fonts import bold_font
from app.widgets.theme.theme import GRID


class Section(QWidget):
    """A heading and its content. A click on the heading, or Space, folds the content or shows it again.

    Arguments:
        name: objectName of the section; that of the heading ends in "_heading".
        title: text of the heading.
        content: what is below the heading.
        parent: the parent widget.

    Signals:
        folded_changed(): `folded` changed.
    """

    folded_changed = Signal()

    def __init__(self, name: str, title: str, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._content = content
        self._heading = QToolButton()
        self._heading.setObjectName(f"{name}_heading")
        self.show_title(title)
        self._heading.setProperty("section", True)
        self._heading.setFont(bold_font(self._heading.font()))
        self._heading.setCheckable(True)
        self._heading.setChecked(True)
        self._heading.setAutoRaise(True)
        self._heading.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._heading.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._heading.setArrowType(Qt.ArrowType.DownArrow)
        self._heading.toggled.connect(self._on_toggled)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID // 2)
        layout.addWidget(self._heading)
        layout.addWidget(content)

    @property
    def folded(self) -> bool:
        """True if the content is hidden."""
        return not self._heading.isChecked()

    def show_title(self, title: str) -> None:
        """Show another heading.

        Arguments:
            title: its text.
        """
        self._heading.setText(title)
        self._heading.setAccessibleName(f"{title}, section")

    def set_folded(self, folded: bool) -> None:
        """Hide the content (`folded`), or show it."""
        self._heading.setChecked(not folded)

    @Slot(bool)
    def _on_toggled(self, shown: bool) -> None:
        self._heading.setArrowType(Qt.ArrowType.DownArrow if shown else Qt.ArrowType.RightArrow)
        self._content.setVisible(shown)
        self.folded_changed.emit()
