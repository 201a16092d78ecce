"""The weights of convolutions as pictures."""

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest

from app.inspector.maps.filter_view import FilterView
from app.inspector.maps.filters import MEAN, filter_pictures, filter_weights, filters_before, is_colored
from app.inspector.maps.maps_panel import MapsPanel
from app.widgets.choice_box import ChoiceBox
from app.widgets.images.image_grid import ImageGrid
from app.widgets.theme.theme import LIGHT
from app.widgets.view_switch import ViewSwitch
from tinyml.layers import AvgPool2D, Conv2D, ConvTranspose2D, Flatten, Linear, ReLU
from tinyml.net import Sequential, record


def show_filters(harness) -> ImageGrid:
    harness.wait_for_sample_trace()
    harness.find(ViewSwitch, "maps_view").choose("filters")
    grid = harness.find(ImageGrid, "filters")
    harness.wait(lambda: len(grid.images))
    return grid


def test_the_weights_of_a_transposed_convolution_are_turned():
    plain, turned = Conv2D("a", (2, 5, 5), 3, 3, 2, 1, 0), ConvTranspose2D("b", (2, 5, 5), 3, 3, 2, 1)
    for layer in (plain, turned):
        weights = filter_weights(layer)
        assert weights is not None
        assert weights.shape == (3, 2, 3, 2)
    assert np.array_equal(filter_weights(turned)[1, 0], turned.weight.tensor[0, 1])
    assert filter_weights(ReLU("c")) is None


def test_maps_behind_activations_and_poolings_belong_to_the_filters_before_them():
    conv, pool = Conv2D("conv", (1, 4, 4), 2, 3, 3, 1, 1), AvgPool2D("pool", (2, 4, 4), 2, 2)
    layers = [conv, ReLU("relu"), pool, Flatten("flat"), Linear("fc", 8, 3), ReLU("last")]
    trace = record(Sequential(layers), np.ones((1, 1, 4, 4)))
    assert [filters_before(trace, name)[0] for name in ("conv", "relu", "pool")] == ["conv"] * 3
    assert [filters_before(trace, name) for name in ("flat", "fc", "last")] == [None] * 3


def test_zero_is_the_middle_of_the_colours_and_a_shared_scale_compares_filters():
    weights = np.zeros((2, 1, 1, 3))
    weights[0, 0, 0], weights[1, 0, 0] = (-1, 0, 1), (-10, 0, 10)
    own = [picture.image for picture in filter_pictures(weights, False, 0, True, False)]
    shared = [picture.image for picture in filter_pictures(weights, False, 0, False, False)]
    assert {QColor(image.pixel(1, 0)).name() for image in own + shared} == {LIGHT.surface}
    assert own[0].pixel(2, 0) == own[1].pixel(2, 0) == shared[1].pixel(2, 0) != shared[0].pixel(2, 0)


def test_a_channel_or_the_mean_of_all_channels_is_shown():
    weights = np.stack([np.full((1, 1), 2.0), np.full((1, 1), -2.0)])[np.newaxis]
    first, second, mean = (
        QColor(filter_pictures(weights, False, channel, True, False)[0].image.pixel(0, 0)) for channel in (0, 1, MEAN)
    )
    assert first.red() > first.blue()
    assert second.blue() > second.red()
    assert mean.name() == LIGHT.surface


def test_three_input_channels_are_a_colour_with_grey_for_zero():
    weights = np.zeros((1, 3, 1, 2))
    weights[0, 0, 0, 1] = 4.0
    image = filter_pictures(weights, True, MEAN, True, False)[0].image
    grey, red = QColor(image.pixel(0, 0)), QColor(image.pixel(1, 0))
    assert grey.red() == grey.green() == grey.blue()
    assert 126 <= grey.red() <= 129
    assert red.red() == 255


def test_only_the_filters_of_a_first_layer_for_colour_images_are_colours():
    layers = [Conv2D("first", (3, 6, 6), 3, 3, 3, 1, 0), ReLU("relu"), Conv2D("second", (3, 4, 4), 2, 3, 3, 1, 0)]
    trace = record(Sequential(layers), np.ones((1, 3, 6, 6)))
    assert is_colored(trace, "first")
    assert not is_colored(trace, "second")
    grey = record(Sequential([Conv2D("first", (1, 6, 6), 3, 3, 3, 1, 0)]), np.ones((1, 1, 6, 6)))
    assert not is_colored(grey, "first")


def test_a_click_on_a_filter_chooses_its_map(digits):
    digits.document.select(("conv_2",))
    grid = show_filters(digits)
    assert len(grid.images) == 6
    assert "conv_2: 6 filters, 3×3 over 4 input channels" in digits.text("filters_text")
    other = (grid.current + 1) % 6
    QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=grid.image_rect(other).center().toPoint())
    assert digits.inspector.state.map_index == other
    assert digits.wait_for_reconstruction("conv_2", other)


def test_the_input_channel_of_the_filters_can_be_chosen(digits):
    digits.document.select(("conv_2",))
    grid, channel = show_filters(digits), digits.find(ChoiceBox, "filters_channel")
    assert [channel.itemText(index) for index in range(channel.count())][:2] == ["mean of all channels", "channel 0"]
    before = [item.image for item in grid.images]
    channel.setCurrentIndex(3)
    assert [item.image for item in grid.images] != before
    digits.document.select(("relu_1",))
    digits.wait(lambda: len(grid.images) == 4)
    assert not channel.isVisible()  # one input channel


def test_training_changes_the_filters(digits):
    digits.document.select(("conv_1",))
    grid = show_filters(digits)
    before = [item.image for item in grid.images]
    digits.train()
    digits.wait(lambda: [item.image for item in grid.images] != before)


def test_a_layer_without_filters_offers_none(digits):
    digits.document.select(("linear_1",))
    assert digits.find(ViewSwitch, "maps_view").offered == ("maps", "reconstructions")
    assert not digits.inspector.findChild(FilterView).isVisible()
    assert digits.inspector.findChild(MapsPanel).isVisible()
