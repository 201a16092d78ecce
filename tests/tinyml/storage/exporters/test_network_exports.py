"""The exports to PyTorch, Keras and ONNX, as far as they can be tested without these packages."""

import re
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from tests.tinyml.net.stacks import stack
from tinyml.command_line import main
from tinyml.core import StorageError
from tinyml.data.preprocessing import FittedPreprocessing, ImageEncoding, Scaling
from tinyml.layers import layer_types
from tinyml.net import LayerInference, NetworkSpecification, Sequential, build, infer
from tinyml.storage import SavedModel, load_model, save_model
from tinyml.storage.exporters import find_exporter
from tinyml.storage.exporters import onnx as onnx_exporter
from tinyml.storage.exporters.network_interface import describe_interface
from tinyml.storage.exporters.onnx_graph import make_graph, missing_layers

SCRIPTS = ["pytorch", "keras"]
CLASSES = ("a", "b", "c")


def network(*layers: object, shape: tuple[int, ...] = (2, 6, 6), **about: object) -> tuple[Sequential, SavedModel]:
    specification: NetworkSpecification = stack(*layers)  # type: ignore[arg-type]
    net = build(specification, shape, np.random.default_rng(0))
    return net, SavedModel(network=specification, input_shape=shape, class_names=CLASSES, **about)  # type: ignore[arg-type]


LENET = ("Conv2D", "ReLu", "MaxPool2D", "Flatten", ("Linear", {"outputs": 3}))


@pytest.mark.parametrize("to", SCRIPTS)
def test_a_script_and_the_model_file_stand_beside_each_other(to: str, tmp_path: Path) -> None:
    net, about = network(*LENET)
    exporter = find_exporter(to)
    exporter.write(tmp_path / "lenet.py", net, about)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lenet.py", "lenet.weights.safetensors"]
    loaded, content = load_model(tmp_path / "lenet.weights.safetensors")
    assert content == about
    assert all(np.array_equal(loaded.named_tensors[name], net.named_tensors[name]) for name in net.named_tensors)
    text = (tmp_path / "lenet.py").read_text(encoding="utf-8")
    assert "# python lenet.py --epochs 0 --weights lenet.weights.safetensors" in text
    assert f"# pip install {'keras ' * (to == 'keras')}numpy safetensors torch" in text
    preview = exporter.preview(net, about).text
    assert preview.replace("model", "lenet") == text.replace("model", "lenet")


@pytest.mark.parametrize("to", [*SCRIPTS, "tinyml"])
@pytest.mark.parametrize("name", ["torch", "keras", "tinyml", "random", "tqdm", "typing_extensions", "h5py"])
def test_a_script_never_hides_a_package_that_it_imports(name: str, to: str, tmp_path: Path) -> None:
    # Python searches the folder of a script first: `import torch` in torch.py imports torch.py.
    with pytest.raises(StorageError, match=f"{name}.py': Python would take this script for the package '{name}'"):
        find_exporter(to).write(tmp_path / f"{name}.py", *network(*LENET))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("to", ["pytorch", "keras", "onnx"])
