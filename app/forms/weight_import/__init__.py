"""The dialog that gives the weights of another program to the network. The window and the page Models use it."""

from app.forms.weight_import.import_dialog import ImportDialog
from app.forms.weight_import.import_target import ImportTarget, target_of_document

__all__ = ["ImportDialog", "ImportTarget", "target_of_document"]
