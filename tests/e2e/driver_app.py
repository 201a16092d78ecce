"""Run the real program and report its state to a test. Only the tests run this script; the program cannot report.

    python driver_app.py FOLDER [PROJECT]

A test creates FOLDER/ask. The script then removes FOLDER/ask and writes FOLDER/state.json. The settings are in
FOLDER/settings.ini. When the window is closed, FOLDER/end.json lists the threads and windows that still exist.
"""

import json
import sys
import threading
import time
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QPoint, QRect, Qt, QThread, QTimer, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from app.shell.application import create_application
from app.shell.garbage_collection import GarbageCollection
from app.shell.main_window import MainWindow
from app.shell.run import open_window
from tinyml.net import is_block


class Probe(QObject):
    """Answers the questions of a test, and measures the delay of a 10 ms timer during training."""

    def __init__(self, window: MainWindow, folder: Path) -> None:
        super().__init__()
        self._window, self._folder = window, folder
        self._last: float | None = None
        self._gaps: list[float] = []
        self._answers = QTimer(self)
        self._answers.timeout.connect(self._answer)
        self._answers.start(20)
        self._ticks = QTimer(self)
        self._ticks.setTimerType(Qt.TimerType.PreciseTimer)
        self._ticks.timeout.connect(self._tick)
        self._ticks.start(10)

    @Slot()
    def _tick(self) -> None:
        now = time.perf_counter()
        training = self._window.session.state.active
        if training and self._last is not None:
            self._gaps.append(1000 * (now - self._last))
        self._last = now if training else None

    @Slot()
    def _answer(self) -> None:
        question = self._folder / "ask"
        if not question.exists():
            return
        # The answer shows what all keys and moves of the mouse before the question have done.
        self._answers.stop()
        QGuiApplication.sync()
        self._answers.start()
        written = self._folder / "state.part"
        written.write_text(json.dumps(self._state()))
        # The test asks again as soon as it finds the answer. That question must stay.
        question.unlink()
        written.replace(self._folder / "state.json")
        # The answer itself takes some milliseconds. They are not the program's fault, so the measurement starts again.
        self._last = None
        self._gaps.clear()

    def _state(self) -> dict[str, Any]:
        document, session = self._window.document, self._window.session
        return {
            "title": self._window.windowTitle(),
            "layers": [layer.name for layer in document.project.network.layers],
            "types": [layer.type for layer in document.project.network.layers],
            "settings": [layer.settings for layer in document.project.network.layers],
            "inside": self._layers_inside("type"),
            "names_inside": self._layers_inside("name"),
            "data": document.project.data.source,
            "problems": [str(problem) for problem in document.problems],
            "selection": list(document.selection),
            "block": list(document.block),
            "zoom": self._window.canvas.zoom.factor,
            "sliding": self._cards_slide(),
            "page": self._window.pages.current,
            "torn_off": sorted(self._window.pages.torn_off),
            "modified": document.modified,
            "state": session.state.name,
            "epochs": len(session.history),
            "test_accuracy": session.test_accuracy,
            "test_r_squared": session.test_r_squared,
            "own": getattr(self._window.inspection.own, "title", ""),
            "verdict": self._verdict(),
            "batches": session.batches_done,
            "gaps": percentiles(self._gaps),
            "widgets": visible_widgets(),
            "active": getattr(QApplication.activeWindow(), "objectName", str)(),
            "focus": getattr(QApplication.focusWidget(), "objectName", str)(),
        }

    def _cards_slide(self) -> bool:
        """Return True while cards are on the way to their places."""
        stack = self._window.canvas.card_stack
        return any(card.geometry() != stack.place_of(card) for card in stack.all_cards())

    def _verdict(self) -> str:
        """Return what Inspect says about the chosen sample; empty while its forward pass is being computed."""
        inspection = self._window.inspection
        shown = inspection.sample_trace
        label = self._window.findChild(QLabel, "inspector_verdict")
        return label.text() if label and shown is not None and shown.sample.own is inspection.own else ""

    def _layers_inside(self, attribute: str) -> dict[str, list[str]]:
        """Return an attribute of the layers inside each block of the network."""
        document = self._window.document
        return {
            layer.name: [getattr(each.specification, attribute) for each in document.inferred_layers((layer.name,))]
            for layer in document.project.network.layers
            if is_block(layer.type)
        }


def percentiles(gaps: list[float]) -> dict[str, float]:
    """Return the number of gaps, their sum in seconds, and percentiles of their length in milliseconds."""
    if not gaps:
        return {"count": 0, "seconds": 0.0}
    ordered = sorted(gaps)
    at = {share: ordered[min(int(share / 100 * len(ordered)), len(ordered) - 1)] for share in (50, 95, 99)}
    return {
        "count": len(gaps),
        "seconds": sum(gaps) / 1000,
        **{f"p{share}": gap for share, gap in at.items()},
        "max": ordered[-1],
    }


def visible_widgets() -> dict[str, list[int]]:
    """Return the visible part of each named widget on the screen: x, y, width and height in pixels."""
    places = {}
    for widget in QApplication.allWidgets():
        if widget.objectName() and widget.isVisible():
            seen = seen_part(widget)
            if not seen.isEmpty():
                corner = widget.mapToGlobal(seen.topLeft())
                places[widget.objectName()] = [corner.x(), corner.y(), seen.width(), seen.height()]
    return places


def seen_part(widget: QWidget) -> QRect:
    """Return the part of a widget that its ancestors show, in its coordinates. (`visibleRegion` omits its children.)"""
    seen, ancestor = widget.rect(), widget
    while not ancestor.isWindow():
        ancestor = ancestor.parentWidget()
        seen &= QRect(widget.mapFrom(ancestor, QPoint(0, 0)), ancestor.size())
    return seen


def running_threads() -> list[str]:
    """Return the names of all threads, except for the main one, that have run Python code and still exist.

    Python lists threads of Qt even after they have ended, so the list of the system is checked too.
    """
    return [
        thread.name
        for thread in threading.enumerate()
        if thread is not threading.main_thread() and Path(f"/proc/self/task/{thread.native_id}").exists()
    ]


def main(arguments: list[str]) -> int:
    """Run the program as `app.shell.run.run_window` does, and a probe that reports its state."""
    folder = Path(arguments[0])
    project = Path(arguments[1]) if len(arguments) > 1 else None
    application = create_application()
    window = open_window(project, "light", folder / "settings.ini")
    probe = Probe(window, folder)
    garbage = GarbageCollection(application)
    status = application.exec()
    garbage.close()
    left = {
        "python_threads": running_threads(),
        "running_qt_threads": [thread.objectName() for thread in window.findChildren(QThread) if thread.isRunning()],
        "visible_windows": [widget.objectName() for widget in QApplication.topLevelWidgets() if widget.isVisible()],
    }
    (folder / "end.json").write_text(json.dumps(left))
    probe.deleteLater()
    window.deleteLater()
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
