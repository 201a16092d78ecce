"""`tinyml data`: say what a dataset is, what is in it, and what is wrong with it."""

import argparse
import json
import math
import sys
import time
from typing import Any

from tinyml.command_line.contact_sheet import draw_contact_sheet
from tinyml.command_line.data_arguments import change_choice, load_splits
from tinyml.command_line.downloading import download_if_needed
from tinyml.core import describe_count, describe_shape
from tinyml.core.files import check_can_save, normalise_path, show_path
from tinyml.core.memory import describe_bytes
from tinyml.core.text_table import format_table
from tinyml.data import DataChoice, DataDescription, describe_choice, options_of
from tinyml.data.analysis import PART_NAMES, ColumnSummary, DataAnalysis, Duplicates, analyse
from tinyml.data.built_in import built_in_sets
from tinyml.data.download_cache import cache_contents, clear_cache
from tinyml.data.public import public_sets
from tinyml.data.readers import find_reader

_LARGE_DATA = 20 * 10**6
"""In bytes; a bar shows the progress of larger data."""
_MOST_PRINTED = 30
"""Largest number of classes or columns that are printed for people; the JSON holds all of them."""


def run(options: argparse.Namespace) -> None:
    """Print the description of a dataset for people, then everything as one line of JSON.

    Arguments:
        options: the options of the parser.

    Raises `TinymlError` if the data cannot be read.
    """
    started = time.perf_counter()
    if options.cache or options.clear_cache is not None:
        print(json.dumps(_manage_cache(options)))
        return
    if options.contact_sheet:
        check_can_save(options.contact_sheet)
    download_if_needed(options.source, options.quiet)
    choice = change_choice(DataChoice(target=options.target or "label"), options, options.source)
    description = describe_choice(choice)
    _print_description(choice, description)
    with _Progress(description.title, description.memory, options.quiet) as progress:
        choice, splits = load_splits(choice, options.skip_broken, progress.first_half)
        found = analyse(splits, progress.second_half)
    _print_analysis(found, splits.train.description)
    if options.contact_sheet:
        draw_contact_sheet(options.contact_sheet, splits, found)
        print(f"Contact sheet: {show_path(options.contact_sheet)}")
    result = {
        **_as_json(choice, splits.train.description, found),
        "seconds": round(time.perf_counter() - started, 3),
        "saved": options.contact_sheet,
    }
    print(json.dumps(result))


class _Progress:
    """A bar on standard error for large data: loading is the first half, the analysis the second."""

    def __init__(self, title: str, size: int, quiet: bool) -> None:
        # Imported here, because other uses of the command line do not need it.
        from tqdm import tqdm

        self._bar = tqdm(
            total=100,
            desc=f"Reading {printable(title)}",
            file=sys.stderr,
            bar_format="{desc} {bar} {percentage:3.0f} %, {remaining} left",
            disable=quiet or size < _LARGE_DATA,
        )

    def __enter__(self) -> "_Progress":
        return self

    def __exit__(self, *reason: object) -> None:
        self._bar.close()

    def first_half(self, share: float) -> None:
        self._show(share / 2)

    def second_half(self, share: float) -> None:
        self._show(0.5 + share / 2)

    def _show(self, share: float) -> None:
        self._bar.update(max(0, round(100 * share) - self._bar.n))


def printable(text: str) -> str:
    """Return text from a file so that a terminal shows all of it and obeys none of it.

    Arguments:
        text: such as the name of a class.

    >>> printable("a\\x1b[2Jb")
    'a\\\\x1b[2Jb'
    """
    spaced = text.replace("\u00a0", " ")
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in spaced)


def _manage_cache(options: argparse.Namespace) -> dict[str, Any]:
    """Show or clear the downloads. Return the result for JSON."""
    freed = 0
    if options.clear_cache is not None:
        freed = clear_cache(options.clear_cache)
        print(f"Freed {describe_bytes(freed)}.")
    left = cache_contents()
    for entry in left:
        state = "" if entry.complete else ", incomplete: the next use continues the download"
        print(f"{entry.title}: {describe_bytes(entry.size)}{state}")
    if not left:
        print("No downloaded data.")
    downloads = [
        {"name": entry.name, "title": entry.title, "bytes": entry.size, "complete": entry.complete} for entry in left
    ]
    return {"cache": downloads, "bytes": sum(entry.size for entry in left), "freed": freed}


def _reader_of(source: str) -> str:
    """Return what the data is, in words: "built-in set", or the format of the file or folder."""
    if source in built_in_sets():
        return "built-in set"
    if source in public_sets():
        return "public set"
    reader = find_reader(normalise_path(source))
    return "" if reader is None else reader.title


