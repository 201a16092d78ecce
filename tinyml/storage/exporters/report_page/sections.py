"""The sections of the report that show what was computed from the data."""

import numpy as np

from tinyml.core import Array, describe_count
from tinyml.learner import class_report
from tinyml.storage.exporters.report_page.charts import scatter_chart
from tinyml.storage.exporters.report_page.findings import MOST_SEARCHED, Findings, Mistake
from tinyml.storage.exporters.report_page.html_text import inline_image, number, percentage, safe, section, table
from tinyml.visualize.figures import StrongestPatches
from tinyml.visualize.figures.colours import image_colours, signed_colours, signed_limit

_MOST_CLASSES = 30
"""A larger confusion matrix fits on no page."""
_TILE, _GAP = 128, 2


def result_sections(findings: Findings, class_names: tuple[str, ...]) -> str:
    """Return the sections about the test data: metrics, mistakes, and what the maps look for.

    Arguments:
        findings: what was computed.
        class_names: of the network.
    """
    if findings.obstacle:
        note = (
            f"The data could not be used, so there is no confusion matrix, no mistake and no map. {findings.obstacle}"
        )
        return section("Results on the test data", "", note, "trouble")
    parts = [_confusion(findings, class_names), _scatter(findings), _mistakes(findings), _pairs(findings)]
    return "".join([*parts, _maps(findings)])


def _confusion(findings: Findings, names: tuple[str, ...]) -> str:
    metrics = findings.metrics
    if metrics is None or metrics.confusion is None:
        return ""
    confusion, found = metrics.confusion, class_report(metrics.confusion)
    rows = [
        (name, percentage(precision), percentage(recall), percentage(f1), int(support))
        for name, precision, recall, f1, support in zip(
            names, found.precision, found.recall, found.f1, found.support, strict=True
        )
    ]
    classes = table(("Class", "Precision", "Recall", "F1", "Examples"), rows[:_MOST_CLASSES])
    if len(rows) > _MOST_CLASSES:
        classes += f'<p class="note">and {len(rows) - _MOST_CLASSES} more classes</p>'
    note = (
        f"Of {int(confusion.sum())} test examples, {findings.mistake_count} are classified wrongly. "
        "Rows are the true classes, columns the predicted ones; correct answers are framed."
    )
    matrix = _matrix(confusion, names) if len(names) <= _MOST_CLASSES else ""
    return section(
        "Results on the test data", f'<div class="columns">{matrix}<div class="scroll">{classes}</div></div>', note
    )


