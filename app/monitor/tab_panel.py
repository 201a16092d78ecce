"""A part of the Train page that shows one of several widgets, chosen by tabs."""

from PySide6.QtCore import QEvent, QObject, QSettings, Qt, Signal, Slot
from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QTabBar, QToolButton, QVBoxLayout, QWidget

from app.widgets.labels import make_label
from app.widgets.theme.theme import GRID


class TabPanel(QWidget):
    """Tabs with a widget below. A panel with one tab shows no tab bar.

    A widget that hides itself (`setVisible(False)`) has nothing to show: its tab is disabled, and the tooltip of the
    tab says why. If it was in front, another one comes to the front until it shows itself again. A widget is not
    visible (`isVisible`) while another one is in front, and must do no work then.

    Arguments:
        name: the objectNames begin with it.
        accessible_name: what a screen reader calls the tabs.
        parent: the parent widget.

    Signals:
        filled_changed(): `filled` may have changed.

    Example:
        panel = TabPanel("train_page_lower", "Below the curves")
        panel.add_tab(LayerTable(session), "Layers", "No layer was measured in this run.")
    """

    filled_changed = Signal()

    def __init__(self, name: str, accessible_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(accessible_name)
        self._tabs = QTabBar()
        self._tabs.setObjectName(f"{name}_tabs")
        self._tabs.setAccessibleName(f"{accessible_name}: tabs")
        self._tabs.setDrawBase(False)
        self._tabs.setExpanding(False)
        self._tabs.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._tabs.hide()
        for button in self._tabs.findChildren(QToolButton):  # Qt's own, for more tabs than fit
            button.setObjectName(f"{name}_{button.objectName()}")
        self._stack = QStackedWidget()
        self._stack.setObjectName(f"{name}_stack")
        self._widgets: list[QWidget] = []
        self._reasons: dict[QWidget, str] = {}
        self._chosen: QWidget | None = None
        self._choosing = False
        self._lay_out()
        self._tabs.currentChanged.connect(self._on_current_changed)

    @property
    def filled(self) -> bool:
        """True if at least one widget has something to show."""
        return any(not widget.isHidden() for widget in self._widgets)

    @property
    def current(self) -> QWidget | None:
        """The widget in front; None if no widget has something to show."""
        index = self._stack.currentIndex()
        return self._widgets[index] if self.filled and 0 <= index < len(self._widgets) else None

    @property
    def titles(self) -> tuple[str, ...]:
        """The titles of the tabs, from left to right."""
        return tuple(self._tabs.tabText(index) for index in range(self._tabs.count()))

    def add_tab(
        self,
        widget: QWidget,
        title: str,
        reason_when_empty: str = "",
        place: int | None = None,
        footer: QWidget | None = None,
    ) -> None:
        """Add a widget with its tab.

        Arguments:
            widget: the content. It hides itself while it has nothing to show.
            title: the text of the tab.
            reason_when_empty: one sentence: why the widget has nothing to show. It may be empty if that never happens.
            place: number of the tab, from 0; None for the last one.
            footer: stands below the content, in the same tab.
        """
        index = len(self._widgets) if place is None else place
        hidden = widget.isHidden() and widget.testAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide)
        holder = QWidget()
        layout = QVBoxLayout(holder)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(widget, 1)
        if footer is not None:
            layout.addWidget(footer)
        widget.setHidden(hidden)
        self._widgets.insert(index, widget)
        self._reasons[widget] = reason_when_empty
        self._choosing = True
        self._stack.insertWidget(index, holder)
        self._tabs.insertTab(index, title)
        self._choosing = False
        self._tabs.setHidden(self._tabs.count() < 2)
        widget.installEventFilter(self)
        self._chosen = self._widgets[0]
        self._update_tabs()
        self.filled_changed.emit()

    def show_tab(self, widget: QWidget) -> None:
        """Bring a widget to the front; if it has nothing to show now, as soon as it has.

        Arguments:
            widget: one of the added widgets.
        """
        self._chosen = widget
        self._update_tabs()

    def save(self, settings: QSettings) -> None:
        """Save which tab the user chose in the `settings` of the window."""
        if self._chosen is not None:
            settings.setValue(f"{self.objectName()}/tab", self._tabs.tabText(self._widgets.index(self._chosen)))

    def restore(self, settings: QSettings) -> None:
        """Show the tab that the last session has saved in the `settings`; a title that there is not changes nothing."""
        title = settings.value(f"{self.objectName()}/tab")
        if title in self.titles:
            self.show_tab(self._widgets[self.titles.index(title)])

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enable and disable the tab of a widget that shows or hides itself."""
        if event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent):
            self._update_tabs()
            self.filled_changed.emit()
        return super().eventFilter(watched, event)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._tabs)
        layout.addWidget(self._stack, 1)

    def _update_tabs(self) -> None:
        """Enable the tabs with content, and show the chosen one, or else the first one with content."""
        self._choosing = True
        for index, widget in enumerate(self._widgets):
            self._tabs.setTabEnabled(index, not widget.isHidden())
            self._tabs.setTabToolTip(index, self._reasons[widget] if widget.isHidden() else "")
        filled = [widget for widget in self._widgets if not widget.isHidden()]
        if filled:
            front = self._chosen if self._chosen in filled else filled[0]
            index = self._widgets.index(front)
            self._tabs.setCurrentIndex(index)
            self._bring_to_front(index)
        self._choosing = False

    def _bring_to_front(self, index: int) -> None:
        """Show a widget, and let only this one decide how small the panel may be."""
        for number, widget in enumerate(self._widgets):
            policy = QSizePolicy.Policy.Preferred if number == index else QSizePolicy.Policy.Ignored
            holder = widget.parentWidget()
            if holder is not None:
                holder.setSizePolicy(policy, policy)
        self._stack.setCurrentIndex(index)

    @Slot(int)
    def _on_current_changed(self, index: int) -> None:
        if not self._choosing and 0 <= index < len(self._widgets):
            self._chosen = self._widgets[index]
            self._bring_to_front(index)


def with_heading(name: str, title: str, content: QWidget) -> QWidget:
    """Return a widget with a heading above its content.

    Arguments:
        name: the objectName of the heading.
        title: the heading.
        content: what stands below it.
    """
    whole = QWidget()
    heading = make_label(name, title, "heading")
    heading.setContentsMargins(GRID + GRID // 2, 0, GRID, 0)
    layout = QVBoxLayout(whole)
    layout.setContentsMargins(0, GRID + GRID // 2, 0, 0)
    layout.setSpacing(0)
    layout.addWidget(heading)
    layout.addWidget(content, 1)
    return whole
