"""Plain English: the phrases below make readers guess. No file of the program, the pages and the lessons holds them."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

INSTEAD = {
    r"tells? whether": "Return True if …",
    r"whoever|whomever": "the person, module or function",
    r"nobody": "no other …",
    r"anew": "again",
    r"for ever": "always, or without limit",
    r"besides": "also, or: apart from",
    r"(as|so) long as (that|it) (is|was|were) (to be )?borne": "within the patience",
    r"(take|takes|taken|taking) stock": "record",
    r"of (one's|the caller's) own": "custom, or: fresh",
    r"(is|are|was|were|can|could) (to )?be had": "is available",
    r"(hand|hands|handed) out": "return",
    r"lent": "given, or: from the workspace",
    r"where there (is|are) none": "if there is no …",
    r"(see|sees|saw) to it": "ensure",
    r"what is done with": "the operation itself",
    r"(what|that) [^.]{1,40} makes? of": "the output of …",
    r"(go|goes|went|going|gone) on": "continue",
    r"looked at": "shown, used or compared",
    r"on paper": "specification",
    r"mend|mends|mended|mending": "fix",
    r"shall": "must, will or should",
    r"(do|does|did) so": "the verb itself",
    r"hitherto|henceforth|heretofore|whence|thereof|therein|whereof|wherein|hereby": "a word of today",
}
"""Each phrase, as a regular expression from a word's beginning to a word's end, and what says the same plainly."""

GAP = r"(?:\s+(?:#[ ]?)?)"
"""What stands between two words: spaces, or the end of a line and the beginning of the next comment."""
PATTERNS = {
    re.compile(rf"(?<!\w)(?:{phrase.replace(' ', GAP)})(?!\w)", re.IGNORECASE): plain
    for phrase, plain in INSTEAD.items()
}
FOLDERS = ("app/**/*.py", "tinyml/**/*.py", "tests/**/*.py", "tests/**/*.md", "resources/**/*.md")
WHERE = (*FOLDERS, "*.md", "main.py", "Makefile", "pyproject.toml")
LEFT_OUT = {"CHANGELOG.md", Path(__file__).name}
FILES = sorted(path for where in WHERE for path in ROOT.glob(where) if path.name not in LEFT_OUT)


def find_phrases(text: str) -> list[str]:
    """Return a line for each phrase of a text: line number, the phrase, and what to write instead."""
    return [
        f"line {text.count(chr(10), 0, match.start()) + 1}: “{' '.join(match[0].split())}”; plainly: {plain}"
        for pattern, plain in PATTERNS.items()
        for match in pattern.finditer(text)
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_holds_none_of_these_phrases(path: Path) -> None:
    assert find_phrases(path.read_text(encoding="utf-8")) == []


def test_a_phrase_is_found_in_capitals_and_over_the_end_of_a_line() -> None:
    (found,) = find_phrases("# It is right.\n# Tell\n# whether it is.\n")
    assert found.startswith("line 2: “Tell # whether”")


def test_a_part_of_a_word_or_of_a_name_is_no_phrase() -> None:
    assert find_phrases("The silent worker calls may_go_on; an amendment, the talent.") == []
