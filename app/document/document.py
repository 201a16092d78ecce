"""The document: the project that is being edited, its undo history, and what is known of it."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from weakref import ref
from zlib import crc32

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QUndoCommand, QUndoStack

from app.document.edits import Edit, Names
from app.jobs import BackgroundRunner, Job
from tinyml.core import Problem, TinymlError
from tinyml.data import DataDescription, builtin_descriptions, builtin_names, describe
from tinyml.learner import find_problems
from tinyml.net import Inference, LayerInference, infer
from tinyml.storage import Project, read_project, save_project

UNTITLED = "untitled"
DATA_PENDING = "Looking at the data …"
"""What views show while `Document.data_pending`."""


class Document(QObject):
    """What the user edits. Views read it, send it edits, and listen to its signals; it knows no view.

    Attributes:
        project: the network, the data choice and the training settings; frozen.
        selection: names of the selected layers, in the order of the stack.
        input_selected: True when the input is selected instead, so that new layers go to the top.
        inference: shapes and problems of the network for the chosen data.
        data: the description of the chosen data; None while it is read, and when it cannot be read.
        data_problem: why the chosen data cannot be used, in one sentence; empty when it can.
        path: the project file; None before the first save.
        title: what a project without a file is called.
        undo_stack: every edit; clean when the file holds the project as it is.

    Signals:
        changed: the project, and so perhaps the inference, is another one.
        selection_changed: other layers are selected.
        replaced: another project was opened or begun; what belonged to the former one is over.
        file_changed: the path changed, or whether there are unsaved changes.
    """

    changed = Signal()
    selection_changed = Signal()
    replaced = Signal()
    file_changed = Signal()

    def __init__(self, project: Project | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.project = project or Project()
        self.selection: Names = ()
        self.input_selected = False
        self.path: Path | None = None
        self.title = UNTITLED
        self.data: DataDescription | None = None
        self.data_problem = ""
        self._descriptions = {known.name: known for known in builtin_descriptions()}
        self._data_job: Job | None = None
        self.inference = Inference((), None, ())
        self.undo_stack = QUndoStack(self)
        self.undo_stack.cleanChanged.connect(self._on_clean_changed)
        self._describe_data()
        self._infer()

    @property
    def name(self) -> str:
        """What the project is called on screen: the name of its file, or its title."""
        return self.path.name if self.path else self.title

    @property
    def modified(self) -> bool:
        """True when there are changes that the file does not hold."""
        return not self.undo_stack.isClean()

    @property
    def data_pending(self) -> bool:
        """True while the description of the chosen data is being read for the first time."""
        return self.data is None and not self.data_problem

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that keeps the network from being trained, the data first."""
        data = (Problem(-1, "input", self.data_problem),) if self.data_problem else ()
        return data + self.inference.problems

    def inference_of(self, name: str) -> LayerInference | None:
        """Return what is known of the layer called `name`, or None when there is none."""
        return next((inferred for inferred in self.inference.layers if inferred.specification.name == name), None)

    @property
    def insertion_index(self) -> int:
        """Where new layers go: behind the selected ones, to the top when the input is selected, else to the end."""
        if self.input_selected:
            return 0
        chosen = [index for index, layer in enumerate(self.project.network.layers) if layer.name in self.selection]
        return chosen[-1] + 1 if chosen else len(self.project.network.layers)

    def apply(self, edit: Edit) -> None:
        """Make an edit, as one step that can be undone. An edit that changes nothing is silent."""
        if edit.project != self.project:
            self.undo_stack.push(_EditCommand(self, edit))
        if edit.selection is not None:
            self.select(edit.selection, input_selected=edit.selects_input)

    def select(self, names: Names, *, input_selected: bool = False) -> None:
        """Select layers by name, in any order, or the input; unknown names are left out."""
        wanted = set(names)
        selection = tuple(layer.name for layer in self.project.network.layers if layer.name in wanted)
        if (selection, input_selected) != (self.selection, self.input_selected):
            self.selection, self.input_selected = selection, input_selected
            self.selection_changed.emit()

    def replace(self, project: Project, path: Path | None = None, title: str = UNTITLED) -> None:
        """Start over with another project, unmodified and with an empty undo history."""
        self.undo_stack.clear()
        self.path, self.title = path, title
        self.show_project(project)
        self.select(())
        self.replaced.emit()
        self.file_changed.emit()

    def open(self, path: Path) -> None:
        """Read a project file; raises `StorageError`, and changes nothing, when it cannot be read."""
        self.replace(read_project(path), path)

    def restore(self, project: Project, path: Path | None = None, title: str = UNTITLED) -> None:
        """Show changes that were never saved, as one edit of the project in its file, so that they count as such.

        Arguments:
            project: with the changes.
            path: the file that they belong to; None when they have none. It may be gone or damaged.
            title: what a project without a file is called.
        """
        try:
            saved = read_project(path) if path is not None else None
        except TinymlError:
            saved = None
        self.replace(saved or Project(), path, title)
        self.apply(Edit("restore unsaved changes", project))
        if path is not None and saved is None:
            self.undo_stack.resetClean()  # no step back leads to what the file holds

    def forget_file(self, title: str) -> None:
        """Keep the project but not its file: saving will ask for another one."""
        self.path, self.title = None, title
        self.file_changed.emit()

    def save(self, path: Path | None = None) -> None:
        """Write the project to `path`, or to the file it came from; raises `TinymlError` when that fails."""
        target = path or self.path
        if target is None:
            raise TinymlError("The project has no file yet. Choose one with Save as.")
        save_project(target, self.project)
        self.path = target
        self.undo_stack.setClean()
        self.file_changed.emit()

    def show_project(self, project: Project) -> None:
        """Make `project` the current one, without a step in the undo history: what undo and redo do."""
        before, now = self.project.data, project.data
        self.project = project
        if (before.source, before.target) != (now.source, now.target) or self.data_problem:
            self._describe_data()
        self._infer()
        present = {layer.name for layer in project.network.layers}
        selection = tuple(name for name in self.selection if name in present)
        same_selection, self.selection = selection == self.selection, selection
        # Views hear of the new stack before they hear that some of it is no longer selected.
        self.changed.emit()
        if not same_selection:
            self.selection_changed.emit()

    def describe_data(self, source: str) -> Job:
        """Read the description of a source in the background; choosing this source then needs no waiting.

        Arguments:
            source: name of a built-in set, or path of a folder.

        Returns the job, which returns a `DataDescription`. It has a thread to itself: a folder that does not answer, on
        a network for instance, holds up nothing else.
        """
        job = BackgroundRunner(idle_seconds=0).submit(partial(describe, source))
        job.returned.connect(self._on_data_described)
        return job

    def shutdown(self) -> None:
        """Stop waiting for data: for closing the window."""
        if self._data_job is not None:
            self._data_job.cancel()

    def _describe_data(self) -> None:
        """Show what is known of the chosen data; read a folder again, since it may have changed."""
        source = self.project.data.source
        self.shutdown()
        known = self._descriptions.get(source)
        self.data, self.data_problem = known.with_target(self.project.data.target) if known else None, ""
        if source not in builtin_names():
            self._data_job = self.describe_data(source)
            self._data_job.failed.connect(self._on_data_failed)

    @Slot(object)
    def _on_data_described(self, description: DataDescription) -> None:
        self._descriptions[description.name] = description
        chosen = self.project.data
        if description.name == chosen.source and description.with_target(chosen.target) != self.data:
            self._set_data(description.with_target(chosen.target), "")

    @Slot(str)
    def _on_data_failed(self, sentence: str) -> None:
        self._descriptions.pop(self.project.data.source, None)
        self._set_data(None, sentence)

    def _set_data(self, description: DataDescription | None, problem: str) -> None:
        self.data, self.data_problem = description, problem
        self._infer()
        self.changed.emit()

    def _infer(self) -> None:
        network, training, data = self.project.network, self.project.training, self.data
        if data is None:
            self.inference = infer(network, None)
            return
        inference = infer(network, data.example_shape, len(data.class_names), data.target_shape)
        self.inference = replace(inference, problems=find_problems(inference, training))

    def _on_clean_changed(self, _clean: bool) -> None:
        self.file_changed.emit()


