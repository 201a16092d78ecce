"""What the user edits: the project, its edits and undo. No widgets."""

from app.document.blocks import BlockPath
from app.document.document import DATA_PENDING, UNTITLED, Document
from app.document.edits import Edit
from app.document.hint_rule import Hint

__all__ = ["DATA_PENDING", "UNTITLED", "BlockPath", "Document", "Edit", "Hint"]
