"""A visible decision panel with a real document and session."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication

from app.document import Document
from app.monitor.decisions.decision_panel import DecisionPanel
from app.training import Session
from tinyml.storage import Project


class Harness:
    """The visible panel of a project, with its document and session."""

    def __init__(self, qtbot, project: Project) -> None:
        self._qtbot = qtbot
        self.document = Document(project)
        self.session = Session(self.document)
        self.window = DecisionPanel(self.document, self.session)
        self.window.resize(900, 320)
        self.window.show()

    @property
    def found(self):
        return self.window.mapper.plane_map

    def train(self) -> None:
        """Train to the end, and wait for the map of the final weights."""
        self.session.start()
        self.wait(lambda: not self.session.state.active)
        self.wait(lambda: self.found is not None and self.found.snapshot is self.session.snapshot)
        self.wait_until_shown()

    def wait_until_shown(self) -> None:
        self.wait(lambda: not self.window._pace.waiting)

    def wait(self, condition: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(lambda: bool(condition()))

    def close(self) -> None:
        self.session.shutdown()
        self.window.shutdown()
        self.window.close()
        self.window.deleteLater()
        self.document.shutdown()


@pytest.fixture
def make(qtbot) -> Iterator[Callable[[Project], Harness]]:
    made: list[Harness] = []

    def make_harness(project: Project) -> Harness:
        made.append(Harness(qtbot, project))
        return made[-1]

    yield make_harness
    for harness in made:
        harness.close()
    QApplication.processEvents()
