"""The page Code below the canvas: the network as a script, live."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.builder.code.code_view import CodeView
from app.document import Document
from app.jobs import LONGEST_SAVE, BackgroundRunner, LatestJob
from app.widgets.save_dialog import ask_where_to_save
from tinyml.core import describe_count
from tinyml.core.files import write_atomically
from tinyml.scripts import SCRIPT_KINDS, LayerPath, Script, ScriptContent

_INTERVAL = 100
"""Shortest time between two updates, in milliseconds."""


class CodePanel(QWidget):
    """Shows the network and its training as a script. The lines of the selected layers are marked.

    A click into a line selects its layer. The script is written in the background, at most ten times a second, and only
    while the panel is visible.

    Arguments:
        document: has the network, the data and the training settings.
        parent: the parent widget.

    Attributes:
        tools: the choice of the framework, and the buttons of the page. The panel below the canvas shows them beside
            its tabs.
        script: the script that is shown.
        updates: number of scripts that were requested; for tests.

    Signals:
        message(sentence): what was copied or saved.
        failed(sentence): why the script could not be saved.
    """

    message = Signal(str)
    failed = Signal(str)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("code_panel")
        self.setAccessibleName("Code")
        self.script = Script("")
        self.updates = 0
        self._document = document
        self._kind = next(iter(SCRIPT_KINDS.values()))
        self._outdated = self._scrolls_to_selection = True
        self._view = CodeView()
        self._view.line_chosen.connect(self._on_line_chosen)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._view)
        self.setFocusProxy(self._view)
        self.tools = self._make_tools()
        self._runner = BackgroundRunner()
        self._script_job = LatestJob(self._runner, self)
        self._script_job.returned.connect(self._on_script_returned)
        self._save_job = LatestJob(self._runner, self)
        self._save_job.returned.connect(self._on_save_returned)
        self._save_job.failed.connect(self.failed)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_INTERVAL)
        self._timer.timeout.connect(self._on_timeout)
        document.changed.connect(self._on_changed)
        document.file_changed.connect(self._on_changed)
        document.selection_changed.connect(self._on_selection_changed)

    @property
    def view(self) -> CodeView:
        """The view of the code."""
        return self._view

    @property
    def kind(self) -> str:
        """Name of the framework that the script is for."""
        return self._kind.name

    @Slot()
    def copy(self) -> None:
        """Copy the whole script."""
        script = self._write()
        QGuiApplication.clipboard().setText(script.text)
        self.message.emit(f"Copied {describe_count(script.text.count(chr(10)), 'line')} of code.")

    @Slot()
    def save(self) -> None:
        """Ask for a file, and save the script in it."""
        path = self._document.path
        stem = path.name.split(".")[0] if path else "network"
        ending = "" if self._kind.name == "tinyml" else f"_{self._kind.name}"
        start = (path.parent if path else Path.home()) / f"{stem}{ending}.py"
        chosen = ask_where_to_save(self, f"Save script for {self._kind.title}", start, {"py": "Python script"})
        if chosen is not None:
            self.save_to(chosen)

    def save_to(self, path: Path) -> None:
        """Save the script in the background.

        Arguments:
            path: the file; an older file is replaced.
        """
        self._save_job.start(partial(_save, path, self._write().text))

    def show_kind(self, name: str) -> None:
        """Show the script for a framework.

        Arguments:
            name: of the framework, one of `tinyml.scripts.SCRIPT_KINDS`.
        """
        self._kind = SCRIPT_KINDS[name]
        self._buttons[name].setChecked(True)
        self._scrolls_to_selection = True
        self._update_soon()

    def shutdown(self) -> None:
        """Wait until a running save is written. The window calls it when it closes."""
        self._timer.stop()
        self._runner.shutdown(LONGEST_SAVE)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._outdated:
            self._update()

    # ------------------------------------------------------------------------------------------------------- assembly

    def _make_tools(self) -> QWidget:
        tools = QWidget()
        tools.setObjectName("code_tools")
        row = QHBoxLayout(tools)
        row.setContentsMargins(0, 0, 0, 0)
        self._buttons: dict[str, QPushButton] = {}
        self._choice = QButtonGroup(tools)
        for kind in SCRIPT_KINDS.values():
            button = QPushButton(kind.title)
            button.setObjectName(f"code_{kind.name}")
            button.setAccessibleName(f"Code for {kind.title}")
            button.setToolTip(f"Show the script for {kind.title}")
            button.setProperty("segment", True)
            button.setCheckable(True)
            button.setChecked(kind is self._kind)
            self._choice.addButton(button)
            self._buttons[kind.name] = button
            row.addWidget(button)
        self._choice.buttonClicked.connect(self._on_button_clicked)
        for text, name, tip, slot in (
            ("Copy", "code_copy", "Copy the whole script", self.copy),
            ("Save…", "code_save", "Save the script as a Python file", self.save),
        ):
            button = QPushButton(text)
            button.setObjectName(name)
            button.setAccessibleName(f"{text.rstrip('…')} script")
            button.setToolTip(tip)
            button.clicked.connect(slot)
            row.addWidget(button)
        return tools

    # --------------------------------------------------------------------------------------------------------- update

    def _content(self) -> ScriptContent:
        document = self._document
        project = document.project
        return ScriptContent(document.inference, project.data, project.training, document.data, document.name)

    def _write(self) -> Script:
        return self._kind.write(self._content())

    def _update_soon(self) -> None:
        """Update the script now, or when the shortest time since the last update is over, or when it is shown."""
        self._outdated = True
        if self.isVisible() and not self._timer.isActive():
            self._update()

    def _update(self) -> None:
        self._outdated = False
        self.updates += 1
        self._timer.start()
        self._script_job.start(partial(self._kind.write, self._content()))

    @Slot(object)
    def _on_script_returned(self, script: Script) -> None:
        self.script = script
        self._view.show_text(script.text.rstrip("\n"))
        self._mark_selection(scroll=self._scrolls_to_selection)
        self._scrolls_to_selection = False

    def _mark_selection(self, *, scroll: bool = False) -> None:
        """Mark the lines of the selected layers.

        Arguments:
            scroll: scroll to the first of them.
        """
        paths = [(*self._document.block, name) for name in self._document.selection]
        written = dict.fromkeys(path for path in map(self._written_path, paths) if path)
        marked = [self.script.lines[path] for path in written]
        self._view.mark_lines(marked)
        if scroll and marked:
            self._view.scroll_to(marked[0].start)

    def _written_path(self, path: LayerPath) -> LayerPath:
        """Return the path of a layer; of the block around it if it has no line of its own; empty if neither has one."""
        while path and path not in self.script.lines:
            path = path[:-1]
        return path

    # ---------------------------------------------------------------------------------------------------------- slots

    @Slot()
    def _on_changed(self) -> None:
        self._update_soon()

    @Slot()
    def _on_timeout(self) -> None:
        if self._outdated and self.isVisible():
            self._update()

    @Slot()
    def _on_selection_changed(self) -> None:
        self._mark_selection(scroll=True)

    @Slot(QAbstractButton)
    def _on_button_clicked(self, button: QAbstractButton) -> None:
        self.show_kind(next(name for name, each in self._buttons.items() if each is button))

    @Slot(int)
    def _on_line_chosen(self, line: int) -> None:
        path = self.script.layer_at(line)
        if path is not None:
            self._document.select((path[-1],), block=path[:-1])

    @Slot(object)
    def _on_save_returned(self, path: Path) -> None:
        self.message.emit(f"Saved {path.name}.")


def _save(path: Path, text: str) -> Path:
    write_atomically(path, text.encode("utf-8"))
    return path
