"""The guided tour: a whole session in the real window with mouse and keys. Each step is checked."""

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QTableView, QWidget

from app.forms.export import ExportDialog
from app.shell.interruption import Interruption
from app.shell.main_window import MainWindow
from app.shell.page_table import PAGES
from app.shell.tour_driver import Driver, TourError
from app.shell.tour_of_inspect import TourOfInspect
from app.training import SessionState
from app.widgets.images.image_grid import ImageGrid
from app.widgets.images.picture_table import PictureTable
from tinyml.core import TinymlError
from tinyml.core.files import normalise_path

WINDOW_SIZE = QSize(1440, 900)
TRAINING_SECONDS = 600
"""Time limit for the training."""
TOUR_SECONDS = 2 * TRAINING_SECONDS
"""Time limit for the whole tour."""
INTERRUPTED_TOUR = "The tour was stopped by Ctrl+C."


def take_tour(
    window: MainWindow, folder: Path, epochs: int | None = None, interruption: Interruption | None = None
) -> dict[str, Any]:
    """Drive the window through a whole session.

    Arguments:
        window: the main window, which has just opened the first example.
        folder: for the pictures, the project and the weights; created if it is missing.
        epochs: number of epochs to train; None for the project's own.
        interruption: its signal ends the tour early.

    Returns the keys `ok`, `test_accuracy`, `epochs`, `train_seconds` and `screenshots`; after a failure also `reason`,
    which says what a step did wrong.
    """
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
    result: dict[str, Any] = {"ok": False, "test_accuracy": None, "epochs": None, "train_seconds": None}
    tour: Tour | None = None
    try:
        folder = normalise_path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        tour = Tour(window, folder, epochs)
        if interruption is not None:
            interruption.interrupted.connect(tour.interrupt)
        tour.run()
    except (TourError, TinymlError, OSError) as error:
        result["reason"] = str(error)
    else:
        session = window.session
        result |= {
            "ok": True,
            "test_accuracy": session.test_accuracy,
            "epochs": len(session.history),
            "train_seconds": round(session.seconds, 2),
        }
    finally:
        # A dialog that a failed step left open would keep the window from closing.
        if tour is not None:
            tour.driver.close()
        window.session.shutdown()
        window.document.undo_stack.setClean()
        for widget in QApplication.topLevelWidgets():
            if widget.isModal():
                widget.close()
    result["screenshots"] = [] if tour is None else tour.driver.pictures
    return result


