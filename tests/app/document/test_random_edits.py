"""Random sequences of all kinds of edits can be undone, redone and saved, blocks included.

The test of the canvas (tests/app/builder/canvas/test_random_edits.py) runs 500 other sequences, with the same checks.
"""

from pathlib import Path

import pytest

from app.document import Document
from tests.app.document.random_sequences import KINDS, check_selection, run_sequence

SEEDS = range(1000, 1100)


@pytest.mark.usefixtures("qapp")
def test_random_edits_can_be_undone_redone_and_saved(tmp_path: Path) -> None:
    document = Document()
    kinds: set[str] = set()
    for seed in SEEDS:
        try:
            kinds |= run_sequence(document, seed, tmp_path / "network.tinyml.json", check_selection).kinds
        except Exception as error:
            raise AssertionError(f"seed {seed}") from error
    assert kinds == KINDS
