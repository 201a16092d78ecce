"""The menu that saves and copies pictures."""

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QGuiApplication, QImage
from PySide6.QtWidgets import QMenu, QWidget

from app.inspector.reconstruction.picture import Picture
from app.inspector.reconstruction.picture_file import enlarge, save_png
from app.widgets.save_dialog import ask_where_to_save
from tinyml.core import StorageError

SCALES = (1, 4, 8, 16)
"""Width and height of each number in pixels, to choose from."""


class PictureMenu(QMenu):
    """Saves pictures as PNG files or copies them, at the scale that the user chooses.

    Arguments:
        pictures: the pictures by their names in the menu, such as "map".
        parent: owns the menu and its dialogs.

    Signals:
        message(sentence, failed): a picture was saved or copied, or could not be saved.
    """

    message = Signal(str, bool)

    def __init__(self, pictures: Mapping[str, Picture], parent: QWidget) -> None:
        super().__init__(parent)
        self._pictures = pictures
        self._folder = Path.home()
        for verb, text in (("save", "Save {}…"), ("copy", "Copy {}")):
            for name in self._pictures:
                action = self.addAction(text.format(name))
                action.setObjectName(f"inspector_{verb}_{name.replace(' ', '_')}")
                action.setData((verb, name))
            self.addSeparator()
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
            if action.data() is not None:
                action.setEnabled(not self._pictures[action.data()[1]].image.isNull())

    @Slot(QAction)
    def _on_triggered(self, action: QAction) -> None:
        data = action.data()
        if not isinstance(data, tuple):
            return
        verb, name = data
        image = self._pictures[name].image
        if image.isNull():
            self.message.emit(f"There is no {name} yet. Choose a feature map first.", True)
        elif verb == "copy":
            QGuiApplication.clipboard().setImage(enlarge(image, self.scale))
            self.message.emit(f"Copied the {name}.", False)
        else:
            self._save(name, enlarge(image, self.scale))

    def _save(self, name: str, image: QImage) -> None:
        suggested = self._folder / f"{name.replace(' ', '_')}.png"
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
