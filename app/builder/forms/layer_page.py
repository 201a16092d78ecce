"""The form for one layer: its name, its settings, what it computes, and what is wrong with it."""

import json
from dataclasses import replace
from typing import Any

from pydantic import ValidationError
from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.builder import commands
from app.builder.forms.form_widgets import FormulaBox, Page
from app.builder.forms.model_form import ModelForm
from app.document import Document
from app.document.edits import change_settings, rename_layer
from app.widgets.labels import make_heading, make_paragraph, show_text
from app.widgets.plain_text import button_text, short
from app.widgets.theme.style_properties import set_style_property
from app.widgets.theme.theme import GRID
from app.widgets.undo_keys import DraftLineEdit
from tinyml.core import Problem, TinymlError, describe_shape
from tinyml.layers import Layer, LayerSettings, display_name
from tinyml.net import LayerInference


class LayerPage(Page):
    """Edits one layer of the document. The rows of the form come from the layer's settings model alone."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__("layer_page", parent)
        self._document = document
        self._inferred: LayerInference | None = None
        self._form: ModelForm | None = None
        self._form_of: tuple[str, type[Layer] | None] = ("", None)
        self._problem: Problem | None = None
        self._heading = make_heading("layer_heading")
        self._name = DraftLineEdit(self)
        self._name_error = make_paragraph("layer_name_error", style_class="danger")
        self._place = QVBoxLayout()
        self._paired_pooling = make_paragraph("layer_paired_pooling", style_class="muted")
        self._problem_text = make_paragraph("layer_problem", style_class="danger")
        self._fix_button = QPushButton(self)
        self._computes = make_heading("layer_computes_heading", "What it computes")
        self._formula = FormulaBox("layer_formula", self)
        self._explanation = make_paragraph("layer_explanation", style_class="muted")
        self._notes = make_paragraph("layer_notes", style_class="warning")
        # Layers are left in the middle of an edit or of undoing one, where no other edit can be made.
        self._left: tuple[str, str] = ("", "")
        self._rename_timer = QTimer(self, singleShot=True, interval=0)
        self._rename_timer.timeout.connect(self._on_rename_timeout)
        self._assemble()
        document.replaced.connect(self._on_document_replaced)

    def _assemble(self) -> None:
        self._name.setObjectName("layer_name")
        self._name.setAccessibleName("Name")
        self._name.setMaxLength(100)
        self._name.textEdited.connect(self._on_name_edited)
        self._name.editingFinished.connect(self._rename)
        self._name_error.hide()
        label = QLabel("Name", self)
        label.setProperty("muted", True)
        label.setBuddy(self._name)
        name_row = QGridLayout()
        name_row.setHorizontalSpacing(GRID)
        name_row.setVerticalSpacing(0)
        name_row.setColumnStretch(0, 2)
        name_row.setColumnStretch(1, 3)
        name_row.addWidget(label, 0, 0)
        name_row.addWidget(self._name, 0, 1)
        name_row.addWidget(self._name_error, 1, 0, 1, 2)
        self._fix_button.setObjectName("settings_fix_button")
        self._fix_button.setProperty("fix", True)
        self._fix_button.clicked.connect(self._on_fix_clicked)
        self.body.addWidget(self._heading)
        self.body.addLayout(name_row)
        self.body.addLayout(self._place)
        for widget in (self._paired_pooling, self._problem_text):
            self.body.addWidget(widget)
        self.body.addWidget(self._fix_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addSpacing(GRID // 2)
        self.body.addWidget(self._computes)
        self.body.addWidget(self._formula)
        self.body.addWidget(self._explanation)
        self.body.addWidget(self._notes)

    # -------------------------------------------------------------------------------------------------------- showing

    def show_inference(self, inferred: LayerInference) -> None:
        """Show a layer of the document as it is now."""
        layer = inferred.specification
        if self._inferred is not None and self._inferred.specification.name != layer.name:
            self.leave()
        if self._inferred is None or self._inferred.specification.type != layer.type:
            self._name.setText(layer.name)
            self._show_name_error("")
        self._inferred = inferred
        self._heading.setText(f"{short(layer.name)} · {short(display_name(layer.type))}")
        self._show_form(inferred)
        self._show_paired_pooling(inferred)
        self._show_problem(inferred)
        self._show_computation(inferred)

    def leave(self) -> None:
        """Show no layer any more. A name that was typed but not finished goes to the layer it was typed for."""
        if self._inferred is not None and self._name.isModified() and not self._name_error.text():
            self._left = self._inferred.specification.name, self._name.text()
            self._rename_timer.start()
        if self._form is not None:
            self._form.forget()
        self._inferred = None

    def commit(self) -> str:
        """Finish what is half typed. Return the sentence about a number that is refused; empty if none is."""
        self._rename()
        return self._form.commit() if self._form is not None and self._inferred is not None else ""

    def focus_first_field(self) -> None:
        """Put the keyboard into the first setting, or into the name when there is none."""
        editors = list(self._form.editors.values()) if self._form is not None else []
        first: QWidget = editors[0] if editors else self._name
        first.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _show_form(self, inferred: LayerInference) -> None:
        key = (inferred.specification.name, inferred.layer_type)
        if key != self._form_of:
            self._form_of = key
            if self._form is not None:
                # A form that is hidden loses the keyboard and finishes what is half typed: that was for another layer.
                self._form.edited.disconnect(self._on_edited)
                self._place.removeWidget(self._form)
                self._form.hide()
                self._form.deleteLater()
                self._form = None
            if inferred.layer_type is not None:
                model = inferred.layer_type.Settings
                self._form = ModelForm(model, "setting", skip=_not_in_form(model), parent=self)
                self._form.edited.connect(self._on_edited)
                self._place.addWidget(self._form)
                self._form.setVisible(bool(self._form.editors))
                self._order_tabs(self._form)
        if self._form is not None and inferred.layer_type is not None:
            self._form.show_values(_values(inferred.layer_type.Settings, inferred))

    def _order_tabs(self, form: ModelForm) -> None:
        """Let Tab follow the layout: the rows were made after everything else."""
        last: QWidget = self._name
        for stop in form.tab_stops():
            QWidget.setTabOrder(last, stop)
            last = stop
        QWidget.setTabOrder(last, self._fix_button)

    def _show_paired_pooling(self, inferred: LayerInference) -> None:
        if inferred.layer_type is None:
            show_text(self._paired_pooling, _unknown_in_words(inferred))
            return
        model = inferred.layer_type.Settings
        taken = _from_pooling(model)
        if not taken:
            show_text(self._paired_pooling, "")
        elif not inferred.paired_pooling:
            show_text(
                self._paired_pooling,
                f"It takes its settings from the {model.paired_pooling or 'layer'} that it undoes.",
            )
        else:
            values = inferred.settings.model_dump() if inferred.settings is not None else {}
            parts = [f"{model.model_fields[name].title or name}: {_in_words(values.get(name))}" for name in taken]
            show_text(
                self._paired_pooling,
                f"It undoes {inferred.paired_pooling} and takes over from it:\n" + "\n".join(parts),
            )

    def _show_problem(self, inferred: LayerInference) -> None:
        name = inferred.specification.name
        self._problem = next((problem for problem in self._document.problems if problem.layer == name), None)
        show_text(self._problem_text, self._problem.sentence if self._problem is not None else "")
        fix = self._problem.fix if self._problem is not None else None
        had_focus = self._fix_button.hasFocus()
        self._fix_button.setVisible(fix is not None)
        if had_focus and fix is None:
            self.focus_first_field()  # Qt would send the keyboard out of the page
        if fix is not None:
            self._fix_button.setText(button_text(fix.label, 40))
            self._fix_button.setAccessibleName(short(fix.label))

    def _show_computation(self, inferred: LayerInference) -> None:
        model = inferred.layer_type.Settings if inferred.layer_type is not None else None
        self._computes.setVisible(model is not None)
        self._formula.show_formula(model.formula if model is not None else "")
        text = ""
        if inferred.settings is not None and inferred.input_shape is not None and inferred.output_shape is not None:
            text = inferred.settings.explain(inferred.input_shape)
            flow = f"{describe_shape(inferred.input_shape)} → {describe_shape(inferred.output_shape)}"
            text = f"{text}\n\n{flow}" if text else flow
        elif model is not None:
            text = model.summary[:1].upper() + model.summary[1:] + "."
        show_text(self._explanation, text)
        show_text(self._notes, "\n".join(inferred.notes))

    # -------------------------------------------------------------------------------------------------------- editing

    @Slot(str, object, bool)
    def _on_edited(self, name: str, value: Any, continues: bool) -> None:
        if self._inferred is None or self._inferred.layer_type is None:
            return
        current = _values(self._inferred.layer_type.Settings, self._inferred)
        value = _plain_value(self._inferred.layer_type.Settings, {**current, name: value}, name)
        if value != current.get(name):
            layer = self._inferred.specification.name
            edit = change_settings(self._document.project, layer, {name: value})
            self._document.apply(edit if continues else edit.alone())

    @Slot(str)
    def _on_name_edited(self, text: str) -> None:
        if self._inferred is None:
            return
        try:
            rename_layer(self._document.project, self._inferred.specification.name, text)
        except TinymlError as error:
            self._show_name_error(str(error))
        else:
            self._show_name_error("")

    @Slot()
    def _rename(self) -> None:
        if self._inferred is None or self._name_error.text():
            return
        name = self._inferred.specification.name
        self._name.setModified(False)
        if self._document.inference_of(name) is None or self._name.text().strip() == name:
            return
        self._document.apply(rename_layer(self._document.project, name, self._name.text()))

    @Slot()
    def _on_rename_timeout(self) -> None:
        """Finish a renaming without going back to the layer."""
        (old, new), project = self._left, self._document.project
        names = [layer.name for layer in project.network.layers]
        # Something else may have happened to it meanwhile, or to the name.
        if old in names and new.strip() not in names:
            selection = tuple(new.strip() if name == old else name for name in self._document.selection)
            self._document.apply(replace(rename_layer(project, old, new), selection=selection))

    @Slot()
    def _on_document_replaced(self) -> None:
        """Drop what was typed but not finished, or refused: it was meant for another project."""
        self._rename_timer.stop()
        self._inferred = None
        self._form_of = ("", None)

    def _show_name_error(self, sentence: str) -> None:
        show_text(self._name_error, sentence)
        set_style_property(self._name, "invalid", bool(sentence))

    @Slot()
    def _on_fix_clicked(self) -> None:
        if self._problem is not None:
            commands.fix(self._document, self._problem)


def _from_pooling(model: type[LayerSettings]) -> list[str]:
    """Name the settings that another layer decides."""
    return _marked(model, "from_pooling")


def _not_in_form(model: type[LayerSettings]) -> list[str]:
    """Name the settings that have no row in the form: those of a partner, and stacks of layers."""
    return [*_from_pooling(model), *_marked(model, "not_in_form")]


def _marked(model: type[LayerSettings], mark: str) -> list[str]:
    """Name the settings that a layer file has given a mark."""
    found: list[str] = []
    for name, field in model.model_fields.items():
        extra = field.json_schema_extra
        if isinstance(extra, dict) and extra.get(mark):
            found.append(name)
    return found


def _values(model: type[LayerSettings], inferred: LayerInference) -> dict[str, Any]:
    """Return the value of every setting in JSON's terms, also of those that are wrong."""
    try:
        return model.model_validate(inferred.specification.settings).model_dump(mode="json")
    except ValidationError:
        defaults = {name: field.get_default(call_default_factory=True) for name, field in model.model_fields.items()}
        known = {name: value for name, value in inferred.specification.settings.items() if name in model.model_fields}
        return {**defaults, **known}


def _plain_value(model: type[LayerSettings], values: dict[str, Any], name: str) -> Any:
    """Write one value as JSON will, so that equal settings compare equal."""
    try:
        return model.model_validate(values).model_dump(mode="json")[name]
    except ValidationError:  # of another setting, which is not this one's fault
        return list(values[name]) if isinstance(values[name], tuple) else values[name]


def _in_words(value: Any) -> str:
    if value is None:
        return "not known yet"
    return describe_shape(tuple(value)) if isinstance(value, list | tuple) else str(value)


def _unknown_in_words(inferred: LayerInference) -> str:
    layer = inferred.specification
    settings = json.dumps(layer.settings, ensure_ascii=False, indent=2) if layer.settings else "none"
    return f"Unknown type '{layer.type}', kept as it is. Its settings:\n{settings}"
