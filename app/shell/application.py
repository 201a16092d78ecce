"""The application object, its settings, and its light or dark theme."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

# QtAwesome uses qtpy, which must know the Qt binding.
os.environ.setdefault("QT_API", "pyside6")

import pyqtgraph as pg
from PySide6.QtCore import QLocale, QObject, QSettings, Qt, Slot
from PySide6.QtWidgets import QApplication

from app.widgets.theme.style import style_sheet
from app.widgets.theme.theme import DARK, LIGHT, palette_for
from tinyml.core.resources import resource_path

ThemeChoice = Literal["system", "light", "dark"]

SCHEMES = {
    "system": Qt.ColorScheme.Unknown,
    "light": Qt.ColorScheme.Light,
    "dark": Qt.ColorScheme.Dark,
}


def create_application(arguments: Sequence[str] = ()) -> QApplication:
    """Return the application, with its name, style and plot defaults; create it if there is none.

    Arguments:
        arguments: for Qt, without the name of the program.
    """
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication([sys.argv[0], *arguments])
    # In every locale, numbers have a decimal point and no group separators, as in code, papers and files.
    QLocale.setDefault(QLocale.c())
    application.setApplicationName("TinyML Studio")
    application.setOrganizationName("TinyML Studio")
    application.setStyle("Fusion")
    pg.setConfigOptions(antialias=True, imageAxisOrder="row-major")
    return application


def open_settings(path: Path | None = None) -> QSettings:
    """Return the settings of the window.

    Arguments:
        path: of the settings file; None for the user's own settings.
    """
    if path is not None:
        return QSettings(str(path), QSettings.Format.IniFormat)
    return QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "TinyML Studio", "studio")


def remembered_theme(settings: QSettings) -> ThemeChoice:
    """Return the user's last choice of colours; "system" if there is none.

    Arguments:
        settings: of the window.
    """
    stored = settings.value("theme", "system")
    return "light" if stored == "light" else "dark" if stored == "dark" else "system"


class ThemeManager(QObject):
    """Applies palette and style sheet for the colour scheme of the system, or for the one that the user chose.

    Arguments:
        application: gets the palette and the style sheet.
        choice: the first choice.

    Attributes:
        choice: the current choice.
    """

    def __init__(
        self, application: QApplication, choice: ThemeChoice = "system", parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._application = application
        self.choice: ThemeChoice = choice
        application.styleHints().colorSchemeChanged.connect(self._on_color_scheme_changed)
        self.choose(choice)

    def choose(self, choice: ThemeChoice) -> None:
        """Follow the system's colours, or always use light or dark ones.

        Arguments:
            choice: "system", "light" or "dark".
        """
        self.choice = choice
        # Title bars and native dialogs follow on most platforms, but not on offscreen and plain X11.
        self._application.styleHints().setColorScheme(SCHEMES[choice])
        self._apply_theme()

    @property
    def dark(self) -> bool:
        """True if the window is dark."""
        if self.choice == "system":
            return self._application.styleHints().colorScheme() == Qt.ColorScheme.Dark
        return self.choice == "dark"

    @contextmanager
    def style_sheet_later(self) -> Iterator[None]:
        """Make many widgets inside this context: they get the style sheet once, when it ends.

        With a style sheet, Qt styles a widget and all widgets in it again each time that it gets another parent. That
        takes more than half of the time that the window needs to open.
        """
        self._application.setStyleSheet("")
        try:
            yield
        finally:
            self._apply_theme()

    @Slot()
    def _on_color_scheme_changed(self) -> None:
        self._apply_theme()

    def _apply_theme(self) -> None:
        theme = DARK if self.dark else LIGHT
        self._application.setPalette(palette_for(theme))
        self._application.setStyleSheet(style_sheet(theme, resource_path("icons")))
