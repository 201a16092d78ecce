"""The options about data that several commands share: they change a data choice."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tinyml.command_line import main
from tinyml.command_line.data_arguments import (
    ARGUMENTS,
    add_data_arguments,
    change_choice,
    load_splits,
    read_value,
)
from tinyml.core import DataError, SettingsError
from tinyml.core.threads import set_thread_count, thread_count
from tinyml.data import DataChoice, Preprocessing, choose_source
from tinyml.learner import TrainingSettings
from tinyml.net import LayerSpecification, NetworkSpecification
from tinyml.storage import Project, read_model, save_project


def parse(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_data_arguments(parser)
    return parser.parse_args(words)


def test_without_options_nothing_changes() -> None:
    choice = DataChoice(source="circle", options={"noise": 0.1}, seed=7)
    assert vars(parse()).keys() == set(ARGUMENTS)
    assert change_choice(choice, parse()) == choice
    assert change_choice(choice, parse(), "circle") == choice


def test_options_of_the_data_are_added_and_defaults_are_left_out() -> None:
    choice = DataChoice(source="circle", options={"noise": 0.1})
    assert change_choice(choice, parse("--option", "count=50")).options == {"noise": 0.1, "count": 50}
    assert change_choice(choice, parse("--option", "noise=0")).options == {}


def test_other_data_has_other_options() -> None:
    choice = DataChoice(source="circle", options={"noise": 0.1}, preprocessing=Preprocessing(scale="unit"), seed=7)
    changed = change_choice(choice, parse(), "digits")
    assert (changed.source, changed.options, changed.expected, changed.seed) == ("digits", {}, None, 7)
    assert changed.preprocessing == choice.preprocessing


def test_preprocessing_and_split_are_changed_by_name() -> None:
    words = ["--preprocess", "size=16×20", "--preprocess", "colour=grey", "--split", "keep-own-split=no"]
    changed = change_choice(DataChoice(), parse(*words, "--split", "validation=0.25"))
    assert changed.preprocessing == Preprocessing(size=(16, 20), colour="grey")
    assert (changed.keep_own_split, changed.validation, changed.test) == (False, 0.25, 0.2)
    assert change_choice(changed, parse("--preprocess", "size=automatic")).preprocessing.size is None


@pytest.mark.parametrize(
    ("words", "error", "message"),
    [
        (["--option", "noise=much"], DataError, "Noise is 'much' but should be a number"),
        (["--option", "colour=red"], SettingsError, "There is no option of these data called 'colour'"),
        (["--preprocess", "size=0x4"], SettingsError, "Size is '0' but should be at least 1"),
        (["--split", "source=digits"], SettingsError, "There is no setting of the split 'source'"),
        (["--split", "stratified=perhaps"], SettingsError, "Keep classes even is 'perhaps'"),
    ],
)
def test_wrong_words_are_refused(words: list[str], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        change_choice(DataChoice(source="circle"), parse(*words))


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("a, b,c", tuple[str, ...], ["a", "b", "c"]),
        ("2x3", tuple[str, ...], ["2x3"]),
        ("none", str, "none"),
        ("automatic", str | None, None),
        ("", tuple[str, ...], []),
    ],
)
def test_values_get_the_form_of_their_field(text: str, kind: Any, value: Any) -> None:
    assert read_value(text, kind) == value


def test_data_without_broken_images_is_loaded_as_it_is() -> None:
    choice = DataChoice(source="digits")
    for skip in (True, False):
        same, splits = load_splits(choice, skip)
        assert same == choice
        assert len(splits.train) == 1258


# ----------------------------------------------------------------------------------------------------- other commands


def stack(*layers: tuple[str, dict[str, Any]]) -> NetworkSpecification:
    made = [
        LayerSpecification(type=kind, name=f"{kind}_{place}", settings=settings)
        for place, (kind, settings) in enumerate(layers)
    ]
    return NetworkSpecification(layers=tuple(made))


@pytest.fixture(autouse=True)
def _thread_count_afterwards() -> Iterator[None]:
    before = thread_count()
    yield
    set_thread_count(before)


def test_a_table_is_trained_and_evaluated_with_its_options(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(0)
    rows = "".join(f"{x:.3f}|{'yes' if x > 0 else 'no'}|{2 * x:.3f}|{x + 9:.3f}\n" for x in rng.normal(size=80))
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("x|sign|double|rest\n" + rows, encoding="utf-8")
    project, model = tmp_path / "p.tinyml.json", str(tmp_path / "m.safetensors")
    training = TrainingSettings(loss="mse_loss", epochs=1, learning_rate=0.01)
    save_project(project, Project(network=stack(("Linear", {"outputs": 2})), training=training))
    command = ["train", "--network", str(project), "--data", str(tmp_path / "a.csv"), "--quiet", "--save", model]
    options = ["--option", "targets=double,rest", "--option", "inputs=x", "--preprocess", "scale=standardise"]
    assert main([*command, *options, "--split", "test=0.5"]) == 0
    trained = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert trained["examples"] == {"train": 32, "validation": 8, "test": 40}
    choice = read_model(model).data
    assert choice.options == {"targets": ["double", "rest"], "inputs": ["x"]}
    assert (choice.test, choice.preprocessing.scale) == (0.5, "standardise")
    assert main(["evaluate", model]) == 0
    same = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert same["test_loss"] == trained["test_loss"]
    assert main(["evaluate", model, "--data", str(tmp_path / "b.csv")]) == 0, "the options fit the other table too"
    other = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert other["test_loss"] == trained["test_loss"]
    assert main([*command, "--option", "targets=tripel"]) == 1
    assert "tripel" in capsys.readouterr().err


def test_training_leaves_out_broken_images_and_remembers_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(0)
    for name in ("cat", "dog"):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for number in range(12):
            pixels = rng.integers(0, 256, (9, 9, 3), np.uint8)
            Image.fromarray(pixels).save(tmp_path / "pets" / name / f"{number}.png")
    (tmp_path / "pets" / "dog" / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    project, model = tmp_path / "p.tinyml.json", str(tmp_path / "m.safetensors")
    network = stack(("Flatten", {}), ("Linear", {"outputs": 2}))
    save_project(project, Project(network=network, training=TrainingSettings(epochs=1)))
    command = ["train", "--network", str(project), "--data", str(tmp_path / "pets"), "--quiet", "--save", model]
    checkpoint = str(tmp_path / "c.safetensors")
    assert main(command) == 1
    assert "--skip-broken" in capsys.readouterr().err
    assert main([*command, "--skip-broken", "--preprocess", "size=6x6", "--checkpoint", checkpoint]) == 0
    assert "dog/bad.png" in capsys.readouterr().err
    about = read_model(model)
    assert about.data.options == {"ignored": ["dog/bad.png"]}
    assert about.input_shape == (3, 6, 6)
    assert main(["evaluate", model]) == 0
    assert main(["train", "--resume", checkpoint, "--epochs", "2", "--quiet"]) == 0
    capsys.readouterr()
    refused = ["--skip-broken", "--option", "ignored=", "--split", "seed=0", "--seed", "0"]
    assert main(["train", "--resume", checkpoint, *refused]) == 1
    assert "Leave out --option, --split, --skip-broken, --seed." in capsys.readouterr().err
    assert main(["script", str(project), "--to", "tinyml", "--data", str(tmp_path / "pets")]) == 0


def test_options_that_other_data_has_too_are_kept() -> None:
    choice = DataChoice(source="circle", options={"noise": 0.1, "count": 60}, seed=3)
    assert choose_source(choice, "sine") == choice.model_copy(update={"source": "sine"})
    assert choose_source(choice, "digits").options == {}
    assert choose_source(choice, None) is choice
    with pytest.raises(DataError, match="Did you mean 'digits'"):
        choose_source(choice, "digitz")
