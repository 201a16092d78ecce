"""The dots on the rail: a run is active, the network has problems, there are weights that the user has not seen."""

from PySide6.QtCore import QObject, Slot

from app.document import Document
from app.shell.window_layout import WindowLayout
from app.training import Session, SessionState, Snapshot

_RUNNING = {
    SessionState.RUNNING: "A run is training.",
    SessionState.PAUSING: "A run pauses after this batch.",
    SessionState.PAUSED: "A run is paused.",
    SessionState.STOPPING: "A run is stopping.",
}


class PageActivity(QObject):
    """Sets the dots of the rail.

    Arguments:
        document: its problems are the activity of Build.
        session: its run is the activity of Train; its weights are those of Inspect and Models.
        pages: has the rail, and knows which pages are shown.
    """

    def __init__(self, document: Document, session: Session, pages: WindowLayout) -> None:
        super().__init__(pages)
        self._document, self._session, self._pages = document, session, pages
        self._seen: dict[str, Snapshot | None] = dict.fromkeys(("inspect", "models"), session.snapshot)
        for signal in (document.changed, session.state_changed, session.snapshot_changed, pages.changed):
            signal.connect(self.refresh)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show the dots of this moment."""
        buttons = self._pages.rail.buttons
        problems = self._document.problems
        count = f"{len(problems)} problem{'' if len(problems) == 1 else 's'}"
        buttons["build"].set_activity(f"{count}. F8 shows the next one." if problems else "", urgent=True)
        buttons["train"].set_activity(_RUNNING.get(self._session.state, ""))
        snapshot = self._session.snapshot
        trained = snapshot if snapshot is not None and snapshot.trained else None
        for name in self._seen:
            if self._pages.is_shown(name) or trained is None:
                self._seen[name] = trained
        unseen = trained is not self._seen["inspect"]
        buttons["inspect"].set_activity("There are new weights since you last saw this page." if unseen else "")
        # During a run the weights change all the time; only its last weights can be saved to a file.
        unsaved = trained is not self._seen["models"] and not self._session.state.active
        buttons["models"].set_activity("There are new weights. Ctrl+E saves them to a file." if unsaved else "")
