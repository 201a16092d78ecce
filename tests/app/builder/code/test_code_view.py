"""The view of source code: colours, marks, and changes of single lines."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt

from app.builder.code.code_view import CodeView
from app.builder.code.highlighter import tokens
from app.widgets.theme.theme import DARK, LIGHT, palette_for
from tests.app.widgets.theme.test_theme import contrast

LINES = st.lists(st.sampled_from(["a = 1", "b", "", "# c"]), min_size=1, max_size=8)


@pytest.fixture
def view(qtbot):
    view = CodeView()
    qtbot.addWidget(view)
    view.resize(400, 200)
    view.show()
    qtbot.waitExposed(view)
    return view


@given(before=LINES, after=LINES)
@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_replaces_any_other(qapp, before, after) -> None:
    view = CodeView()
    view.show_text("\n".join(before))
    view.show_text("\n".join(after))
    assert view.toPlainText() == "\n".join(after)
    assert view.blockCount() == len(after)


def test_only_changed_lines_are_replaced(view) -> None:
    changes = []
    lines = [f"line {number}" for number in range(50)]
    view.show_text("\n".join(lines))
    view.document().contentsChange.connect(lambda *change: changes.append(change))
    lines[20] = "another"
    view.show_text("\n".join(lines))
    assert [removed for _, removed, _ in changes] == [len("line 20")]
    view.show_text("\n".join(lines))
    assert len(changes) == 1


def colours_of(view, number: int) -> dict[str, str]:
    """Return the coloured parts of a line with their colours."""
    block = view.document().findBlockByNumber(number)
    text = block.text()
    return {
        text[part.start : part.start + part.length]: part.format.foreground().color().name()
        for part in block.layout().formats()
    }


def test_only_visible_lines_have_colours(view, qtbot) -> None:
    view.show_text("\n".join("x = 12  # twelve" for _ in range(1000)))
    qtbot.waitUntil(lambda: set(colours_of(view, 0)) == {"12", "# twelve"})
    assert colours_of(view, 900) == {}
    view.verticalScrollBar().setValue(900)
    qtbot.waitUntil(lambda: set(colours_of(view, 900)) == {"12", "# twelve"})


def test_the_tokens_of_a_line() -> None:
    line = 'from x import Conv2D; name("a#\\"b", 1e-05, (2, 3.5), True)  # 8×8 "c"'
    found = [(token.kind, line[token.start : token.start + token.length]) for token in tokens(line)]
    assert found == [
        ("keyword", "from"),
        ("keyword", "import"),
        ("text", '"a#\\"b"'),
        ("number", "1e-05"),
        ("number", "2"),
        ("number", "3.5"),
        ("keyword", "True"),
        ("comment", '# 8×8 "c"'),
    ]


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_the_colours_are_readable_in_both_themes(qapp, qtbot, theme) -> None:
    before = qapp.palette()
    view = CodeView()
    qtbot.addWidget(view)
    view.resize(400, 200)
    view.show()
    view.show_text('import "text" 12 # comment')
    qtbot.waitUntil(lambda: len(colours_of(view, 0)) == 4)
    try:
        qapp.setPalette(palette_for(theme))
        qtbot.waitUntil(lambda: all(contrast(color, theme.field) >= 4.5 for color in colours_of(view, 0).values()))
        assert len(colours_of(view, 0)) == 4
    finally:
        qapp.setPalette(before)


def test_a_click_and_return_choose_a_line(view, qtbot) -> None:
    view.show_text("\n".join(f"line {number}" for number in range(5)))
    at = view.cursorRect().center()
    with qtbot.waitSignal(view.line_chosen) as first:
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert first.args == [0]
    qtbot.keyClick(view, Qt.Key.Key_Down)
    qtbot.keyClick(view, Qt.Key.Key_Down)
    with qtbot.waitSignal(view.line_chosen) as second:
        qtbot.keyClick(view, Qt.Key.Key_Return)
    assert second.args == [2]


def test_selecting_text_chooses_no_line(view, qtbot) -> None:
    view.show_text("one line of code")
    chosen = []
    view.line_chosen.connect(chosen.append)
    qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.cursorRect().center())
    assert view.textCursor().selectedText() == "one"
    assert chosen == []


def test_a_marked_line_is_scrolled_into_view(view) -> None:
    view.show_text("\n".join(f"line {number}" for number in range(300)))
    view.mark_lines([range(250, 252)])
    view.scroll_to(250)
    assert [selection.cursor.blockNumber() for selection in view.extraSelections()] == [250, 251]
    assert 250 in view._visible_lines(whole=True)
    place = view.verticalScrollBar().value()
    view.scroll_to(251)
    assert view.verticalScrollBar().value() == place
