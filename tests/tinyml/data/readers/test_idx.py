import gzip
from pathlib import Path

import numpy as np
import pytest

from tests.tinyml.data.idx import idx_bytes, write_pair
from tinyml.core import DataError
from tinyml.data import DataChoice, describe, load, split
from tinyml.data.readers import describe_sources

MNIST = Path(__file__).parents[5] / "shared" / "data" / "mnist"

IMAGES, LABELS = "images-idx3-ubyte.gz", "labels-idx1-ubyte.gz"


def complaint(folder: Path) -> str:
    """Return the sentence with which both `describe` and `load`, or `load` alone, refuse the folder."""
    with pytest.raises(DataError) as caught:
        load(str(folder))
    return str(caught.value)


@pytest.mark.parametrize("zipped", [True, False])
def test_a_folder_is_described_and_loaded(tmp_path: Path, zipped: bool) -> None:
    write_pair(tmp_path, zipped=zipped)
    description = describe(str(tmp_path))
    assert description.example_shape == (1, 4, 5)
    assert description.class_names == ("0", "1", "2")
    assert (description.count, description.test_count) == (20, 0)
    dataset = load(str(tmp_path))
    assert dataset.description == description
    assert dataset.inputs.shape == (20, 1, 4, 5)
    assert dataset.inputs.dtype == np.float32
    assert dataset.labels.dtype == np.int64
    expected = np.random.default_rng(20).integers(0, 256, (20, 4, 5)) / 255
    np.testing.assert_allclose(dataset.inputs[:, 0], expected, rtol=1e-6)
    assert dataset.labels.tolist() == [index % 3 for index in range(20)]


@pytest.mark.parametrize(
    ("images", "labels"),
    [
        ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
        ("t10k-images.idx3-ubyte", "t10k-labels.idx1-ubyte"),
        ("Images.IDX3", "Labels.IDX1"),
        ("emnist-letters-train-images-idx3-ubyte", "emnist-letters-train-labels-idx1-ubyte"),
    ],
)
def test_the_usual_spellings_of_names_are_found(tmp_path: Path, images: str, labels: str) -> None:
    (tmp_path / images).write_bytes(idx_bytes(np.zeros((3, 2, 2))))
    (tmp_path / labels).write_bytes(idx_bytes(np.arange(3)))
    (tmp_path / "readme.txt").write_text("something else")
    assert len(load(str(tmp_path))) == 3


def test_the_published_test_part_stays_the_test_part(tmp_path: Path) -> None:
    write_pair(tmp_path, 30, "train-")
    write_pair(tmp_path, 12, "t10k-")
    dataset = load(str(tmp_path))
    assert (len(dataset), dataset.description.test_count) == (42, 12)
    train, validation, test = split(dataset, DataChoice(source=str(tmp_path), validation=0.1, test=0.5))
    assert (len(train), len(validation), len(test)) == (27, 3, 12)
    np.testing.assert_array_equal(test.inputs, dataset.inputs[30:])
    assert train.description.test_count == 0


def test_classes_can_be_named(tmp_path: Path) -> None:
    write_pair(tmp_path)
    (tmp_path / "classes.txt").write_text("cat\ndog\n\nhörse\n", encoding="utf-8")
    assert describe(str(tmp_path)).class_names == ("cat", "dog", "hörse")
    (tmp_path / "classes.txt").write_text("cat\n", encoding="utf-8")
    assert "names 1 classes, but the labels go up to 2" in complaint(tmp_path)
    (tmp_path / "classes.txt").write_bytes(b"\xff\xfe\xfa")
    assert "one name in each line" in complaint(tmp_path)


def test_a_changed_file_is_described_again(tmp_path: Path) -> None:
    write_pair(tmp_path, 20)
    assert describe(str(tmp_path)).count == 20
    write_pair(tmp_path, 21)
    assert describe(str(tmp_path)).count == 21


def test_a_missing_folder_a_file_and_an_empty_folder_are_told_apart(tmp_path: Path) -> None:
    assert "There is no file or folder" in complaint(tmp_path / "missing")
    assert "no path can have" in complaint(tmp_path / "a\0b")
    (tmp_path / "file").touch()
    (tmp_path / "empty").mkdir()
    assert f"cannot read '{tmp_path / 'file'}' as data. Choose {describe_sources()}." in complaint(tmp_path / "file")
    assert complaint(tmp_path / "empty") == f"The folder 'empty' holds no images. Choose {describe_sources()}."
    (tmp_path / "empty" / "images-idx4-ubyte").touch()
    assert "holds no IDX files" in complaint(tmp_path / "empty")


def test_a_folder_that_cannot_be_listed_is_refused_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tinyml.data.readers.idx._MOST_FILES", 2)
    for number in range(3):
        (tmp_path / str(number)).touch()
    assert "holds more than 2 files. Choose a folder of data only." in complaint(tmp_path)


@pytest.mark.parametrize(("missing", "word"), [(LABELS, "labels"), (IMAGES, "images")])
def test_half_a_pair_is_refused(tmp_path: Path, missing: str, word: str) -> None:
    write_pair(tmp_path)
    (tmp_path / missing).unlink()
    assert f"the file of the {word} that belongs to it is missing" in complaint(tmp_path)


