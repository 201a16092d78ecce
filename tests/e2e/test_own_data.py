"""Own data as a new user has it: dropped on the window, learned after one click, and used for something new.

The drops are real ones: a second program offers the file, and the mouse drags it from there to the window.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tests.e2e.desktop import Desktop, wait_for
from tests.e2e.drag_source import SIZE, TITLE

Start = Callable[..., Any]

KINDS = {
    "apples": ("ellipse", (190, 40, 40)),
    "bricks": ("wide", (170, 90, 50)),
    "leaves": ("triangle", (50, 140, 50)),
    "posts": ("tall", (120, 110, 160)),
    "stars": ("star", (235, 200, 60)),
}
"""The five classes: what is drawn, and about which colour it has."""


@pytest.fixture
def drop(desktop: Desktop, tmp_path: Path) -> Iterator[Callable[[Any, Path], None]]:
    """Return a function that drags a file or folder from another program to the middle of the window."""
    command = [sys.executable, str(Path(__file__).with_name("drag_source.py"))]
    root = str(Path(__file__).parents[2])
    output = tmp_path / "drag_source.txt"
    with output.open("wb") as log:
        process = subprocess.Popen(
            command,
            env={**desktop.environment, "PYTHONPATH": root},
            cwd=tmp_path,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def wait_for_line(line: str, count: int) -> None:
        wait_for(lambda: output.read_text().count(line) > count, f"the drag source to print {line!r}")

    def drop_on(program: Any, path: Path) -> None:
        window = wait_for(lambda: desktop.windows(TITLE), "the drag source")[0]
        assert process.stdin is not None
        before = output.read_text()
        process.stdin.write(f"{path}\n")
        process.stdin.flush()
        wait_for_line("ready", before.count("ready"))
        desktop.xdotool("windowmove", "--sync", window, 40, 40)
        desktop.xdotool("windowraise", window)
        start = 40 + SIZE[0] / 2, 40 + SIZE[1] / 2
        end = program.middle_of("pages")
        desktop.move(*start)
        desktop.press_mouse()
        desktop.glide(start, end, steps=20)
        # The programs tell each other what is dragged, and where it may be dropped.
        wait_for_line("accepted", before.count("accepted"))
        desktop.release_mouse()
        # In the corner it is not in the way.
        desktop.xdotool("windowmove", "--sync", window, 0, 990)
        desktop.xdotool("windowactivate", "--sync", program.window)

    yield drop_on
    process.kill()
    process.communicate()


class Clock:
    """Prints the seconds of each step; nothing depends on them."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._first = self._last = time.monotonic()

    def step(self, what: str) -> None:
        now = time.monotonic()
        print(f"{self._name}: {what} {now - self._last:.1f} s")
        self._last = now

    def end(self) -> None:
        print(f"{self._name}: together {time.monotonic() - self._first:.1f} s")


