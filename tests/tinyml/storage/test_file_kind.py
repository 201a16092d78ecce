import gzip
import io
import os
import pickle
import struct
import sys
import zipfile

import numpy as np
import pytest

from tinyml.core import StorageError
from tinyml.core.tensor_file import write_tensors
from tinyml.storage import (
    Project,
    identify,
    load_model,
    open_project,
    read_checkpoint,
    read_model,
    read_project,
    require_kind,
    save_project,
)


def npz() -> bytes:
    file = io.BytesIO()
    np.savez(file, weight=np.ones(3))
    return file.getvalue()


def npy() -> bytes:
    file = io.BytesIO()
    np.save(file, np.ones(3))
    return file.getvalue()


def zipped(member: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(member, b"content")
    return file.getvalue()


IDX = struct.pack(">BBBBI", 0, 0, 8, 1, 3) + b"abc"

FOREIGN = {
    "model.pt": (zipped("model/data.pkl"), "PyTorch", "torch.load('model.pt'"),
    "old.pth": (pickle.dumps({"weight": [1.0]}), "pickle", "never opened"),
    "before-1.6.pth": (b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M", "PyTorch", "torch.load('model.pt'"),
    "truncated.pt": (b"?", "PyTorch", "torch.load('model.pt'"),
    "data.pkl": (pickle.dumps([1]), "pickle", "never opened"),
    "weights.h5": (b"\x89HDF\r\n\x1a\n" + bytes(8), "HDF5", "h5py.File('model.h5')"),
    "model.keras": (zipped("metadata.json"), "Keras", "keras.saving.load_model('model.keras')"),
    "llama.gguf": (b"GGUF\3\0\0\0", "GGUF", "gguf.GGUFReader('model.gguf')"),
    "model.tflite": (b"\x1c\0\0\0TFL3", "TensorFlow", "safetensors"),
    "picture.png": (b"\x89PNG\r\n\x1a\n" + bytes(20), "picture (PNG)", "IDX"),
    "picture.jpg": (b"\xff\xd8\xff\xe0" + bytes(20), "picture (JPEG)", "IDX"),
    "bundle.zip": (zipped("readme.txt"), "archive (zip)", "Unpack"),
    "bundle.tar": (bytes(257) + b"ustar\0", "archive (tar)", "Unpack"),
    "labels-idx1-ubyte": (IDX, "part of a dataset (IDX)", "folder"),
    "labels-idx1-ubyte.gz": (gzip.compress(IDX), "part of a dataset (IDX)", "folder"),
    "notes.gz": (gzip.compress(b"notes"), "archive (gzip)", "Unpack"),
    "notes.txt": (b"BMW, GIFs and other things", "text file", "*.safetensors"),
    "umlauts.txt": ("ü".encode() * 5000, "text file", "*.safetensors"),
    "nothing": (b"", "empty", "*.safetensors"),
    "noise": (bytes(range(255, 128, -1)), "unknown kind", "*.safetensors"),
    # The first bytes decide before the name.
    "disguised.safetensors": (b"GGUF\3\0\0\0", "GGUF", "gguf.GGUFReader('model.gguf')"),
    "disguised.tinyml.json": (b"\x89PNG\r\n\x1a\n", "picture (PNG)", "IDX"),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_every_function_refuses_another_kind_of_file_with_the_same_sentence(tmp_path, name) -> None:
    content, what, remedy = FOREIGN[name]
    path = tmp_path / name
    path.write_bytes(content)
    found = identify(path)
    kinds = {"picture": "image", "part": "part"}
    assert found.kind == kinds.get(what.split()[0], "other")
    assert path.name in found.sentence
    assert what in found.sentence
    assert remedy in found.sentence
    for read in (read_project, open_project, load_model, read_model, read_checkpoint):
        with pytest.raises(StorageError) as caught:
            read(str(path))
        assert str(caught.value) == found.sentence


@pytest.mark.parametrize(("name", "content"), [("arrays.npz", npz()), ("array.npy", npy())])
def test_arrays_are_data_and_tensors(tmp_path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    found = identify(tmp_path / name)
    assert found.kind == "data"
    assert found.source == name[-3:]
    assert "is an NPZ or NPY file. Choose it as the data of a project. Or show its arrays" in found.sentence
    require_kind(tmp_path / name, "tensors")
    require_kind(tmp_path / name, "data")


@pytest.mark.parametrize(
    ("name", "content", "source"),
    [
        ("arrays.bin", npz(), "npz"),
        ("array.bin", npy(), "npy"),
        ("disguised.safetensors", npz(), "npz"),
        ("empty.safetensors", b"", "safetensors"),
    ],
)
def test_tensors_of_other_formats_are_no_models(tmp_path, name: str, content: bytes, source: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    found = identify(path)
    assert (found.kind, found.source) == ("tensors", source)
    require_kind(path, "tensors")
    for read in (load_model, read_model, read_checkpoint):
        with pytest.raises(StorageError) as caught:
            read(path)
        assert source == "safetensors" or str(caught.value) == found.sentence


@pytest.mark.parametrize("name", ["p.tinyml.json", "P.TINYML.JSON", "p.JSON", "project", "p.txt", "p.safetensors"])
def test_a_project_opens_with_any_name(tmp_path, name) -> None:
    save_project(tmp_path / name, Project())
    assert identify(tmp_path / name).kind == "project"
    assert read_project(tmp_path / name) == Project()


@pytest.mark.parametrize("name", ["w.safetensors", "W.SAFETENSORS", "weights", "w.bin", "w.json"])
def test_weights_open_with_any_name(tmp_path, name) -> None:
    write_tensors(tmp_path / name, {"w": np.ones(3, np.float32)})
    assert identify(tmp_path / name).kind == "tensors"
    require_kind(tmp_path / name, "tensors")


def test_a_damaged_file_is_refused_by_the_function_that_reads_its_kind(tmp_path) -> None:
    for name, read, words in (
        ("cut.safetensors", read_model, "not a whole safetensors file"),
        ("cut.tinyml.json", read_project, "damaged or not JSON"),
    ):
        (tmp_path / name).write_bytes(b"]")
        with pytest.raises(StorageError, match=words):
            read(tmp_path / name)


def test_projects_weights_and_checkpoints_are_not_mixed_up(tmp_path) -> None:
    save_project(tmp_path / "p.tinyml.json", Project())
    write_tensors(tmp_path / "w.safetensors", {"w": np.ones(3, np.float32)})
    write_tensors(tmp_path / "c.safetensors", {"w": np.ones(3, np.float32)}, {"format": "tinyml-checkpoint"})
    with pytest.raises(StorageError, match="holds no weights"):
        load_model(tmp_path / "p.tinyml.json")
    with pytest.raises(StorageError, match=r"holds weights .* not a project"):
        read_project(tmp_path / "w.safetensors")
    with pytest.raises(StorageError, match=r"checkpoint of a training run.*--resume"):
        load_model(tmp_path / "c.safetensors")


def test_a_folder_is_data_if_it_holds_idx_files(tmp_path) -> None:
    assert identify(tmp_path).kind == "other"
    assert "folder without data that TinyML can read" in identify(tmp_path).sentence
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(b"")
    assert identify(tmp_path).kind == "data"
    with pytest.raises(StorageError, match="Choose it as the data"):
        read_project(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_a_pipe_or_a_device_is_refused_without_waiting(tmp_path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", "/dev/zero", "no\0file", "/dev/null/file", tmp_path / "missing"):
        with pytest.raises(StorageError):
            identify(path)
