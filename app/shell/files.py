"""The commands of the File menu: create, open and save projects, open data, open and export weights."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from app.builder.templates.new_project_dialog import NewProjectDialog
from app.document import Document
from app.document.data_descriptions import DescribedData
from app.document.data_filters import data_name_filters
from app.document.document import UNTITLED
from app.document.edits import choose_source
from app.jobs import BackgroundRunner, Job, LatestJob
from app.shell.dialogs import show_problem
from app.shell.examples import EXAMPLES, LESSONS
from app.shell.file_selection import FileSelection, select_files
from app.shell.file_watch import FileWatch
from app.shell.recent_files import WEIGHTS_FILTER, RecentFiles
from app.shell.unsaved_changes import UnsavedChanges
from app.shell.weights_export import WeightsExport
from app.shell.weights_import import WeightsImport
from app.training import Run, Session, Snapshot
from app.training.snapshot_files import load_snapshot
from app.widgets.plain_text import short
from app.widgets.save_dialog import ask_where_to_save
from tinyml.core import TinymlError
from tinyml.core.files import normalise_path
from tinyml.data import DataChoice
from tinyml.data.choice import ExpectedData
from tinyml.storage import PROJECT_SUFFIX, Project, example_path, lesson_path


class Files(QObject):
    """Opens and saves files for the window. A failure shows one sentence and changes nothing.

    Arguments:
        document: holds the project.
        session: the runs with their weights.
        is_kept: returns True if a run stays in the list of runs, so that nothing is lost with its weights.
        settings: where the list of recent files is stored.
        window: parent of the dialogs.

    Attributes:
        recent_files: the recent files.
        unsaved_changes: asks about unsaved changes before the project is replaced.
        weights_export: writes the weights of the current run.
        weights_import: gives the network the weights of another program.

    Signals:
        weights_opened(paths): the user opened files of weights; the page Models should show them.
        weights_used(): the weights of a model file are now those of the window.
        data_opened(): the project now uses the data that the user opened; the page Data should show it.
        image_opened(path): the user opened one image; Inspect should show what the network predicts for it.
        message(sentence): what a command does or has done, for the status bar.
    """

    weights_opened = Signal(list)
    weights_used = Signal()
    data_opened = Signal()
    image_opened = Signal(Path)
    message = Signal(str)

    def __init__(
        self,
        document: Document,
        session: Session,
        is_kept: Callable[[Run], bool],
        settings: QSettings,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._document, self._session, self._window = document, session, window
        self._runner = BackgroundRunner()
        self.recent_files = RecentFiles(settings, self)
        self.weights_export = WeightsExport(session, self.recent_files, settings, window)
        self.weights_export.message.connect(self.message)
        self.unsaved_changes = UnsavedChanges(
            document, session, self.save_project, self._export_and_then, is_kept, window
        )
        self.weights_import = WeightsImport(
            document, session, self._runner, self.recent_files, self.unsaved_changes, window
        )
        self.weights_import.message.connect(self.message)
        self._weights_job = LatestJob(self._runner, self)
        self._weights_job.returned.connect(self._on_weights_job_returned)
        self._weights_job.failed.connect(self._on_weights_job_failed)
        self._data_job: Job | None = None
        self._watch = FileWatch(document, window)

    def new_project(self) -> None:
        """Offer the templates and an empty network, after the questions about unsaved changes."""
        self.unsaved_changes.when_free(self._choose_template)

    def _choose_template(self) -> None:
        dialog = NewProjectDialog(self._document, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.project_chosen.connect(self._on_project_chosen)
        dialog.open()

    @Slot(object, str)
    def _on_project_chosen(self, project: Project, title: str) -> None:
        self._document.replace(project, title=title or UNTITLED)

    def open_project(self) -> None:
        """Ask for a project file and open it."""
        self.unsaved_changes.when_free(self._choose_project)

    def open_path(self, path: Path) -> None:
        """Open `path` as a project, weights or data, as its content says. Show a sentence if that fails."""
        self.open_paths([path])

    @Slot(list)
    def open_paths(self, paths: list[Path]) -> None:
        """Open `paths` together: one project, then all files of weights, then data for the project.

        If some of them cannot be opened, show a sentence that names them. If the user keeps the current project, or the
        project cannot be opened, the other files are not opened.
        """
        selection = select_files(paths)
        if selection.project is not None:
            self.unsaved_changes.when_free(partial(self._open_selection, selection))
        else:
            self._open_selection(selection)

    def _open_selection(self, selection: FileSelection) -> None:
        others = " The other files were not opened." if len(selection.chosen) > 1 else ""
        if selection.project is not None and not self._open_project(normalise_path(selection.project), others):
            return
        if selection.weights:
            self.weights_opened.emit([normalise_path(path) for path in selection.weights])
        if selection.data is not None:
            self._open_data(normalise_path(selection.data))
        if selection.image is not None:
            self.image_opened.emit(selection.image)
        if selection.surplus or selection.refused:
            show_problem(self._window, "Open", selection.remark())
        elif selection.remark():
            self.message.emit(selection.remark())

    def _open_data(self, path: Path) -> None:
        """Read `path` in the background. Then use it as the data of the project, as one edit."""
        if self._data_job is not None:
            self._data_job.cancel()
        self.message.emit(f"Reading {short(path.name)}…")
        self._data_job = self._document.describe_data(DataChoice(source=str(path.absolute())))
        self._data_job.returned.connect(self._on_data_job_returned)
        self._data_job.failed.connect(self._on_data_job_failed)

    @Slot(object)
    def _on_data_job_returned(self, described: DescribedData) -> None:
        self._data_job = None
        description = described.description
        expected = ExpectedData.of(description)
        self._document.apply(choose_source(self._document.project, described.choice.source, expected))
        self.data_opened.emit()
        self.message.emit(f"The project now uses {description.title} as data. Undo brings back the previous data.")

    @Slot(str)
    def _on_data_job_failed(self, sentence: str) -> None:
        self._data_job = None
        show_problem(self._window, "Open data", sentence)

    def open_example(self, name: str) -> None:
        """Open a copy of the example `name`, after the questions about unsaved changes."""
        self.unsaved_changes.when_free(partial(self.load_example, name))

    def load_example(self, name: str) -> None:
        """Open the example `name` as a project without a file, so that Save asks for a file."""
        self._load_copy(example_path, name, f"{EXAMPLES[name]} (example)")

    def open_lesson(self, name: str) -> None:
        """Open a copy of the lesson `name`, after the questions about unsaved changes."""
        self.unsaved_changes.when_free(partial(self._load_copy, lesson_path, name, f"{LESSONS[name]} (lesson)"))

    def _load_copy(self, find: Callable[[str], Path], name: str, title: str) -> None:
        """Open a project file that comes with the program as a project without a file."""
        try:
            self._document.open(find(name))
            self._document.forget_file(title)
        except TinymlError as error:
            show_problem(self._window, "Open example", str(error))

    def save_project(self) -> None:
        """Save to the project's file. Ask for a file if there is none."""
        if self._document.path is None:
            self.save_project_as()
        else:
            self.save_to(self._document.path)

    def save_project_as(self) -> None:
        """Ask for a file and save to it."""
        start = self._document.path or self.recent_files.last_folder() / f"network{PROJECT_SUFFIX}"
        path = ask_where_to_save(self._window, "Save project", start, {PROJECT_SUFFIX[1:]: "TinyML project"})
        if path is not None:
            self.save_to(path)

    def save_to(self, path: Path) -> bool:
        """Save the project to `path`. Show a sentence and return False if that fails."""
        try:
            self._document.save(path)
        except TinymlError as error:
            show_problem(self._window, "Save project", str(error))
            return False
        self.recent_files.remember(path)
        self.message.emit(f"Saved {path.name}.")
        return True

    def export_weights(self) -> None:
        """Open the dialog that exports the trained network."""
        self._export_and_then(None)

    @Slot(Path)
    def export_file(self, path: Path) -> None:
        """Open the dialog that exports the network of the model file `path`."""
        self.weights_export.export_file(path)

    def open_weights(self) -> None:
        """Ask for a safetensors file and show it in Models."""
        folder = str(self.recent_files.last_folder())
        chosen, _ = QFileDialog.getOpenFileName(self._window, "Open weights", folder, WEIGHTS_FILTER)
        if chosen:
            self.open_path(Path(chosen))

    def use_weights(self, path: Path) -> None:
        """Replace network and weights by those of the model file `path`, after the questions about unsaved changes."""
        self.unsaved_changes.when_free(partial(self._weights_job.start, partial(load_snapshot, path)))

    def fill_recent_menu(self, menu: QMenu) -> None:
        """List the recent files in `menu`."""
        self.recent_files.fill_menu(menu, self.open_path)

    def fill_examples_menu(self, menu: QMenu) -> None:
        """List the examples in `menu`, and the lessons in a menu of their own."""
        for name, title in EXAMPLES.items():
            menu.addAction(title, partial(self.open_example, name)).setObjectName(f"action_example_{name}")
        menu.addSeparator()
        lessons = menu.addMenu("&Lessons: what goes wrong")
        lessons.setObjectName("menu_lessons")
        for name, title in LESSONS.items():
            lessons.addAction(title, partial(self.open_lesson, name)).setObjectName(f"action_lesson_{name}")

    @Slot(str)
    def show_failure(self, sentence: str) -> None:
        """Show why another part of the window could not save a file.

        Arguments:
            sentence: the reason.
        """
        show_problem(self._window, "Export", sentence)

    def shutdown(self) -> None:
        """Wait until all files are written, and end the background threads."""
        if self._data_job is not None:
            self._data_job.cancel()
        self._watch.shutdown()
        self.weights_export.shutdown()
        self._runner.shutdown()

    def _export_and_then(self, then: Callable[[], object] | None) -> None:
        stem = self._document.path.name.split(".")[0] if self._document.path else "network"
        self.weights_export.ask_and_export(stem, then)

    def _choose_project(self) -> None:
        folder = str(self.recent_files.last_folder())
        chosen, _ = QFileDialog.getOpenFileName(self._window, "Open project", folder, project_filter())
        if chosen:
            # The user answered the questions about unsaved changes before this dialog.
            self._open_selection(select_files([Path(chosen)]))

    def _open_project(self, path: Path, otherwise: str) -> bool:
        """Open the project file `path`. If that fails, show the reason, then `otherwise`, and return False."""
        try:
            self._document.open(path)
        except TinymlError as error:
            show_problem(self._window, "Open project", f"{error}{otherwise}")
            return False
        self.recent_files.remember(path)
        return True

    @Slot(object)
    def _on_weights_job_returned(self, snapshot: Snapshot) -> None:
        self._document.replace(Project(network=snapshot.network, data=snapshot.data, training=snapshot.training))
        self._session.use_snapshot(snapshot)
        self.weights_used.emit()

    @Slot(str)
    def _on_weights_job_failed(self, sentence: str) -> None:
        show_problem(self._window, "Use weights", sentence)


def project_filter() -> str:
    """Return the name filters of the dialog "Open project": projects, and the files that readers take as data."""
    return ";;".join([f"TinyML projects (*{PROJECT_SUFFIX})", *data_name_filters(), "All files (*)"])
