import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6 import QtGui
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from app.widgets.plain_label import PlainLabel
from app.widgets.plain_text import button_text, elide, sentence, short, tool_tip, visible

HOSTILE = [
    '<img src="file:///etc/passwd">',
    "<b>bold</b>",
    "a &lt;b&gt; c",
    "<?xml version='1.0'?>",
    "<!DOCTYPE html>",
    "R&D",
    "a\0b",
    "two\nlines",
    "a\u202ecba",
    "zero\u200bwidth\ufeff",
    "x" * 10_000,
]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_tool_tip_is_taken_for_html(name) -> None:
    assert not QtGui.Qt.mightBeRichText(tool_tip(name))
    assert not QtGui.Qt.mightBeRichText(tool_tip(f"  {name}: smallest number"))


@given(st.text(alphabet=st.sampled_from("<>&;/!?=\"' abimgltpre\n\t\0\u202e"), max_size=40))
def test_no_text_becomes_an_html_tool_tip(text) -> None:
    assert not QtGui.Qt.mightBeRichText(tool_tip(text))


def test_invisible_characters_become_visible() -> None:
    assert visible("a\0b\x1b\x7f\t") == r"a\x00b\x1b\x7f\t"
    assert visible("a\u202eb\u2066c\u200bd\ufeff") == r"a\u202eb\u2066c\u200bd\ufeff"
    assert visible("\ud800\U000e0001") == r"\ud800\U000e0001"
    assert visible("Größe 日本 𝛼 42\u202f000") == "Größe 日本 𝛼 42\u202f000"
    assert visible("a\nb") == r"a\nb"
    assert visible("a\nb", keep_line_breaks=True) == "a\nb"


def test_long_names_lose_their_middle() -> None:
    assert elide("short", 10) == "short"
    assert elide("0123456789ab", 7) == "012…9ab"
    assert len(short("x" * 10_000)) == 60
    assert short("a" * 40 + "\u202e" * 40 + "z" * 40).startswith("aaa")
    assert "…" in sentence(f"'{'x' * 200}' is missing.")
    assert sentence("An ordinary sentence stays as it is.") == "An ordinary sentence stays as it is."
    assert len(sentence("word " * 10_000)) <= 600


def test_a_tool_tip_fits_on_a_screen() -> None:
    lines = tool_tip("x" * 100_000).split("\n")
    assert len(lines) < 40
    assert max(map(len, lines)) <= 100
    # All of an ordinary long name is there.
    assert tool_tip("n" * 250).replace("\n", "") == "n" * 250


def test_an_ampersand_in_a_menu_is_an_ampersand() -> None:
    assert button_text("R&D <b>") == "R&&D <b>"


@pytest.mark.parametrize("elides", [False, True])
@pytest.mark.parametrize("name", HOSTILE)
def test_a_label_is_plain_and_asks_for_no_width(qtbot, name, elides) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    label = PlainLabel(elides=elides)
    QHBoxLayout(window).addWidget(label)
    empty = window.minimumSizeHint().width()
    label.setText(f"'{name}' cannot be read.")
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert window.minimumSizeHint().width() == empty
    assert not QtGui.Qt.mightBeRichText(label.toolTip())
    window.resize(100, 200)
    window.show()
    window.grab()


def test_a_shortened_label_has_the_whole_text_in_its_tool_tip(qtbot) -> None:
    label = PlainLabel(elides=True)
    qtbot.addWidget(label)
    label.setText("A sentence that does not fit into the label.")
    label.resize(60, 20)
    label.show()
    assert label.toolTip() == "A sentence that does not fit into the label."
    label.resize(600, 20)
    assert label.toolTip() == ""
    label.setToolTip("Its own tip")
    assert label.toolTip() == "Its own tip"


def test_an_elided_label_is_painted_as_wide_as_it_is(qtbot) -> None:
    elided, plain = PlainLabel("wide " * 50, elides=True), QLabel("x")
    for label in (elided, plain):
        qtbot.addWidget(label)
        label.setFixedSize(120, 24)
        label.show()
    picture = elided.grab().toImage()
    background = plain.grab().toImage().pixelColor(118, 2)
    right_edge = [picture.pixelColor(119, y) for y in range(24)]
    assert all(color == background for color in right_edge), "the text ends with …, it is not cut"
    inked = [x for x in range(120) for y in range(24) if picture.pixelColor(x, y) != background]
    assert inked
