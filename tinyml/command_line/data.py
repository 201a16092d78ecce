"""`tinyml data`: say what a dataset is, what is in it, and what is wrong with it."""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from tinyml.command_line.contact_sheet import draw_contact_sheet
from tinyml.command_line.data_arguments import change_choice, load_splits
from tinyml.command_line.downloading import download_if_needed
from tinyml.core import SettingsError, describe_count, describe_shape
from tinyml.core.files import check_can_save, normalise_path, show_path
from tinyml.core.memory import describe_bytes
from tinyml.core.text_table import format_table
from tinyml.data import DataChoice, DataDescription, cache_contents, clear_cache, options_of
from tinyml.data.analysis import PART_NAMES, DataAnalysis, Duplicates, analyse
from tinyml.data.built_in import built_in_sets
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
    description = _describe(choice)
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
