"""The gestures on the canvas, with a real mouse and keyboard: zoom, move, select, copy, insert, rename, menus."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Start = Callable[..., Any]
Point = tuple[float, float]

NAMES = ["conv", "first", "block", "flat", "last"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Write a project with a block between other layers."""
    inside = [{"type": "ReLu", "name": "one"}, {"type": "Tanh", "name": "two"}]
    layers = [
        {"type": "Conv2D", "name": "conv", "settings": {"filters": 4}},
        {"type": "ReLu", "name": "first"},
        {"type": "Residual", "name": "block", "settings": {"layers": inside}},
        {"type": "Flatten", "name": "flat"},
        {"type": "Linear", "name": "last", "settings": {"outputs": 10}},
    ]
    path = tmp_path / "gestures.tinyml.json"
    path.write_text(json.dumps({"format": "tinyml-project", "version": 1, "network": {"layers": layers}}))
    return path


def place(program: Any, name: str) -> list[int]:
    found: list[int] = program.ask()["widgets"][name]
    return found


def header_of(program: Any, card: str) -> Point:
    """Return a point in the title of a card; the middle of an open block would be a layer inside."""
    x, y, width, _ = place(program, card)
    return x + width / 2, y + 10


def settled(program: Any, name: str) -> list[int]:
    """Return the place of a widget as soon as it moves no more."""
    last: list[int] = []

    def still(state: dict[str, Any]) -> bool:
        before, last[:] = list(last), state["widgets"][name]
        return not state["sliding"] and before == last

    program.wait_until(still, f"{name} to lie still")
    return last


def test_ctrl_and_wheel_zoom_about_the_pointer(start: Start, project: Path) -> None:
    program = start(project)
    for _ in range(4):
        program.desktop.press("ctrl+plus")
    canvas_x, canvas_y, canvas_width, canvas_height = place(program, "canvas")
    middle = (canvas_x + canvas_width / 3, canvas_y + canvas_height / 2)
    program.desktop.move(*middle)
    program.desktop.turn_wheel(-2)  # there must be room to scroll in both directions
    settled(program, "card_flat")
    before = program.ask()
    shown = [
        name for name in before["widgets"] if name.startswith("card_") and name not in ("card_stack", "card_block")
    ]
    card = min(shown, key=lambda name: abs(before["widgets"][name][1] - middle[1]))
    _, y, _, height = before["widgets"][card]
    pointer = (middle[0], y + height / 4)
    program.desktop.move(*pointer)
    with program.desktop.holding("ctrl"):
        program.desktop.turn_wheel(1)
    after = program.wait_until(lambda state: state["zoom"] > before["zoom"] * 1.1, "larger cards")
    _, larger_y, _, larger_height = settled(program, card)
    assert larger_height > height
    assert larger_y + larger_height / 4 == pytest.approx(pointer[1], abs=3)
    assert after["layers"] == NAMES
    assert not after["modified"]


def test_middle_button_and_space_move_the_canvas(start: Start, project: Path) -> None:
    program = start(project)
    for _ in range(4):
        program.desktop.press("ctrl+plus")
    program.desktop.click(*header_of(program, "card_first"))
    program.wait_until(lambda state: state["focus"] == "card_first", "the focus")
    x, y, width, height = place(program, "canvas")
    middle = (x + width / 2, y + height / 2)
    top = settled(program, "card_first")[1]
    program.desktop.drag(middle, (middle[0], middle[1] - 60), button=2)
    assert settled(program, "card_first")[1] == top - 60
    with program.desktop.holding("space"):
        program.desktop.drag(middle, (middle[0], middle[1] + 40))
    assert settled(program, "card_first")[1] == top - 20
    after = program.ask()
    assert (after["selection"], after["modified"]) == (["first"], False)


def test_rubber_band_alt_drag_and_the_menu_of_the_bare_canvas(start: Start, project: Path) -> None:
    program = start(project)
    program.desktop.click(*program.middle_of("button_zoom_fit"))
    x, y, _, height = settled(program, "card_conv")
    program.desktop.drag((x - 12, y + 4), (x + 40, header_of(program, "card_first")[1]))
    band = program.wait_until(lambda state: len(state["selection"]) == 2, "the selected cards")
    assert band["selection"] == ["conv", "first"]
    assert "rubber_band" not in band["widgets"]
    # The window manager moves windows with Alt and the mouse, so Alt is pressed during the drag.
    hand = header_of(program, "card_conv")
    program.desktop.move(*hand)
    program.desktop.press_mouse()
    hand = program.follow(hand, just_above("loss_card"))
    with program.desktop.holding("alt"):
        # The dragged cards come back to their places, and the target moves down.
        program.follow(hand, just_above("loss_card"))
        program.desktop.release_mouse()
        copied = program.wait_until(lambda state: len(state["layers"]) == 7, "the copies")
    assert copied["layers"][:5] == NAMES
    assert copied["types"][5:] == ["Conv2D", "ReLu"]
    # The menu of the bare canvas: nothing is selected any more, and Delete deletes nothing.
    program.desktop.click(x - 12, y + height + 40, button=3)
    program.wait_until(lambda state: "canvas_menu" in state["widgets"], "the menu")
    program.desktop.press("Escape")
    closed = program.wait_until(lambda state: "canvas_menu" not in state["widgets"], "the menu to close")
    assert closed["selection"] == []
    # The second key shows that the first one has arrived.
    program.desktop.press("Delete", "ctrl+minus")
    after = program.wait_until(lambda state: state["zoom"] < closed["zoom"], "smaller cards")
    assert after["layers"] == copied["layers"]


