"""Tiny sets in the published formats, which take the place of the public sets. Only a server of this machine has them.

Without this, a test of `load("mnist")` would need the files of the internet.
"""

import gzip
import hashlib
import io
import tarfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.tinyml.data.downloads.file_server import FileServer
from tests.tinyml.data.idx import idx_bytes
from tinyml.data.downloads import PublishedFile
from tinyml.data.public import PublicSet, public_sets
from tinyml.data.public.cifar_10 import ARCHIVE, BATCHES
from tinyml.data.public.idx_parts import IDX_NAMES

PER_PART = 10
"""Examples in the test part; the training part has five times as many."""


def idx_contents(seed: int) -> dict[str, bytes]:
    """Return the four files of a set such as MNIST."""
    rng = np.random.default_rng(seed)
    contents = []
    for count in (5 * PER_PART, PER_PART):
        contents.append(idx_bytes(rng.integers(0, 256, (count, 28, 28), np.uint8)))
        contents.append(idx_bytes((np.arange(count) % 10).astype(np.uint8)))
    return {name: gzip.compress(content, mtime=0) for name, content in zip(IDX_NAMES, contents, strict=True)}


def cifar_batches(seed: int = 2) -> dict[str, bytes]:
    """Return the six files in the archive of CIFAR-10: records of a label and 3072 pixels."""
    rng = np.random.default_rng(seed)
    batches = {}
    for name in BATCHES:
        records = rng.integers(0, 256, (PER_PART, 3073), np.uint8)
        records[:, 0] = np.arange(PER_PART) % 10
        batches[name] = records.tobytes()
    return batches


def tar_gz(members: Mapping[str, bytes]) -> bytes:
    """Return an archive of files."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return stream.getvalue()


def cifar_contents() -> dict[str, bytes]:
    """Return the archive of CIFAR-10, with another file in it as the published one has."""
    return {ARCHIVE: tar_gz({"cifar-10-batches-bin/batches.meta.txt": b"airplane\n", **cifar_batches()})}


def tiny_set(name: str, contents: Mapping[str, bytes], address: str) -> PublicSet:
    """Return a public set with other files, which a server has."""
    published = public_sets.__wrapped__()[name]
    description = replace(published.description, count=6 * PER_PART, test_count=PER_PART)
    files = tuple(
        PublishedFile(file, len(content), hashlib.sha256(content).hexdigest(), (address,))
        for file, content in contents.items()
    )
    return replace(published, description=description, files=files)


def put_tiny_sets(monkeypatch: pytest.MonkeyPatch, server: FileServer, cache: Path) -> dict[str, dict[str, bytes]]:
    """Let tiny sets take the place of all public sets until the end of the test. Return the contents of their files.

    Arguments:
        server: gets the files.
        cache: folder for downloads.
    """
    all_contents = {"mnist": idx_contents(0), "fashion-mnist": idx_contents(1), "cifar-10": cifar_contents()}
    assert set(all_contents) == set(public_sets())
    for name, contents in all_contents.items():
        server.files |= {f"/{name}/{file}": content for file, content in contents.items()}
        monkeypatch.setitem(public_sets(), name, tiny_set(name, contents, server.folder(name)))
    monkeypatch.setenv("TINYML_CACHE", str(cache))
    monkeypatch.delenv("TINYML_MIRROR", raising=False)
    return all_contents
