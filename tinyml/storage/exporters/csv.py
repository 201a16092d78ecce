"""Export as CSV: the metrics of every epoch, for a spreadsheet."""

import csv
import io
from pathlib import Path

from tinyml.core.files import write_atomically
from tinyml.net import Sequential
from tinyml.storage.exporters.base import Exporter, Preview
from tinyml.storage.model import EpochSummary, SavedModel


def history_csv(about: SavedModel) -> str:
    """Return the epochs as CSV (RFC 4180): a line of names, then one line for each epoch.

    A metric that no epoch has gets no column. All digits of the numbers are written, with a point in every language.

    Arguments:
        about: the content of the model file.

    >>> from tinyml.net import NetworkSpecification
    >>> epochs = (EpochSummary(epoch=1, training_loss=0.5), EpochSummary(epoch=2, training_loss=0.25))
    >>> history_csv(SavedModel(network=NetworkSpecification(), input_shape=(2,), history=epochs)).split()
    ['epoch,training_loss', '1,0.5', '2,0.25']
    """
    rows = [epoch.model_dump() for epoch in about.history]
    names = [name for name in EpochSummary.model_fields if any(row[name] is not None for row in rows)]
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerows([[row[name] for name in names] for row in rows])
    return text.getvalue()


def export_csv(path: str | Path, net: Sequential, about: SavedModel) -> None:
    """Write the metrics of every epoch as a CSV file.

    Arguments:
        path: the file.
        net: the network.
        about: its data and its training.

    Raises `StorageError` if the file cannot be written.
    """
    write_atomically(path, history_csv(about).encode("utf-8"))


def find_obstacles(net: Sequential, about: SavedModel) -> tuple[str, ...]:
    """Return a sentence if there is no history to write.

    Arguments:
        net: the network.
        about: its data and its training.
    """
    return () if about.history else ("The model has no history: it was saved before its first epoch ended.",)


def preview_csv(net: Sequential, about: SavedModel) -> Preview:
    """Return the text of the file.

    Arguments:
        net: the network.
        about: its data and its training.
    """
    return Preview(text=history_csv(about))


CSV = Exporter(
    name="csv",
    title="History as a table",
    suffix="csv",
    help="loss and other metrics of every epoch; spreadsheets open it",
    export=export_csv,
    obstacles=find_obstacles,
    preview=preview_csv,
)
