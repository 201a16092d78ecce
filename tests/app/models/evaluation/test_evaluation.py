"""One saved network evaluated on data, from the button to the results."""

import json
import threading

import numpy as np
import pytest
from PySide6.QtCore import Qt

from app.models.evaluation import evaluator as evaluator_module
from app.models.evaluation.data_offers import DataSources
from app.models.evaluation.evaluator import EvaluationState
from tests.app.models.evaluation.conftest import CONV, DIGITS, SINE, linear
from tinyml.command_line import main
from tinyml.core.threads import one_blas_thread
from tinyml.data import DataChoice, prepare_splits, prepared
from tinyml.learner import report
from tinyml.storage import load_model


@pytest.fixture
def held(monkeypatch):
    """Hold every evaluation between two batches until the test lets it continue."""
    reached, go_on = threading.Event(), threading.Event()
    measure = evaluator_module.measure

    def wait(request, count, pause, progress):
        def counted(done: int, total: int) -> None:
            count(done, total)
            reached.set()
            go_on.wait(60)

        return measure(request, counted, pause, progress)

    monkeypatch.setattr(evaluator_module, "measure", wait)
    yield reached, go_on
    go_on.set()


def scores(view) -> dict[str, str]:
    return {row[0]: row[1] for row in view.evaluation_pane.scores.texts}


def test_the_scores_are_those_of_the_command_line(view, opened, train, evaluate, capsys) -> None:
    path = train("digits", DIGITS, "digits")
    opened(path)
    assert not view.evaluation_pane.isVisible()
    evaluate(view)
    assert main(["evaluate", str(path)]) == 0
    expected = json.loads(capsys.readouterr().out)
    pane, result = view.evaluation_pane, view.evaluation.evaluator.result
    assert pane.isVisible()
    assert pane.title.text() == "On Digits 8×8, test set"
    assert result.scores[0].accuracy == pytest.approx(expected["test_accuracy"])
    assert result.scores[0].loss == pytest.approx(expected["test_loss"], rel=1e-5)
    assert result.scores[0].confusion.tolist() == expected["confusion_matrix"]
    assert np.array_equal(pane.confusion.confusion.counts, expected["confusion_matrix"])
    assert scores(view)["accuracy"] == f"{100 * expected['test_accuracy']:.1f}\u00a0%"
    assert scores(view)["examples"] == str(expected["examples"])
    # The page shows pictures of the mistakes, the most confident one first.
    first, gallery = result.mistakes()[0], pane.lists[0].gallery
    assert gallery.positions[0] == first
    assert gallery.grid.images[0].caption == f"{result.labels[first]}→{result.scores[0].predicted[first]}"
    assert len(gallery.grid.images) == min(len(result.mistakes()), 60) > 0


def test_a_cell_of_the_matrix_shows_its_mistakes(qtbot, view, opened, train, evaluate) -> None:
    opened(train("digits", DIGITS, "digits"))
    evaluate(view)
    pane, result = view.evaluation_pane, view.evaluation.evaluator.result
    counts = result.scores[0].confusion.copy()
    np.fill_diagonal(counts, 0)
    true, predicted = np.unravel_index(counts.argmax(), counts.shape)
    pane.confusion.setCurrentIndex(pane.confusion.model().index(int(true), int(predicted)))
    shown = pane.lists[0].gallery.positions
    assert len(shown) == counts.max()
    assert np.all(result.labels[shown] == true)
    assert np.all(result.scores[0].predicted[shown] == predicted)
    assert pane.lists[0].title.text() == f"True {true}, predicted {predicted}"
    pane.confusion.setCurrentIndex(pane.confusion.model().index(0, 0))
    assert "predicted correctly" in pane.lists[0].note.text()
    qtbot.mouseClick(pane.lists[0].all_button, Qt.MouseButton.LeftButton)
    assert pane.lists[0].title.text() == "Worst mistakes"
    assert len(pane.lists[0].gallery.positions) > len(shown)


def test_the_preprocessing_of_the_file_is_used(view, opened, train, evaluate) -> None:
    path = train("moons", preprocessing={"scale": "standardise"})
    opened(path)
    choice = DataChoice(source="moons", options={"noise": 0.4}, preprocessing={"scale": "standardise"})
    view.show_data(DataSources(choice))
    evaluate(view, choice, "validation")
    net, about = load_model(path)
    part = prepare_splits(choice, fitted=about.preprocessing).validation
    other = prepare_splits(choice).validation
    with one_blas_thread():
        expected, refitted = (report(net, each, about.training.loss) for each in (part, other))
    found = view.evaluation.evaluator.result.scores[0]
    assert view.evaluation_pane.title.text() == "On Two moons, validation set"
    assert found.loss == pytest.approx(expected.loss, rel=1e-5)
    assert expected.loss != pytest.approx(refitted.loss, rel=1e-3)


