"""A second start of the program shows everything where it was: windows, splitters, folded panels, zoom."""

from collections.abc import Callable
from typing import Any

import pytest

Start = Callable[..., Any]


def what_is_where(program: Any) -> dict[str, Any]:
    """Return the places of windows and panels, and what is folded."""
    state = program.ask()
    names = ("main_window", "page_window_train", "build_middle", "build_right", "build_left", "build_below")
    places = {name: state["widgets"].get(name) for name in names}
    return {"places": places, **{key: state[key] for key in ("page", "torn_off", "zoom", "layers")}}


def wait_for_places(program: Any, expected: dict[str, Any]) -> None:
    """Wait until windows and panels are at these places. The window manager moves new windows a moment later."""
    found: dict[str, Any] = {}

    def equal(_state: dict[str, Any]) -> bool:
        found.clear()
        found.update(what_is_where(program))
        return found == expected

    try:
        program.wait_until(equal, "everything to be where it was")
    except AssertionError:
        assert found == expected


def tear_off_train(program: Any) -> None:
    """Drag Train off the rail, and its window by its title bar to another place, where the screen shows all of it.

    Qt moves a window that was partly beside the screen onto it at the next start.
    """
    hand, there = program.middle_of("rail_train"), (260.0, 160.0)
    program.desktop.drag(hand, there)
    program.wait_until(lambda state: state["active"] == "page_window_train", "the window of the page")
    x, y, _, _ = program.ask()["widgets"]["page_window_train"]
    title = (x + 200, y - 10)
    program.desktop.drag(title, (title[0] - 90, title[1] - 40))
    program.wait_until(lambda state: state["widgets"]["page_window_train"][:2] == [x - 90, y - 40], "the moved window")


def arrange_build(program: Any) -> None:
    """Fold the palette, show the panel below, make the form wider, and the cards smaller."""
    program.desktop.xdotool("windowactivate", "--sync", program.window)
    program.wait_until(lambda state: state["active"] == "main_window", "the main window")
    first = program.ask()
    program.desktop.press("ctrl+b", "ctrl+j", "ctrl+minus", "ctrl+minus")
    program.wait_until(
        lambda state: (
            "build_left" not in state["widgets"] and "build_below" in state["widgets"] and state["zoom"] < first["zoom"]
        ),
        "the folded palette",
    )
    x, y, width, height = program.ask()["widgets"]["build_right"]
    line = (x - 2, y + height / 2)
    program.desktop.drag(line, (line[0] - 70, line[1]))
    program.wait_until(lambda state: state["widgets"]["build_right"][2] > width + 40, "the wider form")


def test_a_second_start_shows_everything_where_it_was(start: Start) -> None:
    program = start()
    tear_off_train(program)
    arrange_build(program)
    before = what_is_where(program)
    assert before["torn_off"] == ["train"]
    program.close()

    again = start(folder=program.folder)
    wait_for_places(again, before)
    # The page comes back when its window is closed; its next window is where the last one was.
    again.desktop.xdotool("windowactivate", "--sync", *again.desktop.windows("^Train — ")[:1])
    again.wait_until(lambda state: state["active"] == "page_window_train", "the window of the page")
    again.desktop.press("alt+F4")
    closed = again.wait_until(lambda state: state["torn_off"] == [], "the page to come back")
    assert closed["page"] == "build"
    arranged = what_is_where(again)
    again.close()

    third = start(folder=program.folder)
    wait_for_places(third, arranged)
    assert third.ask()["zoom"] == pytest.approx(before["zoom"])
    third.desktop.press("ctrl+3")
    third.wait_until(lambda state: "page_train" in state["widgets"], "the page in the main window")
