"""A file is short and does one job: at most 400 lines, and a name that says which job."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted(path for folder in ("app", "tinyml", "tests") for path in (ROOT / folder).rglob("*.py"))
MOST_LINES = 400
VAGUE = {"common", "helper", "helpers", "looks", "misc", "stuff", "tools", "util", "utils", "words"}


def identify(path: Path) -> str:
    """Return the name of a test case: the path from the root."""
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", FILES, ids=identify)
def test_a_file_has_at_most_400_lines(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= MOST_LINES


@pytest.mark.parametrize("path", FILES, ids=identify)
def test_a_name_says_what_is_inside(path: Path) -> None:
    names = {*path.relative_to(ROOT).parent.parts, path.stem.removeprefix("test_")}
    assert not names & VAGUE
