import os
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.tinyml.data.idx import write_pair
from tests.tinyml.data.images.pictures import picture, smooth, write_folders
from tinyml.core import BrokenFilesError, DataError
from tinyml.data import DataChoice, describe, load, split
from tinyml.data.images import loading, room
from tinyml.data.preprocessing import ImageEncoding, Preprocessing
from tinyml.data.readers import find_reader


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("TINYML_CACHE", str(folder))
    return folder / "images"


def reader_name(path: Path) -> str | None:
    reader = find_reader(path)
    return reader.name if reader else None


def test_class_folders_are_described_and_loaded(tmp_path: Path) -> None:
    write_folders(tmp_path, {"cat": 4, "dog": 6})
    assert reader_name(tmp_path) == "image_folder"
    description = describe(str(tmp_path))
    assert (description.example_shape, description.class_names, description.count) == ((3, 8, 8), ("cat", "dog"), 10)
    assert description.about == f"10 images from {tmp_path}, in 2 class folders."
    assert description.encoding == ImageEncoding(height=8, width=8, channels=3, resize="crop", divisor=255)
    assert (description.default_scale, description.has_labels, description.findings) == ("unit", True, ())
    dataset = load(str(tmp_path))
    assert dataset.description == description
    assert dataset.stored_inputs.dtype == np.uint8
    assert dataset.labels.tolist() == [0] * 4 + [1] * 6
    expected = np.asarray(Image.open(tmp_path / "dog" / "002.png")).transpose(2, 0, 1)
    np.testing.assert_array_equal(dataset.stored_inputs[6], expected)
    np.testing.assert_allclose(dataset.unscaled_examples(slice(6, 7))[0], expected / 255, rtol=1e-6)


def test_own_parts_stay_the_parts(tmp_path: Path) -> None:
    write_folders(tmp_path, {f"{part}/{name}": 4 for part in ("test", "train", "val") for name in "ab"})
    dataset = load(str(tmp_path))
    assert (dataset.description.validation_count, dataset.description.test_count) == (8, 8)
    assert "8 of the validation part and 8 of the test part at the end" in dataset.description.about
    train, validation, test = split(dataset, DataChoice(source=str(tmp_path), validation=0.5, test=0.1))
    assert [len(part) for part in (train, validation, test)] == [8, 8, 8]
    np.testing.assert_array_equal(test.inputs, dataset.inputs[16:])


@pytest.mark.parametrize(
    ("sizes", "mode", "shape", "words"),
    [
        ([(40, 30)] * 3, "L", (1, 30, 40), "30×40 pixels (height × width), as all images have."),
        ([(40, 30), (30, 40), (9, 9)], "RGB", (3, 32, 32), "different sizes, such as 9×9 and 40×30."),
        ([(65, 10)] * 3, "RGB", (3, 32, 32), "because 10×65, as all images have, is slow to train."),
    ],
)
def test_size_and_colour_are_recognised(
    tmp_path: Path, sizes: list[tuple[int, int]], mode: str, shape: tuple[int, ...], words: str
) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
        for number, size in enumerate(sizes):
            picture(size, mode).save(tmp_path / name / f"{number}.png")
    description = describe(str(tmp_path))
    assert description.example_shape == shape
    recognised = dict(description.recognised)
    assert words in recognised["size"]
    assert recognised["colour"].startswith("grey, because none" if mode == "L" else "colour, because at least one")
    assert load(str(tmp_path)).inputs.shape == (6, *shape)


def test_one_coloured_image_makes_all_coloured(tmp_path: Path) -> None:
    write_folders(tmp_path, {"a": 3, "b": 3}, mode="L")
    picture().save(tmp_path / "b" / "colour.png")
    assert describe(str(tmp_path)).example_shape == (3, 8, 8)


@pytest.mark.parametrize("rule", ["crop", "pad", "stretch"])
def test_the_preprocessing_decides(tmp_path: Path, rule: str) -> None:
    write_folders(tmp_path, {"a": 2, "b": 2}, size=(20, 12))
    wanted = Preprocessing.model_validate({"size": (5, 7), "resize": rule, "colour": "grey"})
    description = describe(str(tmp_path), preprocessing=wanted)
    assert (description.example_shape, description.recognised) == ((1, 5, 7), ())
    dataset = load(str(tmp_path), preprocessing=wanted)
    assert dataset.description == description
    assert dataset.stored_inputs.shape == (4, 1, 5, 7)


def test_a_new_image_is_prepared_as_those_of_the_folder(tmp_path: Path) -> None:
    """Also for a photograph that decodes in a smaller size, is turned, or has a palette."""
    for name in "ab":
        (tmp_path / name).mkdir()
    exif = Image.Exif()
    exif[0x0112] = 6
    smooth((400, 300)).save(tmp_path / "a" / "1.jpg", exif=exif)
    smooth((90, 80)).quantize(16).save(tmp_path / "a" / "2.gif")
    picture((50, 70), "RGBA").save(tmp_path / "b" / "1.webp", lossless=True)
    dataset = load(str(tmp_path), preprocessing=Preprocessing(size=(24, 24), resize="pad"))
    for row, name in enumerate(("a/1.jpg", "a/2.gif", "b/1.webp")):
        prepared = dataset.preprocessing.prepare_image(tmp_path / name)
        assert prepared.tobytes() == dataset.unscaled_examples(slice(row, row + 1)).tobytes()


