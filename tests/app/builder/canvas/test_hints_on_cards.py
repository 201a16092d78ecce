"""Hints on the cards: the sentence, the fix, and the button that dismisses it."""

import pytest
from PySide6.QtWidgets import QPushButton

from app.builder import Canvas
from app.document import Document
from app.widgets.theme.theme import current_theme
from tests.tinyml.net.stacks import stack
from tinyml.data import DataChoice
from tinyml.learner import TrainingSettings
from tinyml.storage import Project

TEN = ("Linear", {"outputs": 10})
INSIDE = {"layers": stack(("Linear", {"outputs": 64}), ("Linear", {"outputs": 64})).model_dump()["layers"]}


@pytest.fixture
def make_canvas(qtbot):
    def make(*layers, **training) -> Canvas:
        project = Project(
            network=stack(*layers), data=DataChoice(source="digits"), training=TrainingSettings(**training)
        )
        canvas = Canvas(Document(project), None)
        qtbot.addWidget(canvas)
        canvas.resize(700, 900)
        canvas.show()
        return canvas

    return make


def button(canvas: Canvas, name: str) -> QPushButton:
    found = canvas.findChild(QPushButton, name)
    assert found is not None, name
    return found


def colours(card) -> set[str]:
    image = card.grab().toImage()
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


def test_a_card_shows_its_hint_and_the_fix_removes_it(make_canvas):
    canvas = make_canvas("Flatten", "Linear", TEN)
    card = canvas.card("layer_2")
    assert "Hint: There is no nonlinearity between it and the Linear before it." in card.accessibleName()
    assert current_theme().warning in colours(card)
    assert current_theme().danger not in colours(card)
    fix = button(canvas, "fix_button_layer_2")
    assert fix.isVisible()
    assert fix.text() == "Insert ReLU"
    fix.click()
    assert [layer.type for layer in canvas.document.project.network.layers] == ["Flatten", "Linear", "ReLu", "Linear"]
    assert card.model.hint is None
    assert not fix.isVisible()
    assert not button(canvas, "dismiss_button_layer_2").isVisible()


def test_a_hint_can_be_dismissed_and_undo_brings_it_back(make_canvas):
    canvas = make_canvas("Flatten", "Linear", TEN)
    card, height = canvas.card("layer_2"), canvas.card("layer_2").height()
    dismiss = button(canvas, "dismiss_button_layer_2")
    fix = button(canvas, "fix_button_layer_2")
    assert dismiss.isVisible()
    assert fix.geometry().right() < dismiss.geometry().left()
    assert card.rect().contains(dismiss.geometry())
    dismiss.click()
    assert card.model.hint is None
    assert card.height() < height
    canvas.document.undo_stack.undo()
    assert card.model.hint is not None
    assert dismiss.isVisible()


def test_a_problem_comes_before_a_hint(make_canvas):
    canvas = make_canvas("Flatten", "Linear", ("Linear", {"outputs": 3}))
    card = canvas.card("layer_2")
    assert card.model.hint is not None
    assert "Hint:" not in card.accessibleName()
    assert button(canvas, "fix_button_layer_2").text() == "Set outputs to 10"
    assert canvas.findChild(QPushButton, "dismiss_button_layer_2") is None
    button(canvas, "fix_button_layer_2").click()
    assert button(canvas, "dismiss_button_layer_2").isVisible()


def test_the_loss_card_shows_a_hint_on_the_network(make_canvas):
    canvas = make_canvas("Flatten", ("Linear", {"outputs": 3000}), "ReLu", TEN)
    loss = canvas.card_stack.loss_card
    assert "parameters but only" in loss.accessibleName()
    button(canvas, f"fix_button_{loss.model.name}").click()
    assert canvas.document.project.training.early_stopping == 5
    assert loss.model.hint is None


def test_a_fix_inside_a_block_changes_the_layers_inside(make_canvas):
    canvas = make_canvas("Flatten", ("Residual", INSIDE), TEN)
    button(canvas, "fix_button_layer_1/layer_1").click()
    inside = canvas.document.inferred_layers(("layer_1",))
    assert [layer.specification.type for layer in inside] == ["Linear", "ReLu", "Linear"]
    assert canvas.document.hints == ()


def test_a_folded_block_names_the_layer_inside_that_has_a_hint(make_canvas):
    canvas = make_canvas("Flatten", ("Residual", INSIDE), TEN)
    assert "has a hint" not in canvas.card("layer_1").accessibleName()
    canvas.set_folded(("layer_1",), True)
    assert "layer_1 inside has a hint." in canvas.card("layer_1").accessibleName()


def test_a_compact_card_marks_a_hint(make_canvas):
    canvas = make_canvas("Flatten", "Linear", TEN)
    card = canvas.card("layer_2")
    canvas.card_stack.set_zoom(0.5)
    assert not button(canvas, "dismiss_button_layer_2").isVisible()
    assert current_theme().warning in colours(card)
