"""Start the program: the window, or the guided tour."""

import json
import sys
import tempfile
from pathlib import Path

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

from app.shell.application import ThemeChoice, ThemeManager, create_application, open_settings, remembered_theme
from app.shell.dialogs import show_problem
from app.shell.examples import FIRST_EXAMPLE
from app.shell.garbage_collection import GarbageCollection
from app.shell.interruption import Interruption
from app.shell.main_window import MainWindow
from tinyml.command_line.exit_status import INTERRUPTED


def open_window(
    project: Path | None = None, theme: ThemeChoice | None = None, settings_file: Path | None = None
) -> MainWindow:
    """Open the main window with a file, or with the first example.

    Arguments:
        project: path of a project, weights or a data folder; None for the first example.
        theme: colours; None for the user's last choice.
        settings_file: path of the settings; None for the user's own settings.
    """
    application = create_application()
    settings = open_settings(settings_file)
    theme_manager = ThemeManager(application, theme or remembered_theme(settings))
    with theme_manager.style_sheet_later():
        window = MainWindow(settings, theme_manager)
        theme_manager.setParent(window)
        window.files.load_example(FIRST_EXAMPLE)
    if project is not None:
        window.files.open_path(project)
    window.show()
    window.recovery.offer()
    window.run_recovery.offer()
    if window.recovery.problem:
        show_problem(window, "Settings", window.recovery.problem)
    return window


def run_window(project: Path | None, theme: ThemeChoice | None, settings_file: Path | None) -> int:
    """Open the window, wait until it is closed, and return the exit status.

    Arguments:
        project: path of a project, weights or a data folder; None for the first example.
        theme: colours; None for the user's last choice.
        settings_file: path of the settings; None for the user's own settings.
    """
    application = create_application()
    interruption = Interruption(application)
    window = open_window(project, theme, settings_file)
    interruption.interrupted.connect(window.interrupt)
    garbage = GarbageCollection(application)
    status = application.exec()
    garbage.close()
    interruption.close()
    if interruption.happened:
        kept = " The next start offers to restore the unsaved changes." if window.document.modified else ""
        print(f"\ntinyml-studio: The window was closed by Ctrl+C.{kept}", file=sys.stderr)
        status = INTERRUPTED
    window.deleteLater()
    return status


def run_tour(folder: Path, epochs: int | None, theme: ThemeChoice) -> int:
    """Take the guided tour, print its result as one line of JSON, and return the exit status.

    Arguments:
        folder: for the pictures, the project and the weights.
        epochs: number of epochs to train; None for the project's own.
        theme: colours of the window.
    """
    from app.shell.tour import INTERRUPTED_TOUR, TOUR_SECONDS, take_tour
    from app.shell.tour_watchdog import time_limit

    qInstallMessageHandler(_print_relevant_message)
    application = create_application()
    interruption = Interruption(application)
    # The tour ends in time by itself, unless the window hangs.
    with time_limit(TOUR_SECONDS + 60), tempfile.TemporaryDirectory() as scratch:
        window = open_window(theme=theme, settings_file=Path(scratch) / "settings.ini")
        garbage = GarbageCollection(application)
        result = take_tour(window, folder, epochs, interruption)
        window.close()
        garbage.close()
        application.processEvents()
    interruption.close()
    print(json.dumps(result))
    if interruption.happened:
        print(f"\ntinyml-studio: {result.get('reason', INTERRUPTED_TOUR)}", file=sys.stderr)
        return INTERRUPTED
    return 0 if result["ok"] else 1


def _print_relevant_message(_kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
    """Print a message of Qt, except those that the offscreen platform repeats all the time."""
    if not text.startswith("This plugin does not support"):
        print(text, file=sys.stderr)
