import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from tinyml.core import StorageError
from tinyml.core.tensor_file import read_header, read_tensors, write_tensors
from tinyml.data import DataChoice
from tinyml.learner import EpochFinished, TrainingSettings
from tinyml.net import LayerSpecification, NetworkSpecification, Sequential, build
from tinyml.storage import SavedModel, load_into, load_model, read_model, save_model, summarise_history

NETWORK = NetworkSpecification(
    layers=(
        LayerSpecification(type="Flatten", name="flatten_1"),
        LayerSpecification(type="Linear", name="linear_1", settings={"outputs": 6}),
        LayerSpecification(type="ReLu", name="relu_1"),
        LayerSpecification(type="Linear", name="linear_2", settings={"outputs": 3, "bias": False}),
    )
)
SHAPE = (1, 4, 5)
ABOUT = SavedModel(
    network=NETWORK,
    input_shape=SHAPE,
    class_names=("cat", "dog", "hörse"),
    data=DataChoice(source="somewhere", seed=4),
    training=TrainingSettings(epochs=2, seed=9),
    history=summarise_history(
        (EpochFinished(1, 2, 0.5, 0.75, None, None, 1.5), EpochFinished(2, 2, 0.25, 0.875, 0.3, 0.8, 3.0))
    ),
    test_loss=0.31,
    test_accuracy=0.79,
)


def make_net(seed: int = 0, dtype: type[np.floating] = np.float32) -> Sequential:
    return build(NETWORK, SHAPE, np.random.default_rng(seed), dtype)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    save_model(tmp_path / "a.safetensors", make_net(), ABOUT)
    return tmp_path / "a.safetensors"


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_one_file_is_a_whole_model(tmp_path: Path, dtype: type[np.floating]) -> None:
    net, path = make_net(dtype=dtype), tmp_path / "a"
    save_model(path, net, ABOUT)
    loaded, about = load_model(path)
    assert about == ABOUT == read_model(path)
    input = np.random.default_rng(1).normal(size=(7, *SHAPE)).astype(dtype)
    np.testing.assert_array_equal(loaded(input), net(input))
    assert loaded(input).dtype == dtype
    assert not any(layer.training for layer in loaded.layers)


def test_the_same_model_gives_the_same_bytes_at_any_time(tmp_path: Path) -> None:
    for name, seconds in (("1", 10.0), ("2", 99.0)):
        history = summarise_history((EpochFinished(1, 1, 0.5, 0.75, None, None, seconds),))
        save_model(tmp_path / name, make_net(), ABOUT.model_copy(update={"history": history}))
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()


def test_weights_can_be_loaded_into_a_network(path: Path) -> None:
    net = make_net(seed=1)
    load_into(path, net)
    for parameter, expected in zip(net.parameters, make_net().parameters, strict=True):
        np.testing.assert_array_equal(parameter.tensor, expected.tensor)


def test_weights_of_another_network_are_refused_and_change_nothing(path: Path) -> None:
    other = build(
        NetworkSpecification(layers=(LayerSpecification(type="Linear", name="linear_1", settings={"outputs": 6}),)),
        (20,),
    )
    before = [parameter.tensor.copy() for parameter in other.parameters]
    with pytest.raises(StorageError, match=r"unknown tensor 'linear_2.weight', so it belongs to another network"):
        load_into(path, other)
    for parameter, expected in zip(other.parameters, before, strict=True):
        np.testing.assert_array_equal(parameter.tensor, expected)


def test_a_description_of_another_network_is_not_saved(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="describes another network"):
        save_model(tmp_path / "a", make_net(), ABOUT.model_copy(update={"input_shape": (1, 4, 4)}))
    assert not (tmp_path / "a").exists()


def test_plain_weights_are_no_model(tmp_path: Path) -> None:
    make_net().export(tmp_path / "weights")
    with pytest.raises(StorageError, match="holds tensors, but no network"):
        read_model(tmp_path / "weights")
    load_into(tmp_path / "weights", make_net(1))


