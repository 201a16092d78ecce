"""Ctrl+C in the terminal that the window was started from."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMessageBox

from app.document import edits
from app.shell.interruption import Interruption
from tinyml.storage import read_project

ROOT = Path(__file__).parents[3]
POSIX_ONLY = pytest.mark.skipif(os.name != "posix", reason="Windows has no way to send Ctrl+C to one process")


@pytest.fixture
def interruption():
    before = signal.getsignal(signal.SIGINT)
    interruption = Interruption()
    yield interruption
    interruption.close()
    assert signal.getsignal(signal.SIGINT) is before


@POSIX_ONLY
def test_ctrl_c_becomes_a_qt_signal(qtbot, interruption):
    assert not interruption.happened
    with qtbot.waitSignal(interruption.interrupted):
        os.kill(os.getpid(), signal.SIGINT)
    assert interruption.happened
    assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL


def test_the_interruption_belongs_to_its_parent():
    parent = QObject()
    interruption = Interruption(parent)
    assert interruption.parent() is parent
    interruption.close()


def test_an_interrupted_window_closes_without_a_question_and_keeps_the_changes(make_window, tmp_path):
    window = make_window()
    window.document.apply(edits.change_training(window.document.project, epochs=77))
    box = QMessageBox(parent=window)
    box.open()
    window.interrupt()
    assert not window.isVisible()
    assert not box.isVisible()
    (copy,) = (tmp_path / "recovery").glob("unsaved-*.tinyml.json")
    assert read_project(copy).training.epochs == 77
    assert list((tmp_path / "recovery").glob("*.lock")) == []


def test_an_interrupted_window_without_changes_leaves_nothing(make_window, tmp_path):
    make_window().interrupt()
    assert list((tmp_path / "recovery").iterdir()) == []


@POSIX_ONLY
def test_ctrl_c_ends_the_program_with_a_sentence(tmp_path):
    command = [sys.executable, str(ROOT / "main.py"), "--settings", str(tmp_path / "settings.ini")]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    process = subprocess.Popen(command, env=environment, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    try:
        deadline = time.monotonic() + 90
        # The window takes the lock while it is made.
        while not list((tmp_path / "recovery").glob("*.lock")):
            assert process.poll() is None, process.stderr.read()
            assert time.monotonic() < deadline, "the window does not open"
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=200)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 130, errors
    assert errors.strip().splitlines()[-1] == "tinyml-studio: The window was closed by Ctrl+C."
    assert "Traceback" not in errors


@POSIX_ONLY
@pytest.mark.parametrize("module", ["PySide6.QtWidgets", "app.shell.main_window"])
def test_ctrl_c_during_the_start_ends_the_program_as_soon_as_it_has_started(tmp_path, module):
    code = f"""
import os, signal, sys
class Finder:
    def find_spec(self, name, *_arguments):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Finder())
from app.shell.command_line import main
sys.exit(main(["--settings", {str(tmp_path / "settings.ini")!r}]))
"""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 130, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.strip().splitlines()[-1] == "tinyml-studio: The window was closed by Ctrl+C."
