"""Opening and saving: projects, examples, weights, and the questions that go with them."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from app.document import Document
from app.document.edits import change_data
from app.jobs import LONGEST_SAVE, BackgroundRunner, Job, LatestJob
from app.shell.dialogs import ask, show_problem
from app.training import Run, Session, Snapshot
from app.training.snapshot import frozen_state
from app.widgets.formatting import format_duration
from app.widgets.plain_text import button_text, tool_tip
from app.widgets.save_dialog import ask_where_to_save
from tinyml.core import TinymlError
from tinyml.core.files import normalise_path, path_kind
from tinyml.data import DataDescription, describe
from tinyml.learner import EpochFinished
from tinyml.storage import (
    PROJECT_SUFFIX,
    FileKind,
    Project,
    SavedModel,
    example_path,
    identify,
    load_model,
    save_model,
    summarise_history,
)

PROJECT_FILTER = f"TinyML projects (*{PROJECT_SUFFIX});;All files (*)"
WEIGHTS_FILTER = "Weights (*.safetensors);;All files (*)"
MOST_RECENT = 8
WORTH_A_QUESTION_SECONDS = 30
"""Weights that took longer to train are not thrown away without a question."""
STILL_TRAINING = "The network is still training. What it has learned will be lost unless you export it first."
FIRST_EXAMPLE = "lenet-digits"
EXAMPLES = {
    "lenet-digits": "LeNet on digits",
    "shapes": "LeNet on shapes",
    "circle": "Circle in a square",
    "lenet-mnist": "LeNet for 28×28 digits (MNIST)",
    "sine": "Regression on a noisy sine",
    "autoencoder-digits": "Autoencoder of digits",
}


class Files(QObject):
    """Everything between the window and the disk. Every failure is one sentence and changes nothing.

    Signals:
        weights_opened(path): a safetensors file should be shown in Models.
        recent_changed(): the list of recent files changed.
        message(sentence): something was done.
    """

    weights_opened = Signal(Path)
    recent_changed = Signal()
    message = Signal(str)

    def __init__(self, document: Document, session: Session, settings: QSettings, window: QWidget) -> None:
        super().__init__(window)
        self._document, self._session, self._settings, self._window = document, session, settings, window
        self._runner = BackgroundRunner()
        self._export_job = LatestJob(self._runner, self)
        self._export_job.returned.connect(self._on_export_returned)
        self._export_job.failed.connect(self._on_export_failed)
        self._weights_job = LatestJob(self._runner, self)
        self._weights_job.returned.connect(self._on_weights_loaded)
        self._weights_job.failed.connect(self._on_weights_failed)
        self._data_job: Job | None = None
        self._after_stop: Callable[[], object] | None = None
        self._after_export: Callable[[], object] | None = None
        self._exporting: tuple[Run, Snapshot] | None = None
        session.state_changed.connect(self._go_on_after_stop)

    def new_project(self) -> None:
        """Start with an empty network, after asking about unsaved changes."""
        self.when_free(partial(self._document.replace, Project()))

    def open_project(self) -> None:
        """Let the user choose a project file and open it."""
        self.when_free(self._choose_project)

    def open_path(self, path: Path) -> None:
        """Open a project, weights or a folder of data, whatever it is called; show why when it cannot be opened."""
        self.open_first([path])

    @Slot(list)
    def open_first(self, paths: list[Path]) -> None:
        """Open the first of some files and folders that can be opened; show why when there is none."""
        found = [_identify(path) for path in paths]
        for path, (kind, _sentence) in zip(paths, found, strict=True):
            if kind != "other":
                if len(paths) > 1:
                    self.message.emit(f"Opening {path.name} only: one file is open at a time.")
                self._open(path, kind, self.when_free)
                return
        others = " None of the other files can be opened either." if len(paths) > 1 else ""
        show_problem(self._window, "Open", found[0].sentence + others)

    def _open(self, path: Path, kind: str, when_free: Callable[[Callable[[], object]], object]) -> None:
        path = normalise_path(path)
        if kind == "tensors":
            self.weights_opened.emit(path)
        elif kind == "data":
            self._open_data(path)
        else:
            when_free(partial(self._open_project, path))

    def _open_data(self, folder: Path) -> None:
        """Choose a folder as the data of the project, as one step that can be undone, if it can be read."""
        if self._data_job is not None:
            self._data_job.cancel()
        self._data_job = self._document.describe_data(str(folder.absolute()))
        self._data_job.returned.connect(self._on_data_described)
        self._data_job.failed.connect(self._on_data_failed)

    @Slot(object)
    def _on_data_described(self, description: DataDescription) -> None:
        self._data_job = None
        self._document.apply(change_data(self._document.project, source=description.name))
        self.message.emit(f"The network now learns from {description.title}. Undo takes the data from before back.")

    @Slot(str)
    def _on_data_failed(self, sentence: str) -> None:
        self._data_job = None
        show_problem(self._window, "Open data", sentence)

    def open_example(self, name: str) -> None:
        """Open a copy of an example that comes with the program."""
        self.when_free(partial(self.load_example, name))

    def load_example(self, name: str) -> None:
        """Show an example as a project without a file, so that saving asks for one."""
        try:
            self._document.open(example_path(name))
            self._document.forget_file(f"{EXAMPLES[name]} (example)")
        except TinymlError as error:
            show_problem(self._window, "Open example", str(error))

    def save_project(self) -> None:
        """Save to the project's file, or ask for one."""
        if self._document.path is None:
            self.save_project_as()
        else:
            self.save_to(self._document.path)

    def save_project_as(self) -> None:
        """Ask for a file and save to it."""
        start = self._document.path or self._last_folder() / f"network{PROJECT_SUFFIX}"
        path = ask_where_to_save(self._window, "Save project", start, {PROJECT_SUFFIX[1:]: "TinyML project"})
        if path is not None:
            self.save_to(path)

    def save_to(self, path: Path) -> bool:
        """Save the project to `path`; returns False, after showing why, when that failed."""
        try:
            self._document.save(path)
        except TinymlError as error:
            show_problem(self._window, "Save project", str(error))
            return False
        self.remember(path)
        self.message.emit(f"Saved {path.name}.")
        return True

    def export_weights(self) -> None:
        """Ask for a file and save the trained network to it."""
        if self._session.snapshot is None:
            show_problem(self._window, "Export weights", "There are no weights yet. Train the network first (F5).")
            return
        stem = self._document.path.name.split(".")[0] if self._document.path else "network"
        start = self._last_folder() / f"{stem}.safetensors"
        path = ask_where_to_save(self._window, "Export weights", start, {"safetensors": "Weights"})
        if path is not None:
            self.export_to(path)
        else:
            self._after_export = None

    def export_to(self, path: Path) -> None:
        """Save the newest weights with their network to `path`, off the GUI thread."""
        if self._session.snapshot is not None:
            self.message.emit(f"Saving {path.name} …")
            self._exporting = self._session.run, self._session.snapshot
            self._export_job.start(partial(export_snapshot, path, self._session.snapshot))

    def open_weights(self) -> None:
        """Let the user choose a safetensors file and show it in Models."""
        chosen, _ = QFileDialog.getOpenFileName(self._window, "Open weights", str(self._last_folder()), WEIGHTS_FILTER)
        if chosen:
            self.open_path(Path(chosen))

    def use_weights(self, path: Path) -> None:
        """Take network and weights of a file as the current ones, after asking about what would be lost."""
        self.when_free(partial(self._weights_job.start, partial(load_snapshot, path)))

    def when_free(self, action: Callable[[], object]) -> None:
        """Do `action`, which replaces the project: at once, or after the user agreed to stop and chose what to save."""
        if not self._session.state.active:
            self.when_saved(action)
            return

        def stop_first() -> None:
            self._after_stop = partial(self.when_saved, action)
            self._session.stop()
            self._go_on_after_stop()

        ask(self._window, "Training", STILL_TRAINING, {"Stop training": stop_first}, "Stop training", "stop_dialog")

    def when_saved(self, action: Callable[[], object]) -> None:
        """Do `action` at once, or after the user has decided what becomes of unsaved changes and weights."""
        if not self._document.modified:
            self._when_exported(action)
            return

        def save_first() -> None:
            self.save_project()
            if not self._document.modified:
                self._when_exported(action)

        answers: dict[str, Callable[[], object]] = {
            "Save": save_first,
            "Discard": partial(self._when_exported, action),
        }
        question = f"Save the changes in {self._document.name}?"
        ask(self._window, "Unsaved changes", question, answers, "Save", "unsaved_dialog")

    def _when_exported(self, action: Callable[[], object]) -> None:
        """Do `action` at once, or ask first when weights that took long to train would be lost."""
        unsaved = [run for run in self._session.runs if _is_worth_a_question(run)]
        if not unsaved:
            action()
            return

        def export_first() -> None:
            self._after_export = action
            self.export_weights()

        run = self._session.run if self._session.run in unsaved else unsaved[-1]
        duration = format_duration(run.stopwatch.seconds)
        if run is self._session.run:
            question = f"The weights of the last run ({duration}) were not exported."
            answers: dict[str, Callable[[], object]] = {"Export…": export_first, "Discard": action}
            ask(self._window, "Weights", question, answers, "Export…", "weights_dialog")
        else:
            question = (
                f"The weights of an earlier run ({duration}) were not exported. To export them, cancel and go back to "
                "that run (Alt+Left)."
            )
            ask(self._window, "Weights", question, {"Discard": action}, "", "weights_dialog")

    def recent(self) -> list[Path]:
        """Return the files used last that still exist, newest first."""
        stored = self._settings.value("recent_files", [])
        # An INI file gives a list of one back as a plain string.
        names = stored if isinstance(stored, list) else [stored] if isinstance(stored, str) else []
        return [path for path in map(Path, names) if path_kind(path) == "a file"]

    def fill_recent_menu(self, menu: QMenu) -> None:
        """List the recent files in a menu."""
        menu.clear()
        menu.setToolTipsVisible(True)
        for path in self.recent():
            menu.addAction(button_text(path.name), partial(self.open_path, path)).setToolTip(tool_tip(str(path)))
        if menu.isEmpty():
            menu.addAction("No files yet").setEnabled(False)

    def fill_examples_menu(self, menu: QMenu) -> None:
        """List the examples in a menu."""
        for name, title in EXAMPLES.items():
            menu.addAction(title, partial(self.open_example, name)).setObjectName(f"action_example_{name}")

    def _choose_project(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self._window, "Open project", str(self._last_folder()), PROJECT_FILTER)
        if chosen:
            found = _identify(Path(chosen))
            if found.kind == "other":
                show_problem(self._window, "Open", found.sentence)
            else:
                # The user was asked about unsaved changes before the dialog.
                self._open(Path(chosen), found.kind, lambda action: action())

    def _open_project(self, path: Path) -> None:
        try:
            self._document.open(path)
        except TinymlError as error:
            show_problem(self._window, "Open project", str(error))
        else:
            self.remember(path)

    def shutdown(self) -> None:
        """Wait for what is being written and end the thread."""
        if self._data_job is not None:
            self._data_job.cancel()
        self._runner.shutdown(LONGEST_SAVE)

    @Slot(object)
    def _on_export_returned(self, path: Path) -> None:
        self.message.emit(f"Saved {path.name}.")
        self.remember(path)
        if self._exporting is not None:
            run, snapshot = self._exporting
            run.exported = snapshot
        action, self._after_export = self._after_export, None
        if action is not None:
            action()

    @Slot(str)
    def _on_export_failed(self, sentence: str) -> None:
        self._after_export = None
        show_problem(self._window, "Export weights", sentence)

    @Slot(object)
    def _on_weights_loaded(self, snapshot: Snapshot) -> None:
        self._document.replace(Project(network=snapshot.network, data=snapshot.data, training=snapshot.training))
        self._session.use_snapshot(snapshot)

    @Slot(str)
    def _on_weights_failed(self, sentence: str) -> None:
        show_problem(self._window, "Use weights", sentence)

    @Slot()
    def _go_on_after_stop(self) -> None:
        """Do what waited for the end of the run."""
        if self._after_stop is not None and not self._session.state.active:
            action, self._after_stop = self._after_stop, None
            action()

    def _last_folder(self) -> Path:
        recent = self.recent()
        return recent[0].parent if recent else Path.home()

    @Slot(Path)
    def remember(self, path: Path) -> None:
        """Put a file at the head of the recent ones."""
        path = path.resolve()
        others = [str(other) for other in self.recent() if other != path]
        self._settings.setValue("recent_files", [str(path), *others][:MOST_RECENT])
        self.recent_changed.emit()