def just_above(card: str) -> Callable[[dict[str, Any]], Point]:
    """Return a function that finds a point just above a card."""

    def find(state: dict[str, Any]) -> Point:
        x, y, width, _ = state["widgets"][card]
        return x + width / 2, y - 4

    return find


def drag_card(program: Any, card: str, target: Callable[[dict[str, Any]], Point]) -> None:
    """Drag a card by its title to a target."""
    hand = header_of(program, card)
    program.desktop.move(*hand)
    program.desktop.press_mouse()
    program.follow(hand, target)
    program.desktop.release_mouse()


def test_drops_into_a_block_and_out_of_it_and_folding(start: Start, project: Path) -> None:
    program = start(project)
    program.desktop.click(*program.middle_of("button_zoom_fit"))
    settled(program, "loss_card")
    drag_card(program, "card_first", just_above("card_block/two"))
    inside = program.wait_until(lambda state: len(state["layers"]) == 4, "the layer in the block")
    assert inside["names_inside"] == {"block": ["one", "first", "two"]}
    assert (inside["block"], inside["selection"]) == (["block"], ["first"])
    drag_card(program, "card_block/one", just_above("loss_card"))
    outside = program.wait_until(lambda state: len(state["layers"]) == 5, "the layer out of the block")
    assert outside["layers"] == ["conv", "block", "flat", "last", "one"]
    assert outside["names_inside"] == {"block": ["first", "two"]}
    settled(program, "card_block")
    # A click on the arrow folds. Held over the folded block, a layer opens it.
    x, y, width, _ = place(program, "card_block")
    program.desktop.click(x + width - 12 * outside["zoom"], y + 14 * outside["zoom"])
    program.wait_until(lambda state: "card_block/two" not in state["widgets"], "the folded block")
    settled(program, "card_block")
    hand = header_of(program, "card_one")
    program.desktop.move(*hand)
    program.desktop.press_mouse()
    hand = program.follow(hand, low_on("card_block"))
    program.wait_until(lambda state: "card_block/two" in state["widgets"], "the block to open")
    program.follow(hand, just_above("card_block/two"))
    program.desktop.release_mouse()
    back = program.wait_until(lambda state: len(state["layers"]) == 4, "the layer in the block")
    assert back["names_inside"] == {"block": ["first", "one", "two"]}


def low_on(card: str) -> Callable[[dict[str, Any]], Point]:
    """Return a function that finds a point near the lower edge of a card."""

    def find(state: dict[str, Any]) -> Point:
        x, y, width, height = state["widgets"][card]
        return x + width / 2, y + height - 8

    return find


def test_plus_in_a_gap_inserts_and_f2_renames(start: Start, project: Path) -> None:
    program = start(project)
    x, y, width, height = settled(program, "card_conv")
    gap = (x + width / 2, (y + height + place(program, "card_first")[1]) / 2)
    program.desktop.move(gap[0] - 30, gap[1])
    program.desktop.move(*gap)
    program.wait_until(lambda state: "gap_button" in state["widgets"], "the button in the gap")
    program.desktop.click(*program.middle_of("gap_button"))
    program.wait_until(lambda state: state["focus"] == "quick_insert_search", "quick insert")
    program.desktop.type("dropout")
    program.desktop.press("Return")
    inserted = program.wait_until(lambda state: len(state["layers"]) == 6, "the new layer")
    assert inserted["layers"] == ["conv", "dropout_1", *NAMES[1:]]
    program.wait_until(lambda state: state["focus"] == "card_dropout_1", "the focus on the new card")
    program.desktop.press("F2")
    program.wait_until(lambda state: state["focus"] == "rename_field", "the field for the name")
    program.desktop.press("ctrl+a")
    program.desktop.type("noise")
    program.desktop.press("Return")
    renamed = program.wait_until(lambda state: "noise" in state["layers"], "the new name")
    assert renamed["layers"] == ["conv", "noise", *NAMES[1:]]
    program.desktop.press("ctrl+z", "ctrl+z")
    program.wait_until(lambda state: state["layers"] == NAMES, "the network as before")
