"""The palette: its entries, the search, and inserting layers with keyboard and mouse."""

import gc
import weakref

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from app.builder import Palette
from tinyml.layers import layer_types


def shown(palette: Palette) -> list[str]:
    """Return the type names of the visible entries, from top to bottom."""
    visible = [entry for entry in palette.entries if entry.isVisible()]
    return [entry.type_name for entry in sorted(visible, key=lambda entry: entry.y())]


def highlighted(palette: Palette) -> list[str]:
    return [entry.type_name for entry in palette.entries if entry._highlighted]


def search(harness, text: str) -> None:
    harness.palette.focus_search()
    harness.palette.search.clear()
    QTest.keyClicks(harness.palette.search, text)
    harness.palette._list.layout().activate()


def test_every_layer_type_is_listed_under_its_family(harness) -> None:
    assert sorted(shown(harness.palette)) == sorted(layer_types())
    for name, layer_type in layer_types().items():
        entry = harness.entry(name)
        title = harness.palette.findChild(QLabel, f"palette_title_{layer_type.Settings.family}")
        assert title.y() < entry.y()
        assert layer_type.Settings.summary in entry.accessibleName()


def test_the_search_finds_names_aliases_summaries_and_families(harness) -> None:
    harness.palette.focus_search()
    assert harness.window.focusWidget() is harness.palette.search
    search(harness, "pool")
    pooling = {name for name, layer in layer_types().items() if layer.Settings.family == "pooling"}
    assert set(shown(harness.palette)) == pooling
    assert shown(harness.palette)[:3] == ["MaxPool2D", "AvgPool2D", "GlobalAvgPool2D"], (
        "pool is the short name of the first; a word of the other names begins with the search text"
    )
    assert not harness.palette.findChild(QLabel, "palette_title_dense").isVisible()
    search(harness, "max(0")
    assert shown(harness.palette) == ["ReLu"]
    search(harness, "conv slides")
    assert shown(harness.palette) == ["Conv2D"]
    everything = list(layer_types())
    QTest.keyClick(harness.palette.search, Qt.Key.Key_Escape)
    assert sorted(shown(harness.palette)) == sorted(everything)
    assert harness.palette.findChild(QLabel, "palette_title_dense").isVisible()
    assert highlighted(harness.palette) == []


@pytest.mark.parametrize(
    ("text", "layer_type"),
    [
        ("relu", "ReLu"),
        ("RELU", "ReLu"),
        ("lin", "Linear"),
        ("dense", "Linear"),
        ("fc", "Linear"),
        ("fully connected", "Linear"),
        ("conv", "Conv2D"),
        ("convolution", "Conv2D"),
        ("transposed convolution", "Deconv2D"),
        ("convtranspose", "Deconv2D"),
        ("deconv", "Deconv2D"),
        ("maxpool", "MaxPool2D"),
        ("max pool", "MaxPool2D"),
        ("max pooling", "MaxPool2D"),
        ("average", "AvgPool2D"),
        ("gap", "GlobalAvgPool2D"),
        ("unpool", "MaxUnpool2D"),
        ("bn", "BatchNorm1D"),
        ("batchnorm", "BatchNorm2D"),
        ("batchnorm2", "BatchNorm2D"),
        ("drop", "Dropout"),
        ("dropout", "Dropout"),
        ("elu", "ELU"),
        ("gelu", "GELU"),
        ("leaky", "LeakyReLu"),
        ("leaky relu", "LeakyReLu"),
        ("logistic", "Sigmoid"),
        ("sigmoid", "Sigmoid"),
        ("softmax", "Softmax"),
        ("tanh", "Tanh"),
        ("skip", "Residual"),
        ("upsampl", "Upsample2D"),
        ("unflatten", "Reshape"),
        ("flat", "Flatten"),
    ],
)
def test_enter_inserts_the_best_match_and_selects_the_search_text(harness, text: str, layer_type: str) -> None:
    search(harness, text)
    assert highlighted(harness.palette) == [layer_type] == shown(harness.palette)[:1]
    QTest.keyClick(harness.palette.search, Qt.Key.Key_Return)
    assert harness.document.project.network.layers[-1].type == layer_type
    assert harness.window.focusWidget() is harness.palette.search
    assert harness.palette.search.selectedText() == text
    QTest.keyClicks(harness.palette.search, "tanh")
    assert harness.palette.search.text() == "tanh"