class Tour:
    """The steps of the tour. Each step checks what the user would see.

    Arguments:
        window: the main window.
        folder: for the pictures, the project and the weights.
        epochs: number of epochs to train; None for the project's own.

    Attributes:
        driver: moves the mouse and presses the keys.
    """

    def __init__(self, window: MainWindow, folder: Path, epochs: int | None) -> None:
        self._window, self._folder, self._epochs = window, folder.resolve(), epochs
        self.driver = Driver(window, self._folder, TOUR_SECONDS)
        self._inspect = TourOfInspect(window, self.driver)

    def interrupt(self) -> None:
        """End the tour the next time that it waits."""
        self.driver.abort(TourError(INTERRUPTED_TOUR))

    def run(self) -> None:
        """Do all steps, in order.

        Raises `TourError` if a step does not do what it should.
        """
        self._window.resize(WINDOW_SIZE)
        self._window.activateWindow()
        for step in (
            self.check_first_start,
            self.walk_the_pages,
            self.drag_two_layers_in,
            self.undo_and_redo,
            self.fix_a_problem,
            self.choose_epochs,
            self.train_pause_and_resume,
            self.pick_a_sample,
            self.reconstruct_a_feature_map,
            self._inspect.draw_a_digit,
            self._inspect.find_the_map_that_misled_it,
            self._inspect.see_its_top_patches,
            self._inspect.check_its_sanity,
            self.save_the_project,
            self.export_the_weights,
            self.open_the_weights,
            self.switch_colours,
        ):
            step()
            self.driver.check()
            for text in self._window.exception_hook.tracebacks:
                raise TourError(f"An unexpected error in {step.__name__}: {text.splitlines()[-1]}")

    def check_first_start(self) -> None:
        """The window opens with the example, ready to train."""
        inspection = self._window.inspection
        self.driver.wait_until(lambda: inspection.sample_trace is not None, "the example's first sample is shown")
        self._check(not self._window.document.problems, "the example has a problem")
        self.driver.take_picture("first-start")

    def walk_the_pages(self) -> None:
        """Each page is shown by its button on the rail, and then by its keys."""
        for number, page in enumerate(PAGES, start=1):
            self._raise(page.name)
            self.driver.press("Ctrl+2")
            self.driver.press(f"Ctrl+{number}")
            self._check(self._window.pages.current == page.name, f"Ctrl+{number} does not show {page.title}")
        self._raise("build")

    def drag_two_layers_in(self) -> None:
        """A convolution and a ReLU are dragged from the palette into the gap before pool_2."""
        self._drag_in("Conv2D", before="pool_2", picture="drag-from-the-palette")
        self._drag_in("ReLu", before="pool_2")
        names = [layer.name for layer in self._window.document.project.network.layers]
        place = names.index("pool_2")
        self._check(
            names[place - 2 : place] == ["conv_3", "relu_4"], f"the dropped layers are in the wrong place: {names}"
        )
        self.driver.take_picture("two-more-layers")

    def undo_and_redo(self) -> None:
        """Ctrl+Z undoes the last drop, Ctrl+Shift+Z redoes it."""
        count = len(self._window.document.project.network.layers)
        self._click_card("pool_2")
        self.driver.press("Ctrl+Z")
        self._check(len(self._window.document.project.network.layers) == count - 1, "undo removed no layer")
        self.driver.press("Ctrl+Shift+Z")
        self._check(len(self._window.document.project.network.layers) == count, "redo inserted no layer")

    def fix_a_problem(self) -> None:
        """Without Flatten, the next layer shows a problem, and its button fixes it."""
        self._click_card("flatten_1")
        self.driver.press("Del")
        problems = self._window.document.problems
        self._check(len(problems) == 1, f"deleting Flatten should give one problem, not {len(problems)}")
        self.driver.wait(200)
        self.driver.take_picture("a-problem")
        self.driver.click(self.driver.find(QPushButton, f"fix_button_{problems[0].layer}"))
        self._check(not self._window.document.problems, "the one-click fix did not fix the problem")
        self.driver.take_picture("fixed")

    def choose_epochs(self) -> None:
        """The number of epochs is typed into the training form, if the caller wants another number."""
        if self._epochs is None:
            return
        self.driver.click(self.driver.find(QWidget, "chip_epochs"))
        field = self.driver.find(QWidget, "train_page_form_epochs")
        field.setFocus()
        self.driver.press("Ctrl+A")
        self.driver.type(str(self._epochs))
        self.driver.press("Tab")
        self._raise("build")
        chosen = self._window.document.project.training.epochs
        self._check(chosen == self._epochs, f"typed {self._epochs} epochs, but the project has {chosen}")

    def train_pause_and_resume(self) -> None:
        """F5 trains, F6 pauses and resumes, and the curves follow."""
        session = self._window.session
        planned = self._window.document.project.training.epochs
        self.driver.press("F5")
        self._check(session.state.active, f"F5 did not start the training: {session.state.value}")
        enough = max(1, planned // 4)
        self.driver.wait_until(
            lambda: len(session.history) >= enough or not session.state.active, "the first epochs", TRAINING_SECONDS
        )
        self.driver.press("F6")
        self.driver.wait_until(
            lambda: session.state in (SessionState.PAUSED, SessionState.FINISHED), "F6 pauses the training"
        )
        done = session.batches_done
        self.driver.take_picture("paused")
        self._check(session.batches_done == done, "the training continued during the pause")
        if session.state is SessionState.PAUSED:
            self.driver.press("F6")
        self.driver.wait_until(lambda: not session.state.active, "the training ends", TRAINING_SECONDS)
        self._check(session.state is SessionState.FINISHED, f"the training did not finish: {session.message}")
        self._check(len(session.history) == planned, "epochs are missing")
        self.driver.take_picture("trained")

    def pick_a_sample(self) -> None:
        """Another sample is clicked in the inspector."""
        inspection = self._window.inspection
        self._raise("inspect")
        grid = self.driver.find(PictureTable, "inspector_samples")
        self.driver.wait_until(lambda: grid.count > 12, "samples are shown")
        self.driver.click(grid.viewport(), grid.image_rect(8).center().toPoint())
        self.driver.wait_until(
            lambda: inspection.sample_trace is not None and inspection.sample_trace.index == inspection.index != 0,
            "the clicked sample is shown",
        )
        self._check(
            inspection.sample_trace is not None and inspection.sample_trace.snapshot.trained,
            "the inspector does not use the trained weights",
        )

    def reconstruct_a_feature_map(self) -> None:
        """A feature map is clicked, and the pixels that activate it appear."""
        self._raise("build")
        self._click_card("conv_2")
        self._raise("inspect")
        grid = self.driver.find(ImageGrid, "inspector_maps")
        self.driver.wait_until(lambda: len(grid.images) > 5, "the feature maps of conv_2 are shown")
        for index in range(len(grid.images)):
            grid.scroll_to(index)
            self.driver.click(grid.viewport(), grid.image_rect(index).center().toPoint())
            self.driver.wait_until(partial(self._is_reconstructed, "conv_2", index), f"map {index} is reconstructed")
            shown = self._window.inspect_page.reconstruction
            if shown is not None and not shown.blank_reason:
                break
        shown = self._window.inspect_page.reconstruction
        self._check(shown is not None and not shown.blank_reason, "no map of conv_2 is active for this sample")
        not_blank = shown is not None and bool(abs(shown.image).max() > 0)
        self._check(not_blank, "the reconstruction is blank without a reason")
        self._inspect.take_picture("reconstruction")

    def _is_reconstructed(self, layer: str, index: int) -> bool:
        shown = self._window.inspect_page.reconstruction
        return shown is not None and (shown.layer, shown.map_index) == (layer, index)

    def save_the_project(self) -> None:
        """Ctrl+S asks for a file and writes the project."""
        path = self._folder / "project.tinyml.json"
        path.unlink(missing_ok=True)
        self.driver.answer_file_dialog(lambda: self.driver.press("Ctrl+S"), path)
        self._check(path.is_file(), f"{path.name} was not written")
        self._check(not self._window.document.modified, "the project is still modified")
        self.driver.take_picture("saved")

    def export_the_weights(self) -> None:
        """Ctrl+E shows the formats with their previews, and writes the weights."""
        path = self._folder / "model.safetensors"
        path.unlink(missing_ok=True)
        with self.driver.expecting("export_dialog"):
            self.driver.press("Ctrl+E")
            dialog = self.driver.find(ExportDialog, "export_dialog")
            save = self.driver.find(QPushButton, "export_save")
            dialog.choose("safetensors")
            self.driver.wait_until(save.isEnabled, "the tensors are listed")
            self.driver.answer_file_dialog(save.click, path)
            # It closes when the file is written.
            self.driver.wait_until(lambda: QApplication.activeModalWidget() is None, "the dialog closes")
        self._check(path.is_file(), f"{path.name} was not written")

    def open_the_weights(self) -> None:
        """The weights are opened in Models, which lists every tensor of the network."""
        path = self._folder / "model.safetensors"
        self.driver.answer_file_dialog(lambda: self.driver.press("Ctrl+Shift+O"), path)
        table = self.driver.find(QTableView, "models_tensors")
        snapshot = self._window.session.snapshot
        expected = len(snapshot.tensors) if snapshot is not None else 0
        self.driver.wait_until(lambda: table.model().rowCount() == expected, f"Models lists {expected} tensors")
        # The weights of the second convolution: they have filters to show.
        chosen = table.model().index(2, 0)
        self.driver.click(table.viewport(), table.visualRect(chosen).center())
        details = self._window.models_page.details
        self.driver.wait_until(lambda: details.title.text() == chosen.data(), f"Models shows {chosen.data()}")
        self.driver.wait_until(lambda: bool(details.grid.images), "Models shows the filters")
        self.driver.take_picture("weights-in-models")

    def switch_colours(self) -> None:
        """Every page is shown in the window's colours, and then in the other ones."""
        was_dark = self._window.theme_manager.dark
        for dark in (was_dark, not was_dark):
            self._window.theme_manager.choose("dark" if dark else "light")
            for page in PAGES:
                self._raise(page.name)
                self.driver.wait(300)
                self.driver.take_picture(f"{page.name}-in-the-{'dark' if dark else 'light'}")
        self._window.theme_manager.choose("dark" if was_dark else "light")

    def _drag_in(self, layer_type: str, before: str, picture: str = "") -> None:
        self._click_card(before)
        search = self.driver.find(QLineEdit, "palette_search")
        self.driver.click(search)
        self.driver.type(layer_type)
        self.driver.wait(100)
        entry = self.driver.find(QWidget, f"palette_{layer_type}")
        edge = self._card(before)
        # An open gap stays open until the pointer passes the middle of the card below it.
        goal = edge.mapToGlobal(QPoint(edge.width() // 2, edge.height() * 2 // 5))
        before_drop = (lambda: self.driver.take_picture(picture)) if picture else None
        self.driver.drag(entry, goal, before_drop)
        self.driver.click(search)
        self.driver.press("Ctrl+A")
        self.driver.press("Backspace")

    def _card(self, name: str) -> QWidget:
        card = self._window.canvas.card(name)
        if card is None:
            raise TourError(f"There is no card '{name}'.")
        return card

    def _click_card(self, name: str) -> None:
        """Scroll to a card with the keyboard, then click it."""
        self._window.canvas.setFocus()
        self.driver.press("Home")
        names = [layer.name for layer in self._window.document.project.network.layers]
        for _ in range(names.index(name)):
            self.driver.press("Down")
        self.driver.wait(200)
        self.driver.click(self._card(name), QPoint(60, 12))
        self._check(self._window.document.selection == (name,), f"clicking the card '{name}' did not select it")

    def _raise(self, name: str) -> None:
        """Click the button of a page on the rail."""
        self.driver.click(self.driver.find(QWidget, f"rail_{name}"))
        self._check(self._window.pages.current == name, f"the button '{name}' does not show its page")

    @staticmethod
    def _check(holds: bool, otherwise: str) -> None:
        if not holds:
            raise TourError(otherwise[0].upper() + otherwise[1:] + ".")