def test_several_sets_are_refused(tmp_path: Path) -> None:
    for prefix in ("a-", "b-"):
        write_pair(tmp_path, prefix=prefix)
    assert "holds several sets: a-images-idx3-ubyte.gz, b-images-idx3-ubyte.gz" in complaint(tmp_path)


def test_counts_and_sizes_that_disagree_are_refused(tmp_path: Path) -> None:
    write_pair(tmp_path)
    (tmp_path / LABELS).write_bytes(gzip.compress(idx_bytes(np.zeros(19))))
    assert "holds 20 images but 'labels-idx1-ubyte.gz' 19 labels" in complaint(tmp_path)
    write_pair(tmp_path, 5, "train-")
    write_pair(tmp_path, 5, "test-", size=(6, 6))
    for name in (IMAGES, LABELS):
        (tmp_path / name).unlink()
    assert "different sizes: (4, 5) and (6, 6)" in complaint(tmp_path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "damaged gzip|starts with nothing"),
        (b"not gzip at all", "damaged gzip"),
        (gzip.compress(b""), "starts with nothing"),
        (gzip.compress(b"\0\0\x08\x01\0\0\0\x02ab"), "starts with 00 00 08 01 instead of 00 00 08 03"),
        (gzip.compress(idx_bytes(np.zeros((2, 2, 2)), type_code=13)), "starts with 00 00 0d 03"),
        (gzip.compress(b"\0\0\x08\x03\0\0"), "cut off in its header"),
        (gzip.compress(idx_bytes(np.zeros((20, 4, 5))))[:-12], "damaged gzip"),
        (gzip.compress(idx_bytes(np.zeros((20, 4, 5))))[:-8] + bytes(8), "damaged gzip"),
        (
            gzip.compress(idx_bytes(np.zeros((10, 4, 5)), sizes=(20, 4, 5))),
            "is cut off: .* declares 400 bytes .* 200 are",
        ),
        (gzip.compress(idx_bytes(np.zeros((20, 4, 5))) + b"x"), "has more than the 400 bytes"),
        (gzip.compress(idx_bytes(np.zeros((0, 4, 5)))), "it is empty"),
        (gzip.compress(idx_bytes(np.zeros(1), sizes=(2**32 - 1,) * 3)), "more than the 512 MiB"),
        (gzip.compress(idx_bytes(np.zeros(1), sizes=(20, 4000, 5000))), "but it is only"),
    ],
    ids=range(13),
)
def test_damaged_images_are_refused(tmp_path: Path, content: bytes, words: str) -> None:
    write_pair(tmp_path)
    (tmp_path / IMAGES).write_bytes(content)
    with pytest.raises(DataError, match=words) as caught:
        load(str(tmp_path))
    assert "images-idx3-ubyte.gz" in str(caught.value)


def test_an_unzipped_file_that_is_too_short_is_refused_before_reading(tmp_path: Path) -> None:
    write_pair(tmp_path, zipped=False)
    path = tmp_path / "images-idx3-ubyte"
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(DataError, match="but it is only 100 bytes long"):
        describe(str(tmp_path))


def test_every_byte_of_a_zipped_file_is_checked(tmp_path: Path) -> None:
    write_pair(tmp_path, 5)
    whole = (tmp_path / IMAGES).read_bytes()
    for position in range(10, len(whole)):
        damaged = bytearray(whole)
        damaged[position] ^= 0x55
        (tmp_path / IMAGES).write_bytes(bytes(damaged))
        with pytest.raises(DataError):
            load(str(tmp_path))


def test_progress_is_reported_and_can_cancel(tmp_path: Path) -> None:
    write_pair(tmp_path, 30, "train-")
    write_pair(tmp_path, 12, "t10k-")
    shares: list[float] = []
    load(str(tmp_path), shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1

    def cancel(share: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        load(str(tmp_path), cancel)


def test_a_folder_is_described_without_reading_the_images(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (500, 28, 28)), np.arange(500) % 10
    whole = gzip.compress(idx_bytes(images))
    # Most of the images are missing, so reading them all fails. A buffer may read the first ones with the header.
    (tmp_path / IMAGES).write_bytes(whole[: len(whole) // 4])
    (tmp_path / LABELS).write_bytes(gzip.compress(idx_bytes(labels)))
    description = describe(str(tmp_path))
    assert (description.count, description.example_shape, len(description.class_names)) == (500, (1, 28, 28), 10)
    assert "damaged" in complaint(tmp_path)


@pytest.mark.skipif(not MNIST.is_dir(), reason="the MNIST test set is not at ../shared/data/mnist")
def test_mnist_is_described_and_split_exactly() -> None:
    description = describe(str(MNIST))
    assert (description.count, description.example_shape, len(description.class_names)) == (10_000, (1, 28, 28), 10)
    parts = split(load(str(MNIST)), DataChoice(source=str(MNIST), validation=0, test=0.2))
    assert [len(part) for part in parts] == [8000, 0, 2000]
    assert parts.test.inputs.max() == 1
