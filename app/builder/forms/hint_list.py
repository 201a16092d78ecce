"""The hints on a layer in its form: each with its reason, a button that fixes it, and one that dismisses it."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.document import Hint
from app.widgets.labels import make_paragraph
from app.widgets.layouts import add_layout
from app.widgets.plain_text import button_text, short
from app.widgets.theme.theme import GRID

_LONGEST_FIX = 40


class HintBox(QFrame):
    """Shows one hint.

    Arguments:
        hint: the hint.
        parent: the parent widget.

    Signals:
        fix_requested(Hint): the button with the fix was pressed.
        dismissed(Hint): the user does not want to see the hint any more.
    """

    fix_requested = Signal(object)
    dismissed = Signal(object)

    def __init__(self, hint: Hint, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(f"hint_{hint.rule}")
        self.setProperty("advice", True)
        self._hint = hint
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GRID + GRID // 2, GRID, GRID, GRID)
        layout.setSpacing(GRID // 2)
        layout.addWidget(make_paragraph(f"hint_{hint.rule}_sentence", hint.sentence, "warning"))
        layout.addWidget(make_paragraph(f"hint_{hint.rule}_why", hint.why, "muted"))
        buttons = QHBoxLayout()
        buttons.setSpacing(2 * GRID)
        if hint.fix is not None:
            fix = self._make_button("fix", hint.fix.label, "Make this change. Undo reverses it.")
            fix.clicked.connect(self._on_fix_clicked)
            buttons.addWidget(fix)
        dismiss = self._make_button("dismiss", "Dismiss", "Do not show this hint for this layer any more.")
        dismiss.clicked.connect(self._on_dismiss_clicked)
        buttons.addWidget(dismiss)
        buttons.addStretch(1)
        add_layout(layout, buttons)

    def _make_button(self, name: str, text: str, tip: str) -> QPushButton:
        button = QPushButton(button_text(text, _LONGEST_FIX), self)
        button.setObjectName(f"hint_{self._hint.rule}_{name}")
        button.setProperty("link", True)
        button.setAccessibleName(f"{short(text)}: {short(self._hint.sentence, 200)}")
        button.setToolTip(tip)
        return button

    @Slot()
    def _on_fix_clicked(self) -> None:
        self.fix_requested.emit(self._hint)

    @Slot()
    def _on_dismiss_clicked(self) -> None:
        self.dismissed.emit(self._hint)


class HintList(QWidget):
    """Shows the hints on one layer, one below the other.

    Arguments:
        parent: the parent widget.

    Signals:
        fix_requested(Hint), dismissed(Hint): those of the boxes.
    """

    fix_requested = Signal(object)
    dismissed = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("layer_hints")
        self._hints: tuple[Hint, ...] = ()
        self._boxes: list[HintBox] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(GRID)
        self.hide()

    def show_hints(self, hints: tuple[Hint, ...]) -> bool:
        """Show hints instead of those before.

        Arguments:
            hints: the hints on the layer.

        Returns True if a button with the keyboard focus is gone.
        """
        if hints == self._hints:
            return False
        self._hints = hints
        focus = QApplication.focusWidget()
        lost_focus = focus is not None and self.isAncestorOf(focus)
        for box in self._boxes:
            self._layout.removeWidget(box)
            box.hide()
            box.deleteLater()
        self._boxes = [HintBox(hint, self) for hint in hints]
        for box in self._boxes:
            box.fix_requested.connect(self.fix_requested)
            box.dismissed.connect(self.dismissed)
            self._layout.addWidget(box)
        self.setVisible(bool(hints))
        return lost_focus

    def tab_stops(self) -> list[QWidget]:
        """Return all buttons, from top to bottom."""
        return [button for box in self._boxes for button in box.findChildren(QPushButton)]
