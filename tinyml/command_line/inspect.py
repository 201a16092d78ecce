"""`tinyml inspect`: list the tensors of a file, with statistics and what is striking about them."""

import argparse
import json
import time
from typing import Any

from tinyml.command_line.data import printable
from tinyml.command_line.tensor_progress import TensorProgress
from tinyml.core import describe_count, describe_shape
from tinyml.core.files import show_path
from tinyml.core.memory import describe_bytes
from tinyml.core.text_table import format_table
from tinyml.storage import (
    FileHealth,
    GraphSummary,
    TensorFileHeader,
    TensorSummary,
    assess_health,
    describe_sizes,
    open_tensors,
    sizes_by_type,
    summarise_tensors,
)

_MOST_PRINTED = 40
"""The most tensors that are printed for people; the JSON holds all of them."""
_LONGEST_TEXT = 100
_HEAD = ("tensor", "type", "shape", "min", "mean", "max", "deviation", "not finite")


def run(options: argparse.Namespace) -> None:
    """Print the tensors of a file as a table, then everything as one line of JSON.

    Arguments:
        options: `file`; `no_values` to read only names, shapes and types; `quiet` to show no progress.

    Raises `TinymlError` when the file cannot be read.
    """
    started = time.perf_counter()
    with open_tensors(options.file) as file:
        header, size = file.header, file.size
    _print_header(options.file, header, size)
    summaries: list[TensorSummary] | None = None
    health: FileHealth | None = None
    if not options.no_values:
        with TensorProgress(size, sum(tensor.count for tensor in header.tensors), options.quiet) as progress:
            summaries = []
            for summary in summarise_tensors(options.file, between=progress.check, header=header):
                summaries.append(summary)
                progress.add(summary.count)
        health = assess_health(summaries)
    _print_tensors(header, summaries)
    if health is not None:
        print(printable(health.sentence))
    result = {**_as_json(header, size, summaries, health), "seconds": round(time.perf_counter() - started, 3)}
    print(json.dumps(result))


def _print_header(path: str, header: TensorFileHeader, size: int) -> None:
    elements = sum(tensor.count for tensor in header.tensors)
    print(
        printable(
            f"{show_path(path)} ({header.format}). Tensors: {describe_count(len(header.tensors))}, elements: "
            f"{describe_count(elements)}, {describe_bytes(size)}"
        )
    )
    print(f"Types: {printable(describe_sizes(sizes_by_type(header.tensors)))}")
    if header.metadata:
        print(f"TinyML: {printable(str(header.metadata.get('format', 'unknown')))}")
    for name, text in sorted(header.foreign_metadata.items()):
        shown = text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…"
        print(printable(f"{show_path(name)}: {shown}"))
    if header.graph is not None:
        _print_graph(header.graph)
    for note in header.notes:
        print(printable(note))


def _print_graph(graph: GraphSummary) -> None:
    most = ", ".join(f"{count} {name}" for name, count in list(graph.operations.items())[:8])
    print(printable(f"Graph: {graph.node_count} nodes ({most}{', …' if len(graph.operations) > 8 else ''})"))
    for title, values in (("Inputs", graph.inputs), ("Outputs", graph.outputs)):
        print(printable(f"{title}: {'; '.join(values[:8])}{'; …' if len(values) > 8 else ''}"))


def _print_tensors(header: TensorFileHeader, summaries: list[TensorSummary] | None) -> None:
    if not header.tensors:
        return
    shown = header.tensors[:_MOST_PRINTED]
    rows = [
        [printable(show_path(tensor.name)), printable(tensor.dtype), printable(describe_shape(tensor.shape))]
        for tensor in shown
    ]
    columns = 3
    if summaries is not None:
        columns = len(_HEAD)
        for row, summary in zip(rows, summaries, strict=False):
            numbers = (summary.minimum, summary.mean, summary.maximum, summary.standard_deviation)
            row += ["" if number is None else f"{number:.4g}" for number in numbers]
            row.append(describe_count(summary.non_finite) if summary.non_finite else "")
    print(format_table(_HEAD[:columns], rows, "<<<>>>>>"[:columns]))
    if len(header.tensors) > len(shown):
        print(printable(f"… and {describe_count(len(header.tensors) - len(shown))} more"))


def _as_json(
    header: TensorFileHeader, size: int, summaries: list[TensorSummary] | None, health: FileHealth | None
) -> dict[str, Any]:
    tensors: list[dict[str, Any]] = [
        {"name": tensor.name, "dtype": tensor.dtype, "shape": list(tensor.shape)} for tensor in header.tensors
    ]
    for entry, summary in zip(tensors, summaries or (), strict=False):
        entry |= {
            "minimum": summary.minimum,
            "mean": summary.mean,
            "maximum": summary.maximum,
            "standard_deviation": summary.standard_deviation,
            "nan": summary.nan,
            "infinite": summary.infinite,
            "zeros": summary.zeros,
            "note": summary.note,
        }
    graph = header.graph
    return {
        "format": header.format,
        "bytes": size,
        "tensors": tensors,
        "parts": list(header.parts),
        "notes": list(header.notes),
        "graph": None
        if graph is None
        else {
            "inputs": list(graph.inputs),
            "outputs": list(graph.outputs),
            "operations": dict(graph.operations),
        },
        "health": None
        if health is None
        else {finding.kind: {"sentence": finding.sentence, "tensors": finding.tensors} for finding in health.findings},
    }
