"""The dialog that exports a trained network. The window and the page Models use it."""

from app.forms.export.export_dialog import ExportDialog
from app.forms.export.model_source import ModelSource, source_of_file, source_of_snapshot

__all__ = ["ExportDialog", "ModelSource", "source_of_file", "source_of_snapshot"]
