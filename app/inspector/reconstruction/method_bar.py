"""The buttons of the methods: one of them, or several side by side."""

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QMenu, QPushButton, QWidget

from app.inspector.layouts import with_names
from app.inspector.state import InspectorState
from app.inspector.target import Method
from app.widgets.theme.theme import GRID

_PADDING = 3 * GRID
"""Pixels of a button beside its text."""
_TOGETHER = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


class MethodButton(QPushButton):
    """A button of one method. It is checked while the method is shown.

    Arguments:
        method: the method.

    Signals:
        chosen(method, together): the user chose the method; together with the others if Ctrl or Shift was held.
    """

    chosen = Signal(object, bool)

    def __init__(self, method: Method) -> None:
        super().__init__(method.title)
        name = method.words.name
        with_names(self, f"inspector_method_{method.name.lower()}", f"Method: {name}")
        self.setToolTip(f"{name}. Ctrl-click or Shift-click shows it beside the others.")
        self.setProperty("segment", True)
        self.setCheckable(True)
        self._method = method
        self._together = False
        self.clicked.connect(self._on_clicked)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + _PADDING, super().sizeHint().height())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._together = bool(event.modifiers() & _TOGETHER)
        super().mouseReleaseEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        self._together = bool(event.modifiers() & _TOGETHER)
        super().keyReleaseEvent(event)

    @Slot()
    def _on_clicked(self) -> None:
        together, self._together = self._together, False
        self.chosen.emit(self._method, together)


class MethodBar(QWidget):
    """One button for each method, in one row or two, and a menu to compare several of them.

    Arguments:
        state: the chosen methods.
    """

    def __init__(self, state: InspectorState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._columns = 0
        self._buttons = {method: MethodButton(method) for method in Method}
        self._menu = QMenu(self)
        self._actions: dict[Method, QAction] = {}
        for method, button in self._buttons.items():
            button.chosen.connect(self._on_button_chosen)
            action = self._menu.addAction(method.words.name)
            action.setObjectName(f"inspector_compare_{method.name.lower()}")
            action.setCheckable(True)
            action.setData(method.name)
            self._actions[method] = action
        self._menu.triggered.connect(self._on_menu_triggered)
        self._compare = with_names(QPushButton("compare"), "inspector_compare", "Compare methods side by side")
        self._compare.setToolTip("Show several methods side by side")
        self._compare.setAutoDefault(True)  # so that Enter opens the menu, too
        self._compare.setMenu(self._menu)
        self._layout = QGridLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(GRID // 2)
        self._place(4)
        state.methods_changed.connect(self._on_methods_changed)
        self._on_methods_changed()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        widest = max(widget.sizeHint().width() for widget in self._buttons.values()) + self._layout.spacing()
        count = len(self._buttons) + 1
        # The same number in each row looks calm: seven in one row, else four, three or two.
        self._place(next((columns for columns in (count, 4, 3) if columns * widest <= self.width()), 2))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def _place(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for index, widget in enumerate((*self._buttons.values(), self._compare)):
            self._layout.addWidget(widget, index // columns, index % columns)
        for column in range(self._layout.columnCount()):
            self._layout.setColumnStretch(column, 1 if column < columns else 0)

    @Slot(object, bool)
    def _on_button_chosen(self, method: Method, together: bool) -> None:
        if together:
            self._toggle(method)
        else:
            self._state.set_methods((method,))
            self._on_methods_changed()

    @Slot(QAction)
    def _on_menu_triggered(self, action: QAction) -> None:
        self._toggle(Method[action.data()])

    def _toggle(self, method: Method) -> None:
        """Show a method beside the others, or no longer. The last one stays."""
        chosen = set(self._state.methods) ^ {method}
        if chosen:
            self._state.set_methods(tuple(other for other in Method if other in chosen))
        # A click changes the check mark also when the methods stay the same.
        self._on_methods_changed()

    @Slot()
    def _on_methods_changed(self) -> None:
        for method in Method:
            shown = method in self._state.methods
            self._buttons[method].setChecked(shown)
            self._actions[method].setChecked(shown)
