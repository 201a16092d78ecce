"""The gallery: in the dialog for a new project, and in the empty canvas."""

from types import SimpleNamespace

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication, QCheckBox, QDialogButtonBox, QLabel, QWidget

from app.builder.templates.new_project_dialog import NewProjectDialog
from app.builder.templates.template_list import TemplateList
from app.builder.templates.template_model import TemplateModel
from app.builder.templates.thumbnail import make_thumbnail, paint_thumbnail
from app.document import Document
from app.document.edits import change_data, remove_layers
from app.document.templates import templates
from app.widgets.theme.theme import family_color
from tinyml.storage import Project

TITLES = [template.title for template in templates()]


@pytest.fixture
def chosen():
    """The projects that the dialog returned."""
    return []


@pytest.fixture
def window(qtbot):
    window = QWidget()
    window.document = Document()
    qtbot.addWidget(window)
    return window


@pytest.fixture
def dialog(qtbot, window, chosen):
    dialog = NewProjectDialog(window.document, window)
    dialog.project_chosen.connect(lambda *values: chosen.append(values))
    dialog.open()
    qtbot.waitExposed(dialog)
    return dialog


def gallery_of(parent, name="template_gallery"):
    return parent.findChild(TemplateList, name)


def go_to(gallery, title):
    titles = [card.title for card in gallery.model().cards]
    gallery.setCurrentIndex(gallery.model().index(titles.index(title), 0))


def test_the_gallery_shows_the_empty_network_and_all_templates(dialog):
    gallery = gallery_of(dialog)
    assert [card.title for card in gallery.model().cards] == ["Empty network", *TITLES]
    assert all(card.line and card.suits for card in gallery.model().cards)
    assert gallery.currentIndex().row() == 0
    assert gallery.model().index(3, 0).data(Qt.ItemDataRole.AccessibleDescriptionRole)


def test_enter_on_the_first_card_makes_an_empty_project(qtbot, dialog, chosen):
    qtbot.keyClick(gallery_of(dialog), Qt.Key.Key_Return)
    assert chosen == [(Project(), "")]
    assert not dialog.isVisible()


def test_arrow_keys_and_enter_choose_a_template(qtbot, dialog, chosen):
    gallery = gallery_of(dialog)
    qtbot.keyClick(gallery, Qt.Key.Key_Right)
    qtbot.keyClick(gallery, Qt.Key.Key_Right)
    qtbot.keyClick(gallery, Qt.Key.Key_Return)
    assert chosen == [(templates()[1].project, templates()[1].title)]