def test_the_data_of_the_project_are_read_as_the_file_says(qtbot, view, opened, train) -> None:
    path = train("digits", DIGITS, "digits", epochs=3, preprocessing={"size": (6, 4), "resize": "crop"})
    opened(path)
    project = DataChoice(source="digits", seed=3, preprocessing={"size": (6, 4), "resize": "stretch"})
    view.show_data(DataSources(project))
    view.heading.buttons["evaluate"].click()
    dialog = view.evaluation.dialog
    qtbot.waitUntil(lambda: not any(offer.pending for offer in dialog.offers))
    offer = next(offer for offer in dialog.offers if offer.section == "This project")
    net, about = load_model(path)
    assert offer.choice == project.model_copy(update={"preprocessing": about.data.preprocessing})
    dialog.choose(offer.choice)
    dialog.evaluate_button.click()
    evaluator = view.evaluation.evaluator
    qtbot.waitUntil(lambda: evaluator.state is EvaluationState.RETURNED)
    test = prepare_splits(offer.choice, fitted=about.preprocessing).test
    assert evaluator.result.scores[0].accuracy == pytest.approx(report(net, test, about.training.loss).accuracy)


def test_points_are_rows_and_training_examples_are_named(view, opened, train, evaluate) -> None:
    opened(train())
    evaluate(view, part="training")
    rows = view.evaluation_pane.lists[0].gallery.rows
    assert rows.isVisible()
    assert rows.columnCount() == 4
    assert view.evaluation_pane.message.text() == "The network learned these examples."


def test_scores_that_are_not_finite_count_as_wrong(view, opened, train, evaluate) -> None:
    opened(train("digits", DIGITS, "digits", epochs=1, broken=True))
    evaluate(view)
    pane, result = view.evaluation_pane, view.evaluation.evaluator.result
    assert scores(view)["accuracy"] == "0.0\u00a0%"
    assert len(result.mistakes()) == result.count
    assert not result.scores[0].confusion.any()
    assert pane.message.text().startswith(f"{result.count} examples have scores that are not finite.")
    gallery = pane.lists[0].gallery
    assert gallery.grid.images[0].caption == f"{result.labels[gallery.positions[0]]}→no class"


def test_numbers_have_errors_and_no_accuracy(view, opened, train, evaluate) -> None:
    path = train("sine", SINE, "sine", loss="mse_loss")
    opened(path)
    evaluate(view)
    result = view.evaluation.evaluator.result
    net, about = load_model(path)
    test = prepare_splits(about.data, fitted=about.preprocessing).test
    wrong = test.preprocessing.unscale_targets(net.predict(test.inputs)) - test.unscaled_target_numbers(slice(None))
    found = result.scores[0]
    assert found.squared_error == pytest.approx(float(np.square(wrong).mean()), rel=1e-4)
    assert found.absolute_error == pytest.approx(float(np.abs(wrong).mean()), rel=1e-4)
    assert found.r_squared == pytest.approx(report(net, test, "mse_loss").r_squared, abs=1e-5)
    assert list(scores(view)) == ["loss", "mean squared error", "mean absolute error", "R²", "examples"]
    pane = view.evaluation_pane
    assert not pane.confusion.isVisible()
    assert pane.lists[0].title.text() == "Largest errors"
    assert pane.lists[0].gallery.positions[0] == int(np.abs(wrong[:, 0]).argmax())


def test_an_autoencoder_has_errors_with_pictures(view, opened, train, evaluate) -> None:
    opened(train("autoencoder", (CONV,), "digits", epochs=1, loss="mse_loss", target="input"))
    evaluate(view)
    result, gallery = view.evaluation.evaluator.result, view.evaluation_pane.lists[0].gallery
    errors = result.scores[0].errors
    assert gallery.positions[0] == int(errors.argmax())
    assert len(gallery.grid.images) == 60
    assert result.scores[0].absolute_error == pytest.approx(float(errors.mean()))


def test_data_of_other_shape_is_refused_with_both_shapes(qtbot, view, opened, train) -> None:
    opened(train("digits", DIGITS, "digits"))
    view.show_data(DataSources(DataChoice(source="moons"), ("/nowhere/pets.csv",)))
    view.heading.buttons["evaluate"].click()
    dialog = view.evaluation.dialog
    qtbot.waitUntil(lambda: not any(offer.pending for offer in dialog.offers))
    problems = {offer.choice.source: offer.problem for offer in dialog.offers}
    assert problems["digits"] == ""
    assert problems["digits-28"] == "The examples of Digits 28×28 are 1×28×28, but the network needs 1×8×8."
    assert "'/nowhere/pets.csv'" in problems["/nowhere/pets.csv"]
    assert [offer.section for offer in dialog.offers][:2] == ["Trained on", "This project"]
    assert dialog.evaluate_button.isEnabled()
    dialog.list.chosen.emit(next(offer.key for offer in dialog.offers if offer.choice.source == "digits-28"))
    assert not dialog.evaluate_button.isEnabled()
    assert dialog.problem.text() == problems["digits-28"]
    dialog.reject()
    assert view.evaluation.dialog is None
    assert view.evaluation.evaluator.state is EvaluationState.NOTHING


