"""The document: the project that the user edits, its undo history, its shapes and its problems."""

from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QUndoStack

from app.document.blocks import BlockPath, inferred_in, nearest_block, written_down
from app.document.data_descriptions import DataDescriptions, DescribedData, described_alike, read_description
from app.document.data_problems import find_data_problems
from app.document.edit_command import EditCommand
from app.document.edits import Edit, Names, dismiss_hint
from app.document.hint_rule import Hint
from app.document.hints import find_hints
from app.jobs import BackgroundRunner, Job
from tinyml.core import DataError, Problem, TinymlError
from tinyml.data import DataChoice, DataDescription, known_names
from tinyml.data.options import SourceOptions
from tinyml.learner import find_problems
from tinyml.net import Inference, LayerInference, NetworkFacts, NetworkSpecification, collect_facts, infer
from tinyml.storage import Project, read_project, save_project

UNTITLED = "untitled"
DATA_PENDING = "Reading the data …"
"""Text that views show while `Document.data_pending` is True."""


class Document(QObject):
    """What the user edits. Views read it, send edits to it, and connect to its signals. It does not use any view.

    Arguments:
        project: the project to start with; an empty one by default.

    Attributes:
        project: the network, the data choice and the training settings; frozen.
        selection: names of the selected layers, from the input upwards.
        block: path to the stack of the selected layers: `()` for the network itself.
        input_selected: True if the input card is selected. New layers are then inserted as the first ones. In a block,
            it is True if new layers become the first ones inside.
        inference: shapes and problems of the network for the chosen data.
        data: description of the chosen data; None while it is being read, and if it cannot be read.
        data_options: the class of the options of the data's source; without options while it is not known.
        data_problem: one sentence that says why the chosen data cannot be used; empty if it can.
        path: path of the project file; None before the first save.
        title: name of a project that has no file.
        undo_stack: all edits. It is clean if the file holds the current project.

    Signals:
        changed(): the project changed, and perhaps its inference and its data description.
        selection_changed(): other layers are selected, or another stack.
        replaced(): another project was opened or started. Runs and weights of the previous project are obsolete.
        file_changed(): the path changed, or the state "modified" changed.
    """

    changed = Signal()
    selection_changed = Signal()
    replaced = Signal()
    file_changed = Signal()

    def __init__(self, project: Project | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.project = project or Project()
        self.selection: Names = ()
        self.block: BlockPath = ()
        self.input_selected = False
        self.path: Path | None = None
        self.title = UNTITLED
        self.data: DataDescription | None = None
        self.data_options: type[SourceOptions] = SourceOptions
        self.data_problem = ""
        self._just_read: DataChoice | None = None
        self._descriptions = DataDescriptions()
        self._data_job: Job | None = None
        self.inference = self._network_inference = Inference((), None, ())
        self._facts: NetworkFacts | None = None
        self._hints: tuple[Hint, ...] | None = None
        self._inferred_for: tuple[NetworkSpecification, DataDescription | None] | None = None
        self.undo_stack = QUndoStack(self)
        self.undo_stack.cleanChanged.connect(self._on_clean_changed)
        self._describe_data()
        self._infer()

    @property
    def name(self) -> str:
        """The name of the project on screen: the name of its file, or its title."""
        return self.path.name if self.path else self.title

    @property
    def modified(self) -> bool:
        """True if there are changes that are not saved."""
        return not self.undo_stack.isClean()

    @property
    def data_pending(self) -> bool:
        """True while the description of the chosen data is being read for the first time."""
        return self.data is None and not self.data_problem

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All reasons why the network cannot be trained; problems of the data come first."""
        return self.data_problems + self.inference.problems

    @property
    def data_problems(self) -> tuple[Problem, ...]:
        """The problems of the data themselves: they cannot be read, or they have changed."""
        return find_data_problems(self.project.data, self.data, self.data_problem)

    @property
    def facts(self) -> NetworkFacts:
        """Operations, memory, receptive fields and parameters. They are computed when they are first read."""
        if self._facts is None:
            self._facts = collect_facts(self._network_inference)
        return self._facts

    @property
    def hints(self) -> tuple[Hint, ...]:
        """What can be trained but is probably not meant, without the hints that the user dismissed."""
        if self._hints is None:
            all_hints = find_hints(self.project, self.data, self.inference, self.facts) if self.data is not None else ()
            dismissed = set(self.project.dismissed_hints)
            self._hints = tuple(hint for hint in all_hints if hint.key not in dismissed)
        return self._hints

    def dismiss(self, hint: Hint) -> None:
        """Do not show a hint any more, as one step that can be undone. The project file remembers it.

        Arguments:
            hint: one of the hints.
        """
        self.apply(dismiss_hint(self.project, hint.key))

    def inferred_layers(self, block: BlockPath = ()) -> tuple[LayerInference, ...]:
        """Return the inference of the layers of a stack; none if there is no such stack.

        Arguments:
            block: path to the stack.
        """
        return inferred_in(self.inference.layers, block)

    def inference_of(self, name: str, block: BlockPath = ()) -> LayerInference | None:
        """Return the shapes and the problem of a layer; None if no layer of the stack has that name.

        Arguments:
            name: name of the layer.
            block: path to the stack of the layer.
        """
        return next((each for each in self.inferred_layers(block) if each.specification.name == name), None)

    @property
    def insertion_index(self) -> int:
        """The index in `block` for new layers: after the selected ones; 0 if the input is selected; else at the end."""
        if self.input_selected:
            return 0
        names = [inferred.specification.name for inferred in self.inferred_layers(self.block)]
        chosen = [index for index, name in enumerate(names) if name in self.selection]
        return chosen[-1] + 1 if chosen else len(names)

    def project_for(self, *blocks: BlockPath) -> Project:
        """Return the project to pass to an edit of some stacks: the layers of a standard block are written down in it.

        Arguments:
            blocks: paths to the stacks that the edit changes.

        Raises `TinymlError` if there is no such stack, or if the layers of a standard block are not known yet.
        """
        project = self.project
        for block in blocks:
            project = written_down(project, self.inference.layers, block)
        return project

    def apply(self, edit: Edit) -> None:
        """Apply an edit as one step on the undo stack. An edit that changes nothing adds no step and emits no signal.

        Arguments:
            edit: the next project and its selection.
        """
        if edit.project == self.project:
            self._select_after(edit)
            return
        reverse = Edit("", self.project, self.selection, self.input_selected, block=self.block)
        self.undo_stack.push(EditCommand(edit, reverse, self._show_edit))

    def select(self, names: Names, *, block: BlockPath = (), input_selected: bool = False) -> None:
        """Select layers of one stack, or the input.

        Arguments:
            names: names of the layers, in any order; unknown names are ignored.
            block: path to the stack of the layers.
            input_selected: select the input card; in a block, let new layers become the first ones inside.
        """
        existing = nearest_block(self.project, block)
        selection = self._in_order(names if existing == block else (), existing)
        block = existing
        if (selection, block, input_selected) != (self.selection, self.block, self.input_selected):
            self.selection, self.block, self.input_selected = selection, block, input_selected
            self.selection_changed.emit()

    def _show_edit(self, edit: Edit) -> None:
        self.show_project(edit.project)
        self._select_after(edit)

    def _select_after(self, edit: Edit) -> None:
        if edit.selection is not None:
            self.select(edit.selection, block=edit.block, input_selected=edit.selects_input)

    def _in_order(self, names: Names, block: BlockPath) -> Names:
        """Return the names that a stack has, in the order of its layers."""
        wanted = set(names)
        present = (inferred.specification.name for inferred in self.inferred_layers(block))
        return tuple(name for name in present if name in wanted)

    def replace(self, project: Project, path: Path | None = None, title: str = UNTITLED) -> None:
        """Show another project, unmodified and with an empty undo history.

        Arguments:
            project: the project.
            path: path of its file; None if it has none.
            title: name of a project that has no file.
        """
        self.undo_stack.clear()
        self.path, self.title = path, title
        self.show_project(project)
        self.select(())
        self.replaced.emit()
        self.file_changed.emit()

    def open(self, path: Path) -> None:
        """Open a project file.

        Arguments:
            path: path of the file.

        Raises `StorageError`, and changes nothing, if the file cannot be read.
        """
        self.replace(read_project(path), path)

    def restore(
        self,
        project: Project,
        path: Path | None = None,
        title: str = UNTITLED,
        edit: str = "restore unsaved changes",
    ) -> None:
        """Restore a project that was not saved, as one unsaved edit of the project in its file.

        Arguments:
            project: the project with the unsaved changes.
            path: path of the project file; None if it has none. The file may be missing or damaged.
            title: name of a project that has no file.
            edit: name of the edit.
        """
        try:
            saved = read_project(path) if path is not None else None
        except TinymlError:
            saved = None
        self.replace(saved or Project(), path, title)
        self.apply(Edit(edit, project))
        if path is not None and saved is None:
            self.undo_stack.resetClean()  # no undo step restores the content of the file

    def forget_file(self, title: str) -> None:
        """Keep the project but forget its file, so that saving asks for a file.

        Arguments:
            title: the new name of the project.
        """
        self.path, self.title = None, title
        self.file_changed.emit()

    def save(self, path: Path | None = None) -> None:
        """Save the project.

        Arguments:
            path: path of the file; None for the file that the project was read from or last saved to.

        Raises `TinymlError` if there is no file or it cannot be written.
        """
        target = path or self.path
        if target is None:
            raise TinymlError("The project has no file yet. Choose one with “Save as”.")
        save_project(target, self.project)
        self.path = target
        self.undo_stack.setClean()
        self.file_changed.emit()

    def show_project(self, project: Project) -> None:
        """Make a project the current one without adding an undo step; undo and redo call this.

        Arguments:
            project: the project to show.
        """
        old, new = self.project.data, project.data
        self.project = project
        if old.target != new.target or not described_alike(old, new) or self.data_problem:
            self._describe_data(same_source=old.source == new.source)
        self._infer()
        block = nearest_block(project, self.block)
        same_block = block == self.block
        selection = self._in_order(self.selection, block) if same_block else ()
        same_selection = same_block and selection == self.selection
        self.selection, self.block = selection, block
        self.input_selected = self.input_selected and same_block
        # Views must show the new layers before they learn that some are no longer selected.
        self.changed.emit()
        if not same_selection:
            self.selection_changed.emit()

    def describe_data(self, choice: DataChoice) -> Job:
        """Read the description of some data in the background and remember it.

        Arguments:
            choice: source, options and preprocessing.

        Returns the job; its result is a `DescribedData`. The job has its own thread, since a folder on a network may
        never answer.
        """
        job = BackgroundRunner(idle_seconds=0).submit_with_progress(partial(read_description, choice))
        job.returned.connect(self._on_data_described)
        return job

    def shutdown(self) -> None:
        """Stop waiting for data; called when the window closes."""
        if self._data_job is not None:
            self._data_job.cancel()

    def _describe_data(self, same_source: bool = False) -> None:
        """Use the known description of the chosen data. Read a folder again, since it may have changed.

        Arguments:
            same_source: only the options changed, so the description before is shown until the next one is read.
        """
        choice, before = self.project.data, self.data if same_source else None
        self.shutdown()
        if not same_source:
            self.data_options = SourceOptions
        try:
            known = self._descriptions.find(choice)
        except DataError as error:
            self.data, self.data_problem = None, str(error)
            return
        self.data, self.data_problem = before, ""
        if known is not None:
            self.data, self.data_options = known.description.with_target(choice.target), known.options
        just_read, self._just_read = self._just_read, None
        is_new = known is not None and just_read is not None and described_alike(just_read, choice)
        if choice.source not in known_names() and not is_new:
            self._data_job = self.describe_data(choice)
            self._data_job.failed.connect(self._on_data_failed)

    @Slot(object)
    def _on_data_described(self, described: DescribedData) -> None:
        self._descriptions.remember(described)
        self._just_read = described.choice
        chosen = self.project.data
        description = described.description.with_target(chosen.target)
        if described_alike(described.choice, chosen):
            self._just_read = None
            self.data_options = described.options
            if description != self.data:
                self._set_data(description, "")

    @Slot(str)
    def _on_data_failed(self, sentence: str) -> None:
        self._descriptions.forget(self.project.data)
        self._set_data(None, sentence)

    def _set_data(self, description: DataDescription | None, problem: str) -> None:
        self.data, self.data_problem = description, problem
        self._infer()
        self.changed.emit()

    def _infer(self) -> None:
        """Infer the shapes if the network or the data changed, and find all problems."""
        self._hints = None
        network, data = self.project.network, self.data
        if (network, data) != self._inferred_for:
            self._inferred_for, self._facts = (network, data), None
            self._network_inference = (
                infer(network, data.example_shape, len(data.class_names), data.target_shape)
                if data is not None
                else infer(network, None)
            )
        self.inference = self._network_inference
        if data is not None:
            problems = find_problems(self._network_inference, self.project.training)
            self.inference = replace(self._network_inference, problems=problems)

    def _on_clean_changed(self, _clean: bool) -> None:
        self.file_changed.emit()