def _is_worth_a_question(run: Run) -> bool:
    """Return True when weights would be lost that took long to train."""
    unsaved = run.learned and run.snapshot is not None and run.snapshot is not run.exported
    return unsaved and run.stopwatch.seconds >= WORTH_A_QUESTION_SECONDS


def _identify(path: Path) -> FileKind:
    """Find out what is at a path; what cannot be read counts as a file of another kind."""
    try:
        return identify(path)
    except TinymlError as error:
        return FileKind("other", str(error))


def export_snapshot(path: Path, snapshot: Snapshot) -> Path:
    """Write a snapshot as a whole model and return its path; raises `StorageError`."""
    about = SavedModel(
        network=snapshot.network,
        input_shape=snapshot.description.example_shape,
        class_names=snapshot.description.class_names,
        target_shape=snapshot.description.target_shape,
        data=snapshot.data,
        training=snapshot.training,
        history=summarise_history(snapshot.history),
        test_loss=snapshot.test_loss,
        test_accuracy=snapshot.test_accuracy,
        test_r_squared=snapshot.test_r_squared,
    )
    save_model(path, snapshot.make_net(), about)
    return path


def load_snapshot(path: Path) -> Snapshot:
    """Read a whole model; raises `StorageError` or `DataError` when the file or its data cannot be used."""
    net, about = load_model(path)
    history = tuple(
        EpochFinished(**epoch.model_dump(), epochs=about.training.epochs, seconds=0.0) for epoch in about.history
    )
    return Snapshot(
        about.network,
        about.data,
        about.training,
        describe(about.data.source).with_target(about.data.target),
        frozen_state(net),
        history,
        test_loss=about.test_loss,
        test_accuracy=about.test_accuracy,
        test_r_squared=about.test_r_squared,
    )