def layers(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"network": {"layers": list(entries)}}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"version": 5}, "newer TinyML .file version 5"),
        ({"version": "one"}, "'version'"),
        ({"input_shape": []}, "'input_shape'"),
        ({"input_shape": [0, 4]}, r"'input_shape.0' is 0"),
        ({"input_shape": [1, 4, 10**30]}, r"'input_shape.2'"),
        ({"input_shape": [2, 4, 5]}, r"holds 'linear_1.weight' as 6×20, but this network needs 6×40"),
        ({"history": [{"epoch": 1}]}, "'history.0.training_loss' is missing"),
        ({"test_accuracy": 7}, "'test_accuracy' is 7"),
        ({"extra": 1}, "There is no setting 'extra'"),
        ({"training": {"epochs": -1}}, "'training.epochs'"),
        (layers({"type": "Mystery", "name": "m"}), "cannot be built: m: .*no layer type 'Mystery'"),
        (layers({"type": "Flatten", "name": "f"}), "unknown tensor 'linear_1.bias'"),
        (
            layers(
                {"type": "Flatten", "name": "f"},
                {"type": "Linear", "name": "linear_1", "settings": {"outputs": 100_000}},
                {"type": "Linear", "name": "linear_2", "settings": {"outputs": 100_000}},
            ),
            r"holds 'linear_1.bias' as 6, but this network needs 100000",
        ),
    ],
)
def test_hostile_metadata_is_refused_before_a_network_is_built(path: Path, changes: dict[str, Any], words: str) -> None:
    metadata = {**read_header(path).metadata, **changes}
    write_tensors(path, read_tensors(path).tensors, metadata)
    with pytest.raises(StorageError, match=words):
        load_model(path)


def test_every_cut_is_noticed(path: Path) -> None:
    whole = path.read_bytes()
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        with pytest.raises(StorageError):
            load_model(path)


def test_a_failed_save_leaves_the_old_model(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = path.read_bytes()

    def fail(*arguments: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(StorageError, match="No space left"):
        save_model(path, make_net(1), ABOUT)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_running_statistics_and_layers_inside_a_block_are_part_of_a_model(tmp_path: Path) -> None:
    network = NetworkSpecification(
        layers=tuple(LayerSpecification(type=kind, name=kind) for kind in ("Residual", "BatchNorm2D", "Flatten"))
    )
    net = build(network, (2, 4, 5), np.random.default_rng(0))
    input = np.random.default_rng(1).normal(3, 2, size=(7, 2, 4, 5)).astype(np.float32)
    net(input)
    save_model(tmp_path / "a", net, SavedModel(network=network, input_shape=(2, 4, 5)))
    loaded, _ = load_model(tmp_path / "a")
    np.testing.assert_array_equal(loaded(input), net.predict(input))
    names = {tensor.name for tensor in read_header(tmp_path / "a").tensors}
    assert {"BatchNorm2D.running_mean", "Residual.batchnorm_1.running_var", "Residual.conv_2.bias"} <= names
    load_into(tmp_path / "a", net)


@pytest.mark.parametrize("loss", [float("inf"), float("nan")])
def test_a_model_with_an_infinite_validation_loss_is_saved(loss):
    (epoch,) = summarise_history((EpochFinished(1, 1, 0.5, 0.75, loss, 0.5, 1.0),))
    assert epoch.validation_loss is None
    assert epoch.validation_accuracy == 0.5


@pytest.mark.parametrize("field", ["input_shape", "target_shape", "class_names", "history"])
def test_a_list_is_refused_at_its_first_fault(field: str) -> None:
    """Each fault is an object: a file of a megabyte made 200 MB of them."""
    with pytest.raises(ValidationError) as refused:
        SavedModel.model_validate({"network": {}, "input_shape": [2], field: [{}] * 10_000})
    assert refused.value.error_count() < 10
