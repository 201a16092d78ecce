"""The canvas shows the document at every step of random edit sequences, also while they are undone and redone."""

import os

import pytest

from app.builder import Canvas
from app.document import Document
from tests.app.builder.canvas.read_canvas import expected_rows, read_canvas, selected_in, selected_on
from tests.app.document.random_edits import RandomEditor
from tests.app.document.test_random_edits import start

SEQUENCES = int(os.environ.get("RANDOM_EDIT_SEQUENCES", "60"))
"""A few, because the canvas takes half a minute for 500. The tests of the document alone run all 500."""

AT_ONCE = 20
STEPS = 12


def check(canvas: Canvas, document: Document) -> None:
    assert read_canvas(canvas) == expected_rows(document)
    assert selected_on(canvas) == selected_in(document)


@pytest.mark.parametrize("first", range(0, SEQUENCES, AT_ONCE))
def test_the_canvas_shows_the_document_at_every_step(qtbot, first: int) -> None:
    document = Document()
    canvas = Canvas(document, None)
    qtbot.addWidget(canvas)
    canvas.resize(700, 900)
    with qtbot.waitExposed(canvas):
        canvas.show()
    for seed in range(first, min(first + AT_ONCE, SEQUENCES)):
        try:
            document.replace(start())
            editor = RandomEditor(document, seed)
            for _ in range(STEPS):
                editor.step()
                check(canvas, document)
            while document.undo_stack.canUndo():
                document.undo_stack.undo()
                check(canvas, document)
            while document.undo_stack.canRedo():
                document.undo_stack.redo()
                check(canvas, document)
        except Exception as error:
            raise AssertionError(f"seed {seed}") from error
