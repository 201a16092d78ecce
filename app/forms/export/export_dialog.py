"""The dialog that exports a trained network: choose a format, see what it will look like, choose where to save."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Event
from typing import NamedTuple

from PySide6.QtCore import QSettings, QSize, Qt, Signal, Slot
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from app.forms.export.model_source import ModelSource
from app.forms.export.preview_view import PreviewView
from app.jobs import BackgroundRunner, LatestJob
from app.widgets.labels import make_label, show_text
from app.widgets.layouts import add_layout
from app.widgets.plain_text import short, tool_tip
from app.widgets.save_dialog import ask_where_to_save, may_replace
from app.widgets.theme.theme import GRID
from tinyml.core.files import path_exists, path_kind
from tinyml.net import Sequential
from tinyml.storage import SavedModel
from tinyml.storage.exporters import DEFAULT_EXPORTER, Exporter, exporters

_FORMAT, _FOLDER = "export/format", "export/folder"
_STEPS = 1000
_PREVIEW_WIDTH = 1440
_LIST_WIDTH = 210


class _Examined(NamedTuple):
    """What is known of an export before it: the network, and obstacles or the preview."""

    model: tuple[Sequential, SavedModel]
    obstacles: tuple[str, ...]
    text: str = ""
    picture: QImage | None = None


class _CancelledError(Exception):
    """The user cancelled the export."""


class ExportDialog(QDialog):
    """Exports one trained network, in any format of `tinyml.storage.exporters`.

    What a format cannot hold is named before anything is written. The last format and folder are remembered.

    Arguments:
        source: the trained network.
        runner: reads, previews and writes.
        settings: remember the last format and the last folder.
        parent: the window.

    Signals:
        exported(name, path): the exporter of this name has written `path`.
    """

    exported = Signal(str, Path)

    def __init__(self, source: ModelSource, runner: BackgroundRunner, settings: QSettings, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("export_dialog")
        self.setWindowTitle("Export")
        self._source, self._settings = source, settings
        self._model: tuple[Sequential, SavedModel] | None = None
        self._writing: str | None = None
        self._cancelled = Event()
        self._examination, self._export = LatestJob(runner, self), LatestJob(runner, self)
        self._formats = QListWidget()
        self._help = make_label("export_help", "", wraps=True)
        self._obstacles = make_label("export_obstacles", "", "danger", wraps=True, selectable=True)
        self._view = PreviewView()
        self._message = make_label("export_message", "", "danger", wraps=True, selectable=True)
        self._progress = QProgressBar(maximum=_STEPS, textVisible=False)
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Close)
        self._lay_out()
        self._fill()
        self._examination.returned.connect(self._on_examination_returned)
        self._examination.failed.connect(self._on_examination_failed)
        self._export.progressed.connect(self._on_export_progressed)
        self._export.returned.connect(self._on_export_returned)
        self._export.failed.connect(self._on_export_failed)
        self._formats.currentRowChanged.connect(self._on_current_row_changed)
        self._formats.itemActivated.connect(self._on_item_activated)
        self._buttons.accepted.connect(self._on_accepted)
        self._buttons.rejected.connect(self.reject)
        self._choose(str(settings.value(_FORMAT, DEFAULT_EXPORTER)))
        self._formats.setFocus()
        # Without this, Qt limits the first size of a dialog to two thirds of the screen.
        self.resize(self.sizeHint())

    @property
    def exporter(self) -> Exporter:
        """The chosen format."""
        name: str = self._formats.currentItem().data(Qt.ItemDataRole.UserRole)
        return exporters()[name]

    @property
    def busy(self) -> bool:
        """True while a file is written."""
        return self._writing is not None and self._export.busy

    def sizeHint(self) -> QSize:
        return QSize(880, 620).boundedTo(self.screen().availableSize() * 0.9)

    def choose(self, name: str) -> None:
        """Choose a format.

        Arguments:
            name: of the exporter.
        """
        self._choose(name)

    def export_to(self, path: Path) -> None:
        """Write the network in the chosen format, in the background.

        Arguments:
            path: the file, or the folder to make.
        """
        exporter, load, cancelled = self.exporter, self._loader(), Event()
        self._writing, self._cancelled = exporter.name, cancelled
        self._message.setVisible(False)

        def write(progress: Callable[[float], object]) -> Path | None:
            def report(share: float) -> None:
                if cancelled.is_set():
                    raise _CancelledError
                progress(share)

            try:
                net, about = load()
                exporter.write(path, net, about, report)
            except _CancelledError:
                return None
            return path

        self._export.start_with_progress(write)
        self._show_state()

    def reject(self) -> None:
        """Cancel a running export; otherwise close the dialog. An export without progress is over soon.

        An export that is nearly done may still write its file, so the dialog waits for its end.
        """
        if not self.busy:
            super().reject()
        elif self.exporter.reports_progress:
            self._cancelled.set()
            self._show_state()

    def done(self, result: int) -> None:
        self._examination.cancel()
        self._export.cancel()
        super().done(result)

    def _lay_out(self) -> None:
        self._formats.setObjectName("export_formats")
        self._formats.setAccessibleName("Formats")
        self._formats.setFixedWidth(_LIST_WIDTH)
        self._progress.setObjectName("export_progress")
        self._progress.setAccessibleName("Progress of the export")
        save = self._buttons.button(QDialogButtonBox.StandardButton.Save)
        save.setText("Save as…")
        save.setObjectName("export_save")
        save.setProperty("primary", True)
        self._buttons.button(QDialogButtonBox.StandardButton.Close).setObjectName("export_close")
        right = QVBoxLayout()
        for widget in (self._help, self._obstacles):
            right.addWidget(widget)
        right.addWidget(self._view, 1)
        middle = QHBoxLayout()
        middle.setSpacing(2 * GRID)
        middle.addWidget(self._formats)
        add_layout(middle, right, 1)
        layout = QVBoxLayout(self)
        layout.addWidget(make_label("export_title", self._source.title, "heading"))
        add_layout(layout, middle, 1)
        layout.addWidget(self._message)
        layout.addWidget(self._progress)
        layout.addWidget(self._buttons)
        self._message.setVisible(False)
        self._obstacles.setVisible(False)
        self._progress.setVisible(False)

    def _fill(self) -> None:
        for exporter in exporters().values():
            item = QListWidgetItem(exporter.title)
            item.setData(Qt.ItemDataRole.UserRole, exporter.name)
            item.setToolTip(tool_tip(exporter.help))
            self._formats.addItem(item)

    def _choose(self, name: str) -> None:
        names = list(exporters())
        self._formats.setCurrentRow(names.index(name) if name in names else 0)

    @Slot(int)
    def _on_current_row_changed(self, _row: int) -> None:
        exporter = self.exporter
        self._help.setText(f"{exporter.help[:1].upper()}{exporter.help[1:]}.")
        self._obstacles.setVisible(False)
        self._view.show_words("Reading …")
        self._show_state()
        self._examination.start(partial(_examine, exporter, self._loader()))

    def _loader(self) -> Callable[[], tuple[Sequential, SavedModel]]:
        model = self._model
        if model is None:
            return self._source.load
        found = model
        return lambda: found

    @Slot(object)
    def _on_examination_returned(self, found: _Examined) -> None:
        self._model = found.model
        show_text(self._obstacles, "\n".join(found.obstacles))
        if found.obstacles:
            self._view.show_words("This format has no word for a part of the network, so nothing can be written.")
        elif found.picture is not None:
            self._view.show_picture(found.picture)
        elif found.text:
            self._view.show_text(found.text)
        else:
            self._view.show_words("This format has no preview.")
        self._show_state()

    @Slot(str)
    def _on_examination_failed(self, sentence: str) -> None:
        self._view.show_words("")
        show_text(self._obstacles, sentence)
        self._show_state()

    @Slot()
    def _on_item_activated(self) -> None:
        self._on_accepted()

    @Slot()
    def _on_accepted(self) -> None:
        """Ask where to save, and export."""
        if not self._buttons.button(QDialogButtonBox.StandardButton.Save).isEnabled():
            return
        path = self._ask_for_folder() if self.exporter.writes_folder else self._ask_for_file()
        if path is not None:
            self.export_to(path)

    def _ask_for_file(self) -> Path | None:
        exporter = self.exporter
        stem = self._source.stem
        start = self._start_folder() / f"{stem}.{exporter.suffix}"
        while self._is_source(start, exporter):
            stem += "-export"
            start = start.with_name(f"{stem}.{exporter.suffix}")
        path = ask_where_to_save(self, f"Export: {exporter.title}", start, {exporter.suffix: exporter.title})
        if path is None:
            return None
        if self._is_source(path, exporter):
            show_text(
                self._message, f"{short(path.name)} would replace the file that is exported. Choose another name."
            )
            return None
        companions = exporter.targets(path)[1:]
        agreed = all(not path_exists(each) or may_replace(self, each) for each in companions)
        return path if agreed else None

    def _is_source(self, path: Path, exporter: Exporter) -> bool:
        """Return True if an export to a path would replace the file that the network comes from."""
        file = self._source.file
        return file is not None and any(each.resolve() == file.resolve() for each in exporter.targets(path))

    def _ask_for_folder(self) -> Path | None:
        chosen = QFileDialog.getExistingDirectory(self, "Export: where to make the folder", str(self._start_folder()))
        if not chosen:
            return None
        name = f"{self._source.stem}-{self.exporter.name}"
        path, number = Path(chosen) / name, 2
        while path_exists(path):
            path, number = Path(chosen) / f"{name}-{number}", number + 1
        return path

    def _start_folder(self) -> Path:
        remembered = Path(str(self._settings.value(_FOLDER, "")))
        for folder in (self._source.folder, remembered if remembered.is_absolute() else None):
            if folder is not None and path_kind(folder) == "a folder":
                return folder
        return Path.home()

    @Slot(float)
    def _on_export_progressed(self, share: float) -> None:
        self._progress.setMaximum(_STEPS)
        self._progress.setValue(round(share * _STEPS))

    @Slot(object)
    def _on_export_returned(self, path: Path | None) -> None:
        name, self._writing = self._writing, None
        if path is None:
            show_text(self._message, "The export was cancelled.")
            self._show_state()
            return
        self._settings.setValue(_FORMAT, name)
        self._settings.setValue(_FOLDER, str(path.parent))
        self.exported.emit(name, path)
        self.accept()

    @Slot(str)
    def _on_export_failed(self, sentence: str) -> None:
        self._writing = None
        show_text(self._message, sentence)
        self._show_state()

    def _show_state(self) -> None:
        """Enable what can be used now: nothing can be chosen while a file is written."""
        self._formats.setEnabled(not self.busy)
        self._progress.setVisible(self.busy)
        if self.busy:
            self._progress.setMaximum(0)  # until the first progress is known
        possible = not self.busy and not self._examination.busy and self._obstacles.isHidden()
        self._buttons.button(QDialogButtonBox.StandardButton.Save).setEnabled(possible)
        close = self._buttons.button(QDialogButtonBox.StandardButton.Close)
        cancelling = self.busy and self._cancelled.is_set()
        close.setText("Cancelling…" if cancelling else "Cancel export" if self.busy else "Close")
        close.setEnabled(not self.busy or (self.exporter.reports_progress and not cancelling))


def _examine(exporter: Exporter, load: Callable[[], tuple[Sequential, SavedModel]]) -> _Examined:
    """Read the network, and find the obstacles, or make the preview."""
    model = load()
    obstacles = exporter.obstacles(*model)
    if obstacles:
        return _Examined(model, obstacles)
    preview = exporter.preview(*model)
    if not preview.picture:
        return _Examined(model, (), preview.text)
    image = QImage.fromData(preview.picture)
    if image.width() > _PREVIEW_WIDTH:
        image = image.scaledToWidth(_PREVIEW_WIDTH, Qt.TransformationMode.SmoothTransformation)
    return _Examined(model, (), "", image)
