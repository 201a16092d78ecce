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
    program.wait_until(lambda state: state["layers"] == [], "the empty network")
    return program


def train(program: Any) -> None:
    """Train with F5, and check that the network learns the digits."""
    program.desktop.press("F5")
    ended = program.wait_until(lambda state: state["state"] in ("FINISHED", "STOPPED", "FAILED"), "the end", 90)
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
