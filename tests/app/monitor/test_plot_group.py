"""The plots together: positions, cursor, smoothing, other runs, changed settings, learning rate."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QPushButton

from app.monitor.legend import LegendEntry
from app.training.curves import RunCurves
from app.training.run import SettingChange
from app.training.setting_text import describe_setting_change
from app.widgets.theme.theme import DARK, LIGHT, SERIES_COLORS, palette_for, run_color
from tinyml.learner import BatchFinished, EpochFinished


def batches(losses, rates=0.1, per_epoch: int = 10) -> list[BatchFinished]:
    rates = np.broadcast_to(rates, len(losses))
    return [
        BatchFinished(1 + n // per_epoch, 1 + n % per_epoch, per_epoch, n + 1, 64, float(loss), 0.5, float(rate))
        for n, (loss, rate) in enumerate(zip(losses, rates, strict=True))
    ]


def other_run(losses, epochs: int = 4) -> RunCurves:
    curves = RunCurves(epochs)
    curves.add_batches(batches(losses), seconds=2.0)
    return curves


def report(session, losses, rates=0.1) -> None:
    events = batches(losses, rates)
    session.run.add_batches(events)
    session.batches_finished.emit(events)


def press(qtbot, monitor, name: str) -> None:
    qtbot.mouseClick(monitor.findChild(QPushButton, f"monitor_{name}"), Qt.MouseButton.LeftButton)


def test_all_plots_show_the_same_positions_and_keep_them_while_data_arrive(monitor, session) -> None:
    session.begin(epochs=20)
    session.learn([1.0] * 50)
    monitor.refresh()
    monitor.accuracy_plot.area._view.scaleBy(x=0.5, y=0.5)
    monitor.accuracy_plot.area.moved.emit()
    seen = [plot.area.positions for plot in monitor.plots.plots]
    assert seen[0] == seen[1] == seen[2]
    assert seen[0][1] - seen[0][0] < 11
    session.learn([1.0] * 50)
    monitor.refresh()
    assert [plot.area.positions for plot in monitor.plots.plots] == seen
    monitor.loss_plot.area.follow_requested.emit()
    assert monitor.plots.tools.follow_button.isChecked()
    assert monitor.accuracy_plot.area.positions == pytest.approx((0.0, 20.0), abs=0.5)


def test_the_cursor_is_in_all_plots_and_the_keyboard_moves_it(qtbot, monitor, session) -> None:
    session.begin(epochs=2, batches=10)
    session.learn([4.0] * 10 + [2.0] * 10, accuracy=0.75)
    monitor.refresh()
    area = monitor.loss_plot.area
    area.hovered.emit(0.5)
    assert [plot.area.marks.cursor.value() for plot in monitor.plots.plots] == [0.5] * 3
    texts = [plot.area.marks.cursor.label.toPlainText() for plot in monitor.plots.plots]
    assert texts == ["epoch 0.5 · this batch 4.00", "epoch 0.5 · this batch 75.0 %", ""]
    assert monitor.accuracy_plot.training_legend.text == "training 75.0\N{NO-BREAK SPACE}%"
    press(qtbot, monitor, "unit_batch")
    assert [plot.area.marks.cursor.value() for plot in monitor.plots.plots] == [5.0] * 3
    assert texts[0].replace("epoch 0.5", "batch 5") == monitor.loss_plot.area.marks.cursor.label.toPlainText()
    press(qtbot, monitor, "unit_epoch")
    qtbot.keyClick(area, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert 0.5 < monitor.accuracy_plot.area.marks.cursor.value() < 0.6
    assert monitor.plots.tools.follow_button.isChecked()
    area.hovered.emit(np.nan)
    assert not any(plot.area.marks.cursor.isVisible() for plot in monitor.plots.plots)


def test_positions_as_batches_and_seconds(qtbot, monitor, session) -> None:
    session.begin(epochs=4, batches=10)
    session.run.add_batches(
        batches([1.0] * 20),
    )
    session.end_epoch(1.0, 2.0)
    session.run.curves._seconds._buffer[:20] = np.arange(1, 21) / 2
    monitor.refresh()
    press(qtbot, monitor, "unit_batch")
    area = monitor.loss_plot.area
    assert area.positions == pytest.approx((0, 40), abs=1)
    assert area._batches.getData()[0].tolist() == pytest.approx(list(range(1, 21)))
    assert area._epoch_markers.getData()[0].tolist() == pytest.approx([10])
    assert area.marks.best.getData()[0].tolist() == pytest.approx([10])
    assert area.getPlotItem().getAxis("bottom").labelText == "batch"
    press(qtbot, monitor, "unit_seconds")
    assert area._batches.getData()[0].tolist() == pytest.approx(list(np.arange(1, 21) / 2))
    assert monitor.accuracy_plot.area.positions[1] == pytest.approx(area.positions[1])
    area.hovered.emit(5.0)
    assert area.marks.cursor.label.toPlainText() == "0:05 · this batch 1.00"


def test_smoothing_changes_the_strong_line_and_leaves_the_batches(qtbot, monitor, session) -> None:
    losses = np.random.default_rng(0).random(60)
    session.begin(epochs=10, batches=10)
    session.learn(losses)
    monitor.refresh()
    area = monitor.loss_plot.area
    usual = area._smoothed.getData()[1].copy()
    qtbot.keyClick(monitor.plots.tools.slider, Qt.Key.Key_End)
    strong = area._smoothed.getData()[1].copy()
    assert np.std(strong[20:]) < np.std(usual[20:])
    qtbot.keyClick(monitor.plots.tools.slider, Qt.Key.Key_Home)
    assert area._smoothed.getData()[1] == pytest.approx(losses, rel=1e-6)
    assert area._batches.getData()[1].tolist() == losses.tolist()
    session.begin(epochs=10, batches=10)
    session.learn(losses)
    monitor.refresh()
    assert area._smoothed.getData()[1] == pytest.approx(losses, rel=1e-6), "the choice holds for the next run"


def test_long_runs_are_smoothed_in_steps_between_other_events(qtbot, monitor, session) -> None:
    count = 300_000
    values = np.random.default_rng(0).random(count)
    x = np.arange(1, count + 1) / 1000
    session.begin(epochs=400, batches=1000)
    session._steps = count
    for curves in (session.run.curves, other := RunCurves(400)):
        curves.restore_batches(833, x, values, values)
    monitor.set_overlays([("run 1", 0, other)])
    before = session.run.curves.loss.smoothed, other.loss.smoothed
    monitor.plots.tools.slider.setValue(monitor.plots.tools.slider.maximum())
    assert (session.run.curves.loss.smoothed, other.loss.smoothed) == before, "one step is not enough"
    session.learn([0.5] * 10)
    qtbot.waitUntil(lambda: not monitor.plots._smooth_timer.isActive())
    for curves, old in zip((session.run.curves, other), before, strict=True):
        assert np.std(curves.loss.smoothed.y[count // 2 :]) < 0.5 * np.std(old.y[count // 2 :])
        assert len(curves.loss.smoothed) == len(curves.loss.batches)
    drawn = monitor.loss_plot.area._smoothed.getData()[1]
    assert np.nanstd(drawn[len(drawn) // 2 :]) < 0.5 * np.std(before[0].y[count // 2 :])


def test_other_runs_are_drawn_with_their_name_and_their_value(monitor, session) -> None:
    session.begin(epochs=2, batches=10)
    session.learn([1.0] * 20)
    monitor.set_overlays([("run 3", 4, other_run([5.0] * 40)), ("wide", 2, other_run([2.0] * 10))])
    monitor.refresh()
    plot = monitor.loss_plot
    assert [curve.opts["pen"].color() for curve in plot.area._overlays] == [run_color(4), run_color(2)]
    assert plot.area.heights[1] >= 5
    assert plot.area.positions[1] >= 4, "the longest run is shown whole"
    x, y = plot.area._overlays[0].getData()
    assert set(np.round(y, 5)) == {5.0}
    assert x[-1] == pytest.approx(4.0, abs=0.1)
    plot.area.hovered.emit(0.5)
    entries = [entry for entry in plot.findChildren(LegendEntry) if entry.objectName().startswith("legend_overlay")]
    assert [entry.text for entry in entries] == ["run 3 5.00", "wide 2.00"]
    monitor.set_overlays([])
    assert not plot.area._overlays
    assert plot.area.positions[1] < 4


def test_runs_that_are_compared_have_their_colours_of_the_list(qapp, monitor, session) -> None:
    session.begin(epochs=2, batches=10)
    session.learn([1.0] * 20)
    session.end_epoch(1.0, 1.0)
    session.run.number = 4
    monitor.refresh()
    plot = monitor.loss_plot
    alone = [QColor(SERIES_COLORS[name]) for name in ("training", "validation")]
    before = qapp.palette()

    def colors() -> list[QColor]:
        curves = (plot.area._smoothed, plot.area._validation)
        legends = [entry.color for entry in (plot.training_legend, plot.validation_legend)]
        assert legends == [curve.opts["pen"].color() for curve in curves]
        return legends

    assert colors() == alone
    monitor.set_overlays([("run 6", 5, other_run([5.0] * 20))])
    try:
        for theme in (DARK, LIGHT):
            qapp.setPalette(palette_for(theme))
            qapp.processEvents()
            assert colors() == [run_color(3), run_color(3)]
            assert plot.area._overlays[0].opts["pen"].color() == run_color(5)
            assert plot.findChild(LegendEntry, "legend_overlay_0").color == run_color(5)
        session.run.number = 3
        monitor.refresh()
        assert colors() == [run_color(2), run_color(2)]
    finally:
        qapp.setPalette(before)
    monitor.set_overlays([])
    assert colors() == alone


def test_other_runs_differ_without_colour_too(monitor, session) -> None:
    session.begin(epochs=2, batches=10)
    session.learn([1.0] * 20)
    validated = other_run([3.0] * 20)
    validated.add_epochs([EpochFinished(number, 2, 3.0, 0.5, 2.0, 0.5, 1.0) for number in (1, 2)])
    monitor.set_overlays([("run 1", 0, other_run([5.0] * 20)), ("run 2", 1, validated)])
    monitor.refresh()
    area = monitor.loss_plot.area
    assert [curve.opts["connect"] for curve in area._overlays] == ["finite", "pairs"], (
        "training solid, validation dashed"
    )
    x, y = area._overlay_symbols.getData()
    symbols = area._overlay_symbols.data["symbol"]
    assert {(symbol, value) for symbol, value in zip(symbols, y.tolist(), strict=True)} == {("o", 5.0), ("s", 2.0)}
    assert len(x) == len(set(x.tolist())) or x.max() == 2.0


@pytest.mark.parametrize(("width", "rows"), [(1600, 1), (800, 2), (420, 2)])
def test_the_legend_of_five_runs_shows_every_name(monitor, session, width, rows) -> None:
    session.begin(epochs=2, batches=10)
    session.learn([1.0] * 20)
    monitor.set_overlays([(f"run {number + 1}", number, other_run([5.0] * 20)) for number in range(5)])
    monitor.resize(width, 300)
    monitor.refresh()
    QApplication.processEvents()
    entries = [entry for entry in monitor.loss_plot.findChildren(LegendEntry) if "overlay" in entry.objectName()]
    assert len({entry.y() for entry in entries}) == rows
    for entry in entries:
        assert entry.width() >= entry.minimumSizeHint().width()
        assert monitor.loss_plot.rect().contains(entry.geometry().translated(entry.parentWidget().pos()))


def test_another_run_without_this_metric_is_left_out(monitor, session) -> None:
    regression = RunCurves(4, "r_squared")
    regression.add_batches([BatchFinished(1, 1, 10, 1, 64, 3.0, None, 0.1, (), 0.9)])
    session.begin(epochs=2, batches=10)
    session.learn([1.0] * 20)
    monitor.set_overlays([("run 1", 4, regression)])
    monitor.refresh()
    assert not len(monitor.accuracy_plot.area._overlays[0].getData()[0])


def test_a_changed_setting_is_marked_where_it_took_effect(qtbot, monitor, session) -> None:
    session.begin(epochs=4, batches=10)
    session.learn([1.0] * 20)
    session.run.changes.append(SettingChange(1.5, 15, "learning_rate", 0.1, 0.01))
    monitor.refresh()
    for plot in monitor.plots.plots:
        (line,) = plot.area.marks.changes
        assert line.value() == 1.5
        # Only one plot names it; the texts would hide the curves of the others.
        assert line.label.toPlainText() == ("learning rate 0.1 → 0.01" if plot is monitor.loss_plot else "")
    press(qtbot, monitor, "unit_batch")
    assert monitor.loss_plot.area.marks.changes[0].value() == pytest.approx(15)
    session.begin()
    monitor.refresh()
    assert not monitor.loss_plot.area.marks.changes
    assert describe_setting_change(SettingChange(1.0, 1, "batch_size", 64, 128)) == "batch size 64 → 128"


def test_the_learning_rate_is_shown_if_it_changes_or_if_the_user_wants_it(qtbot, monitor, session) -> None:
    rate_plot, button = monitor.plots.rate_plot, monitor.plots.tools.rate_button
    session.begin(epochs=4, batches=10)
    report(session, [1.0] * 20, 0.1)
    monitor.refresh()
    assert not rate_plot.isVisible()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert rate_plot.isVisible()
    assert rate_plot.area._smoothed.getData()[1] == pytest.approx([0.1] * 20)
    session.begin(epochs=4, batches=10)
    report(session, [1.0] * 20, np.linspace(0.1, 0.01, 20))
    monitor.refresh()
    assert rate_plot.isVisible()
    assert button.isChecked()
    assert rate_plot.training_legend.text == "rate 0.0100"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    monitor.refresh()
    assert not rate_plot.isVisible()
    session.begin(epochs=4, batches=10)
    session.learn([1.0] * 20)
    monitor.refresh()
    assert not button.isEnabled()


def test_an_outlier_does_not_flatten_the_curve_and_an_arrow_points_to_it(monitor, session) -> None:
    session.begin(epochs=20, batches=10)
    session.learn([1.0] * 100 + [500.0] + [1.0] * 50)
    monitor.refresh()
    area = monitor.loss_plot.area
    assert area.heights[1] < 10
    x, y = area.marks.outliers.getData()
    assert x.tolist() == pytest.approx([10.1], abs=0.1)
    assert area.heights[0] < y[0] < area.heights[1]
    action = next(one for one in monitor.loss_plot.actions() if one.objectName() == "action_show_outliers")
    action.trigger()
    assert area.heights[1] > 500
    assert not len(area.marks.outliers.getData()[0])


def test_a_run_that_diverges_is_not_taken_for_outliers(monitor, session) -> None:
    session.begin(epochs=20, batches=10)
    session.learn(np.geomspace(1.0, 1e6, 200))
    monitor.refresh()
    assert monitor.loss_plot.area.heights[1] >= 1e6
    assert not len(monitor.loss_plot.area.marks.outliers.getData()[0])


def test_a_divergence_that_has_passed_leaves_the_rest_of_the_curve_readable(monitor, session) -> None:
    area = monitor.loss_plot.area
    session.begin(epochs=100, batches=10)
    session.learn([2.3, *np.geomspace(2.3, 1e5, 60)])
    monitor.refresh()
    assert area.heights[1] >= 1e5, "the run is there now"
    session.learn(np.linspace(3.0, 1.0, 800))
    monitor.refresh()
    assert area.heights[1] < 20
    x, _y = area.marks.outliers.getData()
    assert len(x)
    assert x.max() < 6.5, "arrows point to the batches that diverged, and to no others"


def test_a_fast_descent_is_shown_from_its_start(monitor, session) -> None:
    session.begin(epochs=1000, batches=10)
    session.learn([*np.geomspace(2.3, 1e-4, 300), *[1e-4] * 9000])
    monitor.refresh()
    assert monitor.loss_plot.area.heights[1] >= 2.3
    assert not len(monitor.loss_plot.area.marks.outliers.getData()[0])


def test_a_few_epochs_that_overfit_are_shown_whole(monitor, session) -> None:
    session.begin(epochs=10, batches=100)
    session.learn(np.geomspace(0.7, 1e-3, 900))
    for epoch in range(9):
        session.end_epoch(0.1, 0.7 + epoch)
    monitor.refresh()
    assert monitor.loss_plot.area.heights[1] >= 8.7
    assert not len(monitor.loss_plot.area.marks.outliers.getData()[0])


def test_another_run_that_diverged_does_not_flatten_the_curve(monitor, session) -> None:
    area = monitor.loss_plot.area
    session.begin(epochs=20, batches=10)
    session.learn([2.0] * 200)
    monitor.set_overlays([("run 1", 0, other_run([300.0] * 200)), ("run 2", 1, other_run([9.0] * 200))])
    monitor.refresh()
    assert 9 <= area.heights[1] < 50
    assert len(area.marks.outliers.getData()[0])
    next(one for one in monitor.loss_plot.actions() if one.objectName() == "action_show_outliers").trigger()
    assert area.heights[1] >= 300


def test_few_batches_are_points_and_many_are_not_until_they_are_enlarged(monitor, session) -> None:
    session.begin(epochs=20, batches=100)
    session.learn([2.0, 1.5, 1.0])
    monitor.refresh()
    area = monitor.loss_plot.area
    assert area._batch_points.getData()[1].tolist() == [2.0, 1.5, 1.0]
    session.learn(np.random.default_rng(0).random(1000))
    monitor.refresh()
    assert not len(area._batch_points.getData()[0])
    area.show_range((1.0, 1.5), area.heights)
    monitor.loss_plot.set_following(False)
    assert 40 <= len(area._batch_points.getData()[0]) <= 60


def test_the_cursor_reads_the_same_batch_as_the_curve(monitor, session) -> None:
    session.begin(epochs=2, batches=10)
    session.learn(np.arange(20.0))
    monitor.refresh()
    area = monitor.loss_plot.area
    scene = area.getPlotItem().getViewBox().mapViewToScene(QPointF(1.0, 9.0))
    assert scene.x() > 0
    area.hovered.emit(1.0)
    assert area.marks.cursor.label.toPlainText().endswith("this batch 9.00")


def test_many_other_runs_do_not_make_the_plots_wider(monitor, session) -> None:
    session.begin(epochs=2, batches=10)
    session.learn([1.0] * 20)
    monitor.refresh()
    before = monitor.minimumSizeHint().width()
    monitor.set_overlays([(f"run {number} with a long name", 4, other_run([5.0] * 4)) for number in range(9)])
    assert monitor.minimumSizeHint().width() == before


def test_a_low_plot_has_no_name_below_its_axis_in_any_unit(qtbot, monitor, session) -> None:
    monitor.resize(1200, 700)
    session.begin(epochs=4, batches=10)
    report(session, [1.0] * 20, np.linspace(0.1, 0.01, 20))
    monitor.refresh()
    press(qtbot, monitor, "unit_batch")
    shown = {
        plot.objectName(): plot.area.getPlotItem().getAxis("bottom").label.isVisible() for plot in monitor.plots.plots
    }
    assert shown == {"loss_plot": True, "accuracy_plot": True, "learning_rate_plot": False}
