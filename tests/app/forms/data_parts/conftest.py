"""Fixtures of the tests of the data form: a form that shows data from the disk."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.document import Document
from app.forms import DataForm, SourceChoice
from tests.app.forms.data_parts.tables import write_flowers, write_photos


@pytest.fixture
def show(qtbot) -> Iterator[Callable[[str], tuple[Document, DataForm]]]:
    """Return a function that chooses data in a new document and shows its form."""
    documents = []

    def show_data(source: str) -> tuple[Document, DataForm]:
        document = Document()
        documents.append(document)
        SourceChoice.of(document).choose(source)
        qtbot.waitUntil(lambda: document.project.data.source == source and document.data is not None)
        form = DataForm(document)
        qtbot.addWidget(form)
        form.resize(300, 900)
        form.show()
        return document, form

    yield show_data
    for document in documents:
        document.shutdown()


@pytest.fixture
def flowers(tmp_path: Path) -> str:
    """Path of a table of three classes."""
    return write_flowers(tmp_path)


@pytest.fixture
def photos(tmp_path: Path) -> str:
    """Path of a folder of two classes of images."""
    return write_photos(tmp_path)
