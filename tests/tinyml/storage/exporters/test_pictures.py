"""The picture of the network as SVG and PNG."""

import io
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from tests.tinyml.storage.exporters.models import trained
from tinyml.net import LayerSpecification, NetworkSpecification, build
from tinyml.storage import SavedModel, read_project
from tinyml.storage.exporters import exporters

SVG = "{http://www.w3.org/2000/svg}"
TEMPLATES = sorted((Path(__file__).parents[4] / "resources" / "templates").glob("*.tinyml.json"))


def texts_of(path: Path) -> list[str]:
    return [element.text or "" for element in ElementTree.parse(path).getroot().iter(f"{SVG}text")]


def test_the_svg_names_every_layer_with_its_shape_and_parameters(tmp_path: Path) -> None:
    net, about = trained("digits")
    exporters()["svg"].write(tmp_path / "net.svg", net, about)
    texts = texts_of(tmp_path / "net.svg")
    assert [text for text in texts if text.endswith(("_0", "_1", "_2", "_3"))] == [
        layer.name for layer in about.network.layers
    ]
    for expected in ("digits", "10 classes", "1×8×8", "3×8×8", "192", "30 parameters", "1 930 parameters", "loss"):
        assert expected in texts


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_template_is_drawn_with_every_layer(path: Path, tmp_path: Path) -> None:
    project = read_project(path)
    shape = project.data.expected.example_shape if project.data.expected else (1, 28, 28)
    shape = (2,) if project.data.source == "circle" else shape
    if path.name == "autoencoder.tinyml.json":
        shape = (1, 8, 8)
    net = build(project.network, shape, np.random.default_rng(0))
    about = SavedModel(network=project.network, input_shape=shape, data=project.data, training=project.training)
    exporters()["svg"].write(tmp_path / "net.svg", net, about)
    texts = texts_of(tmp_path / "net.svg")
    assert {layer.name for layer in project.network.layers} <= set(texts)
    assert not [text for text in texts if "?" in text]


def test_a_name_never_becomes_markup_and_the_file_stays_xml(tmp_path: Path) -> None:
    name = "<script>alert('x')</script>\x00\u202e&"
    layers = (LayerSpecification(type="Linear", name=name, settings={"outputs": 2}),)
    network = NetworkSpecification(layers=layers)
    about = SavedModel(network=network, input_shape=(3,), class_names=("a", "b"))
    net = build(network, (3,), np.random.default_rng(0))
    for kind in ("svg", "png"):
        exporters()[kind].write(tmp_path / f"net.{kind}", net, about)
    root = ElementTree.parse(tmp_path / "net.svg").getroot()
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        "svg", "title", "rect", "text", "polygon", "polyline", "circle",
    }  # fmt: skip
    assert any(text.startswith("<script>") for text in texts_of(tmp_path / "net.svg"))


def test_the_png_has_the_resolution_of_print_and_the_colours_of_the_families(tmp_path: Path) -> None:
    net, about = trained("digits")
    exporters()["png"].write(tmp_path / "net.png", net, about)
    picture = Image.open(tmp_path / "net.png").convert("RGB")
    assert picture.width == 1440
    colours = {colour for _, colour in picture.getcolors(1 << 20) or []}
    assert {(0, 0x72, 0xB2), (0xD5, 0x5E, 0), (0, 0x9E, 0x73), (255, 255, 255)} <= colours


def test_a_very_long_network_stays_within_what_programs_can_open(tmp_path: Path) -> None:
    layers = tuple(LayerSpecification(type="ReLu", name=f"relu_{number}") for number in range(900))
    network = NetworkSpecification(layers=layers)
    about = SavedModel(network=network, input_shape=(3,))
    net = build(network, (3,))
    exporters()["png"].write(tmp_path / "net.png", net, about)
    with Image.open(tmp_path / "net.png") as picture:
        assert 30_000 < picture.height <= 32_000
    assert Image.open(io.BytesIO(exporters()["png"].preview(net, about).picture)).height <= 32_000
