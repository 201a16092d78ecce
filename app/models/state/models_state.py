"""The state of the Models page. Its views read it and call its commands; they do not know each other."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.models.reading.file_contents import FileContents
from app.models.reading.name_tree import Part
from app.models.reading.reader import ModelReader
from app.models.reading.tensor_columns import TensorRow
from app.models.reading.tensor_index import SummaryBatch
from app.models.state.comparison import Comparison
from app.models.state.open_files import OpenFiles
from app.widgets.plain_text import short
from tinyml.storage import TensorSummary

_SUMMARISE_MS = 50
"""Milliseconds before the reading of the numbers begins, so that the table is painted first."""


class ModelsState(QObject):
    """Holds which file is shown, which part of it and which tensor is selected, and what is read of it.

    Attributes:
        files: the listed files.
        contents: the header of the shown file; None if no file is open.
        part: the part of the names that the table shows; None for all.
        selected: name of the selected tensor; empty for none.
        summaries: the statistics that are known, by the names of the tensors.
        in_use: the file whose weights the window uses; None if they are of no file.
        reader: reads the files.
        comparison: the file that the shown one is compared with.

    Signals:
        in_use_changed(): `in_use` changed.
        contents_changed(): another file is shown, or the file was read again.
        part_changed(): `part` changed.
        selected_changed(): `selected` changed, or its file was read again.
        summarised(batch): more statistics are known.
        completed(): all statistics of the file are known.
        busy_changed(): `busy` changed.
        opened(path): the user opened a file; for lists of recent files.
        failed(sentence): a file cannot be read.
        noted(sentence): something that the user should know.
    """

    contents_changed = Signal()
    in_use_changed = Signal()
    part_changed = Signal()
    selected_changed = Signal()
    summarised = Signal(object)
    completed = Signal()
    busy_changed = Signal()
    opened = Signal(Path)
    failed = Signal(str)
    noted = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.files = OpenFiles(self)
        self.reader = ModelReader(self)
        self.comparison = Comparison(self)
        self.contents: FileContents | None = None
        self.part: Part | None = None
        self.in_use: Path | None = None
        self.selected = ""
        self.summaries: dict[str, TensorSummary] = {}
        self._reloading: Path | None = None
        self._before: Path | None = None
        self._timer = QTimer(self, singleShot=True, interval=_SUMMARISE_MS)
        self._timer.timeout.connect(self._on_timeout)
        self.files.file_changed.connect(self._on_file_changed)
        self.reader.opened.connect(self._on_opened)
        self.reader.summarised.connect(self._on_summarised)
        self.reader.completed.connect(self._on_completed)
        self.reader.failed.connect(self._on_failed)
        self.comparison.failed.connect(self._on_comparison_failed)
        self.comparison.changed.connect(self._on_comparison_changed)
        self.selected_changed.connect(self._on_comparison_changed)

    @property
    def busy(self) -> bool:
        """True while a file is being read."""
        return self.reader.busy or self._timer.isActive()

    @property
    def path(self) -> Path | None:
        """The path of the shown file; None if no file is open."""
        return self.contents.path if self.contents is not None else None

    def open_files(self, paths: Sequence[Path]) -> None:
        """List files as open, and show the first of them. The file before stays visible until it is read.

        Arguments:
            paths: of the files, at least one.
        """
        first, *others = dict.fromkeys(paths)
        self._reloading = None
        if others:
            self.files.add(paths)
        self.reader.open(first)
        self.busy_changed.emit()

    def close_file(self, path: Path) -> None:
        """Remove a file from the list. If it is shown, the next one is shown instead.

        Arguments:
            path: of a listed file.
        """
        before = self.files.open
        self.files.remove(path)
        if self.comparison.active and path == self._before:
            self.comparison.stop()
        if path != self.path:
            return
        left = self.files.open
        if left:
            self.open_files((left[min(before.index(path), len(left) - 1)] if path in before else left[0],))
        else:
            self._show(None)
            self.busy_changed.emit()

    @property
    def others(self) -> tuple[Path, ...]:
        """The listed files that the shown one can be compared with: the one shown before it first, then as listed."""
        listed = [path for path in (*self.files.open, *self.files.recent) if path != self.path]
        if self._before in listed:
            listed.remove(self._before)
            listed.insert(0, self._before)
        return tuple(listed)

    @property
    def selected_file(self) -> FileContents | None:
        """The file with the selected tensor: the shown one, else the one it is compared with; None if neither."""
        files = (self.contents, self.comparison.other if self.comparison.active else None)
        return next((file for file in files if file is not None and self.selected in file.index.places), None)

    def compare_with(self, path: Path | None) -> None:
        """Compare the shown file with another one.

        Arguments:
            path: of a listed file; None to show one file only.
        """
        if path is None or self.contents is None:
            self.comparison.stop()
        elif path != self.path:
            self._before = path
            self.comparison.start(self.contents, path)

    def set_in_use(self, path: Path | None) -> None:
        """Note whose weights the window uses.

        Arguments:
            path: of the file; None if they are of no file.
        """
        if path != self.in_use:
            self.in_use = path
            self.in_use_changed.emit()

    def choose_part(self, part: Part | None) -> None:
        """Show only the tensors of a part of the names.

        Arguments:
            part: None for all tensors.
        """
        if part != self.part:
            self.part = part
            self.part_changed.emit()

    def select(self, name: str) -> None:
        """Select a tensor.

        Arguments:
            name: of a tensor of the shown file, or of the one that it is compared with; empty for none.
        """
        if name != self.selected:
            self.selected = name
            self.selected_changed.emit()

    def copy_rows(self, rows: Iterable[TensorRow]) -> None:
        """Write rows of the table as text; `reader.written` answers.

        Arguments:
            rows: of the table.
        """
        self.reader.write(rows)

    @Slot()
    def cancel(self) -> None:
        """Stop reading. Everything that was read stays."""
        self._timer.stop()
        self.reader.cancel()
        self._reloading = None
        if self.contents is not None and len(self.summaries) < len(self.contents.index.headers):
            known, total = len(self.summaries), len(self.contents.index.headers)
            self.noted.emit(f"Stopped. {known} of {total} tensors were read; open the file again for the rest.")
        self.busy_changed.emit()

    def shutdown(self) -> None:
        """Stop reading and end the threads."""
        self._timer.stop()
        self.comparison.shutdown()
        self.files.shutdown()
        self.reader.shutdown()

    def _show(self, contents: FileContents | None) -> None:
        """Show another file, or the same one again."""
        same = contents is not None and self.path == contents.path
        compares = self.comparison.active
        if not same and self.path is not None:
            self._before = self.path
        names = contents.index.places if contents is not None else {}
        self._timer.stop()
        self.reader.cancel()
        self.contents = contents
        self.summaries = {}
        if not same:
            self.part = None
        if not same or self.selected not in names:
            self.selected = _first_with_pictures(contents)
        self.contents_changed.emit()
        self.selected_changed.emit()
        if compares:
            self.compare_with(next(iter(self.others), None))

    @Slot()
    def _on_comparison_changed(self) -> None:
        """Read the statistics of the selected tensor in the other file. Without that file, it has no tensor to show."""
        if self.comparison.active:
            self.comparison.summarise(self.selected)
        elif self.selected and self.selected_file is None:
            self.select(_first_with_pictures(self.contents))

    @Slot(str)
    def _on_comparison_failed(self, sentence: str) -> None:
        self.failed.emit(sentence)

    @Slot(object)
    def _on_opened(self, contents: FileContents) -> None:
        reloaded, self._reloading = self._reloading == contents.path, None
        self._show(contents)
        self._timer.start()
        self.busy_changed.emit()
        if reloaded:
            self.noted.emit(f"{short(contents.path.name)} was changed by another program. It is shown as it is now.")
            return
        self.files.add((contents.path,))
        self.opened.emit(contents.path)

    @Slot()
    def _on_timeout(self) -> None:
        """Begin to read the numbers, now that the table is painted. A busy thread would slow its painting down."""
        if self.contents is not None:
            self.reader.summarise(self.contents)
            self.busy_changed.emit()

    @Slot(object)
    def _on_summarised(self, batch: SummaryBatch) -> None:
        for summary in batch.summaries:
            self.summaries[summary.name] = summary
        self.summarised.emit(batch)

    @Slot()
    def _on_completed(self) -> None:
        self.completed.emit()
        self.busy_changed.emit()

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self._reloading = None
        self.failed.emit(sentence)
        self.busy_changed.emit()

    @Slot(Path)
    def _on_file_changed(self, path: Path) -> None:
        """Read the shown file again after another program has changed it."""
        facts = self.files.facts(path)
        if self.contents is None or path != self.path or facts is None or facts.mark == self.contents.mark:
            return
        if facts.mark is None:
            self.failed.emit(f"{short(path.name)} was deleted or moved. What was read of it stays until you close it.")
        else:
            self._reloading = path
            self.reader.open(path)
            self.busy_changed.emit()


def _first_with_pictures(contents: FileContents | None) -> str:
    """Return the name of the first tensor in the order of the file that has pictures, or else of the first one."""
    if contents is None or not contents.index.headers:
        return ""
    index = contents.index
    order = index.order.argsort(kind="stable").tolist()
    named = next((place for place in order if len(index.headers[place].shape) in (2, 4)), order[0])
    first: str = index.headers[named].name
    return first
