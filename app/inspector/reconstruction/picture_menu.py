"""The menu that saves and copies pictures."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QGuiApplication, QImage
from PySide6.QtWidgets import QMenu, QWidget

from app.inspector.reconstruction.figure import FigurePart, make_figure
from app.inspector.reconstruction.picture_file import save_png
from app.widgets.save_dialog import ask_where_to_save
from tinyml.core import StorageError

SCALES = (1, 4, 8, 16)
"""Width and height of each number in pixels, to choose from."""
NAMES = ("reconstruction", "map", "input", "pictures")
"""What can be saved. "pictures" are the input and all reconstructions, side by side."""


class PictureMenu(QMenu):
    """Saves pictures as PNG files or copies them, at the scale that the user chooses.

    A picture is saved as it is shown, with contours, contrast and frame, but always whole. Its scale and a caption are
    below it, unless the user wants the bare pixels.

    Arguments:
        parts_of: returns the pictures behind one of `NAMES`; none if they are not shown.
        caption: returns the words about sample, map and activation.
        parent: owns the menu and its dialogs.

    Signals:
        message(sentence, failed): a picture was saved or copied, or could not be saved.
    """

    message = Signal(str, bool)

    def __init__(
        self, parts_of: Callable[[str], list[FigurePart]], caption: Callable[[], str], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._parts_of, self._caption = parts_of, caption
        self._folder = Path.home()
        for verb, text in (("save", "Save {}…"), ("copy", "Copy {}")):
            for name in NAMES:
                action = self.addAction(text.format(name if name != "pictures" else "all pictures"))
                action.setObjectName(f"inspector_{verb}_{name}")
                action.setData((verb, name))
            self.addSeparator()
        self._captioned = self.addAction("With scale and caption")
        self._captioned.setObjectName("inspector_captioned")
        self._captioned.setCheckable(True)
        self._captioned.setChecked(True)
        self._scales = QActionGroup(self)
        scales = self.addMenu("Scale")
        for scale in SCALES:
            action = scales.addAction("one pixel for each number" if scale == 1 else f"{scale} × {scale} pixels")
            action.setObjectName(f"inspector_scale_{scale}")
            action.setCheckable(True)
            action.setChecked(scale == SCALES[-1])
            action.setData(scale)
            self._scales.addAction(action)
        self.aboutToShow.connect(self._on_about_to_show)
        self.triggered.connect(self._on_triggered)

    @property
    def scale(self) -> int:
        """Width and height in pixels of each number in the saved or copied picture."""
        return int(self._scales.checkedAction().data())

    @Slot()
    def _on_about_to_show(self) -> None:
        for action in self.actions():
            if isinstance(action.data(), tuple):
                action.setEnabled(bool(self._parts_of(action.data()[1])))

    @Slot(QAction)
    def _on_triggered(self, action: QAction) -> None:
        data = action.data()
        if not isinstance(data, tuple):
            return
        verb, name = data
        parts = self._parts_of(name)
        if not parts:
            self.message.emit(f"There is no {name} yet. Choose a feature map first.", True)
            return
        image = self._make_image(parts)
        if verb == "copy":
            QGuiApplication.clipboard().setImage(image)
            self.message.emit(f"Copied the {name}.", False)
        else:
            self._save(name, image)

    def _make_image(self, parts: list[FigurePart]) -> QImage:
        if self._captioned.isChecked() or len(parts) > 1:
            return make_figure(parts, self._caption(), self.scale)
        return parts[0].drawing.enlarged(self.scale)

    def _save(self, name: str, image: QImage) -> None:
        suggested = self._folder / f"{name}.png"
        path = ask_where_to_save(self.parentWidget(), f"Save {name}", suggested, {"png": "Pictures"})
        if path is None:
            return
        try:
            save_png(path, image)
        except StorageError as error:
            self.message.emit(str(error), True)
        else:
            self._folder = path.parent
            self.message.emit(f"Saved {path.name}, {image.width()}×{image.height()} pixels.", False)