class _EditCommand(QUndoCommand):
    """One edit on the undo stack: the frozen projects and selections before and after it, nothing else."""

    def __init__(self, document: Document, edit: Edit) -> None:
        # Qt takes what follows a line break, which a name may hold, for the text of the action.
        super().__init__(edit.text.replace("\n", " "))
        # Weak: a cycle of document, stack and command would be taken apart in whatever order the collector likes, and
        # the stack would then delete commands that are gone.
        self._weak_document = ref(document)
        self._merge_key = edit.merge_key
        self._before, self._after = document.project, edit.project
        self._selection_before, self._input_before = document.selection, document.input_selected
        self._selection_after, self._input_after = edit.selection, edit.selects_input

    @property
    def _document(self) -> Document:
        document = self._weak_document()
        assert document is not None, "the undo stack belongs to the document"
        return document

    def redo(self) -> None:
        self._document.show_project(self._after)
        if self._selection_after is not None:
            self._document.select(self._selection_after, input_selected=self._input_after)

    def undo(self) -> None:
        self._document.show_project(self._before)
        self._document.select(self._selection_before, input_selected=self._input_before)

    def id(self) -> int:
        """Tell Qt which commands may be merged: equal numbers, -1 for never."""
        if not self._merge_key:
            return -1
        return crc32(self._merge_key.encode()) & 0x7FFFFFFF

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, _EditCommand) or other._merge_key != self._merge_key:
            return False
        self._after = other._after
        # A value that was changed and changed back leaves no step that does nothing.
        self.setObsolete(self._after == self._before)
        return True
