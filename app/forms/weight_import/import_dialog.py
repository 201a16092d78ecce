"""The dialog that gives the weights of another program to a network: which tensor becomes which, then apply."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, QStringListModel, Signal, Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFrame, QListView, QProgressBar, QVBoxLayout, QWidget

from app.formatting import format_count
from app.forms.weight_import.import_target import ImportTarget, Proposal, read_proposal, read_weights
from app.forms.weight_import.mapping_model import SOURCE, MappingModel
from app.forms.weight_import.mapping_table import MappingTable
from app.jobs import BackgroundRunner, LatestJob
from app.widgets.labels import make_label, show_text
from app.widgets.plain_text import sentence, short
from app.widgets.theme.theme import GRID
from tinyml.core import describe_count, describe_shape
from tinyml.storage.weight_mapping import WeightMapping

_STEPS = 1000
_MOST_PROBLEMS = 3
"""So many problems are written out. The table marks all of them."""
_UNUSED_ROWS = 4
_MOST_UNUSED = 1_000
"""So many unused tensors are listed: a file may have many thousands, and each choice changes the list."""


class ImportDialog(QDialog):
    """Gives the weights of a file to the network of the builder.

    The mapping is proposed, shown and edited. Nothing changes before the user applies it, and the file is read again
    then.

    Arguments:
        path: the file, in any format of tensors.
        target: the network.
        runner: reads the file.
        parent: the window.

    Attributes:
        model: the mapping.
        table: shows it.

    Signals:
        imported(snapshot): the network of the target with the new weights.
    """

    imported = Signal(object)

    def __init__(self, path: Path, target: ImportTarget, runner: BackgroundRunner, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("import_dialog")
        self.setWindowTitle("Import weights")
        self._path, self._target = path, target
        self._readable = False
        self._reading, self._applying = LatestJob(runner, self), LatestJob(runner, self)
        self.model = MappingModel(self)
        self.table = MappingTable(self.model)
        self._summary = make_label("import_summary", "", "heading", wraps=True)
        self._problems = make_label("import_problems", "", "danger", wraps=True, selectable=True)
        self._unused_title = make_label("import_unused_title", "", "muted")
        self._unused_names = QStringListModel(self)
        self._unused = QListView()
        self._message = make_label("import_message", "", "danger", wraps=True, selectable=True)
        self._progress = QProgressBar(maximum=_STEPS, textVisible=False)
        self._buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Reset
            | QDialogButtonBox.StandardButton.Apply
            | QDialogButtonBox.StandardButton.Close
        )
        self._reset, self._apply, self._close = (
            self._buttons.button(which)
            for which in (
                QDialogButtonBox.StandardButton.Reset,
                QDialogButtonBox.StandardButton.Apply,
                QDialogButtonBox.StandardButton.Close,
            )
        )
        self._lay_out()
        self._connect()
        self.resize(self.sizeHint())
        self.read_again()

    @property
    def busy(self) -> bool:
        """True while the file is read."""
        return self._reading.busy or self._applying.busy

    def sizeHint(self) -> QSize:
        return QSize(940, 620).boundedTo(self.screen().availableSize() * 0.9)

    @Slot()
    def read_again(self) -> None:
        """Read the names of the file, and propose which tensor becomes which. The choices before are gone."""
        self._readable = False
        self._message.setVisible(False)
        self._reading.start(partial(read_proposal, self._path, self._target))
        self._show_state()

    @Slot()
    def apply(self) -> None:
        """Read the weights in the background, and close the dialog when all of them are there."""
        if not self._apply.isEnabled():
            return
        self._message.setVisible(False)
        self._progress.setValue(0)
        path, target, mapping = self._path, self._target, self.model.mapping
        self._applying.start_with_progress(lambda progress: read_weights(path, target, mapping, progress))
        self._show_state()

    def reject(self) -> None:
        """Cancel what is applied; otherwise close the dialog."""
        if not self._applying.busy:
            super().reject()
            return
        self._applying.cancel()
        show_text(self._message, "The import was cancelled. Nothing has changed.")
        self._show_state()

    def done(self, result: int) -> None:
        self._reading.cancel()
        self._applying.cancel()
        super().done(result)

    def _lay_out(self) -> None:
        self._unused.setObjectName("import_unused")
        self._unused.setAccessibleName("Tensors of the file that are not used")
        self._unused.setModel(self._unused_names)
        self._unused.setUniformItemSizes(True)
        self._unused.setFrameShape(QFrame.Shape.NoFrame)
        self._unused.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self._unused.setProperty("quiet", True)
        self._progress.setObjectName("import_progress")
        self._progress.setAccessibleName("Progress of the import")
        for button, name, text in (
            (self._reset, "import_reset", "Reset to the proposal"),
            (self._apply, "import_apply", "Apply"),
            (self._close, "import_close", "Close"),
        ):
            button.setObjectName(name)
            button.setText(text)
            button.setAutoDefault(False)
        self._apply.setProperty("primary", True)
        self._reset.setToolTip("Read the file again, and forget your choices")
        about = (
            "Which tensor of the file each parameter of the network in the builder gets. Click a tensor to choose "
            f"another one, or to keep the present numbers: {sentence(self._target.present_words)}."
        )
        layout = QVBoxLayout(self)
        layout.setSpacing(GRID)
        layout.addWidget(make_label("import_title", f"Weights of {short(self._path.name)}", "heading"))
        layout.addWidget(make_label("import_about", about, "muted", wraps=True))
        layout.addWidget(self.table, 1)
        for widget in (self._summary, self._problems, self._unused_title, self._unused, self._message, self._progress):
            layout.addWidget(widget)
        layout.addWidget(self._buttons)
        self._message.setVisible(False)
        self.table.setFocus()

    def _connect(self) -> None:
        self._reading.returned.connect(self._on_reading_returned)
        self._reading.failed.connect(self._on_reading_failed)
        self._applying.progressed.connect(self._on_applying_progressed)
        self._applying.returned.connect(self._on_applying_returned)
        self._applying.failed.connect(self._on_applying_failed)
        self.model.mapping_changed.connect(self._show_state)
        self._reset.clicked.connect(self.read_again)
        self._apply.clicked.connect(self.apply)
        self._buttons.rejected.connect(self.reject)

    @Slot(object)
    def _on_reading_returned(self, proposal: Proposal) -> None:
        self._readable = True
        self.model.set_proposal(proposal)
        problems = [bool(self.model.mapping.problem_of(pair)) for pair in self.model.mapping.pairs]
        if self.table.isEnabled() and not self._reset.hasFocus():
            self.table.setFocus()
        if problems:
            # The first row with something to do.
            self.table.setCurrentIndex(self.model.index(problems.index(True) if any(problems) else 0, SOURCE))

    @Slot(str)
    def _on_reading_failed(self, words: str) -> None:
        show_text(self._message, words)
        self._show_state()

    @Slot(float)
    def _on_applying_progressed(self, share: float) -> None:
        self._progress.setValue(round(share * _STEPS))

    @Slot(object)
    def _on_applying_returned(self, snapshot: object) -> None:
        self.imported.emit(snapshot)
        self.accept()

    @Slot(str)
    def _on_applying_failed(self, words: str) -> None:
        show_text(self._message, f"{words} Nothing has changed.")
        self._show_state()

    @Slot()
    def _show_state(self) -> None:
        """Say what the mapping is like, and enable what can be used now."""
        mapping, ready = self.model.mapping, self._readable and not self.busy
        self._summary.setText(self._summarise(mapping))
        problems = mapping.problems if self._readable else ()
        more = len(problems) - _MOST_PROBLEMS
        words = list(problems[:_MOST_PROBLEMS])
        if more > 0:
            words.append(f"{describe_count(more, 'other parameter')} {'has' if more == 1 else 'have'} a problem too.")
        show_text(self._problems, "\n".join(sentence(each) for each in words))
        self._show_unused(mapping)
        self.table.setEnabled(ready)
        self._progress.setVisible(self._applying.busy)
        self._reset.setEnabled(not self.busy)
        self._apply.setEnabled(ready and mapping.is_complete and any(pair.source for pair in mapping.pairs))
        self._close.setText("Cancel import" if self._applying.busy else "Close")

    def _summarise(self, mapping: WeightMapping) -> str:
        if self._reading.busy:
            return "Reading …"
        if not self._readable:
            return ""
        total = len(mapping.pairs)
        kept = sum(pair.kept for pair in mapping.pairs)
        fitting = sum(pair.source is not None and not mapping.problem_of(pair) for pair in mapping.pairs)
        if not total:
            return "The network has no parameters, so there is nothing to import."
        text = (
            f"{format_count(fitting)} of {describe_count(total, 'parameter')} {'is' if total == 1 else 'are'} assigned."
        )
        if kept:
            text += f" {format_count(kept)} {'keeps' if kept == 1 else 'keep'} the present numbers."
        return text

    def _show_unused(self, mapping: WeightMapping) -> None:
        unused = mapping.unused if self._readable else ()
        names = [f"{short(name)}   {describe_shape(mapping.sources[name])}" for name in unused[:_MOST_UNUSED]]
        if len(unused) > _MOST_UNUSED:
            names.append(f"… and {describe_count(len(unused) - _MOST_UNUSED, 'other')}")
        if names != self._unused_names.stringList():
            self._unused_names.setStringList(names)
        show_text(self._unused_title, f"Not used: {describe_count(len(unused), 'tensor')} of the file" if names else "")
        self._unused.setVisible(bool(names))
        rows = min(len(names), _UNUSED_ROWS)
        self._unused.setFixedHeight(rows * max(self._unused.sizeHintForRow(0), 1) if rows else 0)