def test_every_layer_type_is_found_first_by_its_name_and_by_its_aliases(harness) -> None:
    for name, layer_type in layer_types().items():
        search(harness, name.lower())
        assert shown(harness.palette)[0] == name
        for alias in layer_type.Settings.aliases:
            search(harness, alias)
            assert name in shown(harness.palette)[:2], alias


def test_the_arrow_keys_move_the_highlight_and_enter_inserts_it(harness) -> None:
    search(harness, "relu")
    found = shown(harness.palette)
    assert found[:2] == ["ReLu", "LeakyReLu"]
    description = harness.palette.search.accessibleDescription()
    assert description.startswith("ReLU: max(0, x), 1 of ")
    QTest.keyClick(harness.palette.search, Qt.Key.Key_Down)
    assert highlighted(harness.palette) == ["LeakyReLu"]
    assert ", 2 of " in harness.palette.search.accessibleDescription()
    QTest.keyClick(harness.palette.search, Qt.Key.Key_Return)
    assert harness.document.project.network.layers[-1].type == "LeakyReLu"
    for _ in range(9):
        QTest.keyClick(harness.palette.search, Qt.Key.Key_Up)
    assert highlighted(harness.palette) == ["ReLu"]


def test_without_a_search_enter_inserts_nothing_before_an_arrow_key(harness) -> None:
    harness.palette.focus_search()
    QTest.keyClick(harness.palette.search, Qt.Key.Key_Return)
    assert harness.document.undo_stack.count() == 0
    QTest.keyClick(harness.palette.search, Qt.Key.Key_Down)
    QTest.keyClick(harness.palette.search, Qt.Key.Key_Return)
    assert harness.document.project.network.layers[-1].type == shown(harness.palette)[0]


def test_a_search_without_result_says_what_to_do(harness) -> None:
    QTest.keyClicks(harness.palette.search, "zebra")
    nothing = harness.palette.findChild(QLabel, "palette_nothing_found")
    assert nothing.isVisible()
    assert nothing.text() == "No layer type matches “zebra”. Clear the search to see all of them."
    assert shown(harness.palette) == []
    QTest.keyClick(harness.palette.search, Qt.Key.Key_Return)
    assert harness.document.undo_stack.count() == 0


def test_a_double_click_inserts_after_the_selection(harness) -> None:
    harness.click("conv_1")
    QTest.mouseDClick(harness.entry("Tanh"), Qt.MouseButton.LeftButton, pos=QPoint(30, 15))
    assert harness.names()[:3] == ["conv_1", "tanh_1", "relu_1"]
    assert harness.document.selection == ("tanh_1",)


def test_enter_inserts_at_the_end_and_then_after_the_new_layer(harness) -> None:
    harness.entry("Dropout").setFocus()
    QTest.keyClick(harness.entry("Dropout"), Qt.Key.Key_Return)
    QTest.keyClick(harness.entry("Dropout"), Qt.Key.Key_Enter)
    assert harness.names()[-2:] == ["dropout_1", "dropout_2"]
    assert harness.document.undo_stack.undoText() == "insert dropout_2"


def test_tab_moves_from_the_search_into_the_list(harness) -> None:
    search(harness, "activation")
    first, second, *_, last = shown(harness.palette)
    QTest.keyClick(harness.palette.search, Qt.Key.Key_Tab)
    assert harness.window.focusWidget() is harness.entry(first)
    QTest.keyClick(harness.window.focusWidget(), Qt.Key.Key_Down)
    assert harness.window.focusWidget() is harness.entry(second)
    QTest.keyClick(harness.window.focusWidget(), Qt.Key.Key_End)
    assert harness.window.focusWidget() is harness.entry(last)
    QTest.keyClick(harness.window.focusWidget(), Qt.Key.Key_Return)
    assert harness.names()[-1] == f"{layer_types()[last].Settings.short_name}_1"
    QTest.keyClick(harness.window.focusWidget(), Qt.Key.Key_Home)
    QTest.keyClick(harness.window.focusWidget(), Qt.Key.Key_Up)
    assert harness.window.focusWidget() is harness.palette.search


def test_a_closed_palette_is_deleted(document, qapp) -> None:
    palette = Palette(document)
    palette.show()
    entry, gone = weakref.ref(palette.entries[0]), weakref.ref(palette)
    palette.close()
    del palette
    gc.collect()
    assert gone() is None
    assert entry() is None
