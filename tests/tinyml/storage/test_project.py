import contextlib
import json
import os
import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tinyml.core import StorageError
from tinyml.data import DataChoice, ExpectedData, Preprocessing
from tinyml.learner import TrainingSettings
from tinyml.net import LayerSpecification, NetworkSpecification
from tinyml.storage import (
    DismissedHint,
    Project,
    example_names,
    example_path,
    project,
    project_from_json,
    project_to_json,
    read_project,
    save_project,
)

GOLDEN = Path(__file__).parent / "golden"

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=100)
LAYERS = st.builds(LayerSpecification, type=NAMES, name=NAMES, settings=st.dictionaries(st.text(), JSON, max_size=3))
PROJECTS = st.builds(
    Project,
    network=st.builds(NetworkSpecification, layers=st.lists(LAYERS, max_size=4).map(tuple)),
    data=st.builds(DataChoice, source=NAMES, validation=st.floats(0, 0.5), seed=st.integers(0, 2**31 - 1)),
    training=st.builds(TrainingSettings, learning_rate=st.floats(1e-9, 1000), epochs=st.integers(1, 100_000)),
    dismissed_hints=st.lists(
        st.builds(DismissedHint, rule=NAMES, path=st.lists(NAMES, max_size=4).map(tuple)), max_size=3
    ).map(tuple),
)


@given(PROJECTS)
def test_every_project_is_read_as_it_was_saved(made: Project) -> None:
    text = project_to_json(made)
    assert project_from_json(text) == made
    assert project_to_json(project_from_json(text)) == text


def prepared(plain: DataChoice) -> DataChoice:
    """Return the data choice of version 4, which has options and preprocessing."""
    changes = {
        "source": "photos",
        "stratified": False,
        "keep_own_split": False,
        "options": {"ignored": ["cats/broken.jpg"]},
        "preprocessing": Preprocessing(size=(24, 32), resize="pad", colour="grey", scale="standardise"),
        "expected": ExpectedData(example_shape=(1, 24, 32), class_names=("cats", "dogs")),
    }
    return plain.model_copy(update=changes)


@pytest.mark.parametrize("version", range(1, project.PROJECT_VERSION + 1))
def test_every_version_is_read_and_the_newest_is_written_byte_for_byte(tmp_path: Path, version: int) -> None:
    golden = GOLDEN / f"version-{version}.tinyml.json"
    read = read_project(golden)
    assert [layer.type for layer in read.network.layers] == ["Conv2D", "LayerOfTheFuture", "Flatten", "Linear"]
    assert read.network.layers[1].settings["alpha"] == {"deep": [None, True, 123456789012345678901234567890]}
    plain = DataChoice(source="digits", validation=0.15, test=0.25, seed=7)
    assert read.data == (plain if version < 4 else prepared(plain))
    assert (read.training.batch_size, read.training.epochs, read.training.seed) == (32, 12, 3)
    assert (read.training.optimizer, read.training.momentum) == ("sgd" if version == 1 else "adam", 0.9)
    dismissed = (DismissedHint(rule="many_parameters"), DismissedHint(rule="rule_of_the_future", path=("b", "fc")))
    assert read.dismissed_hints == (dismissed if version > 2 else ())
    save_project(tmp_path / "again", read)
    if version == project.PROJECT_VERSION:
        assert (tmp_path / "again").read_bytes() == golden.read_bytes()
    else:
        assert read_project(tmp_path / "again") == read


