"""Fixtures of the forms' tests: a document with the digits."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from app.document import Document


@pytest.fixture
def document(qapp: QApplication) -> Iterator[Document]:
    """A document with the digits and no layers."""
    document = Document()
    yield document
    document.shutdown()
