"""The choice of a data source that all forms of one document share."""

import weakref

from app.document import Document
from app.forms import SourceChoice


def test_a_document_has_one_choice(qapp) -> None:
    document = Document()
    assert SourceChoice.of(document) is SourceChoice.of(document)
    SourceChoice.of(document).choose("circle")
    assert document.project.data.source == "circle"
    assert document.undo_stack.count() == 1


def test_a_document_with_a_choice_needs_no_garbage_collector(qapp) -> None:
    document = Document()
    SourceChoice.of(document).choose("circle")
    gone = weakref.ref(document)
    del document
    assert gone() is None
