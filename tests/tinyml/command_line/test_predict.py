"""`tinyml predict`: new examples are prepared like those of the training, only with what the model file holds."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tinyml.command_line import main
from tinyml.data import DataChoice, Dataset, Preprocessing, Splits, load, prepare_splits, scale_splits
from tinyml.data.preprocessing import ColumnEncoding, TableEncoding
from tinyml.layers import Linear
from tinyml.learner import TrainingSettings
from tinyml.net import LayerSpecification, NetworkSpecification, Sequential
from tinyml.storage import SavedModel, load_model, save_model


def run(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert main(words) == 0
    result: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return result


@pytest.fixture(scope="module")
def digits_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of the digits in 12×12 pixels, standardised, in a folder without anything else."""
    folder = tmp_path_factory.mktemp("trained")
    project = {
        "format": "tinyml-project",
        "version": 4,
        "network": {
            "layers": [
                {"type": "Flatten", "name": "flatten", "settings": {}},
                {"type": "Linear", "name": "fc", "settings": {"outputs": 10}},
            ]
        },
        "data": {"source": "digits", "preprocessing": {"size": [12, 12], "scale": "standardise"}},
        "training": {"epochs": 15, "learning_rate": 0.02},
    }
    (folder / "p.tinyml.json").write_text(json.dumps(project))
    saved = folder / "m.safetensors"
    assert main(["train", "--network", str(folder / "p.tinyml.json"), "--quiet", "--save", str(saved)]) == 0
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "model.safetensors"
    shutil.move(saved, elsewhere)
    return elsewhere


