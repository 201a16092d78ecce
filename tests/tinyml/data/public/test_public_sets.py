"""Public sets: known before the download, downloaded once, read as they are published."""

import gzip
import hashlib
import io
import re
import tarfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.tinyml.data.public.tiny_sets import PER_PART, cifar_batches, tar_gz
from tinyml.core import DataError, SettingsError
from tinyml.data import DataChoice, builtin_names, describe, download, load, prepare_splits, public_names
from tinyml.data.cache_folder import cache_folder
from tinyml.data.download_cache import cache_contents, clear_cache
from tinyml.data.public import public_sets
from tinyml.data.public.cifar_10 import ARCHIVE, BATCHES, read_cifar, sample_cifar

PUBLISHED = public_sets.__wrapped__()
MNIST_FOLDER = Path(__file__).parents[5] / "shared" / "data" / "mnist"


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_set_is_described_without_files(name) -> None:
    public = PUBLISHED[name]
    data = public.description
    assert (data.name, data.test_count, len(data.class_names), data.bytes_per_number) == (name, 10_000, 10, 1)
    assert data.about.endswith("test part.")
    assert data.encoding is not None
    assert (data.encoding.channels, data.encoding.height, data.encoding.width) == data.example_shape
    assert data.default_scale == "unit"
    assert public.licence
    for file in public.files:
        assert re.fullmatch("[0-9a-f]{64}", file.sha256)
        assert len(file.folders) >= 2
        assert all(re.fullmatch(r"https?://[\w.-]+/.*", folder) and folder.endswith("/") for folder in file.folders)


def test_the_sizes_of_the_downloads() -> None:
    assert {name: round(public.download_size / 10**6) for name, public in PUBLISHED.items()} == {
        "mnist": 12,
        "fashion-mnist": 31,
        "cifar-10": 170,
    }


@pytest.mark.skipif(not MNIST_FOLDER.is_dir(), reason="the MNIST files are not there")
def test_the_published_hashes_are_those_of_the_files_of_mnist() -> None:
    for file in PUBLISHED["mnist"].files[2:]:
        assert file.is_complete(MNIST_FOLDER)
        assert file.has_published_hash(MNIST_FOLDER)
        assert hashlib.sha256((MNIST_FOLDER / file.name).read_bytes()).hexdigest() == file.sha256


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_set_is_downloaded_and_read(name, server, cache) -> None:
    public = public_sets()[name]
    assert not public.is_downloaded
    shares: list[float] = []
    public.download(shares.append)
    assert shares[-1] == 1
    assert public.is_downloaded
    assert sorted(path.name for path in (cache / name).iterdir()) == sorted(file.name for file in public.files)
    loaded: list[float] = []
    data = public.load(loaded.append)
    assert data.stored_inputs.shape == (6 * PER_PART, *public.description.example_shape)
    assert data.stored_inputs.dtype == np.uint8
    assert data.labels.tolist() == [*range(10)] * 6
    assert loaded == sorted(loaded)
    assert loaded[-1] == 1
    assert np.array_equal(public.samples(4), data.stored_inputs[:4])
    before = len(server.requests)
    public.download()
    public.load()
    assert len(server.requests) == before


def test_a_public_set_is_a_source_like_others(server) -> None:
    for name in public_names():
        assert describe(name).name == name
        assert name not in builtin_names()
    with pytest.raises(DataError, match="has no option 'noise'"):
        describe("mnist", {"noise": 1})
    with pytest.raises(DataError, match="not downloaded yet"):
        load("mnist")
    assert server.requests == []
    download("mnist")
    assert np.array_equal(load("mnist").stored_inputs, public_sets()["mnist"].load().stored_inputs)
    choice = DataChoice(source="mnist", validation=0.2)
    assert [len(part) for part in prepare_splits(choice)] == [4 * PER_PART, PER_PART, PER_PART]
    assert prepare_splits(choice).test.labels.tolist() == list(range(10))
    with pytest.raises(DataError, match="Did you mean 'mnist'"):
        load("mnits")


def test_cifar_is_read_in_the_published_order(server) -> None:
    public = public_sets()["cifar-10"]
    public.download()
    data = public.load()
    records = np.frombuffer(b"".join(cifar_batches().values()), np.uint8).reshape(-1, 3073)
    assert np.array_equal(data.stored_inputs.reshape(len(data), -1), records[:, 1:])
    assert data.examples(slice(0, 1)).max() <= 1


def test_a_set_that_is_not_downloaded_is_a_sentence_and_uses_no_network(server) -> None:
    with pytest.raises(DataError, match=r"MNIST is not downloaded yet \(.*\)\. Download it on the Data page"):
        public_sets()["mnist"].load()
    with pytest.raises(DataError, match="MNIST is not downloaded"):
        public_sets()["mnist"].samples(4)
    assert server.requests == []


def test_samples_of_damaged_files_are_a_sentence(server, cache) -> None:
    for name, public in public_sets().items():
        public.download()
        path = cache / name / public.files[0].name
        path.write_bytes(b"x" * path.stat().st_size)
        with pytest.raises(DataError):
            public.samples(4)


def test_damaged_files_in_the_cache_are_a_sentence(server, cache) -> None:
    public = public_sets()["mnist"]
    public.download()
    path = cache / "mnist" / public.files[0].name
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"'train-images-idx3-ubyte\.gz' of MNIST is damaged"):
        public.load()
    public.download()
    assert len(public.load()) == 6 * PER_PART


