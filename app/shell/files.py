"""Opening and saving: projects, examples, weights, and the questions that go with them."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from app.document import Document
from app.shell.dialogs import ask, show_problem
from app.training import Session, Snapshot
from app.training.snapshot import copy_tensors
from tinyml.core import TinymlError
from tinyml.data import describe
from tinyml.learner import EpochFinished
from tinyml.storage import PROJECT_SUFFIX, Project, SavedModel, example_path, load_model, save_model, summarise_history

PROJECT_FILTER = f"TinyML projects (*{PROJECT_SUFFIX});;All files (*)"
WEIGHTS_FILTER = "Weights (*.safetensors);;All files (*)"
MOST_RECENT = 8
FIRST_EXAMPLE = "lenet-digits"
EXAMPLES = {
    "lenet-digits": "LeNet on digits",
    "shapes": "LeNet on shapes",
    "circle": "Circle in a square",
    "lenet-mnist": "LeNet on MNIST (your own files)",
}


class Files(QObject):
    """Everything between the window and the disk. Every failure is one sentence and changes nothing.

    Signals:
        weights_opened(path): a safetensors file should be shown in Models.
        recent_changed(): the list of recent files changed.
    """

    weights_opened = Signal(Path)
    recent_changed = Signal()

    def __init__(self, document: Document, session: Session, settings: QSettings, window: QWidget) -> None:
        super().__init__(window)
        self._document, self._session, self._settings, self._window = document, session, settings, window

    def new_project(self) -> None:
        """Start with an empty network, after asking about unsaved changes."""
        self.when_free(partial(self._document.replace, Project()))

    def open_project(self) -> None:
        """Let the user choose a project file and open it."""
        self.when_free(self._choose_project)

    def open_path(self, path: Path) -> None:
        """Open a project or a weights file, after asking about unsaved changes."""
        if path.suffix == ".safetensors":
            self.weights_opened.emit(path)
        else:
            self.when_free(partial(self._open_project, path))

    def open_example(self, name: str) -> None:
        """Open a copy of an example that comes with the program."""
        self.when_free(partial(self.load_example, name))

    def load_example(self, name: str) -> None:
        """Show an example as a project without a file, so that saving asks for one."""
        try:
            self._document.open(example_path(name))
            self._document.forget_file()
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
        chosen, _ = QFileDialog.getSaveFileName(self._window, "Save project", str(start), PROJECT_FILTER)
        if chosen:
            path = Path(chosen)
            self.save_to(path if path.name.endswith(".json") else path.with_name(path.name + PROJECT_SUFFIX))

    def save_to(self, path: Path) -> bool:
        """Save the project to `path`; returns False, after showing why, when that failed."""
        try:
            self._document.save(path)
        except TinymlError as error:
            show_problem(self._window, "Save project", str(error))
            return False
        self._remember(path)
        return True

    def export_weights(self) -> None:
        """Ask for a file and save the trained network to it."""
        if self._session.snapshot is None:
            show_problem(self._window, "Export weights", "There are no weights yet. Train the network first (F5).")
            return
        stem = self._document.path.name.split(".")[0] if self._document.path else "network"
        start = self._last_folder() / f"{stem}.safetensors"
        chosen, _ = QFileDialog.getSaveFileName(self._window, "Export weights", str(start), WEIGHTS_FILTER)
        if chosen:
            path = Path(chosen)
            self.export_to(path if path.suffix else path.with_suffix(".safetensors"))

    def export_to(self, path: Path) -> bool:
        """Save the newest weights with their network to `path`; returns False, after showing why, when that failed."""
        snapshot = self._session.snapshot
        if snapshot is None:
            return False
        try:
            save_model(path, snapshot.make_net(), self._describe_model(snapshot))
        except TinymlError as error:
            show_problem(self._window, "Export weights", str(error))
            return False
        self._remember(path)
        return True

    def _describe_model(self, snapshot: Snapshot) -> SavedModel:
        return SavedModel(
            network=snapshot.network,
            input_shape=snapshot.description.example_shape,
            class_names=snapshot.description.class_names,
            data=snapshot.data,
            training=snapshot.training,
            history=summarise_history(snapshot.history),
            test_loss=self._session.test_loss,
            test_accuracy=self._session.test_accuracy,
        )

    def open_weights(self) -> None:
        """Let the user choose a safetensors file and show it in Models."""
        chosen, _ = QFileDialog.getOpenFileName(self._window, "Open weights", str(self._last_folder()), WEIGHTS_FILTER)
        if chosen:
            self._remember(Path(chosen))
            self.weights_opened.emit(Path(chosen))

    def use_weights(self, path: Path) -> None:
        """Take network and weights of a file as the current ones, after asking about what would be lost."""
        self.when_free(partial(self._load_model, path))

    def when_free(self, action: Callable[[], object]) -> None:
        """Do `action`, which replaces the project: at once, or after the user agreed to stop and chose what to save."""
        if not self._session.state.active:
            self.when_saved(action)
            return

        def stop_first() -> None:
            self._session.shutdown()
            self.when_saved(action)

        question = "The network is still training. What it has learned will be lost unless you export it first."
        ask(self._window, "Training", question, {"Stop training": stop_first}, "Stop training", "stop_dialog")

    def when_saved(self, action: Callable[[], object]) -> None:
        """Do `action` at once, or after the user has decided what becomes of unsaved changes."""
        if not self._document.modified:
            action()
            return

        def save_first() -> None:
            self.save_project()
            if not self._document.modified:
                action()

        answers = {"Save": save_first, "Discard": action}
        name = self._document.path.name if self._document.path else "the new project"
        ask(self._window, "Unsaved changes", f"Save the changes in {name}?", answers, "Save", "unsaved_dialog")

    def recent(self) -> list[Path]:
        """Return the files used last that still exist, newest first."""
        stored = self._settings.value("recent_files", [])
        # An INI file gives a list of one back as a plain string.
        names = stored if isinstance(stored, list) else [stored] if isinstance(stored, str) else []
        return [path for path in map(Path, names) if path.is_file()]

    def fill_recent_menu(self, menu: QMenu) -> None:
        """List the recent files in a menu."""
        menu.clear()
        for path in self.recent():
            menu.addAction(path.name, partial(self.open_path, path)).setToolTip(str(path))
        if menu.isEmpty():
            menu.addAction("No files yet").setEnabled(False)

    def fill_examples_menu(self, menu: QMenu) -> None:
        """List the examples in a menu."""
        for name, title in EXAMPLES.items():
            menu.addAction(title, partial(self.open_example, name)).setObjectName(f"action_example_{name}")

    def _choose_project(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self._window, "Open project", str(self._last_folder()), PROJECT_FILTER)
        if chosen:
            self._open_project(Path(chosen))

    def _open_project(self, path: Path) -> None:
        try:
            self._document.open(path)
        except TinymlError as error:
            show_problem(self._window, "Open project", str(error))
        else:
            self._remember(path)

    def _load_model(self, path: Path) -> None:
        try:
            snapshot = load_snapshot(path)
        except TinymlError as error:
            show_problem(self._window, "Use weights", str(error))
            return
        self._document.replace(Project(network=snapshot.network, data=snapshot.data, training=snapshot.training))
        self._session.use_snapshot(snapshot)

    def _last_folder(self) -> Path:
        recent = self.recent()
        return recent[0].parent if recent else Path.home()

    def _remember(self, path: Path) -> None:
        path = path.resolve()
        others = [str(other) for other in self.recent() if other != path]
        self._settings.setValue("recent_files", [str(path), *others][:MOST_RECENT])
        self.recent_changed.emit()


def load_snapshot(path: Path) -> Snapshot:
    """Read a whole model; raises `StorageError` or `DataError` when the file or its data cannot be used."""
    net, about = load_model(path)
    history = tuple(
        EpochFinished(**epoch.model_dump(), epochs=about.training.epochs, seconds=0.0) for epoch in about.history
    )
    return Snapshot(about.network, about.data, about.training, describe(about.data.source), copy_tensors(net), history)