def changed(**changes: Any) -> bytes:
    content = json.loads((GOLDEN / "version-1.tinyml.json").read_bytes())
    content.update(changes)
    return json.dumps(content).encode()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "damaged or not JSON"),
        (b"\x89PNG\r\n\x1a\n", "not valid UTF-8|damaged"),
        (b"[1, 2]", "not an object"),
        (b"{}", "not a TinyML project: its 'format'"),
        (changed(format="tinyml-model"), "its 'format' is not"),
        (changed(version="1"), "its 'version' should be a whole number"),
        (changed(version=True), "its 'version' should be a whole number"),
        (changed(version=0), "its 'version' should be a whole number"),
        (changed(version=5), "saved by a newer TinyML Studio .file version 5; this one reads up to 4"),
        (changed(training={"epochs": "many"}), "'training.epochs' is 'many' but should be a whole number"),
        (changed(training={"epochs": 0}), "'training.epochs' is 0 but should be at least 1"),
        (changed(training={"loss": "hinge"}), "'training.loss' is 'hinge' but should be one of"),
        (changed(data={"sauce": "digits"}), "There is no setting 'data.sauce'"),
        (changed(surprise=1), "There is no setting 'surprise'"),
        (changed(network={"layers": [{"type": "ReLu"}]}), "'network.layers.0.name' is missing"),
        (changed(network={"layers": [[]]}), "'network.layers.0'"),
        (changed(network={"layers": [{"type": "A", "name": "a"}] * 1001}), "'network.layers'"),
        (changed(network={"layers": "x" * 10_000}), "'network.layers' is 'xxx"),
        (changed(data=None), "'data' is None"),
        (changed().replace(b"0.03", b"NaN"), "NaN is not a number"),
        (changed().replace(b"0.03", b"Infinity"), "Infinity is not a number"),
        (changed().replace(b"0.03", b"1e400"), "1e400 is too large"),
    ],
)
def test_foreign_and_damaged_files_are_refused_in_one_sentence(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "a.tinyml.json"
    path.write_bytes(content)
    with pytest.raises(StorageError, match=words) as caught:
        read_project(path)
    assert str(path) in str(caught.value)
    assert len(str(caught.value)) < 400
    assert "\n" not in str(caught.value)


def test_every_cut_is_noticed() -> None:
    whole = (GOLDEN / "version-1.tinyml.json").read_bytes().rstrip()
    for length in range(len(whole)):
        with pytest.raises(StorageError):
            project_from_json(whole[:length])


def test_a_huge_file_is_refused_without_reading_it_all(tmp_path: Path) -> None:
    path = tmp_path / "huge.tinyml.json"
    with path.open("wb") as file:
        file.truncate(10**12)
    with pytest.raises(StorageError, match="larger than 4,194,304 bytes"):
        read_project(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="There is no file"):
        read_project(tmp_path / "missing")


def test_settings_that_json_cannot_hold_are_not_saved(tmp_path: Path) -> None:
    path = tmp_path / "a"
    save_project(path, Project())
    before = path.read_bytes()
    for value in (float("nan"), float("inf"), "\ud800"):
        layer = LayerSpecification(type="Future", name="a", settings={"x": value})
        with pytest.raises(StorageError, match="Could not save"):
            save_project(path, Project(network=NetworkSpecification(layers=(layer,))))
    assert path.read_bytes() == before


@pytest.mark.parametrize("function", ["replace", "fsync"])
def test_a_failed_save_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str) -> None:
    path = tmp_path / "a"
    save_project(path, Project())
    before = path.read_bytes()

    def fail(*arguments: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, function, fail)
    with pytest.raises(StorageError, match="No space left"):
        save_project(path, Project(training=TrainingSettings(epochs=3)))
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_older_versions_are_converted_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    def rename(content: dict[str, Any]) -> dict[str, Any]:
        return {("training" if key == "schedule" else key): value for key, value in content.items()}

    def double(content: dict[str, Any]) -> dict[str, Any]:
        return {**content, "training": {"epochs": content["training"]["epochs"] * 2}}

    monkeypatch.setattr(project, "PROJECT_VERSION", 3)
    monkeypatch.setattr(project, "MIGRATIONS", {1: rename, 2: double})
    old = {"format": "tinyml-project", "version": 1, "network": {}, "data": {}, "schedule": {"epochs": 5}}
    assert project_from_json(json.dumps(old)).training.epochs == 10


def test_there_is_a_migration_from_every_older_version() -> None:
    assert sorted(project.MIGRATIONS) == list(range(1, project.PROJECT_VERSION))


@pytest.mark.parametrize("name", ["circle", "lenet-digits", "lenet-mnist", "shapes"])
def test_examples_have_the_bytes_that_the_program_saves(name: str) -> None:
    assert name in example_names()
    path = example_path(name)
    assert project_to_json(read_project(path)).encode() == path.read_bytes()


def test_an_unknown_example_is_refused() -> None:
    with pytest.raises(StorageError, match=r"no example project 'lenet-digit'. Did you mean 'lenet-digits'"):
        example_path("lenet-digit")


def test_many_wrong_dismissed_hints_give_one_complaint() -> None:
    with pytest.raises(ValidationError) as caught:
        Project.model_validate({"dismissed_hints": [1] * 900})
    assert caught.value.error_count() == 1


def test_too_many_entries_are_refused_in_plain_words() -> None:
    hint = {"rule": "a", "path": ["x"] * 11}
    content = json.dumps({"format": "tinyml-project", "version": 3, "dismissed_hints": [hint]})
    with pytest.raises(StorageError, match=r"path' is .* but should be at most 10 items, not 11"):
        project_from_json(content.encode(), "a.json")


@pytest.mark.parametrize(
    "layers",
    [
        "{}," * 400_000 + "{}",
        '{"type": "ReLu", "name": "a"},' * 50_000 + "{}",
        '{"type": "ReLu", "name": "' + "😀" + "x" * 3_500_000 + '"}',
        '{"type": "ReLu", "name": "a", "settings": {"x": [' + "[]," * 450_000 + "0]}}",
    ],
    ids=["wrong layers", "many layers", "long text", "many values"],
)
def test_a_file_with_very_many_values_takes_little_time_and_memory(tmp_path: Path, layers: str) -> None:
    """Validation makes a complaint of a kilobyte from each of a million wrong values, if it is allowed to."""
    path = tmp_path / "a.tinyml.json"
    path.write_text('{"format": "tinyml-project", "version": 2, "network": {"layers": [' + layers + "]}}")
    started = time.process_time()
    with contextlib.suppress(StorageError):
        read_project(path)
    assert time.process_time() - started < 3  # 0.1 to 0.3 s on a quiet machine; it was minutes
    tracemalloc.start()
    try:
        with contextlib.suppress(StorageError):
            read_project(path)
        assert tracemalloc.get_traced_memory()[1] < 150e6
    finally:
        tracemalloc.stop()
