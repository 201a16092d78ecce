"""The rail at the left of the window: one button for each page, with a dot where something is happening."""

import qtawesome
from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QColor, QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QMenu, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.shell.actions import Actions
from app.shell.page_table import PAGES, PageDescription, page_command
from app.widgets.theme.fonts import small_font
from app.widgets.theme.theme import GRID, current_theme

ICON_SIZE = 22
"""Width and height of an icon, in pixels."""
DOT_RADIUS = 4
"""Radius of the dot, in pixels."""
DRAG_OUT = 6 * GRID
"""Distance from the rail at which a dragged button becomes a window, in pixels."""


class PageButton(QToolButton):
    """The button of one page.

    Arguments:
        page: its title and icon are shown.
        action: shows the page.

    Signals:
        dragged_out(name, position): the user has dragged the button out of the rail; `position` is on the screen.
    """

    dragged_out = Signal(str, QPoint)

    def __init__(self, page: PageDescription, action: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page, self._action = page, action
        self._reason, self._urgent, self._torn_off = "", False, False
        self._pressed_at: QPoint | None = None
        self.setObjectName(f"rail_{page.name}")
        self.setProperty("rail", True)
        self.setCheckable(True)
        self.setText(page.title)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        self.setIconSize(QSize(ICON_SIZE, ICON_SIZE))
        self.setFont(small_font(self.font()))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setAccessibleName(page.title)
        self.clicked.connect(action.trigger)
        self.refresh_icon()
        self._explain()

    @property
    def reason(self) -> str:
        """Says why there is a dot; empty if there is none."""
        return self._reason

    def set_activity(self, reason: str, urgent: bool = False) -> None:
        """Show a dot, or none.

        Arguments:
            reason: one sentence that says what is happening on the page; empty for no dot.
            urgent: True for something that the user must correct.
        """
        if (reason, urgent) != (self._reason, self._urgent):
            self._reason, self._urgent = reason, urgent
            self._explain()
            self.update()

    def set_torn_off(self, torn_off: bool) -> None:
        """Show that the page has a window of its own, or that it does not.

        Arguments:
            torn_off: True if it does.
        """
        self._torn_off = torn_off
        self._explain()
        self.update()

    def refresh_icon(self) -> None:
        """Draw the icon in the colours of the current theme."""
        theme = current_theme()
        self.setIcon(qtawesome.icon(self._page.icon, color_off=theme.muted, color_on=theme.accent))

    def _explain(self) -> None:
        window = "It is in a window of its own." if self._torn_off else ""
        self.setAccessibleDescription(" ".join(filter(None, (self._reason or self._page.tip, window))))
        keys = f"{self._page.title} ({self._action.shortcut().toString()})"
        self.setToolTip("\n".join(filter(None, (keys, self._reason or self._page.tip, window))))

    # -------------------------------------------------------------------------------------------------------- events

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        theme, painter = current_theme(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        corner = QPointF(self.width() / 2 + ICON_SIZE / 2 + 2, GRID)
        if self._reason:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.danger if self._urgent else theme.accent))
            painter.drawEllipse(corner, DOT_RADIUS, DOT_RADIUS)
        if self._torn_off:
            icon = qtawesome.icon("mdi6.open-in-new", color=theme.muted)
            icon.paint(painter, GRID // 2, GRID // 2, 12, 12)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        rail = self.parentWidget()
        buttons = rail.findChildren(PageButton) if rail is not None else [self]
        buttons[(buttons.index(self) + step) % len(buttons)].setFocus(Qt.FocusReason.TabFocusReason)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed_at = event.globalPosition().toPoint() if event.button() == Qt.MouseButton.LeftButton else None
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if self._pressed_at is not None:
            outside = self._is_outside(event)
            self.setCursor(Qt.CursorShape.DragMoveCursor if outside else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        dragged_out = self._pressed_at is not None and self._is_outside(event)
        self._pressed_at = None
        self.unsetCursor()
        super().mouseReleaseEvent(event)
        if dragged_out:
            self.dragged_out.emit(self._page.name, event.globalPosition().toPoint())

    def _is_outside(self, event: QMouseEvent) -> bool:
        rail = self.parentWidget() or self
        place = rail.mapFromGlobal(event.globalPosition().toPoint())
        return not rail.rect().adjusted(-DRAG_OUT, -DRAG_OUT, DRAG_OUT, DRAG_OUT).contains(place)


class PageRail(QFrame):
    """The buttons of all pages. The one of the shown page is checked.

    Arguments:
        actions: the commands of the window.
        tear_off: the action that gives the page in front its own window, for the buttons' context menus.

    Signals:
        tear_off_requested(name, position): give a page a window of its own, at a position on the screen.
        put_back_requested(name): show a page in the main window again.
    """

    tear_off_requested = Signal(str, QPoint)
    put_back_requested = Signal(str)

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page_rail")
        self.setAccessibleName("Pages")
        self.setProperty("rail", True)
        self.buttons: dict[str, PageButton] = {}
        self._torn_off: frozenset[str] = frozenset()
        self._may_tear_off = True
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GRID // 2, GRID, GRID // 2, GRID)
        layout.setSpacing(GRID // 2)
        for page in PAGES:
            button = PageButton(page, actions[page_command(page.name)], self)
            button.dragged_out.connect(self._on_dragged_out)
            button.clicked.connect(self._on_clicked)
            self.buttons[page.name] = button
            layout.addWidget(button)
        layout.addStretch(1)
        self._current = ""

    def show_state(self, current: str, torn_off: frozenset[str]) -> None:
        """Show which page is in front, and which pages have windows of their own.

        Arguments:
            current: name of the page in the main window.
            torn_off: names of the pages with windows.
        """
        self._current, self._torn_off = current, torn_off
        self._may_tear_off = len(torn_off) < len(self.buttons) - 1
        for name, button in self.buttons.items():
            button.setChecked(name == current)
            button.set_torn_off(name in torn_off)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            for button in self.findChildren(PageButton):
                button.refresh_icon()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        name = next((name for name, button in self.buttons.items() if button.geometry().contains(event.pos())), "")
        if not name:
            return
        menu = QMenu(self)
        menu.setObjectName("rail_menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        torn_off = name in self._torn_off
        action = menu.addAction("Put back into the main window" if torn_off else "Open in a window of its own")
        action.setObjectName("rail_put_back" if torn_off else "rail_tear_off")
        action.setEnabled(torn_off or self._may_tear_off)
        action.setData(name)
        action.triggered.connect(self._on_put_back_triggered if torn_off else self._on_tear_off_triggered)
        menu.popup(event.globalPos())

    @Slot()
    def _on_clicked(self) -> None:
        # Qt has toggled the button, but the page decides.
        self.show_state(self._current, self._torn_off)

    @Slot(str, QPoint)
    def _on_dragged_out(self, name: str, position: QPoint) -> None:
        if name not in self._torn_off and self._may_tear_off:
            self.tear_off_requested.emit(name, position)

    @Slot()
    def _on_tear_off_triggered(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.tear_off_requested.emit(action.data(), QPoint())

    @Slot()
    def _on_put_back_triggered(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.put_back_requested.emit(action.data())
