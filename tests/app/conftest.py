"""Reference cycles are collected in the main thread, as in the program: other threads must not delete Qt objects."""

import gc
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from app.shell.garbage_collection import GarbageCollection


@pytest.fixture(autouse=True, scope="session")
def garbage_collection(qapp: QApplication) -> Iterator[GarbageCollection]:
    collection = GarbageCollection(qapp)
    yield collection
    collection.close()


@pytest.fixture(autouse=True)
def collect_garbage(garbage_collection: GarbageCollection) -> Iterator[None]:
    """Delete the cycles of a test before the next one. The objects of the start are frozen, so this is quick."""
    yield
    gc.collect()