def cifar_error(folder: Path, content: bytes) -> str:
    folder.mkdir(exist_ok=True)
    (folder / ARCHIVE).write_bytes(content)
    description = replace(PUBLISHED["cifar-10"].description, count=6 * PER_PART, test_count=PER_PART)
    with pytest.raises(DataError, match="is damaged") as caught:
        read_cifar(folder, description)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_damaged_archives_of_cifar(tmp_path) -> None:
    batches = cifar_batches()
    whole = tar_gz(batches)
    assert "is missing" in cifar_error(tmp_path, tar_gz({name: batches[name] for name in BATCHES[1:]}))
    assert "another size" in cifar_error(tmp_path, tar_gz({**batches, BATCHES[2]: b"short"}))
    assert "do not belong" in cifar_error(tmp_path, tar_gz({"other": bytes(2 * 10**6), **batches}))
    assert "do not belong" in cifar_error(tmp_path, tar_gz({f"{n}": b"" for n in range(60)}))
    assert "label" in cifar_error(tmp_path, tar_gz({**batches, BATCHES[0]: b"\x0b" * (PER_PART * 3073)}))
    for length in (0, 10, len(whole) // 2):
        cifar_error(tmp_path, whole[:length])
    assert sorted(path.name for path in tmp_path.iterdir()) == [ARCHIVE]


def test_no_damage_of_the_archive_is_more_than_a_sentence(tmp_path) -> None:
    packed, description = tar_gz(cifar_batches()), PUBLISHED["cifar-10"].description
    plain = gzip.decompress(packed)
    tiny = replace(description, count=6 * PER_PART, test_count=PER_PART)
    rng = np.random.default_rng(7)
    for number in range(200):
        content = bytearray(plain if number % 2 else packed)
        # The headers of the archive are in its first bytes, and again after each file.
        places = rng.integers(0, 600 if number % 2 else len(content), 3)
        for place in places.tolist():
            content[place] = int(rng.integers(0, 256))
        del content[int(rng.integers(1, len(content))) if number % 5 == 0 else len(content) :]
        (tmp_path / ARCHIVE).write_bytes(gzip.compress(content, 1) if number % 2 else content)
        for read in (lambda: read_cifar(tmp_path, tiny), lambda: sample_cifar(tmp_path, tiny, 4)):
            with suppress(DataError):
                read()


def test_a_link_in_the_archive_is_not_followed(tmp_path) -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        link = tarfile.TarInfo(BATCHES[0])
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    assert "another size" in cifar_error(tmp_path, stream.getvalue())


def test_the_cache_is_shown_and_cleared(server, cache) -> None:
    assert cache_contents() == ()
    public_sets()["mnist"].download()
    part = public_sets()["cifar-10"].files[0].part(cache / "cifar-10")
    part.parent.mkdir()
    part.write_bytes(b"\x1f\x8b123")
    (cache / "mnist" / "notes.txt").write_text("mine")
    (cache / "other").mkdir()
    shown = {entry.name: (entry.size, entry.complete) for entry in cache_contents()}
    size = public_sets()["mnist"].download_size
    assert shown == {"mnist": (size, True), "cifar-10": (5, False)}
    assert clear_cache("mnist") == size
    assert [entry.name for entry in cache_contents()] == ["cifar-10"]
    assert clear_cache() == 5
    assert cache_contents() == ()
    assert sorted(path.name for path in cache.rglob("*")) == ["mnist", "notes.txt", "other"]
    assert clear_cache() == 0


def test_the_cache_folder_is_the_one_of_the_environment(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("TINYML_CACHE", str(tmp_path / "elsewhere"))
    assert cache_folder() == tmp_path / "elsewhere"
    monkeypatch.setenv("TINYML_CACHE", "")
    assert cache_folder().name == "tinyml"
    assert cache_folder().is_absolute()


def test_the_school_mirror_of_the_environment_is_tried_first(server, monkeypatch) -> None:
    for path, content in list(server.files.items()):
        server.files[f"/school{path}"] = content
    monkeypatch.setenv("TINYML_MIRROR", f"{server.address}/school")
    public_sets()["mnist"].download()
    assert {path.split("/")[1] for path, _ in server.requests} == {"school"}


def test_the_mirror_of_the_setting_goes_before_the_environment(server, monkeypatch) -> None:
    server.files["/setting/cifar-10/" + ARCHIVE] = server.files["/cifar-10/" + ARCHIVE]
    monkeypatch.setenv("TINYML_MIRROR", f"{server.address}/school")
    public_sets()["cifar-10"].download(mirror=f"{server.address}/setting")
    assert [path for path, _ in server.requests] == ["/setting/cifar-10/" + ARCHIVE]


@pytest.mark.parametrize(
    "address", ["school.example", "ftp://a/b", "https://", "http://a:b/c", "http://a b/", "http://a/?q"]
)
def test_a_mirror_that_is_no_address_is_a_sentence(server, monkeypatch, address) -> None:
    monkeypatch.setenv("TINYML_MIRROR", address)
    with pytest.raises(SettingsError, match=r"TINYML_MIRROR is .* but should be an address such as https"):
        public_sets()["mnist"].download()
    assert server.requests == []