def _matrix(confusion: np.ndarray, names: tuple[str, ...]) -> str:
    """Return the confusion matrix; each row is coloured by its shares."""
    head = "".join(f"<th scope='col' title='{safe(name)}'>{safe(name, 12)}</th>" for name in names)
    lines = []
    for place, (name, row) in enumerate(zip(names, confusion, strict=True)):
        total = max(int(row.sum()), 1)
        cells = []
        for column, count in enumerate(row):
            if not count:
                cells.append('<td class="zero">0</td>')
                continue
            share = int(count) / total
            right = ' class="right"' if column == place else ""
            strength = 0.12 + 0.6 * share
            cells.append(f'<td{right} style="background:rgba(var(--heat),{strength:.2f})">{int(count)}</td>')
        lines.append(f"<tr><th scope='row' title='{safe(name)}'>{safe(name, 16)}</th>{''.join(cells)}</tr>")
    return (
        f'<div class="scroll"><table class="confusion"><thead><tr><td></td>{head}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def _scatter(findings: Findings) -> str:
    metrics = findings.metrics
    if metrics is None or not len(findings.true):
        return ""
    values = [("R²", number(metrics.r_squared)), ("Mean absolute error", number(metrics.mean_absolute_error))]
    words = " · ".join(f"{name} {value}" for name, value in values)
    chart = scatter_chart("Predicted against true numbers", findings.true, findings.predicted)
    return section(
        "Results on the test data",
        f'<div class="charts">{chart}</div>' if chart else "",
        f"{words}. Points on the line are right." if chart else f"{words}.",
    )


def _mistakes(findings: Findings) -> str:
    if findings.mistake_count == 0:
        return section("Worst mistakes", "", "The network classifies every test example correctly.")
    if not findings.mistakes:
        return ""
    if findings.mistake_count is None:
        note = "The test examples with the largest errors, the largest first."
    else:
        shown, count = len(findings.mistakes), findings.mistake_count
        part = f" These are {shown} of {describe_count(count, 'mistake')}." if shown < count else ""
        note = f"The test examples with the highest score for a wrong class, the highest first.{part}"
    if findings.mistakes[0].image is not None:
        return section("Worst mistakes", f'<div class="tiles">{"".join(map(_tile, findings.mistakes))}</div>', note)
    rows = [(each.name, each.true, each.predicted, percentage(each.confidence)) for each in findings.mistakes[:12]]
    if findings.mistake_count is None:
        return section("Largest errors", table(("Example", "True", "Predicted"), [row[:3] for row in rows]), note)
    return section("Worst mistakes", table(("Example", "True", "Predicted", "Score"), rows), note)


def _tile(mistake: Mistake) -> str:
    assert mistake.image is not None, "checked for the first one"
    low, high = min(0.0, float(mistake.image.min())), max(1.0, float(mistake.image.max()))
    words = f"{mistake.name}: {mistake.true}, predicted as {mistake.predicted}"
    picture = inline_image(image_colours(mistake.image, low, high), words, _TILE)
    score = "" if mistake.confidence is None else f" <small>{percentage(mistake.confidence)}</small>"
    return (
        f'<div class="tile">{picture}<b>{safe(mistake.true, 40)}</b> <small>taken for</small> '
        f'<b class="wrong">{safe(mistake.predicted, 40)}</b>{score}<br><small>{safe(mistake.name, 40)}</small></div>'
    )


def _pairs(findings: Findings) -> str:
    if not findings.pairs:
        return ""
    tiles = []
    for pair in findings.pairs:
        low, high = min(0.0, float(pair[0].min())), max(1.0, float(pair[0].max()))
        images = [inline_image(image_colours(image, low, high), words, _TILE)
                  for image, words in zip(pair, ("input", "output"), strict=True)]  # fmt: skip
        tiles.append(f'<div><div class="pair">{"".join(images)}</div></div>')
    note = "Test inputs at the left, the outputs of the network at the right. The largest errors come first."
    return section("Inputs and outputs", f'<div class="maps">{"".join(tiles)}</div>', note)


def _maps(findings: Findings) -> str:
    if not findings.layer:
        return ""
    title = f"What {findings.layer} looks for"
    if not findings.maps:
        note = findings.maps_remark or "None of its maps answers to any of the test examples."
        return section(title, "", note)
    count = findings.counts[2] if findings.counts else 0
    images = (
        f"the first {describe_count(MOST_SEARCHED)} of {describe_count(count)} test images"
        if count > MOST_SEARCHED
        else "test images"
    )
    note = (
        f"For each of its strongest maps: the nine patches of {images} that excite it most, and beside each of them "
        "the pixels that cause the activation (deconvnet, Zeiler & Fergus 2014). Blue is below zero, orange above. "
        f"{findings.maps_remark}"
    )
    return section(title, f'<div class="maps">{"".join(map(_map_tile, findings.maps))}</div>', note)


def _map_tile(top: StrongestPatches) -> str:
    low, high = min(0.0, float(top.patches.min())), max(1.0, float(top.patches.max()))
    limit = signed_limit(top.reconstructions)
    left = _mosaic([image_colours(image, low, high) for image in top.patches[:9]])
    right = _mosaic([signed_colours(image, limit) for image in top.reconstructions[:9]])
    kind = "Unit" if top.is_unit else "Map"
    images = inline_image(left, "strongest patches", _TILE) + inline_image(right, "their reconstructions", _TILE)
    return (
        f'<div><h3>{kind} {top.map_index}</h3><div class="pair">{images}</div>'
        f'<p class="legend">activation {number(float(top.activations[0]), 3)} · colours ±{number(limit, 2)}</p></div>'
    )


def _mosaic(pictures: list[Array]) -> np.ndarray:
    """Return up to nine pictures of one size in three rows, with small pixels made large."""
    rows, columns = pictures[0].shape[:2]
    factor = max(_TILE // (3 * max(rows, columns)), 1)
    height, width = rows * factor + _GAP, columns * factor + _GAP
    mosaic = np.full((3 * height - _GAP, 3 * width - _GAP, 3), 128, np.uint8)
    for place, picture in enumerate(pictures):
        top, left = place // 3 * height, place % 3 * width
        large = picture.repeat(factor, axis=0).repeat(factor, axis=1)
        mosaic[top : top + rows * factor, left : left + columns * factor] = large
    return mosaic
