"""All kinds of files that the fuzzer damages: valid contents, functions that damage them, and all their readers."""

import gzip
import pickle
import struct
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import safetensors.numpy

from tests.fuzz import damage
from tests.fuzz.data_kinds import data_kinds
from tests.fuzz.kind import Kind
from tests.fuzz.tensor_kinds import TENSOR_READERS, tensor_kinds
from tests.tinyml.data.idx import idx_bytes
from tinyml.data import describe, load, split
from tinyml.learner import set_up_training
from tinyml.net import Sequential, build, infer
from tinyml.storage import (
    EpochSummary,
    Project,
    SavedModel,
    example_names,
    example_path,
    identify,
    load_into,
    load_model,
    read_checkpoint,
    read_model,
    read_project,
    save_checkpoint,
    save_model,
)
from tinyml.storage.legacy_pickle import read_legacy_arrays

IMAGES, LABELS = "images-idx3-ubyte", "labels-idx1-ubyte"


@cache
def kinds() -> dict[str, Kind]:
    """Return all kinds by name."""
    tensors = (damage.damage_header, damage.damage_header, damage.damage_header, damage.damage_length)
    images, labels = idx_bytes(np.arange(400).reshape(20, 4, 5)), idx_bytes(np.arange(20) % 3)
    unzipped = (damage.damage_idx_header, damage.damage_idx_header)
    packed = (
        *map(damage.zipped, (damage.damage_idx_header, damage.cut, damage.extend, damage.flip_early_bits)),
        damage.grow_when_unzipped,
    )
    return {
        **data_kinds(),
        **tensor_kinds(),
        "safetensors": Kind("a.safetensors", _foreign_seeds(), (*tensors, *damage.ANYWHERE), _TENSOR_READERS),
        "model": Kind("a.safetensors", (_model(),), (*tensors, *damage.ANYWHERE), _TENSOR_READERS),
        "checkpoint": Kind("a.safetensors", (_checkpoint(),), (*tensors, *damage.ANYWHERE), _TENSOR_READERS),
        "project": Kind(
            "a.tinyml.json",
            tuple(example_path(name).read_bytes() for name in example_names()),
            (*[damage.damage_json] * 7, *damage.ANYWHERE),
            {"read_project": read_project, "infer": _infer},
        ),
        "legacy pickle": Kind(
            "a.pkl",
            tuple(pickle.dumps(_legacy_weights(), protocol) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)),
            damage.ANYWHERE,
            {"read_legacy_arrays": read_legacy_arrays, "identify": identify},
        ),
        "idx images": Kind(IMAGES, (images,), (*unzipped, *damage.ANYWHERE), _DATA_READERS, {LABELS: labels}),
        "idx labels": Kind(LABELS, (labels,), (*unzipped, *damage.ANYWHERE), _DATA_READERS, {IMAGES: images}),
        "idx images, zipped": Kind(
            f"{IMAGES}.gz",
            (gzip.compress(images),),
            (*packed, *damage.ANYWHERE),
            _DATA_READERS,
            {f"{LABELS}.gz": gzip.compress(labels)},
        ),
    }


def _legacy_weights() -> list[dict[str, np.ndarray]]:
    rng = np.random.default_rng(0)
    return [{"weight": rng.normal(size=(4, 3)), "bias": rng.normal(size=4).astype(np.float32)} for _ in range(3)]


@cache
def _project() -> Project:
    return read_project(example_path("circle"))


@cache
def _network() -> Sequential:
    return build(_project().network, (2,), np.random.default_rng(0))


_TENSOR_READERS: dict[str, Callable[[Path], object]] = {
    **TENSOR_READERS,
    "read_model": read_model,
    "load_model": load_model,
    "load_into": lambda path: load_into(path, _network()),
    "read_checkpoint": read_checkpoint,
}
_DATA_READERS: dict[str, Callable[[Path], object]] = {
    "describe": lambda path: describe(str(path.parent)),
    "load": lambda path: load(str(path.parent)),
}


def _infer(path: Path) -> object:
    return infer(read_project(path).network, (1, 8, 8), 10)


def _foreign_seeds() -> tuple[bytes, ...]:
    """Return files as other programs write them: many dtypes, metadata, or no tensor."""
    rng = np.random.default_rng(0)
    tensors = {
        "block.0.weight": rng.normal(size=(3, 2)).astype(np.float32),
        "block.0.bias": np.array([1, np.nan, np.inf], np.float64),
        "flags": np.array([True, False]),
        "half": rng.normal(size=(2, 1, 2, 2)).astype(np.float16),
        "scale": np.array(3, np.int64),
        "empty": np.zeros((0, 4), np.uint8),
    }
    header = b'{"half":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}'
    return (
        safetensors.numpy.save(tensors, {"format": "pt", "author": "someone"}),
        safetensors.numpy.save({}),
        struct.pack("<Q", len(header)) + header + bytes(4),
    )


def _model() -> bytes:
    network = _project().network
    history = (EpochSummary(epoch=1, training_loss=0.5, training_accuracy=0.75),)
    about = SavedModel(network=network, input_shape=(2,), class_names=("a", "b"), history=history, test_accuracy=0.5)
    with tempfile.TemporaryDirectory() as folder:
        save_model(Path(folder, "a"), _network(), about)
        return Path(folder, "a").read_bytes()


def _checkpoint() -> bytes:
    project = _project()
    setup = set_up_training(project.network, project.training, split(load("circle"), project.data))
    next(setup.run())
    with tempfile.TemporaryDirectory() as folder:
        save_checkpoint(Path(folder, "a"), setup.learner.checkpoint(), project)
        return Path(folder, "a").read_bytes()
