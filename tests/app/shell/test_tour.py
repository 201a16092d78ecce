"""The tour as a command: its output, and its end after every failure."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.shell import tour
from app.shell.tour import take_tour
from app.shell.tour_driver import TourError

ROOT = Path(__file__).parents[3]


@pytest.fixture
def start_tour(tmp_path):
    """Return a function that starts the tour as a program. Running programs are killed at the end."""
    processes = []

    def start(*arguments, code="import sys; from app.shell.command_line import main; sys.exit(main())"):
        command = [sys.executable, "-c", code, "--tour", str(tmp_path / "tour"), *arguments]
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
        processes.append(
            subprocess.Popen(
                command, env=environment, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
        )
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def wait_for_picture(tmp_path, process, name):
    deadline = time.monotonic() + 90
    while not list((tmp_path / "tour").glob(f"*-{name}.png")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "the tour makes no progress"
        time.sleep(0.05)


def test_a_tour_that_fails_ends_with_its_reason_and_leaves_no_dialog(window, tmp_path, monkeypatch):
    def fail(_tour):
        window.files.save_project_as()

    monkeypatch.setattr(tour.Tour, "check_first_start", fail)
    result = take_tour(window, tmp_path / "tour")
    assert not result["ok"]
    assert result["reason"] == "The window says: Save project"
    assert QApplication.activeModalWidget() is None


def test_a_folder_that_cannot_be_created_is_the_reason(window, tmp_path):
    (tmp_path / "file").write_text("")
    result = take_tour(window, tmp_path / "file" / "tour")
    assert not result["ok"]
    assert "file" in result["reason"]


def test_every_step_of_the_tour_can_be_aborted(window, tmp_path, monkeypatch):
    def abort(the_tour):
        the_tour.driver.abort(TourError("Enough."))
        the_tour.driver.wait(1)

    monkeypatch.setattr(tour.Tour, "drag_two_layers_in", abort)
    assert take_tour(window, tmp_path / "tour")["reason"] == "Enough."


def test_ctrl_c_ends_the_tour_with_a_sentence(start_tour, tmp_path):
    process = start_tour("--epochs", "100000")
    wait_for_picture(tmp_path, process, "fixed")
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=200)
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    assert errors.strip() == "tinyml-studio: The tour was stopped by Ctrl+C."
    result = json.loads(output.splitlines()[-1])
    assert (result["ok"], result["reason"]) == (False, "The tour was stopped by Ctrl+C.")


def test_a_tour_whose_window_hangs_is_ended(start_tour):
    code = """
import sys, threading
from app.shell import tour, run
from app.shell.command_line import main
tour.TOUR_SECONDS = -57
tour.Tour.check_first_start = lambda tour: threading.Event().wait()
sys.exit(main())
"""
    process = start_tour(code=code)
    output, errors = process.communicate(timeout=200)
    assert process.returncode == 1
    assert json.loads(output)["reason"] == "The program hung and was ended after 3 seconds."
    assert "most recent call first" in errors
