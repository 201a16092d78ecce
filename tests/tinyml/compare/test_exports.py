"""Networks exported to PyTorch, Keras and ONNX compute what tinyml computes, and keep their weights."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tinyml.compare import tally
from tests.tinyml.compare.random_tensors import ONE_THREAD, UNUSUAL, with_random_tensors
from tests.tinyml.layers.harness import settings_of
from tests.tinyml.net.stacks import stack
from tinyml.core import Shape
from tinyml.core.resources import resource_path
from tinyml.data import describe
from tinyml.layers import layer_types
from tinyml.net import NetworkSpecification, Sequential, build, infer
from tinyml.storage import PROJECT_SUFFIX, SavedModel, load_model, open_tensors, read_project
from tinyml.storage.exporters import find_exporter
from tinyml.storage.weight_mapping import apply_mapping, propose_mapping

pytest.importorskip("torch", reason="PyTorch is not installed: make compare")
# Keras asks for its backend only once, and writes a file of settings into the home folder.
os.environ.setdefault("KERAS_BACKEND", "torch")
os.environ.setdefault("KERAS_HOME", os.devnull)

# Keras converts the tensors of PyTorch in an old way.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

TOLERANCE = 1e-4
FOLDERS = ("templates", "networks", "networks/lessons")
PROJECTS = {
    f"{folder.split('/')[-1]}/{path.name.removesuffix(PROJECT_SUFFIX)}": path
    for folder in FOLDERS
    for path in sorted(resource_path(folder).glob(f"*{PROJECT_SUFFIX}"))
}


def run_pytorch(path: Path, examples: np.ndarray) -> np.ndarray:
    import torch

    names = run_script(path)
    with torch.no_grad():
        outputs: np.ndarray = names["net"].eval()(torch.tensor(examples)).numpy()
    return outputs


def run_keras(path: Path, examples: np.ndarray) -> np.ndarray:
    names = run_script(path)
    last = examples.transpose(0, 2, 3, 1) if examples.ndim == 4 else examples
    outputs = np.asarray(names["keras"].ops.convert_to_numpy(names["model"](last, training=False)))
    return outputs.transpose(0, 3, 1, 2) if outputs.ndim == 4 else outputs


def run_onnx(path: Path, examples: np.ndarray) -> np.ndarray:
    options = import_module("onnxruntime").SessionOptions()
    options.intra_op_num_threads = 1
    session = import_module("onnxruntime").InferenceSession(path, options, providers=["CPUExecutionProvider"])
    (outputs,) = session.run(["output"], {"input": examples})
    return np.asarray(outputs)


def run_script(path: Path) -> dict[str, Any]:
    """Run an exported script without its training, load the weights beside it, and return its names."""
    names: dict[str, Any] = {"__name__": "script"}
    exec(compile(path.read_text(encoding="utf-8"), path.name, "exec"), names)
    names["load_weights"](path.with_suffix(".weights.safetensors"))
    return names


RUN: dict[str, tuple[tuple[str, ...], Callable[[Path, np.ndarray], np.ndarray]]] = {
    "pytorch": (("torch", "safetensors"), run_pytorch),
    "keras": (("keras", "torch", "safetensors"), run_keras),
    "onnx": (("onnx", "onnxruntime"), run_onnx),
}
"""For each format: the packages that write and run it, and how it is run."""

every_format = pytest.mark.parametrize("to", RUN)


@pytest.fixture(autouse=True)
def _installed(request: pytest.FixtureRequest) -> None:
    to = request.getfixturevalue("to") if "to" in request.fixturenames else "pytorch"
    missing = [package for package in RUN[to][0] if find_spec(package) is None]
    if missing:
        pytest.skip(f"Not installed: {', '.join(missing)}. Run: make compare")


def saved_network(network: NetworkSpecification, shape: Shape, **about: Any) -> tuple[Sequential, SavedModel]:
    net = with_random_tensors(build(network, shape, np.random.default_rng(0)))
    net.eval()
    return net, SavedModel(network=network, input_shape=shape, **about)


def saved_project(path: Path) -> tuple[Sequential, SavedModel]:
    project = read_project(path)
    choice = project.data
    data = describe(choice.source, choice.options, choice.preprocessing).with_target(choice.target)
    return saved_network(
        project.network,
        data.example_shape,
        class_names=data.class_names,
        target_shape=data.target_shape,
        data=choice,
        training=project.training,
    )


def compare(to: str, net: Sequential, about: SavedModel, folder: Path) -> None:
    """Export a network, run it elsewhere, and compare the outputs of two batches."""
    exporter = find_exporter(to)
    path = folder / f"network.{exporter.suffix}"
    exporter.write(path, net, about)
    for count in (1, 5):
        examples = np.random.default_rng(count).normal(size=(count, *about.input_shape)).astype(np.float32)
        ours, theirs = net.predict(examples), RUN[to][1](path, examples)
        assert ours.shape == theirs.shape
        largest = max(1.0, float(np.abs(ours).max()))
        assert np.abs(ours - theirs).max() <= TOLERANCE * largest
        tally.note(f"exported to {to}", np.float32, float(np.abs(ours - theirs).max()) / largest, 1)


@every_format
@pytest.mark.parametrize("name", PROJECTS)
def test_every_template_example_and_lesson_computes_the_same(name: str, to: str, tmp_path: Path) -> None:
    net, about = saved_project(PROJECTS[name])
    assert find_exporter(to).obstacles(net, about) == ()
    compare(to, net, about, tmp_path)


@every_format
@pytest.mark.parametrize("layer_type", layer_types())
@given(data=st.data())
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_layer_type_computes_the_same(
    layer_type: str, to: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    pooling = layer_types()[layer_type].Settings.paired_pooling
    before = [(pooling, data.draw(settings_of(pooling))), "Tanh"] if pooling else []
    # A layer after it shows that the order of the axes is right.
    network = stack(*before, (layer_type, data.draw(settings_of(layer_type))), "Flatten", ("Linear", {"outputs": 3}))
    for shape in ((2, 7, 6), (7,)):
        if infer(network, shape).problems:
            continue
        net, about = saved_network(network, shape)
        obstacles = find_exporter(to).obstacles(net, about)
        if not obstacles:
            compare(to, net, about, tmp_path_factory.mktemp("exported"))
        else:
            assert to == "keras"
            assert obstacles[0].startswith(f"{network.layers[len(before)].name}: ")


@every_format
@pytest.mark.parametrize("name", UNUSUAL)
def test_unusual_networks_compute_the_same(name: str, to: str, tmp_path: Path) -> None:
    layers, shape = UNUSUAL[name]
    net, about = saved_network(NetworkSpecification(layers=tuple(layers)), shape)
    if to == "keras" and find_exporter(to).obstacles(net, about):
        assert "unpooling" in name
        pytest.skip("Keras has no unpooling.")
    compare(to, net, about, tmp_path)


@pytest.mark.parametrize("to", ["pytorch", "keras"])
def test_a_script_imports_no_package_that_is_not_asked_for(to: str, tmp_path: Path) -> None:
    find_exporter(to).write(tmp_path / "net.py", *saved_project(PROJECTS["networks/lenet-digits"]))
    imported = set()
    for node in ast.walk(ast.parse((tmp_path / "net.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
            imported |= {str(name).split(".")[0] for name in names}
    # These tests themselves need the other two.
    assert imported - sys.stdlib_module_names - {"numpy", "tinyml"} <= set(RUN[to][0])


@pytest.mark.parametrize("to", ["pytorch", "keras"])
@pytest.mark.parametrize("name", ["templates/resnet", "networks/autoencoder-digits", "lessons/dead_units"])
def test_weights_come_back_equal_to_the_bit(name: str, to: str, tmp_path: Path) -> None:
    net, about = saved_project(PROJECTS[name])
    find_exporter(to).write(tmp_path / "net.py", net, about)
    run_script(tmp_path / "net.py")["save_weights"](str(tmp_path / "back.safetensors"))
    back = build(about.network, about.input_shape)
    back.load(tmp_path / "back.safetensors")
    assert {key: tensor.tobytes() for key, tensor in back.named_tensors.items()} == {
        key: tensor.tobytes() for key, tensor in net.named_tensors.items()
    }
    again, content = load_model(tmp_path / "net.weights.safetensors")
    assert content == about
    assert np.array_equal(again.parameters[0].tensor, net.parameters[0].tensor)


@pytest.mark.parametrize("to", ["keras"])
@pytest.mark.parametrize("initialiser", ["uniform", "glorot_uniform", "glorot_normal", "he_uniform", "he_normal"])
def test_keras_starts_with_weights_of_the_same_spread(initialiser: str, to: str, tmp_path: Path) -> None:
    wide = {"window": (4, 4), "stride": (2, 2), "initialiser": initialiser}
    network = stack(("Conv2D", {"filters": 40, **wide}), ("ConvTranspose2D", {"filters": 8, **wide}))
    about = SavedModel(network=network, input_shape=(8, 8, 8), class_names=tuple("abcdefgh"))
    net = build(network, about.input_shape, np.random.default_rng(0))
    find_exporter(to).write(tmp_path / "net.py", net, about)
    names: dict[str, Any] = {"__name__": "script"}
    exec(compile((tmp_path / "net.py").read_text(encoding="utf-8"), "net.py", "exec"), names)
    for layer in network.layers:
        theirs = np.asarray(names["model"].get_layer(layer.name).get_weights()[0])
        assert theirs.std() == pytest.approx(float(net.named_tensors[f"{layer.name}.weight"].std()), rel=0.04)


@pytest.mark.parametrize("to", ["onnx"])
def test_onnx_keeps_names_bits_and_says_what_it_reads(to: str, tmp_path: Path) -> None:
    onnx = import_module("onnx")
    net, about = saved_project(PROJECTS["templates/resnet"])
    find_exporter(to).write(tmp_path / "net.onnx", net, about)
    model = onnx.load(tmp_path / "net.onnx")
    found = {each.name: onnx.numpy_helper.to_array(each) for each in model.graph.initializer}
    assert {key: found[key].tobytes() for key in net.named_tensors} == {
        key: tensor.tobytes() for key, tensor in net.named_tensors.items()
    }
    assert model.graph.input[0].type.tensor_type.shape.dim[0].dim_param == "batch"
    metadata = {each.key: each.value for each in model.metadata_props}
    assert "Output: a score for each class" in metadata["description"]
    find_exporter(to).write(tmp_path / "again.onnx", net, about)
    assert (tmp_path / "net.onnx").read_bytes() == (tmp_path / "again.onnx").read_bytes()


def test_torchrun_trains_as_one_process_does(tmp_path: Path) -> None:
    net, about = saved_project(PROJECTS["networks/lenet-digits"])
    training = about.training.model_copy(update={"epochs": 2, "early_stopping": 5, "clip_norm": 1.0, "batch_size": 50})
    find_exporter("pytorch").write(tmp_path / "net.py", net, about.model_copy(update={"training": training}))
    several = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    printed = []
    for command in ([], several):
        arguments = [sys.executable, *command, "net.py", "--save", "trained.safetensors"]
        done = subprocess.run(arguments, cwd=tmp_path, env=ONE_THREAD, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        printed.append([float(number) for number in re.findall(r"\d+\.\d+", done.stdout)])
        assert [line.split()[0] for line in done.stdout.splitlines()] == ["epoch", "epoch", "test"]
    assert printed[0] == pytest.approx(printed[1], abs=0.3)  # the accuracy is in per cent
    assert printed[0][:4] == pytest.approx(printed[1][:4], abs=2e-3)
    back = build(about.network, about.input_shape)
    back.load(tmp_path / "trained.safetensors")


def test_weights_come_back_from_onnx_equal_to_the_bit(tmp_path: Path) -> None:
    pytest.importorskip("onnx", reason="The package onnx is not installed: make compare")
    net, about = saved_project(PROJECTS["templates/resnet"])
    path = tmp_path / "net.onnx"
    find_exporter("onnx").write(path, net, about)
    back = build(about.network, about.input_shape)
    with open_tensors(path) as file:
        mapping = propose_mapping(back, file.header)
    assert {pair.reason for pair in mapping.pairs} == {"name"}
    apply_mapping(path, back, mapping)
    assert {key: tensor.tobytes() for key, tensor in back.named_tensors.items()} == {
        key: tensor.tobytes() for key, tensor in net.named_tensors.items()
    }
