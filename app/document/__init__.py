"""What the user edits: the project, edits and undo. No widgets."""

from app.document.document import Document
from app.document.edits import Edit

__all__ = ["Document", "Edit"]
