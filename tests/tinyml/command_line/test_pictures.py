"""`tinyml deconv` and `tinyml sheet`: their pictures, their results and what they say about bad input."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tinyml.command_line import deconv, main, sheet
from tinyml.net import record
from tinyml.storage import load_model, save_model
from tinyml.visualize import Reconstruction, reconstruct
from tinyml.visualize.methods import METHODS


def run(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert main(words) == 0
    result: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return result


def refuse(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Return the sentence of a command that fails."""
    assert main(words) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    return captured.err


def train(folder: Path, layers: list[dict[str, Any]], source: str = "digits", name: str = "m.safetensors") -> Path:
    project = {
        "format": "tinyml-project",
        "version": 4,
        "network": {"layers": layers},
        "data": {"source": source, "validation": 0.0},
        "training": {"epochs": 1},
    }
    (folder / "p.tinyml.json").write_text(json.dumps(project))
    words = ["train", "--network", str(folder / "p.tinyml.json"), "--quiet", "--save", str(folder / name)]
    assert main(words) == 0
    return folder / name


CONV = {"type": "Conv2D", "name": "conv_1", "settings": {"filters": 4}}
RELU = {"type": "ReLu", "name": "relu_1", "settings": {}}
POOL = {"type": "MaxPool2D", "name": "pool_1", "settings": {}}
FLATTEN = {"type": "Flatten", "name": "flatten", "settings": {}}
FC = {"type": "Linear", "name": "fc", "settings": {"outputs": 10}}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(train(tmp_path_factory.mktemp("conv"), [CONV, RELU, POOL, FLATTEN, FC]))


@pytest.fixture(scope="module")
def points_model(tmp_path_factory: pytest.TempPathFactory) -> str:
    two = {"type": "Linear", "name": "fc", "settings": {"outputs": 2}}
    return str(train(tmp_path_factory.mktemp("points"), [two], "circle"))