def test_the_disk_is_read_in_the_background(qtbot, view, opened, train, monkeypatch, tmp_path) -> None:
    table = tmp_path / "points.csv"
    table.write_text("x,y,class\n" + "".join(f"{row},{row % 7},{'AB'[row % 2]}\n" for row in range(40)))
    opened(train("circle", source="circle", options={"noise": 0.2}))
    view.show_data(DataSources(own=(str(table),)))
    threads, options_of = [], prepared.options_of

    def options(source: str) -> object:
        if source == str(table):
            threads.append(threading.current_thread())
        return options_of(source)

    monkeypatch.setattr(prepared, "options_of", options)
    view.heading.buttons["evaluate"].click()
    dialog = view.evaluation.dialog
    qtbot.waitUntil(lambda: not any(offer.pending for offer in dialog.offers))
    assert threads
    assert threading.main_thread() not in threads
    # A table has no noise.
    assert next(offer.choice.options for offer in dialog.offers if offer.section == "Yours") == {}
    dialog.reject()


def test_data_with_other_classes_is_refused(qtbot, view, opened, train) -> None:
    opened(train("blobs", (linear(2),), "moons"))
    view.heading.buttons["evaluate"].click()
    dialog = view.evaluation.dialog
    qtbot.waitUntil(lambda: not any(offer.pending for offer in dialog.offers))
    problem = next(offer.problem for offer in dialog.offers if offer.choice.source == "blobs")
    assert "classes, but the network knows 2." in problem
    dialog.reject()


def test_a_change_of_the_data_after_the_question_is_one_sentence(qtbot, view, opened, train) -> None:
    opened(train("digits", DIGITS, "digits"))
    view.evaluation.start(DataChoice(source="moons"), "test", "Moons")
    evaluator = view.evaluation.evaluator
    qtbot.waitUntil(lambda: not evaluator.running)
    assert evaluator.state is EvaluationState.FAILED
    shown = view.evaluation_pane.problem
    assert shown.isVisible()
    assert shown.text().startswith("The examples of Two moons are 2 numbers, but the network needs 1×8×8.")
    assert not view.evaluation_pane.scores.isVisible()


def test_progress_is_shown_and_cancel_ends_once(qtbot, view, opened, train, held) -> None:
    reached, go_on = held
    opened(train())
    ends: list[EvaluationState] = []
    evaluator, pane = view.evaluation.evaluator, view.evaluation_pane
    evaluator.ended.connect(ends.append)
    view.evaluation.start(DataChoice(source="moons"), "training", "Moons")
    qtbot.waitUntil(reached.is_set)
    qtbot.waitUntil(lambda: evaluator.done == 64)
    assert pane.progress.isVisible()
    assert pane.progress.value() == 64
    assert pane.status.text().startswith("64 of 700 examples")
    qtbot.mouseClick(pane.cancel_button, Qt.MouseButton.LeftButton)
    assert ends == [EvaluationState.CANCELLED]
    assert not pane.progress.isVisible()
    assert pane.message.text() == "The evaluation was cancelled."
    go_on.set()
    # The next evaluation does not wait for the one that was cancelled, and only it reports its end.
    view.evaluation.start(DataChoice(source="moons"), "test", "Moons")
    qtbot.waitUntil(lambda: not evaluator.running)
    assert ends == [EvaluationState.CANCELLED, EvaluationState.RETURNED]
    qtbot.mouseClick(pane.close_button, Qt.MouseButton.LeftButton)
    assert not pane.isVisible()
    assert evaluator.result is None


@pytest.mark.parametrize("how", ["another file", "closed", "page closed"])
def test_another_file_cancels(qtbot, view, opened, train, held, how) -> None:
    reached, _ = held
    path, other = train("one"), train("two", seed=1)
    opened(path, other)
    ends: list[EvaluationState] = []
    evaluator = view.evaluation.evaluator
    evaluator.ended.connect(ends.append)
    view.evaluation.start(DataChoice(source="moons"), "training", "Moons")
    qtbot.waitUntil(reached.is_set)
    if how == "another file":
        view.open_file(other)
    elif how == "closed":
        view.state.close_file(path)
    else:
        held[1].set()
        view.shutdown()
    qtbot.waitUntil(lambda: not evaluator.running)
    assert ends == [EvaluationState.CANCELLED]
    if how != "page closed":
        qtbot.waitUntil(lambda: not view.evaluation_pane.isVisible())


def test_a_file_that_was_replaced_is_not_evaluated(qtbot, view, opened, train) -> None:
    path, other = train("one"), train("two", seed=1)
    opened(path)
    view.hide()  # a hidden page does not look at the disk, so the change is found by the evaluation
    path.write_bytes(other.read_bytes())
    view.evaluation.start(DataChoice(source="moons"), "test", "Moons")
    evaluator = view.evaluation.evaluator
    qtbot.waitUntil(lambda: not evaluator.running)
    assert "was changed by another program" in evaluator.problem
    view.show()
    qtbot.waitUntil(lambda: evaluator.state is EvaluationState.NOTHING)


def test_files_without_a_network_cannot_be_evaluated(view, opened, foreign) -> None:
    opened(foreign)
    button = view.heading.buttons["evaluate"]
    assert not button.isEnabled()
    assert button.toolTip() == view.heading.buttons["export"].toolTip() != ""
    view.evaluation.ask()
    assert view.evaluation.dialog is None
