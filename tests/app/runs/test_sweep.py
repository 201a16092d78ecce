"""A sweep trains one run for each value, and says what is wrong with a value before the first run starts."""

import pytest
from PySide6.QtCore import QThread

from app.runs.sweep import MOST_VALUES, SweepSetting, parse_values, sweep_configs, sweep_settings
from app.runs.sweep_runner import SweepRunner
from app.training import SessionState
from app.training.training_config import freeze_config
from tests.app.runs.conftest import ENDED
from tests.app.training.conftest import circle_project
from tinyml.core import TinymlError
from tinyml.storage import open_project

RATE, BATCH, SEED, WIDTH = sweep_settings(circle_project())


@pytest.fixture
def runner(session, document):
    runner = SweepRunner(session, document)
    yield runner
    session.shutdown()
    runner.deleteLater()


@pytest.mark.parametrize(
    ("text", "whole", "values"),
    [
        ("0.01, 0.1, 1", False, (0.01, 0.1, 1.0)),
        ("0.01;0.1 1", False, (0.01, 0.1, 1.0)),
        ("1, 2, 1", True, (1, 2)),
        ("1 to 4", True, (1, 2, 3, 4)),
        ("8 to 33 by 8", True, (8, 16, 24, 32)),
        ("0.1 to 0.3 by 0.1", False, (0.1, 0.2, 0.3)),
        ("0.001 to 1 times 10", False, (0.001, 0.01, 0.1, 1.0)),
        ("16 to 128 times 2", True, (16, 32, 64, 128)),
        ("1 to 10 times 1.5", True, (1, 2, 3, 5, 8)),
    ],
)
def test_a_list_and_a_range_are_read(text, whole, values) -> None:
    assert parse_values(text, whole) == values


@pytest.mark.parametrize(
    ("text", "whole", "reason"),
    [
        ("", False, "two values"),
        ("0.1", False, "two values"),
        ("0.1, 0.1", False, "two values"),
        ("0.1, x", False, "“x” is not a number"),
        ("0.1, nan", False, "“nan” is not a number that"),
        ("1, inf", False, "“inf”"),
        ("1.5, 2", True, "1.5 is not a whole number"),
        ("5 to 1", True, "should rise"),
        ("1 to 5 by 0", True, "larger than 0"),
        ("1 to 5 by -1", True, "larger than 0"),
        ("0 to 5 times 2", True, "above 0"),
        ("1 to 5 times 1", True, "factor above 1"),
        ("1 to 1000", True, "Use a larger step"),
        ("1 to 1e9", False, "Use a larger step"),
        ("1 to x", True, "“x” is not a number"),
    ],
)
def test_wrong_values_are_named_with_a_remedy(text, whole, reason) -> None:
    with pytest.raises(TinymlError, match=reason):
        parse_values(text, whole)


def test_there_is_a_bound_on_the_number_of_runs() -> None:
    assert len(parse_values(f"1 to {MOST_VALUES}", whole=True)) == MOST_VALUES
    with pytest.raises(TinymlError, match=f"{MOST_VALUES} at most"):
        parse_values(f"1 to {MOST_VALUES + 1}", whole=True)


def test_the_widths_of_all_layers_but_the_last_can_vary() -> None:
    assert (WIDTH.title, WIDTH.layer, WIDTH.example) == ("Outputs of linear_1", "linear_1", "4, 8, 16")
    titles = [setting.title for setting in sweep_settings(open_project("lenet-digits"))]
    assert titles == [
        "Learning rate",
        "Batch size",
        "Seed",
        "Filters of conv_1",
        "Filters of conv_2",
        "Outputs of linear_1",
    ]


def test_every_example_can_be_swept(document) -> None:
    for setting in (RATE, BATCH, SEED, WIDTH):
        values = parse_values(setting.example, setting.whole)
        configs = sweep_configs(freeze_config(document), setting, values)
        assert len({config.project.model_dump_json() for config in configs}) == len(values)