def test_broken_images_are_named_and_can_be_left_out(tmp_path: Path) -> None:
    write_folders(tmp_path, {"猫": 3, "كلب": 3})
    (tmp_path / "猫" / "坏.png").write_bytes(b"")
    (tmp_path / "كلب" / "مكسور.png").write_text("text")
    description = describe(str(tmp_path))
    assert "2 of 8 images that were tried cannot be read. Loading names all of them." in description.findings[0]
    with pytest.raises(BrokenFilesError) as caught:
        load(str(tmp_path))
    assert caught.value.files == ("كلب/مكسور.png", "猫/坏.png")
    assert "2 of 8 images cannot be read: 'كلب/مكسور.png', '猫/坏.png'. The first: 'مكسور.png' is no" in str(
        caught.value
    )
    dataset = load(str(tmp_path), options={"ignored": caught.value.files})
    assert len(dataset) == 6
    assert dataset.description.class_names == ("كلب", "猫")


def test_only_broken_images_are_refused_when_they_are_described(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.png").write_text("text")
    with pytest.raises(
        DataError, match=r"None of 2 images that were tried can be read\. The first: '1\.png' is no image"
    ):
        describe(str(tmp_path))


def test_images_without_labels_are_for_autoencoders(tmp_path: Path) -> None:
    for number in range(6):
        picture(seed=number).save(tmp_path / f"{number}.png")
    description = describe(str(tmp_path))
    assert (description.has_labels, description.class_names, description.target) == (False, (), "input")
    assert "learn the input itself (an autoencoder)" in description.findings[0]
    dataset = load(str(tmp_path))
    assert dataset.description == description
    assert [len(part) for part in split(dataset, DataChoice(source=str(tmp_path), validation=0.2, test=0.2))] == [
        4,
        1,
        1,
    ]
    np.testing.assert_array_equal(dataset.targets, dataset.inputs)


def test_one_class_is_a_set_without_labels(tmp_path: Path) -> None:
    write_folders(tmp_path, {"cat": 4})
    description = describe(str(tmp_path))
    assert not description.has_labels
    assert "There is only one class folder, 'cat'" in description.findings[0]
    assert len(load(str(tmp_path))) == 4


def test_other_data_is_left_to_its_readers(tmp_path: Path) -> None:
    write_folders(tmp_path / "idx", {"preview": 1})
    write_pair(tmp_path / "idx")
    assert reader_name(tmp_path / "idx") == "idx"
    write_folders(tmp_path / "labelled", {"images": 1})
    (tmp_path / "labelled" / "labels.csv").write_text("file,label\n000.png,a\n")
    assert reader_name(tmp_path / "labelled") == "labelled_images"
    write_folders(tmp_path / "classes", {"a": 1, "b": 1})
    (tmp_path / "classes" / "about.csv").write_text("class,words\na,first\n")
    assert reader_name(tmp_path / "classes") == "image_folder"
    (tmp_path / "empty" / "folder").mkdir(parents=True)
    (tmp_path / "empty" / "notes.txt").touch()
    assert reader_name(tmp_path / "empty") is None
    assert reader_name(tmp_path / "classes" / "a" / "000.png") is None


def test_the_second_opening_reads_the_cache(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_folders(tmp_path, {"a": 5, "b": 5})
    first = load(str(tmp_path))
    decoded: list[object] = []
    real = loading.decode_images
    monkeypatch.setattr(loading, "decode_images", lambda *of: (decoded.append(of), real(*of))[1])
    second = load(str(tmp_path))
    assert second.stored_inputs.tobytes() == first.stored_inputs.tobytes()
    assert not decoded
    (path,) = cache.iterdir()
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert load(str(tmp_path)).stored_inputs.tobytes() == first.stored_inputs.tobytes()
    assert len(decoded) == 1
    picture(seed=99).save(tmp_path / "a" / "000.png")
    assert load(str(tmp_path)).stored_inputs[0].tobytes() != first.stored_inputs[0].tobytes()
    assert len(decoded) == 2


def test_the_data_can_be_larger_than_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_folders(tmp_path, {"a": 5, "b": 5})
    expected = load(str(tmp_path))
    monkeypatch.setattr(room, "available_memory", lambda: 2000)
    description = describe(str(tmp_path))
    assert (description.on_disk, description.memory) == (True, 80)
    assert "They are kept in a temporary file on the disk" in description.findings[-1]
    dataset = load(str(tmp_path))
    assert isinstance(dataset.stored_inputs.base, np.memmap)
    rows = np.array([7, 2])
    np.testing.assert_array_equal(dataset.examples(rows), expected.examples(rows))


def test_loading_can_be_cancelled_and_leaves_nothing(tmp_path: Path, cache: Path) -> None:
    write_folders(tmp_path, {"a": 30, "b": 30})
    for limit in (0.0, 0.5, 0.96):

        def cancel(share: float, limit: float = limit) -> None:
            if share >= limit:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            load(str(tmp_path), cancel)
    assert not cache.exists() or not list(cache.iterdir())


def test_a_changed_image_changes_the_description(tmp_path: Path) -> None:
    write_folders(tmp_path, {"a": 2, "b": 2})
    before = describe(str(tmp_path))
    assert describe(str(tmp_path)) == before
    picture(seed=9).save(tmp_path / "a" / "000.png")
    os.utime(tmp_path / "a" / "000.png", (1, 1))
    assert describe(str(tmp_path)) != before


def test_describing_many_files_is_quick(tmp_path: Path) -> None:
    """A folder of 20,000 files takes a fifth of a second of the processor."""
    write_folders(tmp_path, {"a": 100, "b": 100})
    for number in range(4000):
        (tmp_path / "a" / f"more {number}.png").hardlink_to(tmp_path / "a" / "000.png")
    start = time.process_time()
    assert describe(str(tmp_path)).count == 4200
    assert time.process_time() - start < 1
