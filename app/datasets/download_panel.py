"""The download of one public set: what it would cost, how far it is, and why it failed."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from app.datasets.downloads import Downloads, DownloadState
from app.formatting import format_duration
from app.widgets.labels import make_heading, make_label, make_paragraph, show_text
from app.widgets.layouts import add_layout
from app.widgets.theme.theme import GRID
from tinyml.core.memory import describe_bytes
from tinyml.data.public import PublicSet, public_sets

_STEPS = 1000
_BAR_WIDTH = 40 * GRID


class DownloadPanel(QFrame):
    """Offers the download of a public set, shows its progress, and lets the user cancel it.

    Arguments:
        downloads: the state of all downloads.
        name: start of the names of its widgets.
        centred: in the middle of a page whose heading describes the set: without a frame and a description.
        parent: the parent widget.

    Signals:
        settings_requested(): the user wants to set a mirror.
    """

    settings_requested = Signal()

    def __init__(
        self,
        downloads: Downloads,
        name: str = "data_page_download",
        centred: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(f"{name}_panel")
        self.setProperty("formula", not centred)
        self._downloads, self._centred = downloads, centred
        self._name = ""
        self._title = make_label(f"{name}_title", wraps=True) if centred else make_heading(f"{name}_title")
        self._about = make_paragraph(f"{name}_about", "", "muted")
        self._progress = QProgressBar(maximum=_STEPS, textVisible=False)
        self._progress.setObjectName(f"{name}_progress")
        self._facts = make_paragraph(f"{name}_facts", "", "muted")
        self._error = make_label(f"{name}_error", style_class="danger", wraps=True, selectable=True)
        self._start = self._make_button("Download", f"{name}_start")
        self._start.setProperty("primary", True)
        self._cancel = self._make_button("Cancel", f"{name}_cancel")
        self._cancel.setToolTip("Stop the download. It continues here next time.")
        self._settings = self._make_button("Set a mirror…", f"{name}_mirror")
        self._start.clicked.connect(self._on_start_clicked)
        self._cancel.clicked.connect(self._on_cancel_clicked)
        self._settings.clicked.connect(self.settings_requested)
        downloads.changed.connect(self._on_changed)
        self._lay_out()
        self.hide()

    @property
    def name(self) -> str:
        """Name of the set that is shown; empty if the panel is hidden."""
        return self._name

    def show_set(self, name: str) -> None:
        """Show the download of another set.

        Arguments:
            name: of the set; empty to hide the panel.
        """
        self._name = name
        self.setVisible(bool(name))
        if name:
            public = public_sets()[name]
            show_text(self._about, "" if self._centred else public.description.about)
            self._refresh()

    def focus_start(self) -> None:
        """Put the keyboard focus on the button that downloads."""
        self._start.setFocus()

    def _refresh(self) -> None:
        public, state = public_sets()[self._name], self._downloads.states[self._name]
        running = state.running
        sentence = f"{public.title} is being downloaded." if running else f"{public.title} is not downloaded yet."
        self._title.setText(sentence if self._centred else public.title)
        self._progress.setVisible(running)
        self._progress.setValue(round(_STEPS * state.received / state.size))
        self._progress.setAccessibleName(f"Download of {public.title}")
        self._facts.setText(describe_progress(state) if running else _describe_offer(public, state))
        show_text(self._error, "" if running else state.error)
        had_focus = self._start.hasFocus() or self._cancel.hasFocus()
        self._start.setVisible(not running)
        self._start.setText("Try again" if state.error else "Continue" if state.received else "Download")
        self._start.setAccessibleName(f"{self._start.text()}: {public.title}")
        self._cancel.setVisible(running)
        self._cancel.setAccessibleName(f"Cancel the download of {public.title}")
        self._settings.setVisible(bool(state.error) and not running)
        if had_focus:
            (self._cancel if running else self._start).setFocus()

    def _make_button(self, text: str, name: str) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(name)
        return button

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(GRID // 2)
        if self._centred:
            row.addStretch()
        for button in (self._start, self._cancel, self._settings):
            row.addWidget(button)
        row.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GRID, GRID, GRID, GRID)
        layout.setSpacing(GRID if self._centred else GRID // 2)
        for widget in (self._title, self._about, self._progress, self._facts, self._error):
            layout.addWidget(widget)
        add_layout(layout, row)
        if self._centred:
            for label in (self._title, self._facts, self._error):
                label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            self._progress.setFixedWidth(_BAR_WIDTH)
            layout.setAlignment(self._progress, Qt.AlignmentFlag.AlignHCenter)

    @Slot()
    def _on_start_clicked(self) -> None:
        self._downloads.start(self._name)

    @Slot()
    def _on_cancel_clicked(self) -> None:
        self._downloads.cancel(self._name)

    @Slot(str)
    def _on_changed(self, name: str) -> None:
        if name == self._name:
            self._refresh()


def describe_progress(state: DownloadState) -> str:
    """Describe how far a download is: "3.1 MB of 12 MB · 0:04 left".

    Arguments:
        state: of the download.

    >>> describe_progress(DownloadState(12_000_000, 3_100_000, running=True, seconds_left=4.2))
    '3.1 MB of 12 MB · 0:04 left'
    """
    amount = f"{describe_bytes(state.received)} of {describe_bytes(state.size)}"
    return amount if state.seconds_left is None else f"{amount} · {format_duration(state.seconds_left)} left"


def _describe_offer(public: PublicSet, state: DownloadState) -> str:
    size = describe_bytes(state.size)
    if state.received:
        return f"{describe_bytes(state.received)} of {size} are there already."
    return f"{size} from the internet, once. Licence: {public.licence}."
