import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QLabel, QPushButton, QWidget

from app.document import edits
from app.formatting import format_number
from app.inspector.layer_outputs import strongest_map
from app.inspector.layer_strip import LayerStrip
from app.inspector.maps.bar_chart import BarChart
from app.inspector.reconstruction.picture import Picture
from app.inspector.target import Target
from app.widgets.images.colormaps import viridis_image
from app.widgets.images.image_grid import ImageGrid
from app.widgets.theme.theme import family_color
from app.widgets.view_switch import ViewSwitch


def click(widget: QWidget, point) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=point.toPoint())


def test_the_strongest_map_of_the_layer_is_shown_first(digits):
    layers, grid = digits.find(LayerStrip, "layers"), digits.find(ImageGrid, "maps")
    assert layers.current == digits.text("layer") == "conv_2"
    assert digits.text("maps_heading") == "6 feature maps, 4×4"
    assert len(grid.images) == 6
    maps = digits.inspection.sample_trace.trace.entry("conv_2").output[0]
    assert grid.current == strongest_map(maps)
    shown = digits.wait_for_reconstruction("conv_2", grid.current)
    assert digits.text("reconstruction_heading") == f"Map {grid.current} → pixels"
    assert shown.activation == pytest.approx(maps[grid.current].max())


def test_the_selected_card_decides_the_layer(digits):
    digits.document.select(("conv_1",))
    assert digits.find(LayerStrip, "layers").current == "conv_1"
    assert len(digits.find(ImageGrid, "maps").images) == 4
    digits.wait_for_reconstruction("conv_1")


def test_the_layer_chosen_in_the_list_becomes_the_selection(digits):
    layers = digits.find(LayerStrip, "layers")
    layers.setFocus()
    QTest.keyClick(layers, Qt.Key.Key_Left)
    assert digits.document.selection == ("pool_1",)
    assert digits.text("maps_heading").startswith("4 feature maps, 4×4")


def test_a_click_picks_a_map_and_a_second_click_a_position(digits):
    digits.document.select(("relu_1",))
    grid = digits.find(ImageGrid, "maps")
    other = (grid.current + 1) % 4
    click(grid.viewport(), grid.image_rect(other).center())
    strongest = digits.wait_for_reconstruction("relu_1", other)
    values = digits.inspection.sample_trace.trace.entry("relu_1").output[0, other]
    assert strongest.position == np.unravel_index(values.argmax(), values.shape)
    digits.wait(lambda: grid.marked == (other, *strongest.position))

    rect = grid.image_rect(other)
    click(grid.viewport(), rect.topLeft() + (rect.bottomRight() - rect.topLeft()) * 0.7)
    digits.wait(lambda: digits.reconstruction is not None and digits.reconstruction.position == (5, 5))
    assert "strongest" not in digits.text("where")
    assert grid.marked == (other, 5, 5)


def test_clicks_arrow_keys_and_home_choose_a_position_in_the_large_map(digits):
    digits.document.select(("relu_1",))
    strongest = digits.wait_for_reconstruction("relu_1")
    picture = digits.find(Picture, "map")
    click(picture, picture.centre_of(2, 6))
    digits.wait(lambda: digits.reconstruction.position == (2, 6))
    QTest.keyClick(picture, Qt.Key.Key_Down)
    digits.wait(lambda: digits.reconstruction.position == (3, 6))
    assert picture.marked == (3, 6)
    assert not digits.find(QPushButton, "strongest").isChecked()
    QTest.keyClick(picture, Qt.Key.Key_Home)
    digits.wait(lambda: digits.reconstruction.position == strongest.position)
    assert digits.find(QPushButton, "strongest").isChecked()
    assert "the strongest of map" in digits.text("where")


def test_the_receptive_field_frames_the_input(digits):
    digits.document.select(("conv_1",))
    digits.wait_for_reconstruction("conv_1")
    picture = digits.find(Picture, "map")
    click(picture, picture.centre_of(4, 2))
    digits.wait(lambda: digits.reconstruction.position == (4, 2))
    box = digits.find(Picture, "input").box
    # A window of 3×3 around row 4, column 2.
    assert (box.top(), box.left(), box.height(), box.width()) == (3, 1, 3, 3)


def test_the_step_strip_shows_each_step(digits):
    digits.unfold("steps")
    digits.document.select(("relu_2",))
    shown = digits.wait_for_reconstruction("relu_2")
    captions = [picture.caption for picture in digits.find(ImageGrid, "step_strip").images]
    expected = ["rectify", "conv_2ᵀ", "unpool", "rectify", "conv_1ᵀ"]
    assert captions == [f"map {shown.map_index}", "keep one", *expected]


