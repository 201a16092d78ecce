"""`tinyml export` writes a saved model in the formats of the registry."""

import json
from pathlib import Path

import pytest

from tinyml.command_line import main


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "circle.safetensors"
    assert main(["train", "--network", "circle", "--epochs", "1", "--quiet", "--save", str(path)]) == 0
    return path


def test_an_exported_model_has_the_same_bytes(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "copy.safetensors"
    out.write_bytes(b"an older file")
    assert main(["export", str(model), "--to", "safetensors", "--out", str(out)]) == 0
    assert out.read_bytes() == model.read_bytes()
    result = json.loads(capsys.readouterr().out)
    assert (result["format"], result["saved"], result["parameters"]) == ("safetensors", str(out), 1427)
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"out": "{folder}/missing/w.safetensors"}, "there is no folder"),
        ({"out": "{model}"}, "is the model itself. Choose another name for --out."),
        ({"model": "{folder}/none.safetensors"}, "There is no file"),
    ],
)
def test_what_cannot_be_exported_is_refused_in_one_sentence(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], changes: dict[str, str], words: str
) -> None:
    before = model.read_bytes()
    words_of = {"model": str(model), "out": str(tmp_path / "w.safetensors")}
    words_of |= {name: text.format(folder=tmp_path, model=model) for name, text in changes.items()}
    assert main(["export", words_of["model"], "--to", "safetensors", "--out", words_of["out"]]) == 1
    error = capsys.readouterr().err
    assert error.startswith("tinyml export: ")
    assert words in error
    assert model.read_bytes() == before
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_format_is_refused_with_the_known_ones(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["export", str(model), "--to", "safetensor", "--out", "w"])
    assert caught.value.code == 2
    words = "There is no export format 'safetensor'. Did you mean 'safetensors'? There are: safetensors, "
    assert words in capsys.readouterr().err