def draw(kind: str, rng: np.random.Generator) -> Image.Image:
    """Return a drawn photograph: an object on a textured background, of any size from 40 to 160 pixels."""
    shape, colour = KINDS[kind]
    width, height = map(int, rng.integers(40, 160, 2))
    ground = rng.integers(60, 200, 3)
    rough = rng.integers(-35, 35, (height // 6 + 2, width // 6 + 2, 3)) + ground
    picture = Image.fromarray(np.clip(rough, 0, 255).astype(np.uint8)).resize((width, height), Image.Resampling.BICUBIC)
    size = min(width, height) * rng.uniform(0.55, 0.85)
    x = width / 2 + rng.uniform(-0.08, 0.08) * min(width, height)
    y = height / 2 + rng.uniform(-0.08, 0.08) * min(width, height)
    fill = tuple(int(value) for value in np.clip(colour + rng.normal(0, 18, 3), 0, 255))
    painter = ImageDraw.Draw(picture)
    half = size / 2
    if shape == "ellipse":
        painter.ellipse((x - half, y - half, x + half, y + half), fill)
    elif shape == "wide":
        painter.rectangle((x - half, y - half / 2, x + half, y + half / 2), fill)
    elif shape == "tall":
        painter.rectangle((x - half / 3, y - half, x + half / 3, y + half), fill)
    elif shape == "triangle":
        painter.polygon([(x, y - half), (x + half, y + half), (x - half, y + half)], fill)
    else:
        turns = np.arange(10) * np.pi / 5 - np.pi / 2
        radii = np.where(np.arange(10) % 2, half * 0.45, half)
        painter.polygon([(x + r * np.cos(t), y + r * np.sin(t)) for r, t in zip(radii, turns, strict=True)], fill)
    return picture


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    """Make a folder with five class folders of 120 colour JPEG files each."""
    rng = np.random.default_rng(11)
    folder = tmp_path / "photographs"
    for kind in KINDS:
        (folder / kind).mkdir(parents=True)
        for number in range(120):
            draw(kind, rng).save(folder / kind / f"{number:03}.jpg", quality=88)
    return folder


def fit_and_train(program: Any, clock: Clock) -> dict[str, Any]:
    """Make the network fit with one click, and train with F5; return the state after the run."""
    program.wait_until(lambda state: "data_page_fit_start" in state["widgets"], "the offer of a network that fits")
    program.desktop.click(*program.middle_of("data_page_fit_start"))
    program.wait_until(lambda state: state["problems"] == [], "a network that fits")
    clock.step("fit the network")
    program.desktop.press("F5")
    program.wait_until(lambda state: state["state"] == "RUNNING", "the run")
    ended = program.wait_until(lambda state: state["state"] in ("FINISHED", "STOPPED", "FAILED"), "the end")
    clock.step(f"train {ended['epochs']} epochs")
    assert ended["state"] == "FINISHED"
    return dict(ended)


def type_into(program: Any, field: str, text: str) -> None:
    """Replace the number in a field of Inspect."""
    program.desktop.click(*program.middle_of(field))
    program.desktop.press("ctrl+a")
    program.desktop.type(text)
    program.desktop.press("Return")


def test_photographs_from_a_drop_to_the_prediction_of_a_new_one(
    start: Start, drop: Callable[[Any, Path], None], photographs: Path, tmp_path: Path
) -> None:
    program = start()
    clock = Clock("600 photographs")
    drop(program, photographs)
    opened = program.wait_until(lambda state: state["data"] == str(photographs), "the dropped folder as data")
    assert opened["page"] == "data"
    clock.step("drop the folder")
    ended = fit_and_train(program, clock)
    assert ended["test_accuracy"] > 0.9
    new = np.random.default_rng(99)
    for kind in ("stars", "leaves"):
        path = tmp_path / f"new {kind}.jpg"
        draw(kind, new).save(path)
        drop(program, path)
        shown = program.wait_until(lambda state, path=path: state["own"] == path.name, "the new photograph")
        assert shown["page"] == "inspect"
        shown = program.wait_until(lambda state: state["verdict"].startswith("predicted "), "the prediction")
        assert shown["verdict"].startswith(f"predicted {kind} (")
        clock.step("predict a new photograph")
    clock.end()


def test_a_table_of_150_flowers_from_a_drop_to_the_prediction_of_a_new_one(
    start: Start, drop: Callable[[Any, Path], None], tmp_path: Path
) -> None:
    rng = np.random.default_rng(5)
    centres = {"setosa": (5.0, 3.4, 1.5, 0.2), "versicolor": (5.9, 2.8, 4.3, 1.3), "virginica": (6.6, 3.0, 5.6, 2.1)}
    rows = [
        [*np.round(rng.normal(centre, (0.3, 0.3, 0.2, 0.12)), 1), name]
        for name, centre in centres.items()
        for _ in range(50)
    ]
    path = tmp_path / "flowers.csv"
    lines = ["sepal length,sepal width,petal length,petal width,species", *(",".join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines))
    program = start()
    clock = Clock("150 flowers")
    drop(program, path)
    opened = program.wait_until(lambda state: state["data"] == str(path), "the dropped table as data")
    assert opened["page"] == "data"
    clock.step("drop the table")
    ended = fit_and_train(program, clock)
    assert ended["test_accuracy"] > 0.9
    program.desktop.press("ctrl+4")
    program.wait_until(lambda state: "inspector_own_value_3" in state["widgets"], "the form for own numbers")
    for place, text in enumerate(("5.1", "3.5", "1.4", "0.2")):
        type_into(program, f"inspector_own_value_{place}", text)
    shown = program.wait_until(lambda state: state["own"] == "5.1, 3.5, 1.4, 0.2", "the own numbers")
    shown = program.wait_until(lambda state: state["verdict"].startswith("predicted "), "the prediction")
    assert shown["verdict"].startswith("predicted setosa (")
    clock.step("predict a new flower")
    clock.end()


def test_a_regression_from_a_drop_to_the_prediction_of_a_new_number(
    start: Start, drop: Callable[[Any, Path], None], tmp_path: Path
) -> None:
    rng = np.random.default_rng(6)
    extra = {"centre": 900.0, "north": 200.0, "south": 0.0}
    lines = ["area,rooms,district,rent"]
    for _ in range(300):
        area, rooms, district = rng.uniform(20, 120), rng.integers(1, 6), str(rng.choice(list(extra)))
        rent = 9 * area + 40 * rooms + extra[district] + rng.normal(0, 20)
        lines.append(f"{area:.1f},{rooms},{district},{rent:.2f}")
    path = tmp_path / "rents.csv"
    path.write_text("\n".join(lines))
    program = start()
    clock = Clock("300 rents")
    drop(program, path)
    program.wait_until(lambda state: state["data"] == str(path), "the dropped table as data")
    clock.step("drop the table")
    ended = fit_and_train(program, clock)
    assert ended["test_r_squared"] > 0.9
    x, y, _width, height = ended["widgets"]["train_page_lower_tabs"]
    program.desktop.click(x + 125, y + height / 2)  # the second tab
    program.wait_until(lambda state: "predictions_scatter" in state["widgets"], "the tab with the predictions")
    program.desktop.press("ctrl+4")
    program.wait_until(lambda state: "inspector_own_value_0" in state["widgets"], "the form for own numbers")
    type_into(program, "inspector_own_value_0", "100")
    type_into(program, "inspector_own_value_1", "4")
    shown = program.wait_until(lambda state: state["own"].startswith("100.0, 4.0, "), "the own numbers")
    shown = program.wait_until(lambda state: state["verdict"].startswith("rent: predicted "), "the prediction")
    # Large numbers have a no-break space between their groups of digits.
    predicted = float(shown["verdict"].rpartition(" ")[2].replace("\N{NO-BREAK SPACE}", ""))
    district = shown["own"].rpartition(", ")[2]
    assert predicted == pytest.approx(9 * 100 + 40 * 4 + extra[district], rel=0.15)
    clock.step("predict a new rent")
    clock.end()