def test_a_layer_without_maps_is_a_bar_chart_with_class_names(digits):
    digits.document.select(("linear_1",))
    bars = digits.find(BarChart, "vector")
    assert bars.isVisible()
    assert not digits.find(ImageGrid, "maps").isVisible()
    assert digits.text("maps_heading") == "10 numbers"
    assert np.array_equal(bars.values, digits.inspection.sample_trace.trace.entry("linear_1").output[0])
    QTest.keyClick(bars, Qt.Key.Key_End)
    assert bars.describe(bars.current).startswith("9: ")
    digits.document.select(("flatten_1",))
    QTest.keyClick(bars, Qt.Key.Key_Home)
    assert bars.describe(bars.current).startswith("unit 0: ")


def test_each_layer_without_maps_has_its_own_heading_and_colour(make_harness, project_of):
    layers = (("Flatten", "flatten_1", {}), ("Linear", "linear_1", {"outputs": 20}), ("ReLu", "relu_1", {}))
    harness = make_harness(project_of((*layers, ("Linear", "linear_2", {"outputs": 10})), "digits"))
    harness.wait_for_sample_trace()
    bars = harness.find(BarChart, "vector")
    seen = []
    for name, count, family in (("flatten_1", 64, "dense"), ("linear_1", 20, "dense"), ("relu_1", 20, "activation")):
        harness.document.select((name,))
        assert harness.text("maps_heading") == f"{count} numbers"
        assert bars.color == family_color(family)
        seen.append(bars.color.name())
    assert seen[1] != seen[2]


def test_the_grid_scrolls_to_the_chosen_map(make_harness, project_of):
    layers = (("Conv2D", "conv_1", {"filters": 200, "window": 3}), ("Flatten", "flatten_1", {}))
    project = project_of((*layers, ("Linear", "linear_1", {"outputs": 10})), "digits")
    harness = make_harness(project)
    harness.wait_for_sample_trace()
    grid = harness.find(ImageGrid, "maps")
    harness.wait(lambda: len(grid.images) == 200)
    harness.wait(lambda: grid.viewport().visibleRegion().contains(grid.image_rect(grid.current).toRect().center()))


def test_own_and_shared_colour_scales_differ(digits):
    digits.document.select(("conv_1",))
    grid = digits.find(ImageGrid, "maps")
    own = [item.image.pixel(1, 1) for item in grid.images]
    digits.find(QCheckBox, "own_scale").click()
    assert [item.image.pixel(1, 1) for item in grid.images] != own


def test_training_updates_the_maps_and_keeps_the_choice(digits):
    digits.document.select(("conv_1",))
    digits.wait_for_reconstruction("conv_1")
    picture, grid = digits.find(Picture, "map"), digits.find(ImageGrid, "maps")
    QTest.keyClick(grid, Qt.Key.Key_Home)
    click(picture, picture.centre_of(4, 4))
    digits.wait(lambda: digits.reconstruction.position == (4, 4))
    before = digits.reconstruction
    assert digits.text("untrained") == "untrained weights: train with F5 to see what it learns"
    digits.train()
    assert not digits.find(QLabel, "untrained").isVisible()
    digits.wait(lambda: digits.reconstruction is not before)
    trained = digits.inspection.sample_trace.trace.entry("conv_1").output[0, 0, 4, 4]
    digits.wait(lambda: digits.reconstruction.activation == pytest.approx(trained))
    assert (digits.reconstruction.map_index, digits.reconstruction.position) == (0, (4, 4))
    assert (grid.current, grid.marked) == (0, (0, 4, 4))


def test_another_layer_is_shown_when_the_layer_is_removed(digits):
    digits.document.apply(edits.insert_layer(digits.document.project, 2, "Conv2D", {"filters": 5, "window": 1}))
    layers = digits.find(LayerStrip, "layers")
    digits.wait(lambda: layers.current == "conv_3")
    digits.wait_for_reconstruction("conv_3")
    digits.document.undo_stack.undo()
    digits.wait(lambda: "conv_3" not in layers.names)
    digits.wait_for_reconstruction("conv_2")


def test_the_maps_are_as_large_after_a_layer_without_maps_as_before(digits):
    grid = digits.find(ImageGrid, "maps")
    digits.wait(lambda: grid.image_rect(0).width() > 40)
    before = grid.image_rect(0).size()
    digits.document.select(("linear_1",))
    digits.wait(lambda: digits.find(BarChart, "vector").isVisible())
    digits.document.select(("conv_2",))
    digits.wait(grid.isVisible)
    digits.wait(lambda: grid.image_rect(0).size() == before)


def test_every_map_has_its_number_and_the_number_below_the_mouse_is_told(digits):
    digits.document.select(("relu_1",))
    grid = digits.find(ImageGrid, "maps")
    assert [item.number for item in grid.images] == ["0", "1", "2", "3"]
    rect = grid.image_rect(2)
    place = rect.topLeft() + (rect.bottomRight() - rect.topLeft()) * 0.3
    QTest.mouseMove(grid.viewport(), place.toPoint())
    value = digits.inspection.sample_trace.trace.entry("relu_1").output[0, 2, 2, 2]
    digits.wait(lambda: digits.text("maps_heading") == f"map 2, row 2, column 2: {format_number(float(value))}")
    grid.cell_hovered.emit(-1, -1, -1)
    assert digits.text("maps_heading") == "4 feature maps, 8×8"


