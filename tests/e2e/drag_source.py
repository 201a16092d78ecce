"""A small window from which a test drags files to other programs, as from a file manager.

    python drag_source.py

Each line of the standard input is the path of a file or folder. The next drag from the window carries it. The script
prints `ready` when it has the path, and `accepted` when the program under the mouse would take it.
"""

import sys
from threading import Thread

from PySide6.QtCore import QMimeData, QObject, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel

TITLE = "drag source"
SIZE = 120, 80


class DragSource(QLabel):
    """The window."""

    def __init__(self) -> None:
        super().__init__(TITLE)
        self.setWindowTitle(TITLE)
        self.setWindowFlags(Qt.WindowType.WindowStaysOnTopHint | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setFixedSize(*SIZE)
        self.path = ""

    @Slot(str)
    def set_path(self, path: str) -> None:
        """Choose what the next drag carries."""
        self.path = path
        self.setText(f"drag {path.rpartition('/')[2]}")
        print("ready", flush=True)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton and self.path:
            content = QMimeData()
            content.setUrls([QUrl.fromLocalFile(self.path)])
            drag = QDrag(self)
            drag.setMimeData(content)
            drag.actionChanged.connect(self._on_action_changed)
            self.path = ""
            drag.exec(Qt.DropAction.CopyAction)

    @Slot(Qt.DropAction)
    def _on_action_changed(self, action: Qt.DropAction) -> None:
        if action == Qt.DropAction.CopyAction:
            print("accepted", flush=True)


class Lines(QObject):
    """Passes the lines of the standard input to the window's thread."""

    read = Signal(str)

    def listen(self) -> None:
        """Read until the end of the standard input."""
        for line in sys.stdin:
            self.read.emit(line.rstrip("\n"))


def main() -> int:
    """Show the window until the standard input ends."""
    application = QApplication(sys.argv)
    source, lines = DragSource(), Lines()
    lines.read.connect(source.set_path)
    Thread(target=lines.listen, daemon=True).start()
    source.show()
    return application.exec()


if __name__ == "__main__":
    sys.exit(main())
