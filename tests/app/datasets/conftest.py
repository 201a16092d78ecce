"""Fixtures of the Data page's tests."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from app.datasets import DataPage
from app.document import Document
from app.document.edits import change_data


@pytest.fixture
def document(qapp: Any) -> Iterator[Document]:
    """A document with the digits."""
    document = Document()
    yield document
    document.shutdown()


@pytest.fixture
def page(qtbot: Any, document: Document) -> Iterator[DataPage]:
    """The visible Data page of the document."""
    page = DataPage(document)
    page.resize(1300, 760)
    with qtbot.waitExposed(page):
        page.show()
    page.activateWindow()
    yield page
    page.shutdown()
    page.close()
    page.deleteLater()


@pytest.fixture
def use(qtbot: Any, page: DataPage, document: Document) -> Callable[..., None]:
    """Return a function that changes the data and waits for its preview: `use("circle", target="input")`."""

    def use_data(source: str, **changes: Any) -> None:
        document.apply(change_data(document.project, source=source, **changes))
        wanted = changes.get("target", "label")
        qtbot.waitUntil(
            lambda: (
                page.preview is not None
                and (page.preview.description.name, page.preview.description.target) == (source, wanted)
            )
        )

    return use_data
