"""The documents name only files, modules and identifiers that exist. The map of ARCHITECTURE.md shows every package."""

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"]
PATH = re.compile(r"(?<![\w./~-])(?:app|tinyml|tests|resources)(?:/[\w.-]*\w)+/?")
MODULE = re.compile(r"`((?:app|tinyml|tests)(?:\.\w+)+)`")
IDENTIFIER = re.compile(r"`(\w+(?:\.\w+)*)(?:\([^`]*\))?`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
LIBRARY_NAMES = {"QThreadPool", "ViewBox"}
"""Names of libraries that the code does not use; a document says why."""
MAP_ENTRY = re.compile(r"^( *)([\w.]+/?)\s{2,}\S")

every_document = pytest.mark.parametrize("name", DOCUMENTS)


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@cache
def words_of_the_code() -> set[str]:
    """Return every word in the code, the settings, the Makefile and the other texts that are not documents."""
    files = [path for folder in ("app", "tinyml", "tests") for path in (ROOT / folder).rglob("*.py")]
    files += [ROOT / "pyproject.toml", ROOT / "Makefile", ROOT / "constraints.txt", ROOT / "main.py"]
    return {word for path in files for word in re.findall(r"\w+", path.read_text(encoding="utf-8"))}


def anchors(text: str) -> set[str]:
    """Return the anchors of the headings, as they are made on GitHub."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def find_module(name: str) -> tuple[Path, list[str]]:
    """Return the file or folder of the longest part of a dotted name that is a module, and the names that follow."""
    place, rest = ROOT, name.split(".")
    while rest:
        if (place / rest[0]).is_dir():
            place = place / rest.pop(0)
        elif (place / f"{rest[0]}.py").is_file():
            return place / f"{rest.pop(0)}.py", rest
        else:
            break
    return place, rest


def map_entries() -> list[str]:
    """Return the paths in the map of ARCHITECTURE.md, from the root."""
    block = read("ARCHITECTURE.md").split("## Map")[1].split("```")[1]
    parents: list[str] = []
    entries = []
    for line in block.splitlines():
        found = MAP_ENTRY.match(line)
        if found and len(found[1]) < 10:  # longer indents continue a description
            parents = [*parents[: len(found[1]) // 2], found[2]]
            entries.append("".join(parents).rstrip("/"))
    return entries


@every_document
def test_every_path_exists(name: str) -> None:
    paths = PATH.findall(read(name))
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


@every_document
def test_every_link_leads_somewhere(name: str) -> None:
    for target in LINK.findall(read(name)):
        if "://" not in target:
            path, _, anchor = target.partition("#")
            assert (ROOT / path).exists(), target
            assert not anchor or anchor in anchors(read(path or name)), target


@every_document
def test_every_module_exists(name: str) -> None:
    for module in MODULE.findall(read(name)):
        place, rest = find_module(module)
        assert place != ROOT, module
        source = "\n".join(file.read_text("utf-8") for file in ([place] if place.is_file() else place.rglob("*.py")))
        assert [each for each in rest if not re.search(rf"\b{each}\b", source)] == [], module


@every_document
def test_every_identifier_is_in_the_code(name: str) -> None:
    found = {word for identifier in IDENTIFIER.findall(read(name)) for word in identifier.split(".")}
    unknown = {
        word for word in found - words_of_the_code() - LIBRARY_NAMES if not any(ROOT.glob(word)) and not word.isdigit()
    }
    assert unknown == set()


def test_every_entry_of_the_map_exists() -> None:
    assert [entry for entry in map_entries() if not (ROOT / entry).exists()] == []


@pytest.mark.parametrize("root", ["app", "tinyml"])
def test_the_map_shows_every_package(root: str) -> None:
    packages = {str(path.parent.relative_to(ROOT)) for path in (ROOT / root).rglob("__init__.py")}
    assert packages - set(map_entries()) == set()
