"""The palette: what it lists, the search, and putting layers in with keyboard and mouse."""

import gc
import weakref

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from app.builder import Palette
from tinyml.layers import layer_types


def shown(palette: Palette) -> list[str]:
    return [entry.type_name for entry in palette.entries if entry.isVisible()]


def test_every_layer_type_is_listed_under_its_family(bench) -> None:
    assert sorted(shown(bench.palette)) == sorted(layer_types())
    for name, layer_type in layer_types().items():
        entry = bench.entry(name)
        title = bench.palette.findChild(QLabel, f"palette_title_{layer_type.Settings.family}")
        assert title.y() < entry.y()
        assert layer_type.Settings.summary in entry.accessibleName()


def test_the_search_looks_at_name_summary_and_family(bench) -> None:
    bench.palette.focus_search()
    assert bench.window.focusWidget() is bench.palette.search
    QTest.keyClicks(bench.palette.search, "pool")
    pooling = [name for name, layer in layer_types().items() if layer.Settings.family == "pooling"]
    assert {"MaxPool2D", "MaxUnpool2D"} < set(pooling)
    assert shown(bench.palette) == pooling
    assert not bench.palette.findChild(QLabel, "palette_title_dense").isVisible()
    bench.palette.search.setText("max(0")
    assert shown(bench.palette) == ["ReLu"]
    bench.palette.search.setText("conv slides")
    assert shown(bench.palette) == ["Conv2D"]
    QTest.keyClick(bench.palette.search, Qt.Key.Key_Escape)
    assert len(shown(bench.palette)) == len(layer_types())


def test_a_search_without_result_says_what_to_do(bench) -> None:
    QTest.keyClicks(bench.palette.search, "zebra")
    nothing = bench.palette.findChild(QLabel, "palette_nothing_found")
    assert nothing.isVisible()
    assert nothing.text() == "No layer type matches “zebra”. Clear the search to see all of them."
    assert shown(bench.palette) == []
    QTest.keyClick(bench.palette.search, Qt.Key.Key_Return)
    assert bench.document.undo_stack.count() == 0


def test_a_double_click_appends_after_the_selection(bench) -> None:
    bench.click("conv_1")
    QTest.mouseDClick(bench.entry("Tanh"), Qt.MouseButton.LeftButton, pos=QPoint(30, 15))
    assert bench.names()[:3] == ["conv_1", "tanh_1", "relu_1"]
    assert bench.document.selection == ("tanh_1",)


def test_enter_appends_at_the_end_and_then_after_what_it_appended(bench) -> None:
    bench.entry("Dropout").setFocus()
    QTest.keyClick(bench.entry("Dropout"), Qt.Key.Key_Return)
    QTest.keyClick(bench.entry("Dropout"), Qt.Key.Key_Enter)
    assert bench.names()[-2:] == ["dropout_1", "dropout_2"]
    assert bench.document.undo_stack.undoText() == "insert dropout_2"


def test_search_arrows_and_enter_without_a_mouse(bench) -> None:
    bench.palette.focus_search()
    QTest.keyClicks(bench.palette.search, "activation")
    first, second, *_, last = (name for name, layer in layer_types().items() if layer.Settings.family == "activation")
    QTest.keyClick(bench.palette.search, Qt.Key.Key_Down)
    assert bench.window.focusWidget() is bench.entry(first)
    QTest.keyClick(bench.window.focusWidget(), Qt.Key.Key_Down)
    assert bench.window.focusWidget() is bench.entry(second)
    QTest.keyClick(bench.window.focusWidget(), Qt.Key.Key_End)
    assert bench.window.focusWidget() is bench.entry(last)
    QTest.keyClick(bench.window.focusWidget(), Qt.Key.Key_Return)
    assert bench.names()[-1] == f"{layer_types()[last].Settings.short_name}_1"
    QTest.keyClick(bench.window.focusWidget(), Qt.Key.Key_Home)
    QTest.keyClick(bench.window.focusWidget(), Qt.Key.Key_Up)
    assert bench.window.focusWidget() is bench.palette.search
    QTest.keyClick(bench.palette.search, Qt.Key.Key_Return)
    assert bench.names()[-1] == f"{layer_types()[first].Settings.short_name}_1"


def test_the_palette_leaves_nothing_behind(document, qapp) -> None:
    palette = Palette(document)
    palette.show()
    entry, gone = weakref.ref(palette.entries[0]), weakref.ref(palette)
    palette.close()
    del palette
    gc.collect()
    assert gone() is None
    assert entry() is None
