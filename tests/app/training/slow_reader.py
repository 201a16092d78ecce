"""A slow source of data for tests: it reports its progress, and the test says when it ends."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest

from app.document import document as document_module
from app.document.data_descriptions import DescribedData
from app.training import dataset_cache
from tinyml.data import DataDescription, Dataset

SLOW = "/slow"


class SlowReader:
    """Reads 20 000 examples one by one.

    Arguments:
        shape: of one example.
        classes: number of classes.

    Attributes:
        started: set while the reader reads.
        reads: how often reading began.
        stopped: how often it was stopped by its progress callback.
        go: let the reader end.
    """

    def __init__(self, shape: tuple[int, ...], classes: int) -> None:
        self.started, self.go, self.stopped_now = threading.Event(), threading.Event(), threading.Event()
        self.reads = self.stopped = 0
        self.description = DataDescription(
            SLOW, "flowers", shape, tuple(f"flower {number}" for number in range(classes)), 20_000, bytes_per_number=1
        )

    def load(self, progress) -> Dataset:
        self.reads += 1
        self.started.set()
        self.stopped_now.clear()
        count = self.description.count
        images = np.zeros((count, *self.description.example_shape), np.uint8)
        try:
            for done in range(count):
                progress(done / count)
                images[done] = done % 251
                if done % 50 == 0:
                    self.go.wait(0.01)
            while not self.go.wait(0.01):  # else a test that comes too late could not stop it any more
                progress(1 - 1 / count)
        except BaseException:
            self.stopped += 1
            raise
        finally:
            self.started.clear()
            self.stopped_now.set()
        return Dataset(self.description, images, np.arange(count) % len(self.description.class_names), divisor=255)


@contextmanager
def slow_source(
    monkeypatch: pytest.MonkeyPatch, shape: tuple[int, ...] = (2,), classes: int = 2
) -> Iterator[SlowReader]:
    """Make "/slow" a source of data.

    Arguments:
        monkeypatch: undoes it after the test.
        shape: of one example.
        classes: number of classes.
    """
    reader = SlowReader(shape, classes)
    load_choice, describe_choice = dataset_cache.load_choice, dataset_cache.describe_choice
    read_description = document_module.read_description

    def load_slowly(choice, progress=None):
        return reader.load(progress) if choice.source == SLOW else load_choice(choice, progress)

    def describe_chosen(choice, progress=None):
        return replace(reader.description) if choice.source == SLOW else describe_choice(choice, progress)

    def describe_slow(choice, progress=None):
        return (
            DescribedData(choice, reader.description) if choice.source == SLOW else read_description(choice, progress)
        )

    monkeypatch.setattr(dataset_cache, "_cache", None)
    monkeypatch.setattr(dataset_cache, "load_choice", load_slowly)
    monkeypatch.setattr(dataset_cache, "describe_choice", describe_chosen)
    monkeypatch.setattr(document_module, "read_description", describe_slow)
    yield reader
    reader.go.set()
