"""The panel below the canvas: tabs with the problems, the code, the summary and the history."""

from PySide6.QtCore import QSettings, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QStackedWidget, QTabBar, QWidget

from app.builder.code import CodePanel
from app.builder.panel.history_page import HistoryPage
from app.builder.panel.problems_page import ProblemsPage
from app.builder.panel.summary_page import SummaryPage
from app.document import Document
from app.widgets.theme.style_properties import set_style_property
from app.widgets.theme.theme import GRID
from app.widgets.visible_refresh import VisibleRefresh
from tinyml.core import describe_count
from tinyml.scripts import SCRIPT_KINDS


class BuildPanel(QWidget):
    """Shows one page about the network at a time. A page that is not visible does no work.

    Arguments:
        document: the document that the pages show and edit.
        parent: the parent widget.

    Attributes:
        problems, code, summary, history: the pages.

    Signals:
        message(sentence): what a command has done, or why it was impossible.
        failed(sentence): why a file could not be saved.
        data_requested(): the user chose a problem of the data.
        training_requested(): the user chose a problem of the network as a whole.
        picture_requested(): the user wants a picture of the network.
    """

    message = Signal(str)
    failed = Signal(str)
    data_requested = Signal()
    training_requested = Signal()
    picture_requested = Signal()

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("build_panel")
        self.setAccessibleName("Below the canvas")
        self._document = document
        self._tabs = QTabBar()
        self._pages = QStackedWidget()
        self._tools: dict[QWidget, QWidget] = {}
        self._badge = QLabel(self._tabs)
        self.problems = ProblemsPage(document)
        self.code = CodePanel(document)
        self.summary = SummaryPage(document)
        self.history = HistoryPage(document)
        self._layout = QGridLayout(self)
        self._lay_out()
        self.add_page("Problems", self.problems)
        self.add_page("Code", self.code, self.code.tools)
        self.add_page("Summary", self.summary, self.summary.tools)
        self.add_page("History", self.history)
        self._connect()

    def add_page(self, title: str, page: QWidget, tools: QWidget | None = None, place: int | None = None) -> None:
        """Add a page with its tab.

        Arguments:
            title: text of the tab.
            page: the content; it must do no work while it is not visible.
            tools: buttons that are shown beside the tabs together with the page; None for none.
            place: number of the tab, from 0; None for the last one.
        """
        index = self._pages.count() if place is None else place
        if tools is not None:
            tools.setParent(self)
            tools.hide()
            self._tools[page] = tools
        self._pages.insertWidget(index, page)
        self._tabs.insertTab(index, title)
        self._arrange_tools()

    def show_page(self, page: QWidget) -> None:
        """Bring a page to the front.

        Arguments:
            page: one of the pages.
        """
        self._tabs.setCurrentIndex(self._pages.indexOf(page))

    def save(self, settings: QSettings) -> None:
        """Save which page is in front, and for which framework the code is.

        Arguments:
            settings: of the window.
        """
        settings.setValue("build_panel/page", self._tabs.tabText(self._tabs.currentIndex()))
        settings.setValue("build_panel/code", self.code.kind)

    def restore(self, settings: QSettings) -> None:
        """Show what the last session has saved. Values that this program does not know change nothing.

        Arguments:
            settings: of the window.
        """
        page, kind = str(settings.value("build_panel/page")), str(settings.value("build_panel/code"))
        for index in range(self._tabs.count()):
            if self._tabs.tabText(index) == page:
                self._tabs.setCurrentIndex(index)
        if kind in SCRIPT_KINDS:
            self.code.show_kind(kind)

    def shutdown(self) -> None:
        """Wait until files are written. The window calls it when it closes."""
        self.code.shutdown()
        self.summary.shutdown()

    # ------------------------------------------------------------------------------------------------------- assembly

    def _lay_out(self) -> None:
        self._tabs.setObjectName("build_panel_tabs")
        self._tabs.setAccessibleName("Pages below the canvas")
        self._tabs.setDrawBase(False)
        self._tabs.setExpanding(False)
        self._pages.setObjectName("build_panel_pages")
        self._badge.setObjectName("problem_count")
        self._badge.setProperty("badge", True)
        self._badge.hide()
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._layout.setColumnStretch(0, 1)
        self._layout.setRowStretch(2, 1)
        self._layout.addWidget(self._tabs, 0, 0)
        self._layout.addWidget(self._pages, 2, 0, 1, 2)

    def _connect(self) -> None:
        self._tabs.currentChanged.connect(self._on_current_changed)
        # The count of a hidden panel waits: the hints that it counts are computed when they are first asked for.
        self._count_refresh = VisibleRefresh(self, before_window=False)
        self._count_refresh.due.connect(self._on_count_refresh_due)
        self._count_refresh.request()
        self._document.changed.connect(self._count_refresh.request)
        self.problems.message.connect(self.message)
        self.problems.data_requested.connect(self.data_requested)
        self.problems.training_requested.connect(self.training_requested)
        self.code.message.connect(self.message)
        self.code.failed.connect(self.failed)
        self.summary.message.connect(self.message)
        self.summary.failed.connect(self.failed)
        self.summary.picture_requested.connect(self.picture_requested)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange_tools()

    def _arrange_tools(self) -> None:
        """Show the buttons of the current page: beside the tabs, or below them if there is too little room."""
        page = self._pages.currentWidget()
        shown = self._tools.get(page) if page is not None else None
        for tools in self._tools.values():
            if tools is not shown:
                tools.hide()
                self._layout.removeWidget(tools)
        if shown is not None:
            margin = GRID
            fits = self._tabs.sizeHint().width() + shown.sizeHint().width() + 2 * margin <= self.width()
            shown.setContentsMargins(margin, 0, margin, 0 if fits else GRID // 2)
            self._layout.addWidget(shown, 0 if fits else 1, 1 if fits else 0)
            shown.show()

    # ---------------------------------------------------------------------------------------------------------- slots

    @Slot(int)
    def _on_current_changed(self, index: int) -> None:
        self._pages.setCurrentIndex(index)
        self._arrange_tools()

    @Slot()
    def _on_count_refresh_due(self) -> None:
        """Show the number of problems beside the title of their page; without problems, the number of hints."""
        problems, hints = len(self._document.problems), len(self._document.hints)
        place, side = self._pages.indexOf(self.problems), QTabBar.ButtonPosition.RightSide
        counts = [describe_count(count, noun) for count, noun in ((problems, "problem"), (hints, "hint")) if count]
        self._tabs.setAccessibleTabName(place, ", ".join(["Problems", *counts]))
        self._badge.setText(str(problems or hints))
        set_style_property(self._badge, "hint", not problems)
        self._badge.adjustSize()
        # The tab bar reserves room for a button also while it is hidden. A button that is set twice is hidden.
        if bool(self._tabs.tabButton(place, side)) != bool(counts):
            self._tabs.setTabButton(place, side, self._badge if counts else None)
        self._arrange_tools()
