"""Data that are not what the project was made with."""

from pathlib import Path

import numpy as np
import pytest

from app.document import Document
from app.document.data_problems import describe_differences, find_data_problems
from app.document.edits import apply_fix
from tests.tinyml.net.stacks import stack
from tinyml.data import DataChoice, DataDescription
from tinyml.data.choice import ExpectedData
from tinyml.storage import Project

CATS = ("cat", "dog", "owl", "pig", "rat")
PHOTOS = DataDescription("photos", "Photos", (3, 32, 32), CATS, 600)


def differences(shape: tuple[int, ...], names: tuple[str, ...], data: DataDescription = PHOTOS) -> list[str]:
    return describe_differences(ExpectedData(example_shape=shape, class_names=names), data)


def test_the_same_data_give_no_problem() -> None:
    expected = ExpectedData.of(PHOTOS)
    assert describe_differences(expected, PHOTOS) == []
    assert find_data_problems(DataChoice(source="/photos", expected=expected), PHOTOS, "") == ()
    assert find_data_problems(DataChoice(source="/photos"), PHOTOS, "") == ()
    assert find_data_problems(DataChoice(source="/photos", expected=expected), None, "") == ()


@pytest.mark.parametrize(
    ("shape", "names", "sentence"),
    [
        ((3, 32, 32), CATS[:4], "5 classes instead of 4 (new: rat)"),
        ((3, 32, 32), (*CATS, "fox", "ant"), "5 classes instead of 7 (missing: fox, ant)"),
        ((3, 32, 32), (*CATS[:4], "fox"), "other classes (new: rat; missing: fox)"),
        ((3, 32, 32), CATS[::-1], "the classes are in another order"),
        ((3, 32, 32), (), "5 classes instead of numbers to predict"),
        ((3, 32, 32), tuple(f"old {n}" for n in range(9)), "5 classes instead of 9 (new: cat, dog, owl, 2 more; "
         "missing: old 0, old 1, old 2, 6 more)"),
        ((3, 48, 48), CATS, "images of 3×32×32 instead of 3×48×48"),
        ((7,), CATS, "examples of 3×32×32 instead of 7"),
    ],
)  # fmt: skip
def test_each_difference_has_its_words(shape: tuple[int, ...], names: tuple[str, ...], sentence: str) -> None:
    assert differences(shape, names) == [sentence]


def test_all_differences_make_one_sentence_and_one_fix() -> None:
    expected = ExpectedData(example_shape=(3, 48, 48), class_names=CATS[:4])
    choice = DataChoice(source="/photos", expected=expected)
    (problem,) = find_data_problems(choice, PHOTOS, "")
    assert problem.sentence == (
        "The data has changed since the project was saved: 5 classes instead of 4 (new: rat); images of 3×32×32 "
        "instead of 3×48×48."
    )
    project = apply_fix(Project(data=choice), problem).project
    assert project.data.expected == ExpectedData.of(PHOTOS)
    assert find_data_problems(project.data, PHOTOS, "") == ()


def test_an_autoencoder_needs_no_classes_but_remembers_them() -> None:
    expected = ExpectedData(example_shape=(3, 48, 48), class_names=CATS)
    autoencoder = PHOTOS.with_target("input")
    choice = DataChoice(source="/photos", target="input", expected=expected)
    (problem,) = find_data_problems(choice, autoencoder, "")
    assert problem.sentence.endswith("saved: images of 3×32×32 instead of 3×48×48.")
    changed = apply_fix(Project(data=choice), problem).project.data.expected
    assert changed == ExpectedData.of(PHOTOS)


def write_idx(folder: Path, classes: int, side: int) -> None:
    """Write images of one colour, four for each class."""
    folder.mkdir(exist_ok=True)
    count = 4 * classes
    labels = np.arange(count, dtype=np.uint8) % classes
    images = np.zeros((count, side, side), np.uint8)
    header = np.array([0x803, count, side, side], ">u4").tobytes()
    (folder / "train-images-idx3-ubyte").write_bytes(header + images.tobytes())
    (folder / "train-labels-idx1-ubyte").write_bytes(np.array([0x801, count], ">u4").tobytes() + labels.tobytes())


def test_a_folder_that_changed_between_two_sessions_is_noticed(qtbot, tmp_path: Path) -> None:
    folder, file = tmp_path / "pictures", tmp_path / "project.tinyml.json"
    write_idx(folder, classes=3, side=6)
    expected = ExpectedData(example_shape=(1, 6, 6), class_names=("0", "1", "2"))
    network = stack("Flatten", ("Linear", {"outputs": 3}))
    choice = DataChoice(source=str(folder), test=0.5, expected=expected)
    first = Document(Project(network=network, data=choice))
    qtbot.waitUntil(lambda: first.data is not None)
    assert first.problems == ()
    first.save(file)
    write_idx(folder, classes=4, side=8)
    document = Document()
    document.open(file)
    qtbot.waitUntil(lambda: document.data is not None)
    problem = document.problems[0]
    assert problem.sentence == (
        "The data has changed since the project was saved: 4 classes instead of 3 (new: 3); images of 1×8×8 instead "
        "of 1×6×6."
    )
    document.apply(apply_fix(document.project, problem))
    assert document.undo_stack.undoText() == "use the data as it is now"
    assert "needs 4" in document.problems[0].sentence
    document.undo_stack.undo()
    assert document.problems[0] == problem
    assert document.project.data.test == 0.5
