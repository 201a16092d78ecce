"""The lessons: their examples run, and every number in their text comes from an example."""

import doctest
import re

import numpy as np
import pytest

from tinyml.core.resources import resource_path

FOLDER = resource_path("lessons")
LESSONS = sorted(path for path in FOLDER.glob("*.md") if path.name != "README.md")
BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)
NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?:e[-+]?\d+)?(?![\w])")
every_lesson = pytest.mark.parametrize("name", [path.name for path in LESSONS])


def numbers(text: str) -> set[float]:
    return {float(found) for found in NUMBER.findall(text.replace("×", " "))}


def prose_of(lesson: str) -> str:
    """Return the prose of a lesson, without code, targets of links and years of publications."""
    text = re.sub(r"\]\([^)]*\)", "]", BLOCK.sub("", lesson))
    return re.sub(r"\b(19|20)\d\d\)", ")", text)


@every_lesson
def test_the_examples_of_a_lesson_give_the_printed_results(name: str) -> None:
    lesson = (FOLDER / name).read_text(encoding="utf-8")
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner(verbose=False)
    code = "\n".join(BLOCK.findall(lesson))
    test = parser.get_doctest(code, {}, name, name, 0)
    failures: list[str] = []
    with np.printoptions():
        runner.run(test, out=failures.append)
    assert test.examples
    assert not failures, "".join(failures)


@every_lesson
def test_every_number_in_the_text_was_computed(name: str) -> None:
    """Whole numbers below 10 may count rows or name lessons. All others must be in an example or in its result."""
    lesson = (FOLDER / name).read_text(encoding="utf-8")
    computed = numbers("\n".join(BLOCK.findall(lesson)))
    written = {number for number in numbers(prose_of(lesson)) if number >= 10 or number != int(number)}
    assert written - computed == set()


def test_a_number_without_an_example_is_found() -> None:
    text = "The loss is 0.5 after 20 steps (Someone 1999), in 3 layers.\n```python\n>>> 20\n20\n```\n"
    assert {number for number in numbers(prose_of(text)) if number not in numbers("20\n20")} == {0.5, 3}


@every_lesson
def test_a_lesson_has_the_form_of_the_others(name: str) -> None:
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("# ")
    assert max(map(len, lines)) <= 132
    assert any(line.startswith("## Where it is") or "The code is" in line for line in lines)


def test_the_index_names_every_lesson_and_every_link_has_a_target() -> None:
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    titles = [(path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# "), path.name) for path in LESSONS]
    assert re.findall(r"\d\. \[(.*?)\]\((.*?)\)", index) == titles
    root = FOLDER.parents[1]
    for path in FOLDER.glob("*.md"):
        for target in re.findall(r"\]\(([^)]*)\)", path.read_text(encoding="utf-8")):
            place = (FOLDER / target).resolve()
            assert place.exists(), f"{path.name}: {target}"
            assert place.is_relative_to(root)


@pytest.mark.parametrize(
    "words",
    [
        "Law 1",
        "Backpropagation",
        "im2col",
        "sparse matrix",
        "Transposed convolution",
        "unpooling",
        "cross-entropy",
        "Numerical differentiation",
        "Nesterov",
        "Deconvnets",
    ],
)
def test_every_topic_has_its_lesson(words: str) -> None:
    assert any(words in path.read_text(encoding="utf-8") for path in LESSONS)
