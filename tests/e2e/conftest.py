"""Fixtures for the tests of the real program: a virtual desktop, and the program on it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.desktop import Desktop, wait_for
from tests.e2e.requirements import why_no_window
from tinyml.storage import example_path

ROOT = Path(__file__).parents[2]

Point = tuple[float, float]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            # A whole session takes some minutes on a busy machine.
            item.add_marker(pytest.mark.timeout(900))


class Program:
    """The program on a desktop; the tests use it from outside, as a user does.

    Arguments:
        desktop: the desktop on which it runs.
        folder: the folder for its settings and for its answers to the test. A folder of an earlier program restarts it.
        project: the project file to open; None for a first start.
    """

    def __init__(self, desktop: Desktop, folder: Path, project: Path | None = None) -> None:
        self.desktop, self.folder = desktop, folder
        folder.mkdir(exist_ok=True)
        command = [sys.executable, str(Path(__file__).with_name("driver_app.py")), str(folder)]
        self._log = folder / "output.txt"
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, str(project)] if project else command,
                env={**desktop.environment, "PYTHONPATH": str(ROOT)},
                cwd=folder,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.window = self._find_window()

    @property
    def output(self) -> str:
        """The text that the program has printed."""
        return self._log.read_text(errors="replace")

    def ask(self) -> dict[str, Any]:
        """Return the state of the program: its widgets with their places, the layers, the run."""
        answer, question = self.folder / "state.json", self.folder / "ask"
        answer.unlink(missing_ok=True)
        question.touch()
        wait_for(lambda: answer.exists() or self.process.poll() is not None, "an answer", 0.01)
        assert answer.exists(), f"the program ended with status {self.process.returncode}:\n{self.output}"
        state: dict[str, Any] = json.loads(answer.read_text())
        return state

    def wait_until(self, condition: Callable[[dict[str, Any]], Any], what: str) -> dict[str, Any]:
        """Ask for the state until it meets the condition; return that state."""
        last: dict[str, Any] = {}

        def met() -> bool:
            last.clear()
            last.update(self.ask())
            return bool(condition(last))

        wait_for(met, what, 0.2)
        return last

    def follow(self, hand: Point, target: Callable[[dict[str, Any]], Point]) -> Point:
        """Move the mouse until it is over a target that moves away when cards slide apart, and the cards lie still.

        Arguments:
            hand: where the mouse is.
            target: returns the point to reach; its argument is the state of the program.

        Returns the point that the mouse has reached.
        """
        for _ in range(12):
            still = self.wait_until(lambda state: not state["sliding"], "the cards to lie still")
            there = target(still)
            if "drag_ghost" in still["widgets"] and max(abs(hand[0] - there[0]), abs(hand[1] - there[1])) < 2:
                return hand
            self.desktop.glide(hand, there, steps=8)
            hand = there
        raise AssertionError(f"the target moves away again and again; it was last at {hand}")

    def middle_of(self, name: str) -> tuple[float, float]:
        """Return the centre of a widget on the screen, in pixels."""
        x, y, width, height = self.ask()["widgets"][name]
        return x + width / 2, y + height / 2

    def close(self) -> None:
        """Close the main window, and wait for the end of the program."""
        self.desktop.xdotool("windowactivate", "--sync", self.window)
        self.wait_until(lambda state: state["active"] == "main_window", "the main window to be active")
        self.desktop.press("alt+F4")
        wait_for(lambda: self.process.poll() is not None, "the program to end")
        assert self.process.returncode == 0, self.output

    def end(self) -> None:
        """Kill the program if it still runs."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def _find_window(self) -> str:
        def find() -> list[str]:
            assert self.process.poll() is None, f"the program ended at once:\n{self.output}"
            found = self.desktop.windows("TinyML Studio")
            # The title of a page's own window names the page first.
            return [each for each in found if self.desktop.xdotool("getwindowname", each).count(" — ") == 1]

        found: list[str] = wait_for(find, "the window")
        self.desktop.xdotool("windowactivate", "--sync", found[0])
        self.wait_until(lambda state: state["active"] == "main_window", "the window to be active")
        return found[0]


@pytest.fixture(scope="session")
def desktop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desktop]:
    """Start one virtual desktop for all tests of the session."""
    reason = why_no_window()
    if reason and os.environ.get("E2E_REQUIRED") == "1":
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)
    with Desktop(tmp_path_factory.mktemp("desktop")) as desktop:
        yield desktop


@pytest.fixture
def long_run(tmp_path: Path) -> Path:
    """Write the circle example as a project file with 100 000 epochs, more than any test waits for."""
    project = json.loads(example_path("circle").read_text())
    project["training"]["epochs"] = 100_000
    path = tmp_path / "long.tinyml.json"
    path.write_text(json.dumps(project))
    return path


@pytest.fixture
def start(desktop: Desktop, tmp_path: Path) -> Iterator[Callable[..., Program]]:
    """Return a function that starts the program. After the test, kill the program and check its output."""
    programs: list[Program] = []

    def start_program(project: Path | None = None, folder: Path | None = None) -> Program:
        programs.append(Program(desktop, folder or tmp_path / f"program_{len(programs)}", project))
        return programs[-1]

    yield start_program
    for program in programs:
        program.end()
        assert "Traceback" not in program.output, program.output
