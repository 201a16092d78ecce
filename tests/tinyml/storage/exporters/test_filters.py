"""A folder of filter pictures: every filter, its numbers as colours, and an index that names all of them."""

import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.tinyml.storage.exporters.models import trained
from tinyml.core import StorageError
from tinyml.net import LayerSpecification, NetworkSpecification, Sequential, build
from tinyml.storage import SavedModel
from tinyml.storage.exporters import exporters
from tinyml.storage.exporters.filters import draw_filter, find_filters

BLUE, ZERO, ORANGE = (10, 95, 176), (242, 242, 242), (196, 78, 0)


def model_of(*layers: LayerSpecification, shape: tuple[int, ...] = (1, 8, 8)) -> tuple[Sequential, SavedModel]:
    network = NetworkSpecification(layers=layers)
    return build(network, shape, np.random.default_rng(0)), SavedModel(network=network, input_shape=shape)


def test_every_filter_has_a_picture_and_a_place_in_the_index(tmp_path: Path) -> None:
    exporters()["filters"].write(tmp_path / "net", *trained("digits"))
    names = sorted(path.name for path in (tmp_path / "net").iterdir())
    assert names == ["00-conv2d_0-0.png", "00-conv2d_0-1.png", "00-conv2d_0-2.png", "index.html"]
    index = (tmp_path / "net" / "index.html").read_text(encoding="utf-8")
    assert re.findall('src="(.*?)"', index) == names[:-1]
    assert "<script" not in index


def test_the_colours_are_the_numbers_enlarged_without_smoothing(tmp_path: Path) -> None:
    net, about = trained("digits")
    exporters()["filters"].write(tmp_path / "net", net, about)
    weight = net.named_tensors["conv2d_0.weight"]
    limit = np.abs(weight).max()
    place = np.unravel_index(np.abs(weight).argmax(), weight.shape)
    picture = np.asarray(Image.open(tmp_path / "net" / f"00-conv2d_0-{place[0]}.png"))
    assert picture.shape == (66, 66, 3)
    strongest = picture[place[2] * 22 : place[2] * 22 + 22, place[3] * 22 : place[3] * 22 + 22].reshape(-1, 3)
    assert {tuple(colour) for colour in strongest} == {ORANGE if weight[place] > 0 else BLUE}
    assert len({tuple(colour) for colour in picture.reshape(-1, 3)}) <= 9
    assert limit > 0


def test_zero_is_the_middle_of_the_scale() -> None:
    picture = draw_filter(np.array([[[-2.0, 0.0, 2.0]]]), 2.0)
    row = picture[0]
    assert [tuple(row[x]) for x in (0, picture.shape[1] // 2, -1)] == [BLUE, ZERO, ORANGE]


def test_channels_are_in_a_grid_and_many_of_them_are_cut() -> None:
    assert draw_filter(np.zeros((4, 64, 64)), 1.0).shape == (130, 130, 3)
    assert draw_filter(np.zeros((500, 64, 64)), 1.0).shape == draw_filter(np.zeros((64, 64, 64)), 1.0).shape


def test_filters_inside_blocks_and_of_transposed_convolutions_are_found() -> None:
    net, about = model_of(
        LayerSpecification(type="Conv2D", name="conv", settings={"filters": 2}),
        LayerSpecification(type="Residual", name="block"),
        LayerSpecification(type="Deconv2D", name="back", settings={"filters": 5}),
    )
    shapes = {layer.name: layer.filters.shape[:2] for layer in find_filters(net, about)}
    assert shapes["conv"] == (2, 1)
    assert shapes["back"] == (5, 2)
    assert any(name.startswith("block.") for name in shapes)


def test_a_dense_layer_that_gets_the_pixels_has_filters() -> None:
    layers = [
        LayerSpecification(type="Flatten", name="flatten"),
        LayerSpecification(type="Linear", name="fc_1", settings={"outputs": 3}),
        LayerSpecification(type="Linear", name="fc_2", settings={"outputs": 2}),
    ]
    net, about = model_of(*layers)
    (found,) = find_filters(net, about)
    assert found.filters.shape == (3, 1, 8, 8)
    np.testing.assert_array_equal(found.filters.reshape(3, 64), net.named_tensors["fc_1.weight"])


def test_a_network_without_filters_is_an_obstacle(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="has no filters"):
        exporters()["filters"].write(tmp_path / "net", *trained("circle"))
    assert not list(tmp_path.iterdir())


def test_a_name_of_a_layer_never_leaves_the_folder(tmp_path: Path) -> None:
    name = "../../etc/<b>\u202e" + "x" * 80
    net, about = model_of(LayerSpecification(type="Conv2D", name=name, settings={"filters": 1}))
    exporters()["filters"].write(tmp_path / "net", net, about)
    assert [path.name for path in tmp_path.iterdir()] == ["net"]
    pictures = [path.name for path in (tmp_path / "net").glob("*.png")]
    assert len(pictures) == 1
    assert re.fullmatch(r"00-[A-Za-z0-9_-]{40}-0\.png", pictures[0])
    assert "<b>" not in (tmp_path / "net" / "index.html").read_text(encoding="utf-8")


def test_numbers_that_are_not_finite_and_weights_of_zero_are_drawn(tmp_path: Path) -> None:
    net, about = model_of(LayerSpecification(type="Conv2D", name="conv", settings={"filters": 2, "bias": False}))
    weight = np.zeros_like(net.named_tensors["conv.weight"])
    for value in (0.0, np.nan, np.inf):
        weight[0, 0, 0, 0] = value
        net.set_tensors({"conv.weight": weight})
        exporters()["filters"].write(tmp_path / str(value), net, about)
        assert len(list((tmp_path / str(value)).glob("*.png"))) == 2


def test_the_preview_shows_the_filters_of_the_first_layer() -> None:
    picture = Image.open(io.BytesIO(exporters()["filters"].preview(*trained("digits")).picture))
    assert picture.size == (3 * 74 + 8, 82)


def test_a_cancelled_export_leaves_no_folder(tmp_path: Path) -> None:
    def cancel(share: float) -> None:
        if share > 0:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        exporters()["filters"].write(tmp_path / "net", *trained("digits"), cancel)
    assert not list(tmp_path.iterdir())
