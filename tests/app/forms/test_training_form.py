"""The form for the training settings."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QWidget

from app.document import edits
from app.forms import TrainingForm
from app.widgets.number_box import NumberBox
from tests.app.builder.forms.form_driver import find, type_draft, type_number
from tinyml.losses import loss_descriptions


def test_training_settings_change_with_one_step_each(qtbot, document) -> None:
    form = TrainingForm(document)
    qtbot.addWidget(form)
    form.show()
    type_number(find(form, NumberBox, "training_epochs"), "37")
    assert document.project.training.epochs == 37
    assert document.undo_stack.count() == 1
    momentum = find(form, NumberBox, "training_momentum")
    type_number(momentum, "1")
    assert (
        find(form, QLabel, "training_momentum_error").text()
        == "Momentum is 1 but should be a number of at least 0 and below 1."
    )
    assert document.project.training.momentum != 1
    document.undo_stack.undo()
    assert find(form, NumberBox, "training_epochs").value == document.project.training.epochs != 37


def test_only_settings_that_optimiser_and_schedule_use_are_shown(qtbot, document) -> None:
    form = TrainingForm(document)
    qtbot.addWidget(form)
    form.show()

    def shown(*names: str) -> list[bool]:
        return [find(form, QWidget, f"training_{name}").isVisible() for name in names]

    assert shown("momentum", "nesterov", "beta_1", "smoothing", "schedule_epochs") == [True, True, False, False, False]
    before = find(form, QLabel, "training_optimizer_summary").text()
    combo = find(form, QComboBox, "training_optimizer")
    combo.setFocus()
    QTest.keyClick(combo, Qt.Key.Key_Home)
    assert document.project.training.optimizer == "adam"
    assert shown("momentum", "nesterov", "beta_1", "smoothing", "schedule_epochs") == [False, False, True, False, False]
    assert find(form, QLabel, "training_optimizer_summary").text() != before
    combo = find(form, QComboBox, "training_schedule")
    combo.setFocus()
    QTest.keyClick(combo, Qt.Key.Key_End)
    assert document.project.training.schedule == "warm_up"
    assert shown("schedule_epochs", "schedule_factor") == [True, True]


def test_the_chosen_loss_is_explained(qtbot, document) -> None:
    form = TrainingForm(document)
    qtbot.addWidget(form)
    form.show()
    combo = find(form, QComboBox, "training_loss")
    before = find(form, QLabel, "training_loss_summary").text()
    combo.setFocus()
    QTest.keyClick(combo, Qt.Key.Key_End)
    assert document.project.training.loss == "mse_loss"
    assert find(form, QLabel, "training_loss_summary").text() != before
    assert find(form, QLabel, "training_loss_formula").text()


def test_a_setting_gets_the_focus(qtbot, document) -> None:
    form = TrainingForm(document)
    qtbot.addWidget(form)
    form.resize(300, 120)
    with qtbot.waitExposed(form):
        form.show()
    form.activateWindow()
    for name in ("learning_rate", "epochs", "batch_size", "optimizer"):
        form.focus_field(name)
        editor = find(form, QWidget, f"training_{name}")
        qtbot.waitUntil(editor.hasFocus)
        assert form.rect().intersects(editor.rect().translated(editor.mapTo(form, editor.rect().topLeft())))
    form.focus_field("beta_1")  # Adam's, and the optimiser is SGD
    assert editor.hasFocus()


def test_two_forms_of_one_document_show_each_other_s_edits_and_keep_their_drafts(qtbot, document) -> None:
    first, second = TrainingForm(document), TrainingForm(document, "second")
    for form in (first, second):
        qtbot.addWidget(form)
        form.show()
    names = [widget.objectName() for form in (first, second) for widget in form.findChildren(QWidget)]
    ours = [name for name in names if name and not name.startswith("qt_")]
    assert len(ours) == len(set(ours))
    type_draft(find(first, NumberBox, "training_epochs"), "37")
    type_number(find(second, NumberBox, "second_batch_size"), "7")
    assert find(first, NumberBox, "training_batch_size").value == 7
    assert find(first, NumberBox, "training_epochs").text() == "37"
    assert first.commit() == second.commit() == ""
    assert document.project.training.epochs == find(second, NumberBox, "second_epochs").value == 37
    type_draft(find(first, NumberBox, "training_epochs"), "5")
    type_number(find(second, NumberBox, "second_epochs"), "9")
    assert first.commit() == ""
    assert document.project.training.epochs == 9
    assert find(first, NumberBox, "training_epochs").text() == "9"


def test_only_the_losses_that_fit_the_targets_can_be_chosen(qtbot, document) -> None:
    form = TrainingForm(document)
    qtbot.addWidget(form)
    form.show()
    combo = find(form, QComboBox, "training_loss")
    note = find(form, QLabel, "training_loss_misfits")

    def grey() -> set[str]:
        items = [combo.model().item(row) for row in range(combo.count())]
        return {item.text() for item in items if not item.isEnabled()}

    assert grey() == set()
    assert not note.isVisible()
    document.apply(edits.change_data(document.project, source="sine"))
    assert grey() == {loss.title for loss in loss_descriptions().values() if loss.outputs != "values"}
    assert note.text() == "The grey losses do not fit targets that are numbers."
    first = next(row for row in range(combo.count()) if not combo.model().item(row).isEnabled())
    assert "but the targets of this data" in combo.itemData(first, Qt.ItemDataRole.ToolTipRole)
    combo.setFocus()
    QTest.keyClick(combo, Qt.Key.Key_End)
    chosen = document.project.training.loss
    for _ in range(combo.count()):
        QTest.keyClick(combo, Qt.Key.Key_Up)
    assert loss_descriptions()[chosen].outputs == "values"
    assert loss_descriptions()[document.project.training.loss].outputs == "values"
    document.apply(edits.change_data(document.project, source="digits", target="input"))
    assert "Binary cross-entropy" not in " ".join(grey())
    document.apply(edits.change_data(document.project, target="label"))
    assert grey() == set()


def test_augmentation_is_with_the_data_and_a_link_leads_there(qtbot, document) -> None:
    form = TrainingForm(document)
    qtbot.addWidget(form)
    form.show()
    assert form.findChild(QWidget, "training_augment_shift") is None
    link = find(form, QPushButton, "training_augmentation_link")
    assert link.text() == "Augmentation: none"
    document.apply(edits.change_training(document.project, augment_shift=2, augment_flip=True))
    assert link.text() == "Augmentation: 2 in use"
    with qtbot.waitSignal(form.augmentation_requested):
        QTest.mouseClick(link, Qt.MouseButton.LeftButton)
