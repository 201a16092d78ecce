"""The sheet of all maps of a layer, and its files."""

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QPushButton

from app.inspector.target import Method
from app.inspector.top_activations import sheet_file
from app.inspector.top_activations.block_view import BlockView
from app.inspector.top_activations.sheet_dialog import SheetDialog
from app.inspector.top_activations.sheet_file import save_sheet
from tinyml.core import TinymlError


@pytest.fixture
def sheet(top):
    """The open sheet of relu_1."""
    top.wait_for_search()
    top.harness.find(QPushButton, "top_sheet").click()
    dialog = top.panel.findChild(SheetDialog)
    yield dialog
    dialog.close()


def report(sheet):
    """Return what the sheet says about its file."""
    return sheet._report.text()


def test_the_sheet_shows_every_map_with_its_pictures(top, sheet):
    blocks = sheet.findChild(BlockView, "inspector_top_sheet_blocks")
    assert blocks.maps == (0, 1, 2, 3)
    for index in range(4):
        assert len(top.wait_for_block(index).patches) == 9
    assert sheet.windowTitle() == "Top activations of relu_1"


def test_the_sheet_is_saved_as_picture_drawing_and_document(top, sheet, tmp_path):
    for kind in ("png", "svg", "pdf"):
        path = tmp_path / f"sheet.{kind}"
        sheet.save_to(path)
        top.harness.wait(lambda path=path: report(sheet) == f"Saved {path.name}.")
    assert QImage(str(tmp_path / "sheet.png")).width() > 700
    assert "map 3" in (tmp_path / "sheet.svg").read_text()
    assert (tmp_path / "sheet.pdf").read_bytes().startswith(b"%PDF")


def test_a_file_that_cannot_be_written_is_reported(top, sheet, tmp_path):
    sheet.save_to(tmp_path / "missing" / "sheet.png")
    top.harness.wait(lambda: report(sheet).startswith("Could not save the sheet."))


def test_a_cancelled_sheet_leaves_no_file(top, sheet, tmp_path):
    cancel = sheet.findChild(QPushButton, "inspector_top_sheet_cancel")
    assert cancel.isHidden()
    sheet.save_to(tmp_path / "sheet.png")
    assert not cancel.isHidden()
    cancel.click()
    assert report(sheet) == "Not saved."
    assert sheet.findChild(QPushButton, "inspector_top_sheet_save").isEnabled()
    assert cancel.isHidden()
    top.harness.inspection.picture_jobs.shutdown()
    assert list(tmp_path.iterdir()) == []


def test_a_sheet_that_needs_too_much_memory_is_one_sentence(top, monkeypatch, tmp_path):
    def out_of_memory(*_arguments):
        raise MemoryError

    top.wait_for_search()
    monkeypatch.setattr(sheet_file, "draw_sheet", out_of_memory)
    with pytest.raises(TinymlError, match="The memory is too small for a sheet of 4 maps"):
        save_sheet(top.model.result, Method.DECONVNET, tmp_path / "sheet.png", lambda _share: None)