@pytest.mark.parametrize(
    ("setting", "values", "reason"),
    [
        (RATE, (0.1, -1), "Learning rate"),
        (RATE, (0.1, 1e9), "Learning rate"),
        (BATCH, (0, 8), "Batch size"),
        (WIDTH, (0, 8), "[Oo]utputs"),
        (WIDTH, (8, 10**9), "linear_1|memory|[Oo]utputs"),
    ],
)
def test_a_value_that_is_not_possible_starts_no_run(session, runner, setting, values, reason) -> None:
    with pytest.raises(TinymlError, match=reason):
        runner.start(setting, ", ".join(map(str, values)))
    assert not runner.running
    assert runner.rows == ()
    assert session.state is SessionState.READY


def test_one_run_follows_the_other_and_the_document_stays(qtbot, session, runner, document, keeper) -> None:
    before = document.project
    runner.start(WIDTH, "2, 4, 8")
    qtbot.waitUntil(lambda: not runner.running)
    assert runner.sentence == ""
    assert [row.value for row in runner.rows] == [2, 4, 8]
    assert all(row.record.state == "finished" and row.record.measure is not None for row in runner.rows)
    widths = [row.record.project.network.layers[0].settings["outputs"] for row in runner.rows]
    assert widths == [2, 4, 8]
    assert document.project is before
    assert not document.modified
    qtbot.waitUntil(lambda: len(keeper.kept) == 3)
    assert {row.record.identifier for row in runner.rows} == set(keeper.kept)
    assert not any(thread.isRunning() for thread in session.findChildren(QThread))


def test_a_run_that_diverges_is_a_result_and_the_next_one_follows(qtbot, session, runner, document) -> None:
    runner.start(RATE, "1000, 0.1")
    qtbot.waitUntil(lambda: not runner.running)
    first, second = runner.rows
    assert first.record.state == "failed"
    assert first.record.results.diverged
    assert second.record.state == "finished"


def test_stop_ends_the_sweep_and_keeps_what_is_there(qtbot, session, runner, document) -> None:
    document.show_project(circle_project(epochs=100_000))
    runner.start(SEED, "1, 2")
    qtbot.waitUntil(lambda: len(session.history) > 2)
    runner.stop()
    qtbot.waitUntil(lambda: not runner.running)
    assert runner.sentence == "The sweep was stopped."
    assert runner.rows[0].record.state == "stopped"
    assert not runner.rows[0].running
    assert runner.rows[1].record is None
    assert session.state is SessionState.STOPPED


def test_the_stop_button_of_the_window_ends_the_sweep_too(qtbot, session, runner, document) -> None:
    document.show_project(circle_project(epochs=100_000))
    runner.start(SEED, "1, 2")
    qtbot.waitUntil(lambda: len(session.history) > 2)
    session.stop()
    qtbot.waitUntil(lambda: not runner.running)
    assert runner.rows[1].record is None
    assert session.state is SessionState.STOPPED


def test_another_project_ends_the_sweep(qtbot, session, runner, document) -> None:
    document.show_project(circle_project(epochs=100_000))
    runner.start(SEED, "1, 2")
    qtbot.waitUntil(lambda: len(session.history) > 2)
    document.replace(circle_project())
    assert not runner.running
    assert runner.sentence
    assert session.state is SessionState.READY


def test_a_run_of_the_user_between_two_runs_ends_the_sweep(qtbot, session, runner, document) -> None:
    runner.start(SEED, "1, 2")
    run = session.run
    started = []

    def start_another() -> None:
        if run.state in ENDED and not started:
            started.append(True)
            document.show_project(circle_project(epochs=100_000))
            session.start()

    session.state_changed.connect(start_another)
    qtbot.waitUntil(lambda: not runner.running)
    assert "another run" in runner.sentence
    assert runner.rows[1].record is None
    assert session.state.active


def test_no_sweep_starts_beside_an_active_run(qtbot, session, runner, document) -> None:
    document.show_project(circle_project(epochs=100_000))
    session.start()
    with pytest.raises(TinymlError, match="A run is active"):
        runner.start(SEED, "1, 2")


def test_a_setting_without_a_range_of_its_own_is_checked_by_the_layer(document) -> None:
    nothing = SweepSetting("Outputs of linear_1", "outputs", "linear_1")
    with pytest.raises(TinymlError):
        sweep_configs(freeze_config(document), nothing, (-3, 4))