def test_a_click_on_a_bar_makes_the_unit_the_target(digits):
    digits.document.select(("linear_1",))
    bars = digits.find(BarChart, "vector")
    click(bars, bars.bar_rect(7).center())
    assert digits.inspector.state.target == Target("linear_1", 7, (0, 0))
    QTest.keyClick(bars, Qt.Key.Key_Left)
    assert digits.inspector.state.target == Target("linear_1", 6, (0, 0))
    assert bars.current == 6


def test_a_thousand_units_scroll_to_the_chosen_one(make_harness, project_of):
    layers = (("Flatten", "flatten_1", {}), ("Linear", "linear_1", {"outputs": 1000}), ("ReLu", "relu_1", {}))
    harness = make_harness(project_of((*layers, ("Linear", "linear_2", {"outputs": 10})), "digits"))
    harness.wait_for_sample_trace()
    harness.document.select(("linear_1",))
    bars = harness.find(BarChart, "vector")
    assert bars.bar_rect(0).width() >= 5
    harness.inspector.state.choose_map(950)
    harness.wait(lambda: bars.visibleRegion().contains(bars.bar_rect(950).center().toPoint()))
    QTest.keyClick(bars, Qt.Key.Key_Home)
    assert harness.inspector.state.map_index == 0
    harness.wait(lambda: bars.visibleRegion().contains(bars.bar_rect(0).center().toPoint()))


def test_without_a_selection_the_last_layer_of_activations_is_shown(make_harness, project_of):
    layers = (("Conv2D", "conv_1", {"filters": 2, "window": 3}), ("ReLu", "relu_1", {}), ("Flatten", "flatten_1", {}))
    harness = make_harness(project_of((*layers, ("Linear", "linear_1", {"outputs": 10})), "digits"))
    harness.wait_for_sample_trace()
    assert harness.find(LayerStrip, "layers").current == harness.text("layer") == "relu_1"
    harness.wait_for_reconstruction("relu_1")


def test_a_network_without_convolutions_is_shown_by_bars_and_reconstructions(make_harness, project_of):
    layers = (("Flatten", "flatten_1", {}), ("Linear", "linear_1", {"outputs": 12}), ("ReLu", "relu_1", {}))
    harness = make_harness(project_of((*layers, ("Linear", "linear_2", {"outputs": 10})), "digits"))
    harness.wait_for_sample_trace()
    assert harness.find(BarChart, "vector").isVisible()
    assert harness.find(ViewSwitch, "maps_view").offered == ("maps", "reconstructions")
    assert harness.find(QPushButton, "maps_view_maps").text() == "Units"
    harness.find(ViewSwitch, "maps_view").choose("reconstructions")
    grid = harness.find(ImageGrid, "sheet")
    harness.wait(lambda: len(grid.images) == harness.inspector.state.map_count)


def test_a_view_that_the_next_layer_does_not_have_gives_way_to_the_maps(digits):
    switch = digits.find(ViewSwitch, "maps_view")
    switch.choose("filters")
    digits.document.select(("linear_1",))
    assert switch.current == "maps"
    assert digits.find(BarChart, "vector").isVisible()


def test_maps_are_not_painted_while_the_filters_are_shown(digits):
    digits.document.select(("conv_1",))
    grid, switch = digits.find(ImageGrid, "maps"), digits.find(ViewSwitch, "maps_view")
    switch.choose("filters")
    before = [item.image for item in grid.images]
    digits.inspection.select_sample(5)
    digits.wait(lambda: digits.inspection.sample_trace.index == 5)
    assert digits.inspector.state.trace is digits.inspection.sample_trace.trace
    assert [item.image for item in grid.images] == before
    switch.choose("maps")
    assert grid.images[1].image == viridis_image(digits.inspector.state.maps[1])


def test_only_units_are_offered_over_the_plane(make_harness, project_of):
    layers = (
        ("Linear", "linear_1", {"outputs": 16}),
        ("Reshape", "reshape_1", {"size": [4, 4]}),
        ("Flatten", "flatten_1", {}),
        ("Linear", "linear_2", {"outputs": 2}),
    )
    harness = make_harness(project_of(layers, "circle", loss="mse_loss"))
    harness.wait_for_sample_trace()
    box = harness.find(QCheckBox, "unit_plane")
    harness.document.select(("linear_1",))
    assert box.isVisible()
    box.setChecked(True)
    maps = harness.inspector._samples.decision_maps
    assert maps.layer == "linear_1"
    harness.document.select(("reshape_1",))
    assert not box.isVisible()
    assert maps.layer == ""
    harness.document.select(("linear_2",))
    assert box.isVisible()
    assert maps.layer == "linear_2"
