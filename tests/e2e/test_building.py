"""Networks from nothing, built with real keys and a real mouse, and trained on the digits."""

from collections.abc import Callable
from typing import Any

Start = Callable[..., Any]

LENET_TYPES = ["Conv2D", "ReLu", "MaxPool2D"] * 2 + ["Flatten", "Linear", "ReLu", "Linear", "ReLu", "Linear"]
LENET_TEXTS = ["conv 6 5x5 same", "relu", "pool", "conv 16 5x5 same", "relu", "pool", "flatten"]
LENET_TEXTS += ["linear 120", "relu", "linear 84", "relu", "linear 10"]


def start_empty(start: Start) -> Any:
    """Start the program and a new, empty project."""
    program = start()
    program.desktop.press("ctrl+n")
    program.wait_until(lambda state: state["focus"] == "template_gallery", "the gallery")
    program.desktop.press("Return")
    program.wait_until(lambda state: state["layers"] == [], "the empty network")
    return program


def train(program: Any, by_key: bool = True) -> None:
    """Train with F5 or the button, and check that the network learns the digits."""
    if by_key:
        program.desktop.press("F5")
    else:
        program.desktop.click(*program.middle_of("button_train"))
    ended = program.wait_until(lambda state: state["state"] in ("FINISHED", "STOPPED", "FAILED"), "the end")
    assert ended["state"] == "FINISHED"
    assert ended["test_accuracy"] > 0.9


def test_lenet_5_by_keyboard_learns_the_digits(start: Start) -> None:
    program = start_empty(start)
    program.desktop.press("ctrl+space")
    program.wait_until(lambda state: state["focus"] == "quick_insert_search", "quick insert")
    for text in LENET_TEXTS:
        program.desktop.type(text)
        program.desktop.press("Return")
    built = program.wait_until(lambda state: len(state["layers"]) == len(LENET_TEXTS), "the last layer")
    assert built["types"] == LENET_TYPES
    assert built["problems"] == []
    assert built["focus"] == f"card_{built['layers'][-1]}"
    train(program)


Places = dict[str, list[int]]


def reveal(program: Any, entry: str) -> None:
    """Turn the wheel over the palette until an entry is visible."""
    x, y, width, height = program.ask()["widgets"]["palette_scroll"]
    program.desktop.move(x + width / 2, y + height / 2)
    for steps in [0, *[40], *[-2] * 20]:
        if steps:
            program.desktop.turn_wheel(steps)
        place = program.ask()["widgets"].get(f"palette_{entry}")
        if place is not None and place[3] > 24:
            return
    raise AssertionError(f"{entry} is not in the palette")


def drag_in(program: Any, entry: str, target: Callable[[Places], tuple[float, float]]) -> dict[str, Any]:
    """Drag a layer type from the palette to a point of the canvas, and return the state after the drop.

    The cards move apart while the layer is over them, so the target is found again after each step.
    """
    reveal(program, entry)
    before = program.ask()
    hand = program.middle_of(f"palette_{entry}")
    program.desktop.move(*hand)
    program.desktop.press_mouse()
    program.follow(hand, lambda state: target(state["widgets"]))
    program.desktop.release_mouse()
    return program.wait_until(
        lambda state: state["layers"] != before["layers"] or state["inside"] != before["inside"], f"the new {entry}"
    )


def above_loss(places: Places) -> tuple[float, float]:
    x, y, width, _ = places["loss_card"]
    return x + width / 2, y - 4


def below(card: str) -> Callable[[Places], tuple[float, float]]:
    def find(places: Places) -> tuple[float, float]:
        x, y, width, height = places[card]
        return x + width / 2, y + height + 4

    return find


def append(program: Any, entry: str) -> dict[str, Any]:
    """Drag a layer type to the end of the network, which is shown as a whole."""
    program.desktop.click(*program.middle_of("button_zoom_fit"))
    return drag_in(program, entry, above_loss)


def turn_to(program: Any, field: str, number: int) -> None:
    """Click a field of the selected layer's form, and turn the wheel until it has a number."""
    name = f"setting_{field}"
    program.desktop.click(*program.middle_of(name))
    setting, _, part = field.partition("_")
    assert part in ("", "rows")

    def value() -> int:
        state = program.ask()
        settings = state["settings"][state["layers"].index(state["selection"][0])]
        shown = settings.get(setting, DEFAULTS[setting])
        return shown[0] if isinstance(shown, list) else shown

    program.desktop.turn_wheel(number - value())
    program.wait_until(lambda _state: value() == number, f"{field} {number}")


DEFAULTS = {"filters": 8, "window": 3, "outputs": 64}


def test_lenet_5_by_mouse_learns_the_digits(start: Start) -> None:
    program = start_empty(start)
    for entry, number in zip(LENET_TYPES, [6, 0, 0, 16, 0, 0, 0, 120, 0, 84, 0, 10], strict=True):
        append(program, entry)
        if entry == "Conv2D":
            turn_to(program, "filters", number)
            turn_to(program, "window_rows", 5)
            program.desktop.click(*program.middle_of("setting_padding_same"))
        elif entry == "Linear":
            turn_to(program, "outputs", number)
    built = program.ask()
    assert built["types"] == LENET_TYPES
    assert built["problems"] == []
    assert built["settings"][3] == {"filters": 16, "window": [5, 5], "padding": [2, 2]}
    train(program, by_key=False)


def test_a_residual_block_by_drag_and_drop_learns_the_digits(start: Start) -> None:
    program = start_empty(start)
    for entry in ("Conv2D", "ReLu", "Residual"):
        built = append(program, entry)
    assert built["inside"] == {"residual_1": ["Conv2D", "BatchNorm2D", "ReLu", "Conv2D"]}
    built = drag_in(program, "BatchNorm2D", below("card_residual_1/conv_2"))
    assert built["inside"] == {"residual_1": ["Conv2D", "BatchNorm2D", "ReLu", "Conv2D", "BatchNorm2D"]}
    for entry in ("MaxPool2D", "Flatten", "Linear"):
        built = append(program, entry)
    turn_to(program, "outputs", 10)
    built = program.ask()
    assert built["types"] == ["Conv2D", "ReLu", "Residual", "MaxPool2D", "Flatten", "Linear"]
    assert built["problems"] == []
    train(program)
