"""The real program in a real window, with a real mouse and keyboard."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.desktop import Desktop, wait_for
from tests.e2e.machine_load import OtherLoad

ROOT = Path(__file__).parents[2]

Start = Callable[..., Any]


def children_of(process_id: int) -> set[int]:
    """Return the running processes that a process has started."""
    found = set()
    for task in Path(f"/proc/{process_id}/task").glob("*/children"):
        found.update(int(child) for child in task.read_text().split())
    return found


def test_the_first_start_opens_lenet_on_digits_ready_to_train(start: Start) -> None:
    state = start().ask()
    assert state["data"] == "digits"
    assert state["layers"][:3] == ["conv_1", "relu_1", "pool_1"]
    assert state["problems"] == []
    assert state["state"] == "READY"
    assert not state["modified"]
    assert {"palette_Conv2D", "card_conv_1", "button_train"} <= state["widgets"].keys()


def test_main_py_opens_a_window_and_ends_when_it_is_closed(desktop: Desktop, tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "main.py"), "--settings", str(tmp_path / "settings.ini")]
    with (tmp_path / "output.txt").open("wb") as log:
        process = subprocess.Popen(command, env=desktop.environment, cwd=tmp_path, stdout=log, stderr=log)
    try:
        (window,) = wait_for(lambda: desktop.windows("LeNet on digits"), "the window")
        desktop.xdotool("windowactivate", "--sync", window)
        # A window manager that is still starting ignores the keys.
        wait_for(lambda: process.poll() is not None or desktop.press("alt+F4"), "the program to end", pause=2)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
    assert process.returncode == 0
    assert (tmp_path / "output.txt").read_text() == ""
    assert (tmp_path / "settings.ini").exists()


def pick_up(program: Any, entry: str) -> tuple[float, float]:
    """Press the mouse on an entry of the palette, move it to the centre of the canvas, and return that point."""
    start = program.middle_of(f"palette_{entry}")
    x, y, width, height = program.ask()["widgets"]["canvas"]
    over = (x + width / 2, y + height / 2)
    program.desktop.move(*start)
    program.desktop.press_mouse()
    program.desktop.glide(start, over)
    program.wait_until(lambda state: "drag_ghost" in state["widgets"], "the drag to begin")
    return over


def test_a_layer_is_dragged_from_the_palette_into_a_gap(start: Start) -> None:
    program = start()
    names = program.ask()["layers"]
    upper, lower = names[1:3]
    hand = pick_up(program, "Conv2D")

    def between(state: dict[str, Any]) -> tuple[float, float]:
        above, below = state["widgets"][f"card_{upper}"], state["widgets"][f"card_{lower}"]
        return hand[0], (above[1] + above[3] + below[1]) / 2

    program.follow(hand, between)
    program.desktop.release_mouse()
    after = program.wait_until(lambda state: len(state["layers"]) == len(names) + 1, "the new layer")
    (new,) = after["selection"]
    assert new.startswith("conv_")
    assert after["layers"] == [*names[:2], new, *names[2:]]
    assert "drag_ghost" not in after["widgets"]
    program.desktop.press("ctrl+z")
    program.wait_until(lambda state: state["layers"] == names, "the layer to be gone again")


def test_escape_cancels_a_drag(start: Start) -> None:
    program = start()
    before = program.ask()
    pick_up(program, "Linear")
    program.desktop.press("Escape")
    program.wait_until(lambda state: "drag_ghost" not in state["widgets"], "the drag to end")
    # The zoom shows that the release of the mouse has arrived.
    program.desktop.release_mouse()
    program.desktop.press("ctrl+minus")
    after = program.wait_until(lambda state: state["zoom"] < before["zoom"], "smaller cards")
    assert after["layers"] == before["layers"]
    assert not after["modified"]


def test_f5_trains_and_shift_f5_stops(start: Start) -> None:
    program = start()
    program.desktop.press("F5")
    program.wait_until(lambda state: state["epochs"] >= 2, "two epochs")
    program.desktop.press("shift+F5")
    stopped = program.wait_until(lambda state: state["state"] not in ("RUNNING", "STOPPING"), "the run to end")
    assert stopped["state"] in ("STOPPED", "FINISHED")
    # Nothing may happen in this time. Delays cannot make this fail.
    time.sleep(0.5)
    assert program.ask()["batches"] == stopped["batches"]


def test_f6_pauses_and_resumes(start: Start, long_run: Path) -> None:
    program = start(long_run)
    program.desktop.press("F5")
    program.wait_until(lambda state: state["epochs"] >= 1, "an epoch")
    program.desktop.press("F6")
    paused = program.wait_until(lambda state: state["state"] == "PAUSED", "the pause")
    # Nothing may happen in this time. Delays cannot make this fail.
    time.sleep(0.5)
    assert program.ask()["batches"] == paused["batches"]
    program.desktop.press("F6")
    program.wait_until(lambda state: state["batches"] > paused["batches"], "the run to continue")


@pytest.mark.alone
def test_the_window_stays_responsive_while_plots_are_live(start: Start, long_run: Path) -> None:
    program = start(long_run)
    program.desktop.press("F5")
    program.wait_until(lambda state: state["epochs"] >= 1, "an epoch")
    # Other programs only make the gaps longer, so the best of three measurements counts.
    measured = []
    for _attempt in range(3):
        program.ask()
        others = OtherLoad([program.process.pid, *program.desktop.process_ids])
        time.sleep(10.5)  # the time that is measured
        state = program.ask()
        assert state["state"] == "RUNNING"
        assert "loss_plot" in state["widgets"]
        assert state["gaps"]["seconds"] > 10
        measured.append({**state["gaps"], "other_cores": others.cores()})
        if state["gaps"]["p99"] < 60:
            break
    print("gaps of a 10 ms timer in milliseconds:", measured)
    if all(gaps["p99"] >= 60 and gaps["other_cores"] > 0.5 for gaps in measured):
        pytest.skip(f"other programs keep this machine too busy to measure: {measured}")
    assert min(gaps["p99"] for gaps in measured) < 60, measured


@pytest.mark.alone
def test_closing_while_training_asks_stops_and_leaves_no_thread_or_window(start: Start, long_run: Path) -> None:
    program = start(long_run)
    program.desktop.press("F5")
    program.wait_until(lambda state: state["epochs"] >= 1, "an epoch")
    program.desktop.press("alt+F4")
    asked = program.wait_until(lambda state: "close_dialog" in state["widgets"], "the question")
    assert asked["state"] == "RUNNING"
    children = children_of(program.process.pid)
    started = time.monotonic()
    program.desktop.press("Return")
    wait_for(lambda: program.process.poll() is not None, "the program to end")
    assert time.monotonic() - started < 20
    assert program.process.returncode == 0, program.output
    left = json.loads((program.folder / "end.json").read_text())
    assert left == {"python_threads": [], "running_qt_threads": [], "visible_windows": []}
    assert not [child for child in children if Path(f"/proc/{child}").exists()]


def test_escape_in_the_question_keeps_the_window_and_the_run(start: Start, long_run: Path) -> None:
    program = start(long_run)
    program.desktop.press("F5")
    program.wait_until(lambda state: state["epochs"] >= 1, "an epoch")
    program.desktop.press("alt+F4")
    asked = program.wait_until(lambda state: "close_dialog" in state["widgets"], "the question")
    program.desktop.press("Escape")
    kept = program.wait_until(lambda state: "close_dialog" not in state["widgets"], "the question to close")
    assert kept["state"] == "RUNNING"
    assert program.wait_until(lambda state: state["batches"] > asked["batches"], "the run to continue")