def test_a_double_click_chooses_and_the_button_too(qtbot, dialog, chosen):
    gallery = gallery_of(dialog)
    place = gallery.visualRect(gallery.model().index(2, 0)).center()
    qtbot.mouseClick(gallery.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chosen == []
    qtbot.mouseDClick(gallery.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chosen == [(templates()[1].project, templates()[1].title)]
    dialog.open()
    go_to(gallery, "LeNet-5")
    dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Ok).click()
    assert chosen[1][1] == "LeNet-5"


def test_esc_changes_nothing(qtbot, dialog, chosen):
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert chosen == []


def test_the_data_can_be_kept_where_it_fits(qtbot, window, dialog, chosen):
    document = window.document
    document.apply(change_data(document.project, validation=0.25))
    gallery, keep = gallery_of(dialog), dialog.findChild(QCheckBox, "keep_data")
    go_to(gallery, "LeNet-5")
    assert keep.isVisible()
    assert "Digits 8×8" in keep.text()
    keep.setChecked(True)
    qtbot.keyClick(gallery, Qt.Key.Key_Return)
    project, _ = chosen[0]
    assert project.data == document.project.data
    assert Document(project).problems == ()


def test_an_empty_network_can_keep_the_data_too(qtbot, window, dialog, chosen):
    document = window.document
    document.apply(change_data(document.project, source="circle"))
    go_to(gallery_of(dialog), "LeNet-5")
    go_to(gallery_of(dialog), "Empty network")
    dialog.findChild(QCheckBox, "keep_data").setChecked(True)
    qtbot.keyClick(gallery_of(dialog), Qt.Key.Key_Return)
    assert chosen[0][0] == Project(data=document.project.data)


def test_data_that_does_not_fit_is_not_offered(window, dialog):
    document = window.document
    document.apply(change_data(document.project, source="sine"))
    gallery, keep = gallery_of(dialog), dialog.findChild(QCheckBox, "keep_data")
    go_to(gallery, "LeNet-5")
    assert not keep.isVisible()
    assert "does not fit" in dialog.findChild(QLabel, "template_note").text()
    go_to(gallery, "Multilayer perceptron")
    assert keep.isVisible()


@pytest.mark.parametrize("template", templates(), ids=lambda template: template.name)
def test_a_thumbnail_shows_each_layer_in_its_colour_inside_its_box(qapp, template):
    parts = make_thumbnail(template.project)
    assert len(parts) == len(template.project.network.layers) + 1
    image = QImage(240, 100, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    box = image.rect().adjusted(20, 20, -20, -20)
    paint_thumbnail(painter, box.toRectF(), parts)
    painter.end()
    outside = [image.pixelColor(x, y) for x in range(240) for y in (0, 18, 82, 99)]
    assert {color.name() for color in outside} == {"#ffffff"}
    hues = {image.pixelColor(x, y).hue() for x in range(20, 220) for y in range(20, 80)}
    for family in {part.family for part in parts if part.family != "input"}:
        wanted = family_color(family).hue()
        assert any(abs(hue - wanted) < 8 for hue in hues), family


def test_the_empty_canvas_offers_the_templates(qtbot, harness):
    document = harness.document
    before = document.project
    document.apply(remove_layers(document.project, harness.names()))
    cards = gallery_of(harness.canvas, "template_cards")
    qtbot.waitUntil(cards.isVisible)
    assert [card.title for card in cards.model().cards] == TITLES
    assert cards.height() >= cards.height_for(cards.width())
    place = cards.visualRect(cards.model().index(TITLES.index("LeNet-5"), 0)).center()
    qtbot.mouseClick(cards.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert len(document.project.network.layers) > 5
    assert document.problems == ()
    assert document.undo_stack.undoText() == "use the template LeNet-5"
    assert not cards.isVisible()
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert document.project == before


def test_the_empty_canvas_is_used_with_the_keyboard(qtbot, harness):
    harness.document.apply(remove_layers(harness.document.project, harness.names()))
    cards = gallery_of(harness.canvas, "template_cards")
    qtbot.waitUntil(cards.isVisible)
    cards.setFocus()
    qtbot.keyClick(cards, Qt.Key.Key_Right)
    qtbot.keyClick(cards, Qt.Key.Key_Return)
    assert harness.document.undo_stack.undoText().startswith("use the template")


@pytest.mark.parametrize("zoom", [0.5, 1.0, 2.0])
def test_the_empty_canvas_shows_all_templates_at_every_zoom(qtbot, harness, zoom):
    harness.document.apply(remove_layers(harness.document.project, harness.names()))
    harness.canvas.card_stack.set_zoom(zoom)
    cards = gallery_of(harness.canvas, "template_cards")
    qtbot.waitUntil(cards.isVisible)
    QApplication.processEvents()
    last = cards.visualRect(cards.model().index(len(TITLES) - 1, 0))
    assert cards.viewport().rect().contains(last)


def test_the_model_has_no_row_for_the_empty_network_in_the_canvas(qapp):
    assert TemplateModel(with_empty=False).rowCount() == len(TITLES)


def test_the_first_size_of_the_dialog_has_room_for_three_columns(qtbot, window, monkeypatch):
    screen = SimpleNamespace(availableSize=lambda: QSize(1600, 1000))
    monkeypatch.setattr(NewProjectDialog, "screen", lambda _self: screen)
    dialog = NewProjectDialog(window.document, window)
    with qtbot.waitExposed(dialog):
        dialog.open()
    gallery = gallery_of(dialog)
    tops = [gallery.visualRect(gallery.model().index(row, 0)).top() for row in range(4)]
    assert tops[0] == tops[1] == tops[2] < tops[3]