def test_what_a_format_has_no_word_for_is_named_and_nothing_is_written(
    to: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class OwnSettings(layer_types()["Tanh"].Settings):  # type: ignore[name-defined,misc]
        """Settings of a layer that no other program knows."""

        def pytorch(self, input_shape: tuple[int, ...]) -> None:
            return None

    monkeypatch.setattr(layer_types()["Tanh"], "Settings", OwnSettings)
    net, about = network("Conv2D", "Tanh", "Flatten", ("Linear", {"outputs": 3}))
    exporter = find_exporter(to)
    named = [sentence for sentence in exporter.obstacles(net, about) if sentence.startswith("layer_1: ")]
    assert len(named) == 1
    path = tmp_path / f"net.{exporter.suffix}"
    with pytest.raises(StorageError, match=r"was not written\. layer_1: "):
        exporter.write(path, net, about)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("to", ["pytorch", "keras", "onnx"])
def test_float64_is_an_obstacle(to: str) -> None:
    specification = stack("Flatten", ("Linear", {"outputs": 3}))
    net = build(specification, (4,), np.random.default_rng(0), np.float64)
    about = SavedModel(network=specification, input_shape=(4,), class_names=CLASSES)
    assert any("float64" in sentence for sentence in find_exporter(to).obstacles(net, about))


@pytest.mark.skipif(find_spec("onnx") is not None, reason="the package onnx is installed")
def test_without_onnx_a_sentence_says_how_to_install_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    net, about = network(*LENET)
    save_model(tmp_path / "lenet.safetensors", net, about)
    with pytest.raises(StorageError, match=re.escape("pip install 'tinyml-studio[onnx]'")):
        onnx_exporter.make_model(net, about)
    assert main(["export", str(tmp_path / "lenet.safetensors"), "--to", "onnx", "--out", str(tmp_path / "a.onnx")]) != 0
    assert "pip install" in capsys.readouterr().err
    assert not (tmp_path / "a.onnx").exists()


def test_weights_that_no_onnx_file_can_hold_are_an_obstacle(monkeypatch: pytest.MonkeyPatch) -> None:
    net, about = network(*LENET)
    monkeypatch.setattr(onnx_exporter, "_LARGEST", 100)
    assert any("2 GiB" in sentence for sentence in find_exporter("onnx").obstacles(net, about))


def test_every_layer_type_has_a_word_in_onnx() -> None:
    for layer_type in layer_types():
        before = [layer_types()[layer_type].Settings.paired_pooling or "ReLu"]
        assert missing_layers(stack_layers(*before, layer_type)) == ()


def test_the_nodes_of_a_graph_use_only_values_that_are_there() -> None:
    layers = stack_layers("MaxPool2D", "Residual", "MaxUnpool2D", "Dropout", "Softmax", "Upsample2D", "Flatten")
    tensors = frozenset(f"{each.specification.name}.{name}" for each in layers for name in each.tensor_shapes)
    graph = make_graph(layers, tensors)
    known = {"input", "", *tensors, *graph.constants}
    for node in graph.nodes:
        assert set(node.inputs) <= known
        assert not set(node.outputs) & known
        known |= set(node.outputs)
    assert graph.nodes[-1].outputs == ("output",)
    used = {name for node in graph.nodes for name in node.inputs}
    assert tensors <= used


def stack_layers(*layers: str) -> tuple[LayerInference, ...]:
    return infer(stack(*layers), (2, 6, 6)).layers or infer(stack(*layers), (7,)).layers


def test_a_preview_of_onnx_needs_no_package() -> None:
    net, about = network(*LENET)
    text = find_exporter("onnx").preview(net, about).text
    assert "Conv " in text
    assert "kernel_shape=[3, 3]" in text
    assert "Output: a score for each class, in the order: a, b, c." in text


def test_the_interface_is_described_with_its_preprocessing() -> None:
    fitted = FittedPreprocessing(
        encoding=ImageEncoding(height=6, width=6, channels=3),
        scaling=Scaling(offset=(0.5, 0.25, 0.125), scale=(2.0, 1.0, 1.0)),
    )
    about = SavedModel(network=stack("Flatten"), input_shape=(3, 6, 6), class_names=CLASSES, preprocessing=fitted)
    assert describe_interface(about) == [
        "Input: images of 3×6×6 (channels × rows × columns, red, green, blue); bytes are divided by 255.",
        "Then x becomes (x - offset) / scale: offset [0.5, 0.25, 0.125], scale [2.0, 1.0, 1.0].",
        "Output: a score for each class, in the order: a, b, c.",
    ]
    scaled = FittedPreprocessing(
        scaling=Scaling(offset=(0.0,) * 20, scale=(1.0,) * 20, fill=(3.0,) * 20),
        target_scaling=Scaling(offset=(10.0,), scale=(2.0,)),
        target_names=("price",),
    )
    numbers = SavedModel(network=stack("Linear"), input_shape=(20,), target_shape=(1,), preprocessing=scaled)
    described = describe_interface(numbers)
    assert "offset) / scale; these numbers are in the stored preprocessing." in described[1]
    assert described[2] == "Output: 1 numbers for each example (price). In the units of the data: y · 2 + 10."