def _print_description(choice: DataChoice, data: DataDescription) -> None:
    """Print what is known before the data is loaded."""
    print(f"{printable(data.title)} ({_reader_of(choice.source)}): {_examples(data)}")
    if data.about:
        print(printable(data.about))
    print(f"Memory: {describe_bytes(data.memory)}{', and a temporary file' if data.on_disk else ''}")
    recognised = dict(data.recognised)
    fields = options_of(choice.source).model_fields
    if fields:
        print("Options:")
        rows = [
            [f"  {name}", *map(printable, (_option_text(choice, name, field.default), recognised.get(name, "")))]
            for name, field in fields.items()
        ]
        print(format_table(("  name", "value", "recognised"), rows, "<<<", ruler=False))


def _option_text(choice: DataChoice, name: str, default: Any) -> str:
    """Return the value of an option as the user can write it after --option."""
    value = choice.options.get(name, default)
    if isinstance(value, list | tuple):
        return ",".join(map(str, value)) or "automatic"
    return "automatic" if value is None else str(value)


def _examples(data: DataDescription) -> str:
    shape = data.example_shape
    count = describe_count(data.count, "example")
    if len(shape) == 3:
        colour = {1: "grey ", 3: "colour "}.get(shape[0], "")
        about = f"{describe_count(data.count)} {colour}images of {describe_shape(shape[1:])}"
    elif len(shape) == 1:
        about = f"{count} of {describe_count(shape[0], 'number')}"
    else:
        about = f"{count} of {describe_shape(shape)}"
    if data.has_classes:
        return f"{about}, {describe_count(len(data.class_names), 'class')}"
    if data.target == "input":
        return f"{about}, the target is the input itself"
    return f"{about}, {describe_count(math.prod(data.target_shape or ()), 'target number')}"


def _print_analysis(found: DataAnalysis, data: DataDescription) -> None:
    parts = ", ".join(f"{count} {name}" for name, count in zip(PART_NAMES, found.part_counts, strict=True))
    print(f"Parts: {parts}")
    if found.class_names:
        rows = [
            (f"  {printable(name)}", *[str(count) for count in found.class_counts[:, label]])
            for label, name in enumerate(found.class_names[:_MOST_PRINTED])
        ]
        print(format_table(("  class", *PART_NAMES), rows, "<>>>", ruler=False))
        _print_rest(len(found.class_names), "class")
    columns = [*found.columns, *found.targets]
    if columns:
        head = ("  column", "role", "minimum", "maximum", "mean", "deviation", "values", "missing")
        numbers = [
            (
                f"  {printable(column.name)}",
                "input" if place < len(found.columns) else "target",
                *(f"{value:.4g}" for value in (column.minimum, column.maximum, column.mean, column.deviation)),
                str(column.distinct),
                str(column.missing),
            )
            for place, column in enumerate(columns[:_MOST_PRINTED])
        ]
        print(format_table(head, numbers, "<<>>>>>>", ruler=False))
        _print_rest(len(columns), "column")
    unused = [column.name for column in data.columns if column.role == "unused"]
    if unused:
        print(f"Not used: {printable(', '.join(unused[:_MOST_PRINTED]))}")
    for finding in found.findings:
        if finding.kind == "memory":
            continue  # printed before the data was loaded
        print(f"{'Warning: ' if finding.severity == 'warning' else ''}{printable(finding.sentence)}")


def _print_rest(count: int, thing: str) -> None:
    if count > _MOST_PRINTED:
        print(f"  … and {describe_count(count - _MOST_PRINTED, f'more {thing}')}")


def _as_json(choice: DataChoice, data: DataDescription, found: DataAnalysis) -> dict[str, Any]:
    """Return everything that was found, for programs."""
    target = None if data.target_shape is None else list(data.target_shape)
    return {
        "data": choice.source,
        "title": data.title,
        "format": _reader_of(choice.source),
        "examples": dict(zip(PART_NAMES, found.part_counts, strict=True)),
        "shape": list(found.example_shape),
        "target_shape": target,
        "classes": {
            name: dict(zip(PART_NAMES, found.class_counts[:, label].tolist(), strict=True))
            for label, name in enumerate(found.class_names)
        },
        "options": choice.options,
        "recognised": dict(data.recognised),
        "columns": [_column(column) for column in found.columns],
        "targets": [_column(column) for column in found.targets],
        "duplicates": _duplicates(found.duplicates),
        "bytes": found.memory,
        "warnings": [finding.sentence for finding in found.warnings],
        "findings": [finding.sentence for finding in found.findings if finding.severity == "information"],
    }


def _column(column: ColumnSummary) -> dict[str, Any]:
    known = (
        {}
        if not column.count
        else {name: getattr(column, name) for name in ("minimum", "maximum", "mean", "deviation")}
    )
    return {"name": column.name, **known, "distinct": column.distinct, "missing": column.missing}


def _duplicates(found: Duplicates) -> dict[str, Any]:
    return {
        "repeated": found.repeated,
        "contradictions": found.contradictions,
        "leaks": [
            {
                "part": leak.part,
                "other": leak.other,
                "count": leak.count,
                "examples": [list(pair) for pair in leak.examples],
            }
            for leak in found.leaks
        ],
    }
