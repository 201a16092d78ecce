"""Two saved networks evaluated side by side."""

import numpy as np
import pytest

from app.models.evaluation.evaluator import EvaluationState
from tests.app.models.evaluation.conftest import DIGITS, SINE, linear
from tinyml.data import DataChoice, prepare_splits
from tinyml.learner import report
from tinyml.storage import load_model


@pytest.fixture
def compared(qtbot, view, opened):
    """Open two files, and compare them."""

    def compare(*paths):
        opened(*paths)
        view.state.compare_with(paths[1])
        comparison = view.state.comparison
        qtbot.waitUntil(lambda: comparison.other is not None and comparison.other.path == paths[1])
        return view

    return compare


def test_images_that_only_one_gets_right(view, compared, train, evaluate) -> None:
    compared(train("long", DIGITS, "digits", epochs=3), train("short", DIGITS, "digits", epochs=1, seed=5))
    evaluate(view)
    result, pane = view.evaluation.evaluator.result, view.evaluation_pane
    long, short = result.scores
    right = [score.predicted == result.labels for score in (long, short)]
    rows = {row[0]: row[1:] for row in pane.scores.texts}
    counts = [int((right[0] & ~right[1]).sum()), int((right[1] & ~right[0]).sum())]
    assert rows["right only in one"] == [str(count) for count in counts]
    assert long.accuracy - short.accuracy == pytest.approx((counts[0] - counts[1]) / result.count)
    for place, name in enumerate(("long", "short")):
        view_of_one = pane.lists[place]
        assert view_of_one.title.text() == f"Only {name} is right"
        shown = view_of_one.gallery.positions
        assert len(shown) == min(counts[place], 60)
        assert np.all(right[place][shown])
        assert not np.any(right[1 - place][shown])
    assert not pane.confusion.isVisible()
    better = int(long.accuracy < short.accuracy)
    weights = [pane.scores.item(0, 1 + place).font().bold() for place in (0, 1)]
    demibold = [pane.scores.item(0, 1 + place).font().weight() for place in (0, 1)]
    assert demibold[better] > demibold[1 - better], weights


def test_two_networks_that_predict_numbers(view, compared, train, evaluate) -> None:
    one = train("one", SINE, "sine", loss="mse_loss", epochs=4)
    two = train("two", (linear(1),), "sine", loss="mse_loss", epochs=1)
    compared(one, two)
    evaluate(view)
    rows = {row[0]: row[1:] for row in view.evaluation_pane.scores.texts}
    scores = view.evaluation.evaluator.result.scores
    nearer = [int((scores[0].errors < scores[1].errors).sum()), int((scores[1].errors < scores[0].errors).sum())]
    assert rows["smaller error in"] == [str(count) for count in nearer]
    assert sum(nearer) <= view.evaluation.evaluator.result.count


def test_each_network_reads_the_images_as_it_learned(view, compared, train, evaluate) -> None:
    paths = [
        train(rule, DIGITS, "digits", epochs=3, preprocessing={"size": (6, 4), "resize": rule})
        for rule in ("crop", "stretch")
    ]
    compared(*paths)
    evaluate(view)
    result = view.evaluation.evaluator.result
    for path, score in zip(paths, result.scores, strict=True):
        net, about = load_model(path)
        test = prepare_splits(about.data, fitted=about.preprocessing).test
        assert score.accuracy == pytest.approx(report(net, test, about.training.loss).accuracy)


def test_a_network_without_finite_scores_gets_nothing_right(view, compared, train, evaluate) -> None:
    compared(train("good", DIGITS, "digits"), train("broken", DIGITS, "digits", broken=True))
    evaluate(view)
    result, pane = view.evaluation.evaluator.result, view.evaluation_pane
    right = int((result.scores[0].predicted == result.labels).sum())
    rows = {row[0]: row[1:] for row in pane.scores.texts}
    assert rows["right only in one"] == [str(right), "0"]
    assert pane.message.text().startswith(f"broken: {result.count} examples have scores that are not finite.")


@pytest.mark.parametrize(
    ("place", "settings"),
    [(0, {"seed": 77}), (1, {"seed": 77}), (1, {"keep_own_split": False}), (1, {"options": {"noise": 0.3}})],
)
def test_a_file_of_another_split_is_named(view, compared, train, evaluate, place, settings) -> None:
    data = [DataChoice(source="moons", **settings) if each == place else DataChoice(source="moons") for each in (0, 1)]
    compared(train("one", data=data[0]), train("two", data=data[1]))
    evaluate(view)
    # The data of the first file are evaluated, so it is always the second one that learned others.
    assert view.evaluation_pane.message.text() == (
        "two: The file was trained with another split, so the network may have learned some of these examples."
    )


@pytest.mark.parametrize(
    ("settings", "titles"),
    [
        ({"loss": "huber_loss"}, ["Mean squared error", "Huber loss"]),
        ({"preprocessing": {"scale_targets": "none"}}, ["Mean squared error"] * 2),
        ({}, []),
    ],
)
def test_losses_of_other_units_are_named_and_none_is_better(view, compared, train, evaluate, settings, titles) -> None:
    first = {"loss": "mse_loss", "preprocessing": {"scale_targets": "standardise"}}
    compared(train("one", SINE, "sine", **first), train("two", SINE, "sine", seed=1, **(first | settings)))
    evaluate(view)
    scores = view.evaluation_pane.scores
    row = next(row for row, texts in enumerate(scores.texts) if texts[0] == "loss")
    weights = {scores.item(row, column).font().weight() for column in (1, 2)}
    assert [text.partition(" · ")[2] for text in scores.texts[row][1:] if " · " in text] == titles
    assert len(weights) == (1 if titles else 2)


def test_networks_of_other_shapes_cannot_be_evaluated_together(view, compared, train) -> None:
    compared(train("digits", DIGITS, "digits"), train("moons"))
    button = view.heading.buttons["evaluate"]
    assert not button.isEnabled()
    assert "One network needs examples of 1×8×8, the other one of 2 numbers" in button.toolTip()
    assert view.evaluation.files == ()
    view.heading.mode.choose("one")
    assert button.isEnabled()


def test_a_foreign_other_file_is_named(view, compared, train, foreign) -> None:
    compared(train(), foreign)
    assert not view.heading.buttons["evaluate"].isEnabled()
    assert "foreign.safetensors has no network" in view.heading.buttons["evaluate"].toolTip()


def test_the_results_of_two_files_go_when_one_is_shown(view, compared, train, evaluate) -> None:
    compared(train("one"), train("two", seed=3))
    evaluate(view)
    assert view.evaluation_pane.isVisible()
    view.heading.mode.choose("one")
    assert not view.evaluation_pane.isVisible()
    assert view.evaluation.evaluator.state is EvaluationState.NOTHING
