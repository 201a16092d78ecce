"""The cards beside the curves: what they say, what their buttons do, and when nothing is computed."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton

from app.document.edits import change_training
from app.monitor.diagnosis import DiagnosisView, examiner
from app.training import Session, SessionState
from tinyml.core import ChangeTraining
from tinyml.diagnosis import RULES, DataFacts, Diagnosis, OpenData, Report, ShowLayer
from tinyml.learner import BatchFinished, EpochFinished
from tinyml.learner.layer_stats import LayerStats
from tinyml.storage import open_project

DEAD = Diagnosis(
    "dead_units",
    "danger",
    "relu_1: all its units are dead.",
    "100 % of the units of relu_1 are 0.",
    "Use a smaller learning rate.",
    "A ReLU whose input is negative gives 0.",
    "Lu et al. (2020)",
    ChangeTraining("Set learning rate 0.01", {"learning_rate": 0.01}),
)
LUCK = Diagnosis("luck", "note", "Partly luck.", "90 % of 20.", "Use more.", "A sample.", "Wilson (1927)", OpenData())
LAYER = Diagnosis("dead_units", "warning", "a", "b", "c", "d", "e", ShowLayer("relu_1"))


@pytest.fixture
def view(qtbot, document, session) -> DiagnosisView:
    view = DiagnosisView(document, session, shows_layers=True)
    view.resize(260, 500)
    with qtbot.waitExposed(view):
        view.show()
    yield view
    view.shutdown()
    view.close()
    view.deleteLater()


def label(view: DiagnosisView, name: str) -> str:
    found = view.findChild(QLabel, name)
    return found.text() if found.isVisible() else ""


def button(view: DiagnosisView, name: str) -> QPushButton:
    return view.findChild(QPushButton, name)


def show(view: DiagnosisView, session: Session, *diagnoses: Diagnosis) -> None:
    """Show diagnoses as if the rules had found them."""
    view._examiner.reported.emit(session.run, Report(diagnoses, ("dead units", "overfitting")))


# -------------------------------------------------------------------------------------------------------- what it says


def test_before_the_first_run_it_says_nothing(view) -> None:
    view.refresh()
    assert view.diagnoses == ()
    assert label(view, "diagnosis_heading") == label(view, "diagnosis_good") == ""


def test_the_loss_of_a_real_run_is_diagnosed_in_the_background(qtbot, view, session) -> None:
    session.begin(epochs=20)
    for loss in (1.0, float("inf")):
        session.end_epoch(loss, None)
    with qtbot.waitSignal(view._examiner.reported):
        view.refresh()
    (diagnosis,) = view.diagnoses
    assert diagnosis.rule == "divergence"
    assert label(view, "diagnosis_1_title") == "The loss is no longer a number."
    assert "in epoch 2" in label(view, "diagnosis_1_evidence")
    assert button(view, "diagnosis_1_action").text() == "Set learning rate 0.01"


def test_a_good_run_is_told_so_with_what_was_checked(qtbot, view, session) -> None:
    session.begin()
    session.end_epoch(1.0, 1.0)
    session.end_epoch(0.5, 0.5)
    with qtbot.waitSignal(view._examiner.reported):
        view.refresh()
    assert view.diagnoses == ()
    assert label(view, "diagnosis_good") == "No problem found so far."
    session.enter(SessionState.STOPPED)
    with qtbot.waitSignal(view._examiner.reported):
        view.refresh()
    assert label(view, "diagnosis_good") == "No problem found."
    checked = view.findChild(QLabel, "diagnosis_checked")
    # Neither data nor layers are known here.
    known = [rule for rule in RULES if rule.needs == "nothing"]
    assert checked.text() == f"{len(known)} of {len(RULES)} rules were checked."
    assert checked.accessibleDescription().startswith("Checked: failures, ")
    assert "dead units" not in checked.accessibleDescription()
    assert "divergence" in checked.toolTip()


def test_a_failure_is_explained(qtbot, view, session) -> None:
    session.begin()
    session.enter(SessionState.FAILED, "There is not enough memory for this network. Use smaller layers.")
    with qtbot.waitSignal(view._examiner.reported):
        view.refresh()
    assert label(view, "diagnosis_1_title") == "There is not enough memory for this network."
    assert label(view, "diagnosis_1_remedy") == "Use smaller layers."
    assert view.cards[0].property("danger")
    session.begin()
    assert view.diagnoses == ()


def test_facts_about_the_data_come_from_the_data_in_memory(qtbot, document, session, monkeypatch) -> None:
    project = open_project("circle")
    found = examiner.carry_out(
        examiner.Examination(
            project.network, project.training, (2,), None, 2, project.data, None, (), (), False, None, None
        )
    )
    assert isinstance(found.facts, DataFacts)
    assert found.facts.training == 800
    gone = project.data.model_copy(update={"source": "/no/such/folder"})
    without = examiner.carry_out(
        examiner.Examination(project.network, project.training, (2,), None, 2, gone, None, (), (), False, None, None)
    )
    assert without.facts is None
    assert without.report.diagnoses == ()


def test_inputs_that_overflow_in_the_first_batch_are_read_to_say_why(view, session) -> None:
    session.begin()
    session.run.failure = "first_batch"
    session.enter(SessionState.FAILED, "The loss became inf in epoch 1, batch 1. Scale the inputs.")
    assert view._examiner._prepare(session.run).data is not None
    session.run.failure = "memory"
    assert view._examiner._prepare(session.run).data is None


def test_the_facts_are_collected_once(qtbot, view, session, monkeypatch) -> None:
    asked = []

    def collect(splits) -> DataFacts:
        asked.append(splits)
        return DataFacts(80)

    monkeypatch.setattr(examiner, "load_splits", lambda choice: choice)
    monkeypatch.setattr(examiner, "collect_data_facts", collect)
    session.begin()
    session.learn([1.0] * 10)
    for _ in range(3):
        session.end_epoch(1.0, None)
        with qtbot.waitSignal(view._examiner.reported):
            view.refresh()
    assert len(asked) == 1


# ----------------------------------------------------------------------------------------------------------- buttons


def test_a_button_edits_the_project_and_undo_takes_it_back(qtbot, view, session, document) -> None:
    session.begin()
    show(view, session, DEAD)
    before = document.project
    action = button(view, "diagnosis_1_action")
    QTest.mouseClick(action, Qt.MouseButton.LeftButton)
    assert document.project.training.learning_rate == 0.01
    assert not action.isEnabled()
    assert "Train it to see the effect" in action.toolTip()
    assert document.undo_stack.undoText() == "set learning rate 0.01"
    document.undo_stack.undo()
    assert document.project == before
    assert action.isEnabled()


def test_show_and_data_ask_the_page(qtbot, view, session) -> None:
    session.begin()
    show(view, session, LAYER, LUCK)
    with qtbot.waitSignal(view.layer_requested) as asked:
        button(view, "diagnosis_1_action").click()
    assert asked.args == ["relu_1"]
    with qtbot.waitSignal(view.data_requested):
        button(view, "diagnosis_2_action").click()


def test_a_button_that_nothing_answers_is_left_out(qtbot, document, session) -> None:
    view = DiagnosisView(document, session)
    qtbot.addWidget(view)
    view.show()
    session.begin()
    show(view, session, LAYER)
    assert not button(view, "diagnosis_1_action").isVisible()
    assert label(view, "diagnosis_1_title") == "a"
    view.shutdown()


def test_why_unfolds_the_explanation_with_its_source_by_keyboard(qtbot, view, session) -> None:
    session.begin()
    show(view, session, DEAD)
    unfold = button(view, "diagnosis_1_unfold")
    assert label(view, "diagnosis_1_why") == ""
    unfold.setFocus()
    QTest.keyClick(unfold, Qt.Key.Key_Space)
    assert label(view, "diagnosis_1_why") == f"{DEAD.why}\nSource: {DEAD.source}."
    # It stays unfolded while the numbers change, and folds for another rule.
    show(view, session, Diagnosis(**{**vars(DEAD), "evidence": "99 %."}))
    assert label(view, "diagnosis_1_why")
    show(view, session, LUCK)
    assert label(view, "diagnosis_1_why") == ""


def test_a_screen_reader_hears_severity_title_and_remedy(view, session) -> None:
    session.begin()
    show(view, session, DEAD, LUCK)
    spoken = [QAccessible.queryAccessibleInterface(card).text(QAccessible.Text.Name) for card in view.cards[:2]]
    assert spoken == [f"Serious: {DEAD.title}", f"Note: {LUCK.title}"]
    described = QAccessible.queryAccessibleInterface(view.cards[0]).text(QAccessible.Text.Description)
    assert described == f"{DEAD.evidence} {DEAD.remedy}"
    assert button(view, "diagnosis_1_unfold").accessibleName() == f"Why? {DEAD.title}"


# ---------------------------------------------------------------------------------------------------------- when


def test_a_hidden_view_examines_nothing_and_catches_up(qtbot, view, session, monkeypatch) -> None:
    examined = []
    monkeypatch.setattr(view._examiner, "examine", lambda: examined.append(session.run))
    view.hide()
    session.begin()
    for _ in range(5):
        session.end_epoch(1.0, None)
    assert examined == []
    view.show()
    assert len(examined) == 1


def test_it_examines_at_most_once_a_second(qtbot, view, session, monkeypatch) -> None:
    examined = []
    monkeypatch.setattr(view._examiner, "examine", lambda: examined.append(session.run))
    view.refresh()
    assert len(examined) == 1
    session.begin()
    for _ in range(50):
        session.end_epoch(1.0, None)
    assert len(examined) == 1
    qtbot.waitUntil(lambda: len(examined) == 2)


def test_the_report_of_a_run_that_is_no_longer_shown_is_dropped(qtbot, view, session, monkeypatch) -> None:
    session.begin()
    session.end_epoch(float("nan"), None)
    with qtbot.waitSignal(view._examiner._job.returned):
        view._examiner.examine()
        session.begin()
    assert view.diagnoses == ()


def test_no_thread_outlives_the_view(qtbot, view, session) -> None:
    session.begin()
    session.end_epoch(1.0, None)
    with qtbot.waitSignal(view._examiner.reported):
        view.refresh()
    view.shutdown()
    thread = view._examiner._background._thread
    assert thread is None or not thread.is_alive()


def test_settings_of_the_run_are_named_and_not_those_of_the_builder(qtbot, view, session, document) -> None:
    session.begin()  # its learning rate is 0.1
    session.end_epoch(float("nan"), None)
    document.apply(change_training(document.project, learning_rate=5.0))
    with qtbot.waitSignal(view._examiner.reported):
        view.refresh()
    assert "instead of 0.1" in label(view, "diagnosis_1_remedy")


def test_long_buttons_fit_into_the_column(qtbot, view, session) -> None:
    view.resize(240, 500)
    session.begin()
    action = ChangeTraining("Use ReLU instead of Sigmoid", {"learning_rate": 0.01})
    show(view, session, Diagnosis(**{**vars(DEAD), "action": action}))
    assert view.minimumSizeHint().width() <= 240
    assert button(view, "diagnosis_1_action").geometry().right() <= view.cards[0].width()


def test_the_layers_of_a_real_run_are_examined(qtbot, view, session) -> None:
    session.begin(classes=2)
    session.end_epoch(2.3, None, accuracy=0.5)
    dead = (LayerStats("relu_1", dead=1.0),)
    for step in (1, 2, 3):
        session.run.layer_history.add(BatchFinished(1, step, 10, step, 64, 2.3, 0.1, layers=dead))
    examined = view._examiner._prepare(session.run).measurements
    assert [moment[0].dead for moment in examined] == [1.0, 1.0, 1.0]


def test_the_examination_of_a_long_run_compares_a_bounded_number_of_epochs(monkeypatch) -> None:
    project, compared = open_project("circle"), []
    monkeypatch.setattr(examiner, "diagnose", lambda evidence: compared.append(evidence) or Report((), ()))
    epochs = tuple(EpochFinished(number, 50_000, 0.7, 0.5, None, None, 1.0) for number in range(1, 40_001))
    fields = (project.network, project.training, (2,), None, 2, None, None)
    examiner.carry_out(examiner.Examination(*fields, epochs, (), False, None, None))
    assert len(compared[0].history) < 2100
    assert compared[0].share_done == 0.8


def test_an_examination_gets_the_newest_measurements_of_a_long_run_and_builds_none(view, session, monkeypatch) -> None:
    session.begin(epochs=2000)
    session.end_epoch(2.3, None, accuracy=0.5)
    measured = [(LayerStats("relu_1", dead=0.5, activation_mean=float(step)),) for step in range(1, 2001)]
    for step, layers in enumerate(measured, start=1):
        session.run.layer_history.add(BatchFinished(1, step, 2000, step, 64, 2.3, 0.1, layers=layers))
    monkeypatch.setattr(type(session.run.layer_history), "at", None)
    examined = view._examiner._prepare(session.run).measurements
    assert [id(layers) for layers in examined] == [id(layers) for layers in measured[-20:]]


def test_show_opens_the_statistics_of_the_layer(qtbot, page, session) -> None:
    session.begin()
    dead = (LayerStats("relu_1", dead=1.0),)
    session.run.layer_history.add(BatchFinished(1, 1, 10, 1, 64, 2.3, 0.1, layers=dead))
    page.diagnosis.layer_requested.emit("relu_1")
    assert page.layers.isVisible()
    assert page.layers.opened_layer == "relu_1"
