"""The strip of layers: it shows them from input to output, and chooses one."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.document import edits
from app.inspector.embedding.embedding_panel import EmbeddingPanel
from app.inspector.layer_strip import LayerStrip, bar_heights
from app.inspector.maps.bar_chart import BarChart
from app.inspector.sanity.sanity_panel import SanityPanel
from app.inspector.target import Method
from app.inspector.top_activations.top_panel import TopPanel
from app.widgets.images.image_grid import ImageGrid
from app.widgets.theme.theme import family_color
from app.widgets.view_switch import ViewSwitch
from tinyml.net import Sequential, entries_inside, record
from tinyml.visualize import arithmetic_of, randomise, reconstruct


def strip_of(harness) -> LayerStrip:
    return harness.find(LayerStrip, "layers")


def test_layers_stand_from_input_to_output_and_the_input_cannot_be_chosen(digits):
    strip = strip_of(digits)
    assert strip.names == tuple(layer.name for layer in digits.document.project.network.layers)
    assert strip.item(0).text() == "input"
    assert not strip.item(0).flags() & Qt.ItemFlag.ItemIsSelectable
    strip.setFocus()
    for _ in range(12):
        QTest.keyClick(strip, Qt.Key.Key_Left)
    assert digits.document.selection == ("conv_1",)
    QTest.keyClick(strip, Qt.Key.Key_End)
    assert digits.document.selection == ("linear_1",)


def test_a_click_selects_the_layer_in_the_document(digits):
    strip = strip_of(digits)
    strip.scrollToItem(strip.item(2))
    place = strip.visualItemRect(strip.item(2)).center()
    QTest.mouseClick(strip.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert digits.document.selection == ("relu_1",)
    assert digits.inspector.state.layer == strip.current == "relu_1"


def test_a_selection_elsewhere_is_marked_and_scrolled_into_view(digits):
    digits.inspector.resize(700, 600)
    for name in ("linear_1", "conv_1"):
        digits.document.select((name,))
        strip = strip_of(digits)
        assert strip.current == name
        assert strip.viewport().rect().intersects(strip.visualItemRect(strip.currentItem()))


def test_screen_readers_hear_name_and_shape(digits):
    strip = strip_of(digits)
    spoken = [strip.item(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(1, strip.count())]
    assert spoken[0] == "conv_1: 4 feature maps, 8×8"
    assert spoken[-1] == "linear_1: 10 numbers"


def test_pictures_are_the_first_maps_and_follow_the_sample(digits):
    strip = strip_of(digits)

    def pixels() -> list[object]:
        return [image.copy() for image in strip.item(1).data(Qt.ItemDataRole.UserRole + 2)]

    before = pixels()
    assert len(before) == 2
    scores = strip.item(strip.count() - 1)
    assert scores.data(Qt.ItemDataRole.UserRole + 2) == []
    output = digits.inspection.sample_trace.trace.output[0]
    assert scores.data(Qt.ItemDataRole.UserRole + 4) == pytest.approx(output / np.abs(output).max())
    digits.inspection.select_sample(5)
    digits.wait(lambda: pixels() != before)


INSIDE = [
    {"type": "Conv2D", "name": "conv_2", "settings": {"filters": 2, "window": 3, "padding": 1}},
    {"type": "Residual", "name": "deep", "settings": {"layers": [{"type": "ReLu", "name": "inner", "settings": {}}]}},
]
BLOCKS = (
    ("Conv2D", "conv_1", {"filters": 2, "window": 3, "padding": 1}),
    ("Residual", "residual_1", {"layers": INSIDE}),
    ("Flatten", "flatten_1", {}),
    ("Residual", "residual_2", {"layers": [{"type": "Tanh", "name": "inner", "settings": {}}]}),
    ("Linear", "linear_1", {"outputs": 10}),
)
CLOSED = ("conv_1", "residual_1", "flatten_1", "residual_2", "linear_1")


@pytest.fixture
def blocks(make_harness, project_of):
    harness = make_harness(project_of(BLOCKS, "digits"))
    harness.document.select(("conv_1",))
    harness.wait_for_sample_trace()
    return harness


def test_a_block_opens_when_it_is_chosen_and_closes_behind_its_last_layer(blocks):
    strip = strip_of(blocks)
    assert strip.names == CLOSED
    strip.setFocus()
    QTest.keyClick(strip, Qt.Key.Key_Right)
    first = ("residual_1 › conv_2", "residual_1 › deep")
    assert strip.names == (*CLOSED[:2], *first, *CLOSED[2:])
    assert strip.item(2).text() == "▾ residual_1"
    assert strip.item(4).text() == "▸ deep"
    for _ in range(3):
        QTest.keyClick(strip, Qt.Key.Key_Right)
    assert strip.current == blocks.inspector.state.layer == "residual_1 › deep › inner"
    assert (blocks.document.block, blocks.document.selection) == (("residual_1", "deep"), ("inner",))
    QTest.keyClick(strip, Qt.Key.Key_Right)
    assert strip.current == "flatten_1"
    assert strip.names == CLOSED


def test_a_layer_inside_a_block_has_maps_or_bars_filters_and_reconstructions(blocks):
    state = blocks.inspector.state
    state.choose_layer("residual_1 › conv_2")
    inside = blocks.inspection.sample_trace.inside
    assert np.array_equal(state.maps, inside["residual_1", "conv_2"].output[0])
    assert blocks.find(ViewSwitch, "maps_view").offered == ("maps", "filters", "reconstructions")
    state.choose_map(1)
    assert state.map_index == blocks.find(ImageGrid, "maps").current == 1
    found = blocks.wait_for_reconstruction("residual_1 › conv_2", 1)
    expected = reconstruct(state.layer_trace, "residual_1 › conv_2", 1)
    assert np.array_equal(found.image, expected.image)
    assert found.activation == inside["residual_1", "conv_2"].output[0, 1].max()
    blocks.find(ViewSwitch, "maps_view").choose("filters")
    assert blocks.text("filters_text").startswith("residual_1 › conv_2: 2 filters, 3×3")
    blocks.document.select(("inner",), block=("residual_2",))
    bars = blocks.find(BarChart, "vector")
    assert bars.isVisible()
    assert np.array_equal(bars.values, inside["residual_2", "inner"].output[0])
    state.set_methods((Method.GRADIENT,))
    assert blocks.wait_for_reconstruction("residual_2 › inner").image.shape == (1, 8, 8)


def test_every_section_shows_a_layer_inside_a_block(blocks):
    for name in ("top_activations", "through_training", "embedding", "steps", "sanity_checks"):
        blocks.unfold(name)
    layer, page = "residual_1 › conv_2", blocks.inspector
    page.state.choose_layer(layer)
    page.state.set_methods((Method.GRADIENT,))  # no blank pictures
    chosen = page.state.map_index
    page.state.choose_map(chosen)  # else trained weights may choose another map
    page.findChild(EmbeddingPanel).model.set_follows(True)
    blocks.train()
    checker, top = page.findChild(SanityPanel).checker, page.findChild(TopPanel).model
    blocks.wait(lambda: checker.checks is not None and top.result is not None and top.block(chosen) is not None)
    assert [check.layers for check in checker.checks.downwards] == [(layer,), (layer, "conv_1")]
    captions = [image.caption for image in blocks.find(ImageGrid, "sanity_downwards").images]
    assert [caption.split(" ")[:-1] for caption in captions] == [["↳", "conv_2"], ["conv_1"]]  # then the figure
    assert top.search.layer == layer
    assert len(top.block(chosen).reconstructions) == 9
    assert page.state.layer == layer
    embedding = page.findChild(EmbeddingPanel).model
    blocks.wait(lambda: embedding.result is not None)
    assert embedding.result.key.layer == layer
    trace = page.state.layer_trace
    assert arithmetic_of(trace, layer, 1, (2, 3)).value == page.state.maps[1, 2, 3]
    assert np.isfinite(checker.checks.random.similarity)


def test_random_weights_reach_the_layers_inside_a_block(blocks):
    state = blocks.inspector.state
    state.choose_layer("residual_1 › conv_2")
    trained = state.maps
    state.set_random_weights(True)
    blocks.wait(lambda: state.maps is not trained)
    assert state.layer == "residual_1 › conv_2"
    random = randomise(Sequential([entry.layer for entry in blocks.inspection.sample_trace.trace.entries]))
    expected = entries_inside(record(random, state.trace.input))["residual_1", "conv_2"].output[0]
    assert np.array_equal(state.maps, expected)
    blocks.wait(lambda: state.up_to_date)
    assert state.reconstruction.layer == "residual_1 › conv_2"
    assert np.array_equal(state.reconstruction.kept.max(), state.maps[state.map_index].max())
    state.set_random_weights(False)
    assert np.array_equal(state.maps, trained)


def test_a_block_that_is_removed_takes_its_layers_along(blocks):
    blocks.inspector.state.choose_layer("residual_2 › inner")
    blocks.document.apply(edits.remove_layers(blocks.document.project, ["residual_2"]))
    blocks.wait(lambda: "residual_2" not in strip_of(blocks).names)
    assert blocks.inspector.state.layer in strip_of(blocks).names


def test_the_strip_has_room_for_its_scroll_bar_when_the_style_sheet_came_late(digits):
    strip = strip_of(digits)
    before = strip.height()
    strip.hide()
    strip.setStyleSheet("QScrollBar:horizontal { height: 31px; }")
    strip.show()
    bar = strip.horizontalScrollBar().sizeHint().height()
    assert bar == 31
    assert strip.height() >= strip.sizeHintForRow(0) + bar
    assert strip.height() > before


def test_other_layers_rename_the_items_and_add_or_take_away_the_last_ones(digits):
    strip = strip_of(digits)
    document = digits.document
    before = strip.count()
    for edit in (
        edits.insert_layer(document.project, 1, "Tanh"),
        edits.remove_layers(document.project, ["conv_2", "relu_2"]),
    ):
        document.apply(edit)
        names = tuple(layer.name for layer in edit.project.network.layers)
        digits.wait(lambda names=names: strip.names == names)
        assert [strip.item(row).text() for row in range(strip.count())] == ["input", *names]
        assert strip.item(1).flags() & Qt.ItemFlag.ItemIsSelectable
        assert strip.current == digits.inspector.state.layer
    assert strip.count() == before - 2


def test_many_numbers_share_bars_and_no_peak_is_lost():
    values = np.zeros(1000)
    values[500], values[777] = -8.0, 4.0
    heights = bar_heights(values)
    assert len(heights) == 22
    assert (min(heights), max(heights)) == (-1.0, 0.5)
    assert bar_heights(np.array([np.nan, np.inf, 3.0])) == [0.0, 0.0, 1.0]
    assert bar_heights(np.zeros(3)) == [0.0, 0.0, 0.0]


def test_a_dense_layer_is_painted_with_bars_in_the_colour_of_its_family(circle):
    strip = strip_of(circle)
    picture = strip.grab().toImage()
    colors = {picture.pixelColor(x, y).name() for x in range(strip.width()) for y in range(60)}
    assert family_color("dense").name() in colors