def test_deconv_draws_the_reconstruction_of_an_example(
    model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "map.png"
    result = run(capsys, "deconv", model, "--layer", "relu_1", "--map", "2", "--sample", "5", "--out", str(out))
    assert np.asarray(Image.open(out)).shape[2] == 3
    assert (result["layer"], result["map"], result["method"], result["saved"]) == ("relu_1", 2, "deconvnet", str(out))
    assert result["activation"] > 0
    words = ("--layer", "fc", "--map", "0", "--sample", "5", "--method", "gradient")
    score = run(capsys, "deconv", model, *words, "--out", str(out))
    assert score["position"] == [0, 0]
    assert score["receptive_field"] == [[0, 8], [0, 8]]


def test_deconv_of_an_image_file_is_the_reconstruction_of_its_pixels(
    model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (8, 8), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "digit.png")
    net, about = load_model(model)
    assert about.preprocessing is not None
    trace = record(net, about.preprocessing.prepare_image(tmp_path / "digit.png"))
    common = ("deconv", model, "--sample", str(tmp_path / "digit.png"), "--out", str(tmp_path / "out.svg"))
    for words, arguments in (
        ((), {}),
        (("--position", "3", "4"), {"position": (3, 4)}),
        (("--whole-map",), {"whole_map": True}),
    ):
        activations = trace.entry("relu_1").output[0, :, 3, 4]
        chosen = int(activations.argmax())
        expected = reconstruct(trace, "relu_1", chosen, **arguments)  # type: ignore[arg-type]
        result = run(capsys, *common, "--layer", "relu_1", "--map", str(chosen), *words)
        assert result["activation"] == pytest.approx(expected.activation, rel=1e-6)
        assert result["largest"] == pytest.approx(float(np.abs(expected.image).max()), rel=1e-6)
        assert tuple(result["position"]) == expected.position
        assert result["whole_map"] == expected.whole_map
    assert (tmp_path / "out.svg").read_text().startswith("<svg")


@pytest.mark.parametrize("method", METHODS)
def test_every_method_draws_a_sheet_and_a_reconstruction(
    method: str, model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    common = (model, "--layer", "pool_1", "--method", method, "--out", str(tmp_path / "a.png"))
    assert run(capsys, "deconv", *common, "--map", "1")["method"] == method
    assert run(capsys, "sheet", *common, "--maps", "1", "3", "--quiet")["method"] == method


def test_both_commands_say_where_a_method_departs_from_its_definition(
    model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def with_remark(*arguments: Any, **named: Any) -> Reconstruction:
        return replace(reconstruct(*arguments, **named), remark="The signal leaks.")

    for command in (deconv, sheet):
        monkeypatch.setattr(command, "METHODS", {"deconvnet": with_remark})
    common = (model, "--layer", "relu_1", "--out", str(tmp_path / "a.png"))
    assert main(["sheet", *common, "--quiet"]) == 0
    assert capsys.readouterr().out.splitlines()[1:-1] == ["The signal leaks."]
    assert main(["deconv", *common, "--map", "0"]) == 0
    assert capsys.readouterr().out.splitlines()[1] == "The signal leaks."


def test_sheet_reports_the_strongest_examples_and_shows_progress(
    model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "sheet.pdf"
    assert main(["sheet", model, "--layer", "relu_1", "--out", str(out), "--split", "test=0.1"]) == 0
    captured = capsys.readouterr()
    result = json.loads(captured.out.splitlines()[-1])
    assert "Searching" in captured.err
    assert "Reconstructing" in captured.err
    assert [entry["map"] for entry in result["maps"]] == [0, 1, 2, 3]
    assert result["images"] == 180
    for entry in result["maps"]:
        assert entry["activations"] == sorted(entry["activations"], reverse=True)
        assert len(entry["examples"]) == 9
    assert out.read_bytes().startswith(b"%PDF")


def test_sheet_draws_chosen_maps_of_another_part_quietly(
    model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("sheet", model, "--layer", "fc", "--maps", "7", "2", "7", "--part", "training", "--quiet")
    assert main([*words, "--out", str(tmp_path / "a.png")]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    result = json.loads(captured.out.splitlines()[-1])
    assert [entry["map"] for entry in result["maps"]] == [7, 2]
    assert result["images"] == 1438


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--layer", "relu_9", "--map", "0"), "The network has no layer 'relu_9'. Did you mean 'relu_1'?"),
        (("--layer", "relu_1", "--map", "4"), "Layer 'relu_1' has no map 4: its maps are 0 to 3."),
        (("--layer", "relu_1", "--map", "0", "--position", "8", "0"), "Map 0 of 'relu_1' has no position (8, 0)"),
        (("--layer", "relu_1", "--map", "0", "--sample", "359"), "There is no example 359: the test part has"),
        (("--layer", "relu_1", "--map", "0", "--sample", "none.png"), "none.png"),
        (("--layer", "relu_1", "--map", "0", "--sample", __file__), "test_pictures.py"),
        (("--layer", "relu_1", "--map", "0", "--part", "validation"), "The validation part of digits is empty."),
        (("--layer", "relu_1", "--map", "0", "--data", "circle"), "circle"),
        (("--layer", "relu_1", "--map", "0", "--split", "tset=0.1"), "Did you mean 'test'?"),
    ],
)
def test_deconv_names_what_is_wrong(
    words: tuple[str, ...], sentence: str, model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    error = refuse(capsys, "deconv", model, *words, "--out", str(tmp_path / "a.png"))
    assert error.startswith("tinyml deconv: ")
    assert sentence in error
    assert not list(tmp_path.iterdir())


def test_a_dead_map_is_explained_and_not_drawn(model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    net, about = load_model(model)
    for parameter in net.parameters[:2]:
        parameter.tensor[1] = -1
    dead, out = str(tmp_path / "dead.safetensors"), tmp_path / "out.png"
    save_model(dead, net, about)
    error = refuse(capsys, "deconv", dead, "--layer", "relu_1", "--map", "1", "--out", str(out))
    assert "There is nothing to draw. Map 1 does not fire for this sample" in error
    assert not out.exists()
    result = run(capsys, "sheet", dead, "--layer", "relu_1", "--out", str(out), "--quiet")
    assert result["maps"][1]["activations"] == [0.0] * 9
    assert out.exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--layer", "conv_2"), "The network has no layer 'conv_2'. Did you mean 'conv_1'?"),
        (("--layer", "fc", "--maps", "3", "10"), "'fc' has no map 10: its maps are 0 to 9."),
        (("--layer", "relu_1", "--data", "circle"), "circle"),
    ],
)
def test_sheet_names_what_is_wrong(
    words: tuple[str, ...], sentence: str, model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sheet", model, *words, "--out", str(tmp_path / "a.png"), "--quiet"]) == 1
    assert sentence in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("out", "sentence"),
    [("a.gif", "does not end in .png, .svg or .pdf"), ("no/a.png", "there is no folder"), (".png", "does not end in")],
)
@pytest.mark.parametrize("command", [("deconv", "--map", "0"), ("sheet",)])
def test_a_path_that_cannot_be_written_is_named_before_the_work(
    command: tuple[str, ...], out: str, sentence: str, model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name, *rest = command
    error = refuse(capsys, name, model, "--layer", "no such layer", *rest, "--out", str(tmp_path / out))
    assert sentence in error


@pytest.mark.parametrize("command", [("deconv", "--map", "0"), ("sheet",)])
def test_a_model_of_numbers_has_no_pixels(
    command: tuple[str, ...], points_model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name, *rest = command
    error = refuse(capsys, name, points_model, "--layer", "fc", *rest, "--out", str(tmp_path / "a.png"))
    assert "takes 2 numbers and no images, so there are no pixels to draw" in error


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("deconv", "m", "--layer", "a", "--out", "b.png"), "--map"),
        (("deconv", "m", "--layer", "a", "--map", "-1", "--out", "b.png"), "--map"),
        (("deconv", "m", "--layer", "a", "--map", "x", "--out", "b.png"), "should be a whole number from 0 on"),
        (("sheet", "m", "--layer", "a", "--out", "b.png", "--method", "gradent"), "Did you mean 'gradient'?"),
        (("sheet", "m", "--layer", "a", "--out", "b.png", "--part", "rest"), "--part"),
        (
            ("deconv", "m", "--layer", "a", "--map", "1", "--out", "b.png", "--whole-map", "--position", "1", "1"),
            "not allowed with",
        ),
    ],
)
def test_wrong_usage_ends_with_status_2(
    words: tuple[str, ...], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert sentence in capsys.readouterr().err


def test_a_layer_inside_a_block_is_named_by_its_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    block = {"type": "Residual", "name": "block", "settings": {"layers": []}}
    model, out = str(train(tmp_path, [CONV, block, FLATTEN, FC])), tmp_path / "map.png"
    words = ("--layer", "block › relu_1", "--out", str(out))
    result = run(capsys, "deconv", model, *words, "--map", "1", "--sample", "5", "--method", "gradient")
    assert (result["layer"], out.is_file()) == ("block › relu_1", True)
    sheet = run(capsys, "sheet", model, *words, "--quiet", "--maps", "1")
    assert sheet["layer"] == "block › relu_1"
    assert "Did you mean 'block › relu_1'" in refuse(
        capsys, "deconv", model, "--layer", "block › relu", "--map", "1", "--sample", "5", "--out", str(out)
    )
