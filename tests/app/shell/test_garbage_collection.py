"""Reference cycles with Qt objects are deleted in the GUI thread."""

import gc
import threading
import weakref

import pytest
from PySide6.QtCore import QObject

from app.shell.garbage_collection import GarbageCollection


class Cycle(QObject):
    """An object that only the collector can delete."""

    def __init__(self, deleted: list[threading.Thread]) -> None:
        super().__init__()
        self.itself = self
        weakref.finalize(self, lambda: deleted.append(threading.current_thread()))


@pytest.fixture
def collection(qapp):
    collection = GarbageCollection(qapp)
    yield collection
    collection.close()
    collection.deleteLater()
    _turn_off()


def make_objects(kept: list[list[int]]) -> None:
    """Make so many objects that Python's own collection would begin many times."""
    kept.extend([] for _ in range(200_000))


def test_a_thread_that_makes_many_objects_deletes_no_qt_object(collection, qtbot) -> None:
    deleted: list[threading.Thread] = []
    Cycle(deleted)
    kept: list[list[int]] = []
    thread = threading.Thread(target=make_objects, args=(kept,))
    thread.start()
    thread.join()
    assert deleted == []
    qtbot.waitUntil(lambda: bool(deleted))
    assert deleted == [threading.main_thread()]


def test_the_automatic_collection_is_on_again_after_the_end(qapp) -> None:
    collection = GarbageCollection(qapp)
    assert not gc.isenabled()
    collection.close()
    assert gc.isenabled()
    _turn_off()


def _turn_off() -> None:
    """Turn the collector off and leave the objects of the start out, as in all other tests of the window."""
    gc.disable()
    gc.freeze()
