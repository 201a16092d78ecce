"""The form for one layer: its name, its settings, its problem, and an explanation of what it computes."""

import json
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from app.builder.commands import LayerCommands
from app.builder.forms.hint_list import HintList
from app.builder.forms.layer_facts_view import LayerFactsView
from app.builder.forms.layer_name_row import LayerNameRow
from app.builder.forms.layer_values import fields_from_pooling, fields_without_row, form_values, to_json_value
from app.builder.forms.same_padding_button import PADDING, SamePaddingButton
from app.document import BlockPath, Document, Hint
from app.document.blocks import layers_in
from app.document.edits import change_settings
from app.forms.form_widgets import FormulaBox, Page
from app.forms.model_form import ModelForm
from app.training import Inspection
from app.widgets.labels import make_heading, make_paragraph, show_text
from app.widgets.layouts import add_layout
from app.widgets.plain_text import button_text, short
from app.widgets.theme.theme import GRID
from tinyml.core import Problem, TinymlError, describe_shape
from tinyml.layers import Layer, LayerSettings, display_name
from tinyml.net import LayerInference


class LayerPage(Page):
    """Edits one layer of the document. Each field of the layer's settings class gets a row.

    Arguments:
        document: the document whose layer is shown and edited.
        inspection: gives the sample that the receptive field is drawn on; None for no picture.
        parent: the parent widget.

    Signals:
        message(sentence): says why an edit was impossible.
    """

    message = Signal(str)

    def __init__(self, document: Document, inspection: Inspection | None = None, parent: QWidget | None = None) -> None:
        super().__init__("layer_page", parent)
        self._document = document
        self._commands = LayerCommands(document, self)
        self._commands.message.connect(self.message)
        self._inferred: LayerInference | None = None
        self._form: ModelForm | None = None
        self._block: BlockPath = ()
        self._form_key: tuple[str, BlockPath, type[Layer] | None] = ("", (), None)
        self._problem: Problem | None = None
        self._heading = make_heading("layer_heading")
        self._standard = make_paragraph("layer_standard_block", style_class="muted")
        self._name_row = LayerNameRow(document, self)
        self._form_place = QVBoxLayout()
        self._paired_pooling = make_paragraph("layer_paired_pooling", style_class="muted")
        self._problem_text = make_paragraph("layer_problem", style_class="danger")
        self._fix_button = QPushButton(self)
        self._hints = HintList(self)
        self._computes = make_heading("layer_computes_heading", "What it computes")
        self._formula = FormulaBox("layer_formula", self)
        self._explanation = make_paragraph("layer_explanation", style_class="muted")
        self._facts = LayerFactsView(document, inspection, self)
        self._notes = make_paragraph("layer_notes", style_class="warning")
        self._same_padding: SamePaddingButton | None = None
        self._assemble()
        document.replaced.connect(self._on_document_replaced)

    def _assemble(self) -> None:
        self._fix_button.setObjectName("settings_fix_button")
        self._fix_button.setProperty("fix", True)
        self._fix_button.setProperty("roomy", True)
        self._fix_button.clicked.connect(self._on_fix_clicked)
        self._hints.fix_requested.connect(self._on_hint_fix_requested)
        self._hints.dismissed.connect(self._document.dismiss)
        self.body.addWidget(self._heading)
        self.body.addWidget(self._standard)
        self.body.addWidget(self._name_row)
        add_layout(self.body, self._form_place)
        for widget in (self._paired_pooling, self._problem_text):
            self.body.addWidget(widget)
        self.body.addWidget(self._fix_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addWidget(self._hints)
        self.body.addSpacing(GRID // 2)
        self.body.addWidget(self._computes)
        self.body.addWidget(self._formula)
        self.body.addWidget(self._explanation)
        self.body.addWidget(self._facts)
        self.body.addWidget(self._notes)

    # -------------------------------------------------------------------------------------------------------- showing

    def show_inference(self, inferred: LayerInference, block: BlockPath = ()) -> None:
        """Show a layer of the document.

        Arguments:
            inferred: the layer after shape inference.
            block: path to its stack.
        """
        layer = inferred.specification
        if self._inferred is not None and (self._inferred.specification.name, self._block) != (layer.name, block):
            self.leave()
        self._name_row.show_layer(layer, block)
        self._inferred, self._block = inferred, block
        self._heading.setText(f"{short(layer.name)} · {short(display_name(layer.type))}")
        self._show_standard_block(block)
        self._show_form(inferred)
        self._show_paired_pooling(inferred)
        self._show_problem(inferred)
        self._show_hints(inferred)
        self._show_computation(inferred)

    def leave(self) -> None:
        """Show no layer. A typed name is still applied to its layer; all other drafts are deleted."""
        self._name_row.leave()
        if self._form is not None:
            self._form.forget()
        self._inferred = None

    def commit(self) -> str:
        """Apply all drafts. Return the error of the first draft that is refused; an empty text if none is refused."""
        self._name_row.commit()
        return self._form.commit() if self._form is not None and self._inferred is not None else ""

    def focus_first_field(self) -> None:
        """Give the keyboard focus to the first setting, or to the name if the layer has no settings."""
        editors = list(self._form.editors.values()) if self._form is not None else []
        first: QWidget = editors[0] if editors else self._name_row.field
        first.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _show_form(self, inferred: LayerInference) -> None:
        key = (inferred.specification.name, self._block, inferred.layer_type)
        if key != self._form_key:
            self._form_key = key
            self._remove_form()
            if inferred.layer_type is not None:
                self._make_form(inferred.layer_type.Settings)
        if self._form is not None and inferred.layer_type is not None:
            self._form.show_values(form_values(inferred.layer_type.Settings, inferred))
        if self._same_padding is not None:
            self._same_padding.show_settings(inferred.settings)
        self._name_row.line_up(self._form.column_widths if self._form is not None else (0, 0))

    def _remove_form(self) -> None:
        if self._form is None:
            return
        # A hidden form loses the focus and then applies its drafts, but they belong to another layer.
        self._form.edited.disconnect(self._on_form_edited)
        self._form_place.removeWidget(self._form)
        self._form.hide()
        self._form.deleteLater()
        self._form = self._same_padding = None

    def _make_form(self, model: type[LayerSettings]) -> None:
        self._form = ModelForm(model, "setting", skip=fields_without_row(model), parent=self)
        self._form.edited.connect(self._on_form_edited)
        if PADDING in self._form.editors:
            self._same_padding = SamePaddingButton(self._form)
            self._same_padding.requested.connect(self._on_form_edited)
            self._form.add_below(PADDING, self._same_padding)
        self._form_place.addWidget(self._form)
        self._form.setVisible(bool(self._form.editors))
        self._order_tabs(self._form)

    def _order_tabs(self, form: ModelForm) -> None:
        """Let Tab follow the layout, because the rows are made after all other widgets."""
        last: QWidget = self._name_row.field
        for stop in form.tab_stops():
            QWidget.setTabOrder(last, stop)
            last = stop
        QWidget.setTabOrder(last, self._fix_button)

    def _show_standard_block(self, block: BlockPath) -> None:
        """Say that the layers of a standard block follow its input until one of them is changed."""
        text = ""
        if block and not layers_in(self._document.project, block):
            text = f"The standard block of {short(block[-1])} follows its input. After your first change it does not."
        show_text(self._standard, text)

    def _show_paired_pooling(self, inferred: LayerInference) -> None:
        if inferred.layer_type is None:
            show_text(self._paired_pooling, _describe_unknown_type(inferred))
            return
        model = inferred.layer_type.Settings
        taken = fields_from_pooling(model)
        if not taken:
            show_text(self._paired_pooling, "")
        elif not inferred.paired_pooling:
            show_text(
                self._paired_pooling,
                f"It takes its settings from the {display_name(model.paired_pooling or 'layer')} that it undoes.",
            )
        else:
            values = inferred.settings.model_dump() if inferred.settings is not None else {}
            parts = [
                f"{model.model_fields[name].title or name}: {_describe_setting(values.get(name))}" for name in taken
            ]
            show_text(
                self._paired_pooling,
                f"It undoes {inferred.paired_pooling} and takes these settings from it:\n" + "\n".join(parts),
            )

    def _show_problem(self, inferred: LayerInference) -> None:
        name = inferred.specification.name
        problems = self._document.problems if not self._block else (inferred.problem,)
        self._problem = next((problem for problem in problems if problem is not None and problem.layer == name), None)
        show_text(self._problem_text, self._problem.sentence if self._problem is not None else "")
        fix = self._problem.fix if self._problem is not None else None
        had_focus = self._fix_button.hasFocus()
        self._fix_button.setVisible(fix is not None)
        if had_focus and fix is None:
            self.focus_first_field()  # else Qt moves the focus out of the page
        if fix is not None:
            self._fix_button.setText(button_text(fix.label, 40))
            self._fix_button.setAccessibleName(short(fix.label))

    def _show_hints(self, inferred: LayerInference) -> None:
        place = (self._block, inferred.specification.name)
        hints = tuple(hint for hint in self._document.hints if (hint.block, hint.layer) == place)
        if self._hints.show_hints(hints):
            self.focus_first_field()  # else Qt moves the focus out of the page
        last: QWidget = self._fix_button
        for stop in self._hints.tab_stops():
            QWidget.setTabOrder(last, stop)
            last = stop

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
        self._facts.show_layer((*self._block, inferred.specification.name))
        show_text(self._notes, "\n".join(inferred.notes))

    # -------------------------------------------------------------------------------------------------------- editing

    @Slot(str, object, bool)
    def _on_form_edited(self, name: str, value: Any, continues: bool) -> None:
        if self._inferred is None or self._inferred.layer_type is None:
            return
        current = form_values(self._inferred.layer_type.Settings, self._inferred)
        value = to_json_value(self._inferred.layer_type.Settings, {**current, name: value}, name)
        if value != current.get(name):
            layer, block = self._inferred.specification.name, self._block
            try:
                edit = change_settings(self._document.project_for(block), layer, {name: value}, block)
            except TinymlError as error:
                self.message.emit(str(error))
                self.show_inference(self._inferred, block)
                return
            self._document.apply(edit if continues else edit.alone())

    @Slot()
    def _on_document_replaced(self) -> None:
        """Delete all drafts and refused values, because they belong to another project."""
        self._inferred = None
        self._form_key = ("", (), None)

    @Slot(object)
    def _on_hint_fix_requested(self, hint: Hint) -> None:
        self._commands.fix(hint, hint.block)

    @Slot()
    def _on_fix_clicked(self) -> None:
        if self._problem is not None:
            self._commands.fix(self._problem, self._block)


def _describe_setting(value: Any) -> str:
    if value is None:
        return "not known yet"
    return describe_shape(tuple(value)) if isinstance(value, list | tuple) else str(value)


def _describe_unknown_type(inferred: LayerInference) -> str:
    layer = inferred.specification
    settings = json.dumps(layer.settings, ensure_ascii=False, indent=2) if layer.settings else "none"
    return f"Unknown type '{layer.type}', kept as it is. Its settings:\n{settings}"