def test_images_of_any_size_are_prepared_like_the_training_images(
    digits_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    digits = load("digits")
    paths = []
    for index in range(30):
        paths.append(str(tmp_path / f"{index}.png"))
        picture = Image.fromarray(np.rint(digits.inputs[index, 0] * 255).astype(np.uint8))
        picture.resize((96, 96)).convert("RGB").save(paths[-1])
    result = run(capsys, "predict", str(digits_model), *paths)["predictions"]
    right = sum(int(each["class"]) == label for each, label in zip(result, digits.labels[:30], strict=True))
    assert right >= 25
    assert sum(result[0]["scores"].values()) == pytest.approx(1, abs=1e-5)


def test_the_file_alone_prepares_the_same_bits_as_the_training(digits_model: Path) -> None:
    _, about = load_model(digits_model)
    choice = DataChoice(source="digits", preprocessing=Preprocessing(size=(12, 12), scale="standardise"))
    train = prepare_splits(choice).train
    assert about.preprocessing == train.preprocessing
    picture = Image.fromarray(train.stored_inputs[train.rows[0], 0])
    prepared = about.preprocessing.prepare_image(picture)
    # The digits are stored as 0 … 16, new images as 0 … 255.
    expected = train.preprocessing.scale(train.stored_inputs[train.rows[:1]] / np.float32(255))
    np.testing.assert_array_equal(prepared, expected)


def regression_model(path: Path) -> None:
    """A model that adds 2·size to 10 for red, with scaled inputs and targets."""
    encoding = TableEncoding(
        columns=(ColumnEncoding(name="size"), ColumnEncoding(name="colour", categories=("blue", "red")))
    )
    rng = np.random.default_rng(0)
    sizes, red = rng.uniform(0, 50, 200), rng.integers(0, 2, 200)
    inputs = np.stack([sizes, 1 - red, red], axis=1).astype(np.float32)
    data = Dataset.from_arrays(inputs, 2 * sizes + 10 * red)
    described = replace(data.description, encoding=encoding, target_names=("price",))
    data = replace(data, description=described)
    rules = Preprocessing(scale="standardise", scale_targets="standardise")
    train = scale_splits(Splits(data, data, data), rules).train
    weights, *_ = np.linalg.lstsq(np.c_[train.inputs, np.ones(len(train))], train.targets, rcond=None)
    net = Sequential([Linear("fc", 3, 1)])
    net.set_tensors({"fc.weight": weights[:3].T.astype(np.float32), "fc.bias": weights[3].astype(np.float32)}, "test")
    layers = (LayerSpecification(type="Linear", name="fc", settings={"outputs": 1}),)
    about = SavedModel(
        network=NetworkSpecification(layers=layers),
        input_shape=(3,),
        target_shape=(1,),
        preprocessing=train.preprocessing,
        training=TrainingSettings(loss="mse_loss"),
    )
    save_model(path, net, about)


def test_rows_of_a_table_give_numbers_in_the_units_of_the_data(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    regression_model(tmp_path / "m.safetensors")
    (tmp_path / "new.csv").write_text("colour,size,comment\nred,20,a\nblue,5,b\n,5,c\n", encoding="utf-8")
    result = run(capsys, "predict", str(tmp_path / "m.safetensors"), str(tmp_path / "new.csv"))
    numbers = [each["numbers"]["price"] for each in result["predictions"]]
    assert numbers[:2] == pytest.approx([50, 10], abs=1e-3)
    (tmp_path / "green.csv").write_text("colour,size\nred,20\ngreen,5\n", encoding="utf-8")
    assert main(["predict", str(tmp_path / "m.safetensors"), str(tmp_path / "green.csv")]) == 1
    assert "Row 2 has 'green' in the column 'colour', which the network does not know" in capsys.readouterr().err
    (tmp_path / "other.csv").write_text("colour,weight\nred,20\n", encoding="utf-8")
    assert main(["predict", str(tmp_path / "m.safetensors"), str(tmp_path / "other.csv")]) == 1
    assert "has no column 'size'. The model needs the columns: size, colour." in capsys.readouterr().err


def test_what_does_not_fit_is_refused_in_a_sentence(
    digits_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    assert main(["predict", str(digits_model), str(tmp_path / "broken.png")]) == 1
    assert "broken.png" in capsys.readouterr().err
    assert main(["predict", str(digits_model), str(tmp_path / "missing.png")]) == 1
    assert "missing.png" in capsys.readouterr().err


def test_data_alone_is_trained_with_a_network_that_fits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(0)
    rows = ["length,width,kind"]
    for number in range(150):
        centre = (5, 1) if number % 3 == 0 else (2, 2) if number % 3 == 1 else (4, 4)
        length, width = rng.normal(centre, 0.4)
        rows.append(f"{length:.2f},{width:.2f},{('oak', 'birch', 'lime')[number % 3]}")
    (tmp_path / "leaves.csv").write_text("\n".join(rows), encoding="utf-8")
    (tmp_path / "new.csv").write_text("width,length\n1,5\n2,2\n4,4\n", encoding="utf-8")
    saved = str(tmp_path / "leaves.safetensors")
    trained = run(capsys, "train", "--data", str(tmp_path / "leaves.csv"), "--quiet", "--save", saved)
    assert trained["test_accuracy"] > 0.9
    found = run(capsys, "predict", saved, str(tmp_path / "new.csv"))["predictions"]
    assert [each["class"] for each in found] == ["oak", "birch", "lime"]


def test_train_needs_a_network_or_data(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["train", "--epochs", "2"])
    assert "name a network (--network), data (--data) or a checkpoint (--resume)" in capsys.readouterr().err


def test_a_network_of_arrays_of_unknown_numbers_takes_no_image(
    digits_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    net, about = load_model(digits_model)
    assert about.preprocessing is not None
    unknown = about.preprocessing.model_copy(update={"encoding": None})
    saved, picture = str(tmp_path / "m.safetensors"), str(tmp_path / "a.png")
    save_model(saved, net, about.model_copy(update={"preprocessing": unknown}))
    Image.new("L", (12, 12)).save(picture)
    assert main(["predict", saved, picture]) == 1
    assert "was trained on arrays, so it is unknown how an image becomes its numbers" in capsys.readouterr().err
