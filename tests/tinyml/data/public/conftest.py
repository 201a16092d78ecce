"""Fixtures of the tests of public sets."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tinyml.data.downloads.file_server import FileServer, serve_files
from tests.tinyml.data.public.tiny_sets import put_tiny_sets


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """The folder for downloads; it does not exist yet."""
    return tmp_path / "cache"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, cache: Path) -> Iterator[FileServer]:
    """A server on this machine with tiny sets in place of the public ones."""
    with serve_files() as server:
        put_tiny_sets(monkeypatch, server, cache)
        yield server
