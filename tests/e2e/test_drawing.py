"""A digit that is drawn with the mouse gets a prediction while the pen moves."""

import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

from tinyml.storage import example_path

_DIGIT = ((0.35, 0.25), (0.65, 0.25), (0.5, 0.8))
"""Corners of a 7: shares of the width and the height of the canvas."""


def test_a_drawn_digit_is_predicted_and_can_be_cleared(start: Callable[..., Any], tmp_path: Path) -> None:
    project = json.loads(example_path("lenet-digits").read_text())
    project["training"]["epochs"] = 5
    path = tmp_path / "digits.tinyml.json"
    path.write_text(json.dumps(project))
    program = start(path)
    desktop = program.desktop
    desktop.press("F5")
    program.wait_until(lambda state: state["state"] == "FINISHED", "the end of the training")
    desktop.press("ctrl+4")
    program.wait_until(lambda state: "inspector_canvas" in state["widgets"], "the canvas")
    program.wait_until(lambda state: state["verdict"].startswith("true "), "the prediction for the first sample")
    x, y, width, height = program.ask()["widgets"]["inspector_canvas"]
    corners = [(x + right * width, y + down * height) for right, down in _DIGIT]
    desktop.move(*corners[0])
    desktop.press_mouse()
    for first, second in pairwise(corners):
        desktop.glide(first, second)
    # The pen is still down.
    program.wait_until(lambda state: state["verdict"].startswith("predicted "), "the prediction")
    desktop.release_mouse()
    drawn = program.wait_until(lambda state: "inspector_draw_word" in state["widgets"], "the prediction beside it")
    assert drawn["page"] == "inspect"
    assert drawn["own"].startswith("drawing")
    assert "inspector_own_images" in drawn["widgets"]
    desktop.click(*program.middle_of("inspector_draw_clear"))
    program.wait_until(lambda state: "inspector_draw_word" not in state["widgets"], "an empty canvas")
    desktop.press("ctrl+z")
    program.wait_until(lambda state: "inspector_draw_word" in state["widgets"], "the drawing again")
    program.close()
