"""The canvas shows the document at every step of random edit sequences, also while they are undone and redone."""

import os
from pathlib import Path

import pytest

from app.builder import Canvas
from app.document import Document
from tests.app.builder.canvas.read_canvas import expected_rows, read_canvas, selected_in, selected_on
from tests.app.document.random_sequences import KINDS, check_selection, run_sequence

SEQUENCES = int(os.environ.get("RANDOM_EDIT_SEQUENCES", "500"))
AT_ONCE = 100


@pytest.mark.parametrize("first", range(0, SEQUENCES, AT_ONCE))
def test_the_canvas_shows_the_document_at_every_step(qtbot, tmp_path: Path, first: int) -> None:
    document = Document()
    canvas = Canvas(document, None)
    qtbot.addWidget(canvas)
    canvas.resize(700, 900)
    with qtbot.waitExposed(canvas):
        canvas.show()
    steps, kinds, refused = 0, set(), 0

    def check(document: Document) -> None:
        nonlocal steps
        steps += 1
        check_selection(document)
        assert read_canvas(canvas) == expected_rows(document)
        assert selected_on(canvas) == selected_in(document)

    seeds = range(first, min(first + AT_ONCE, SEQUENCES))
    for seed in seeds:
        try:
            editor = run_sequence(document, seed, tmp_path / "network.tinyml.json", check)
        except Exception as error:
            raise AssertionError(f"seed {seed}") from error
        kinds |= editor.kinds
        refused += editor.refused
    print(f"{len(seeds)} sequences: {steps} times the canvas equals the document; {refused} edits were refused")
    assert len(seeds) < AT_ONCE or kinds == KINDS
