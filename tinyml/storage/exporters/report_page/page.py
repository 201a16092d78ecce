"""The page of the report: one offline HTML file without scripts."""

import platform
from importlib.metadata import version
from pathlib import Path

import numpy as np

import tinyml
from tinyml.core import TinymlError, describe_count, describe_shape
from tinyml.data import batch_count, describe_choice, split_counts
from tinyml.learner import TrainingSettings
from tinyml.losses import loss_descriptions
from tinyml.optims import optimizer_descriptions
from tinyml.optims.schedules import schedule_descriptions
from tinyml.storage.exporters.drawn_network import draw_model
from tinyml.storage.exporters.report_page.charts import Series, line_chart
from tinyml.storage.exporters.report_page.findings import Findings
from tinyml.storage.exporters.report_page.html_text import definitions, number, percentage, safe, section
from tinyml.storage.exporters.report_page.sections import result_sections
from tinyml.storage.exporters.report_page.style import DRAWING_COLOURS, STYLE
from tinyml.storage.model import SavedModel
from tinyml.visualize.network_drawing import describe_targets

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
"""A browser loads nothing from anywhere and runs no script, whatever the page holds."""

_ALWAYS = ("learning_rate", "batch_size", "epochs", "seed")


def write_page(about: SavedModel, findings: Findings, parameters: int, title: str) -> str:
    """Return the whole page.

    Arguments:
        about: the content of the model file.
        findings: what was computed from the data.
        parameters: number of parameters.
        title: name of the model.
    """
    source = Path(about.data.source).name or about.data.source
    targets = describe_targets(about.class_names, about.target_shape, about.data.target == "input")
    shape = about.input_shape
    inputs = describe_shape(shape) if len(shape) > 1 else describe_count(shape[0], "number")
    lead = f"A network trained on {source}: {inputs} → {targets}"
    sections = [
        _curves(about, findings),
        result_sections(findings, about.class_names),
        section("Network", draw_model(about).as_svg(DRAWING_COLOURS).replace(_NAMESPACE, ""), style="network"),
        _settings(about, findings),
        _environment(about),
    ]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{safe(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        f'<header><h1>{safe(title)}</h1><p class="lead">{safe(lead)}</p>'
        f"{_stats(about, findings, parameters)}</header>\n"
        + "\n".join(part for part in sections if part)
        + "\n<footer>Written by TinyML Studio. This page needs no network.</footer>\n</main>\n</body>\n</html>\n"
    )


_NAMESPACE = ' xmlns="http://www.w3.org/2000/svg"'
"""SVG inside HTML needs none."""


def _stats(about: SavedModel, findings: Findings, parameters: int) -> str:
    """Return the most important numbers."""
    metrics = findings.metrics
    shown = []
    accuracy = about.test_accuracy if metrics is None else metrics.accuracy
    loss = about.test_loss if metrics is None else metrics.loss
    r_squared = about.test_r_squared if metrics is None else metrics.r_squared
    if accuracy is not None:
        shown.append((percentage(accuracy), "test accuracy"))
    elif r_squared is not None:
        shown.append((number(r_squared, 3), "test R²"))
    if loss is not None:
        shown.append((number(loss, 3), "test loss"))
    if metrics is not None and metrics.calibration is not None:
        shown.append((percentage(metrics.calibration.error), "calibration error"))
    counts = [(parameters, "parameter"), (len(about.history), "epoch")]
    if findings.counts is not None:
        counts.append((sum(findings.counts), "example"))
    shown += [(describe_count(count), describe_count(count, thing).split()[-1]) for count, thing in counts]
    tiles = "".join(f'<div class="stat"><b>{safe(value)}</b><span>{safe(name)}</span></div>' for value, name in shown)
    return f'<div class="stats">{tiles}</div>'


def _curves(about: SavedModel, findings: Findings) -> str:
    history = about.history
    if not history:
        return section("Curves", "", "The model file has no history of epochs.")
    epochs = [each.epoch for each in history]
    watched = [each.validation_loss if each.validation_loss is not None else each.training_loss for each in history]
    best = epochs[int(np.argmin(watched))]
    charts = []
    for name, title in (("loss", "Loss"), ("accuracy", "Accuracy"), ("r_squared", "R²")):
        series = [
            Series(part, [getattr(each, f"{part}_{name}") for each in history], part)
            for part in ("training", "validation")
        ]
        charts.append(line_chart(title, series, epochs, best))
    charts.append(_learning_rate(about, findings, epochs))
    return section("Curves", f'<div class="charts">{"".join(charts)}</div>', style="whole")


def _learning_rate(about: SavedModel, findings: Findings, epochs: list[int]) -> str:
    """Return the chart of the learning rate at the beginning of each epoch, if it is known."""
    batches = findings.batches or _count_batches(about)
    if batches is None:
        return ""
    schedule = about.training.make_schedule(batches)
    rates: list[float | None] = []
    for place in range(len(epochs)):
        rates.append(about.training.learning_rate * schedule.factor(place * batches))
        loss = about.history[place].validation_loss
        schedule.note_epoch(about.history[place].training_loss if loss is None else loss)
    return line_chart("Learning rate", [Series("at the start of each epoch", rates, "single")], epochs)


def _count_batches(about: SavedModel) -> int | None:
    if about.training.schedule == "constant":
        return 1
    try:
        return batch_count(split_counts(describe_choice(about.data), about.data)[0], about.training.batch_size)
    except TinymlError:
        return None


def _settings(about: SavedModel, findings: Findings) -> str:
    training = about.training
    rows: list[tuple[str, object]] = [
        ("Loss", loss_descriptions()[training.loss].title),
        ("Optimiser", optimizer_descriptions()[training.optimizer].title),
        ("Schedule", schedule_descriptions()[training.schedule].title),
    ]
    used = {*_ALWAYS, *optimizer_descriptions()[training.optimizer].settings}
    default = TrainingSettings()
    for name, field in TrainingSettings.model_fields.items():
        value = getattr(training, name)
        if name in ("loss", "optimizer", "schedule") or (name not in used and value == getattr(default, name)):
            continue
        rows.append((field.title or name, _written(value)))
    return section(
        "Settings and data",
        f'<div class="columns"><div><h3>Training</h3>{definitions(rows)}</div>'
        f"<div><h3>Data</h3>{definitions(_data_rows(about, findings))}</div></div>",
        style="whole",
    )


def _data_rows(about: SavedModel, findings: Findings) -> list[tuple[str, object]]:
    choice = about.data
    rows: list[tuple[str, object]] = [
        ("Source", choice.source),
        ("Example", describe_shape(about.input_shape)),
        ("Target", describe_targets(about.class_names, about.target_shape, choice.target == "input")),
    ]
    if about.class_names:
        shown = ", ".join(about.class_names[:20]) + ("…" if len(about.class_names) > 20 else "")
        rows.append(("Classes", shown))
    if findings.counts is not None:
        words = " · ".join(
            f"{name} {describe_count(count)}"
            for name, count in zip(("training", "validation", "test"), findings.counts, strict=True)
        )
        rows.append(("Examples", words))
    rows += [
        ("Shares", f"validation {choice.validation:.0%} · test {choice.test:.0%}"),
        ("Split seed", choice.seed),
        ("Keep classes even", _written(choice.stratified)),
    ]
    for name, value in choice.preprocessing.model_dump(exclude_defaults=True).items():
        rows.append((name.replace("_", " ").capitalize(), _written(value)))
    rows += [(f"Option {name}", _written(value)) for name, value in choice.options.items()]
    if about.preprocessing is not None and about.preprocessing.scaling is not None:
        scaling = about.preprocessing.scaling
        offset, scale = (", ".join(number(value) for value in values[:4]) for values in (scaling.offset, scaling.scale))
        rows.append(("Scaling", f"(x − {offset}) / {scale}" + ("…" if len(scaling.offset) > 4 else "")))
    return rows


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return number(value, 6)
    return str(value)


def _environment(about: SavedModel) -> str:
    rows = [
        ("TinyML", tinyml.__version__),
        ("NumPy", version("numpy")),
        ("Python", platform.python_version()),
        ("System", f"{platform.system()} on {platform.machine()}"),
        ("Seed of the training", about.training.seed),
        ("Seed of the split", about.data.seed),
    ]
    note = (
        "The programs that wrote this report. A model file holds no date, so that the same run gives the same bytes. "
        "Export a script for tinyml to repeat the run."
    )
    return section("Environment", definitions(rows), note, "whole")
