"""What the cards of layers, data and loss show."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QFontMetrics, QHelpEvent, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolTip

from app.builder import SettingsForm
from app.builder.canvas.card import Card
from app.builder.canvas.card_layout import breakable, lay_out_card, wrap_flags
from app.builder.canvas.card_model import make_layer_models
from app.builder.canvas.card_painter import CardPainter, fitting_type_name
from app.document import DATA_PENDING
from app.document.edits import change_data, change_training, rename_layer
from app.widgets.plain_text import tool_tip
from app.widgets.theme.fonts import small_font


def test_a_card_shows_type_settings_shape_and_parameters(harness) -> None:
    model = harness.card("conv_1").model
    assert (model.type_name, model.family) == ("Conv2D", "convolution")
    assert model.line.startswith("4 filters · 3×3")
    assert model.shape == (4, 6, 6)
    assert model.parameter_count == 4 * 9 + 4
    assert "gives 4 by 6 by 6" in harness.card("conv_1").accessibleName()
    assert 0 < model.share < 1


def test_input_and_loss_cards_follow_data_and_training(qtbot, harness) -> None:
    card_stack, document = harness.canvas.card_stack, harness.document
    assert card_stack.input_card.model.shape == (1, 8, 8)
    assert "10 classes" in card_stack.input_card.model.line
    title = card_stack.loss_card.model.type_name
    document.apply(change_training(document.project, loss="mse_loss"))
    assert card_stack.loss_card.model.type_name != title
    assert "targets of the true class" in card_stack.loss_card.model.line
    document.apply(change_data(document.project, source="/nowhere/at/all"))
    assert card_stack.input_card.model.problem is None
    assert card_stack.input_card.model.line == DATA_PENDING
    qtbot.waitUntil(lambda: bool(document.data_problem))
    assert card_stack.input_card.model.problem.sentence == document.data_problem


def test_a_card_names_an_unknown_layer_type(make_harness, document_of) -> None:
    harness = make_harness(document_of(("Foo", "foo_1", {"depth": 3}), ("Flatten", "flatten_1")))
    model = harness.card("foo_1").model
    assert model.line == "unknown type 'Foo', kept as it is"
    assert model.problem is not None
    assert harness.document.project.network.layers[0].settings == {"depth": 3}


@pytest.mark.parametrize("width", [352, 600])
def test_shape_and_parameter_count_have_room(qtbot, document, width: int) -> None:
    model = replace(make_layer_models(document)[0], shape=(128, 28, 28), parameter_count=32_320)
    card = Card(model)
    qtbot.addWidget(card)
    card.resize(width, card.height_for(width))
    painted = []

    class Spy(QPainter):
        def drawText(self, *where_and_what) -> None:  # noqa: N802
            painted.append((where_and_what[0], where_and_what[-1]))

    picture = QPixmap(card.size())
    painter = Spy(picture)
    layout = lay_out_card(model, "", width, card.font(), 0)
    CardPainter(painter, card.rect(), card.font(), model, layout).paint_shape()
    painter.end()
    boxes = {text: box for box, text in painted}
    assert "128×28×28" in boxes
    count = next(text for text in boxes if text.startswith("32"))
    lines, metrics = count.split("\n"), QFontMetrics(small_font(card.font()))
    assert " ".join(lines).endswith("320 parameters"), "the word is not shortened"
    assert all(metrics.horizontalAdvance(line) <= boxes[count].width() for line in lines)
    assert boxes[count].toRect().bottom() <= card.height()
    shape_box, count_box = boxes["128×28×28"], boxes[count]
    assert width < 480 or shape_box.right() < count_box.left()


def test_an_ampersand_on_a_button_is_no_shortcut(make_harness, document_of) -> None:
    harness = make_harness(document_of(("ReLu", "relu_1", {"a&b": 1})))
    button = harness.card("relu_1").findChild(QPushButton, "fix_button_relu_1")
    assert button.text() == "Remove 'a&&b'"


@pytest.mark.parametrize(
    ("layer_type", "title"), [("ReLu", "ReLU"), ("LeakyReLu", "LeakyReLU"), ("Deconv2D", "ConvTranspose2D")]
)
def test_card_palette_and_form_show_the_display_name(harness, qtbot, layer_type: str, title: str) -> None:
    form = SettingsForm(harness.document)
    qtbot.addWidget(form)
    harness.canvas.commands.insert(layer_type, 1)
    name = harness.document.selection[0]
    assert harness.card(name).model.type_name.split(" · ")[0] == title
    assert form.findChild(QLabel, "layer_heading").text() == f"{name} · {title}"
    assert harness.entry(layer_type).accessibleName().split(":")[0] == title
    shown = " ".join(label.text() for label in form.findChildren(QLabel)) + harness.card(name).accessibleName()
    assert layer_type not in shown


def test_lines_break_between_words_unless_a_word_is_too_long(qapp) -> None:
    metrics = QFontMetrics(qapp.font())
    width = metrics.horizontalAdvance("padding 1")
    anywhere = int(Qt.TextFlag.TextWrapAnywhere)
    assert not wrap_flags(metrics, "padding 1 · no bias", width) & anywhere
    assert wrap_flags(metrics, "a_very_long_name_of_a_layer", width) & anywhere


def test_the_tool_tip_says_what_a_screen_reader_is_told(harness, qtbot) -> None:
    harness.document.apply(rename_layer(harness.document.project, "conv_1", "<b>bold</b>"))
    card = harness.card("<b>bold</b>")
    QApplication.sendEvent(card, QHelpEvent(QEvent.Type.ToolTip, QPoint(5, 5), card.mapToGlobal(QPoint(5, 5))))
    assert QToolTip.text() == tool_tip(card.accessibleName())
    assert "gives 4 by 6 by 6" in QToolTip.text().replace("\n", " ")
    assert not Qt.mightBeRichText(QToolTip.text())
    QToolTip.hideText()


def test_a_card_is_painted_once_for_each_change(harness, monkeypatch) -> None:
    painted = []
    paint_icon = CardPainter.paint_icon
    monkeypatch.setattr(CardPainter, "paint_icon", lambda parts: (painted.append(1), paint_icon(parts)))
    card = harness.card("pool_1")
    card.set_hovered(True)
    first = card.grab().toImage()
    assert len(painted) == 1
    assert card.grab().toImage() == first
    assert len(painted) == 1
    card.set_hovered(False)
    assert card.grab().toImage() != first
    assert len(painted) == 2
    harness.document.apply(rename_layer(harness.document.project, "pool_1", "other"))
    assert harness.card("other").grab().toImage() != first
    assert len(painted) == 3


def test_settings_break_between_two_settings(document) -> None:
    line = breakable("8 filters · 3×3 · padding 1")
    assert line.split(" ") == ["8\u00a0filters", "·", "3×3", "·", "padding\u00a01"]


def test_a_type_whose_summary_does_not_fit_stands_alone(document) -> None:
    model, metrics = make_layer_models(document)[1], QFontMetrics(QApplication.font())
    assert model.type_name == "ReLU · max(0, x)"
    width = metrics.horizontalAdvance(model.type_name)
    assert fitting_type_name(model, metrics, width) == "ReLU · max(0, x)"
    assert fitting_type_name(model, metrics, width - 1) == "ReLU"
