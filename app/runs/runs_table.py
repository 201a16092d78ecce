"""All kept runs as one table in a CSV file: a row for each run, with its settings and its results."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

from app.runs.record import Results, RunRecord
from tinyml.core.files import write_atomically
from tinyml.learner import TrainingSettings

_FACTS = ("identifier", "number", "name", "starred", "created", "state", "project_name", "data", "network")


def write_table(records: Sequence[RunRecord], path: Path) -> Path:
    """Write runs to a CSV file, and return its path. Numbers have all their digits.

    Arguments:
        records: the runs, from top to bottom.
        path: the file.

    Raises `StorageError` if it cannot be written.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((*_FACTS, *TrainingSettings.model_fields, *Results.model_fields, "message"))
    for record in records:
        layers = [layer.model_dump(mode="json") for layer in record.project.network.layers]
        facts = (
            record.identifier,
            record.number,
            _harmless(record.name),
            record.starred,
            record.created.isoformat(),
            record.state,
            _harmless(record.project_name),
            _harmless(record.project.data.source),
            json.dumps(layers, ensure_ascii=False),
        )
        settings = (getattr(record.project.training, name) for name in TrainingSettings.model_fields)
        results = (getattr(record.results, name) for name in Results.model_fields)
        cells = (*facts, *settings, *results, _harmless(record.message))
        writer.writerow(["" if cell is None else cell for cell in cells])
    write_atomically(path, text.getvalue().encode())
    return path


def _harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
