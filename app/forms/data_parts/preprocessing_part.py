"""The part of the data form that brings the examples to one form."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from app.document import Document
from app.forms.data_parts.data_part import DataPart
from app.forms.editors import ChoiceEditor
from app.forms.model_form import ModelForm
from app.forms.optional_pair_editor import OptionalPairEditor
from app.widgets.labels import make_paragraph, show_text
from tinyml.data import DataDescription
from tinyml.data.preprocessing import Preprocessing

_SCALES = {"unit": "To 0 … 1", "standardise": "To mean 0, deviation 1", "none": "Not at all"}
_TITLES: Mapping[str, Mapping[Any, str]] = {
    "resize": {"crop": "Crop the centre", "pad": "Fit with a border", "stretch": "Stretch"},
    "colour": {"automatic": "Automatic", "grey": "Grey", "colour": "Colour"},
    "scale": {"automatic": "Automatic", **_SCALES},
    "scale_targets": {"automatic": "Automatic", "standardise": _SCALES["standardise"], "none": _SCALES["none"]},
}
_FITTED = "Fitted on training examples only."


class PreprocessingPart(DataPart):
    """Size, colour and scale. "Automatic" says what it means for these data.

    Arguments:
        document: holds the choice of data.
        prefix: prefix of all object names.
        parent: the parent widget.
    """

    title = "Preprocessing"

    def __init__(self, document: Document, prefix: str, parent: QWidget | None = None) -> None:
        super().__init__(document, f"{prefix}_preprocessing_part", parent)
        self._fields = self.form = ModelForm(Preprocessing, prefix, titles=_TITLES, narrow=True)
        self._fields.edited.connect(self._on_edited)
        self._fitted = make_paragraph(f"{prefix}_fitted", _FITTED, "muted")
        self.body.addWidget(self._fields)
        self.body.addWidget(self._fitted)

    def refresh(self, data: DataDescription) -> bool:
        wanted = self._choice.wanted.preprocessing
        self._show_automatic(data)
        self._fields.show_values(dict(wanted))
        self._fields.hide_fields(_unused(data))
        self.show_refusal()
        for option, words in data.recognised:
            if option in ("size", "colour"):
                is_automatic = getattr(wanted, option) in (None, "automatic")
                self._fields.show_note(option, words[:1].upper() + words[1:] if is_automatic else "")
        scale = data.default_scale if wanted.scale == "automatic" else wanted.scale
        targets = data.default_scale_targets if wanted.scale_targets == "automatic" else wanted.scale_targets
        scaled = scale == "standardise" or (scale == "unit" and len(data.example_shape) != 3)
        show_text(self._fitted, _FITTED if scaled or (targets != "none" and data.target_names) else "")
        return True

    def _show_automatic(self, data: DataDescription) -> None:
        """Show what "automatic" means."""
        colour = {1: "grey", 3: "colour"}.get(data.example_shape[0], "")
        meant = {
            "colour": colour,
            "scale": _lower_first(_SCALES[data.default_scale]),
            "scale_targets": _lower_first(_SCALES[data.default_scale_targets]),
        }
        for name, words in meant.items():
            editor = self._fields.editors[name]
            known = name != "colour" or self._choice.wanted.preprocessing.colour == "automatic"
            if isinstance(editor, ChoiceEditor):
                editor.show_titles({"automatic": f"Automatic: {words}" if words and known else "Automatic"})
        size = self._fields.editors["size"]
        if isinstance(size, OptionalPairEditor) and len(data.example_shape) == 3:
            size.show_meant((data.example_shape[1], data.example_shape[2]))

    @Slot(str, object, bool)
    def _on_edited(self, name: str, value: Any, continues: bool) -> None:
        before = self._choice.wanted.preprocessing
        changed = Preprocessing.model_validate({**dict(before), name: value})
        title = (Preprocessing.model_fields[name].title or name).lower()
        self._choice.change(name, f"change {title}", continues, preprocessing=changed)


def _unused(data: DataDescription) -> set[str]:
    """Return the fields that have no effect on these data."""
    images = len(data.example_shape) == 3 and data.example_shape[0] in (1, 3)
    unused = set() if images else {"size", "resize", "colour"}
    if data.target_shape is None or data.target == "input":
        unused.add("scale_targets")
    return unused


def _lower_first(text: str) -> str:
    return f"{text[:1].lower()}{text[1:]}"
