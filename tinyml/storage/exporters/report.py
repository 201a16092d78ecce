"""Export as a report: one offline HTML page about the network, its training and its mistakes."""

from pathlib import Path

from tinyml.core import describe_count
from tinyml.core.files import show_path, write_atomically
from tinyml.net import Sequential
from tinyml.storage.exporters.base import Exporter, Preview, Progress
from tinyml.storage.exporters.report_page.findings import examine
from tinyml.storage.exporters.report_page.page import write_page
from tinyml.storage.model import SavedModel


def export_report(
    path: str | Path, net: Sequential, about: SavedModel, progress: Progress = lambda _share: None
) -> None:
    """Write the report.

    If the data cannot be read, the page says so and has everything else.

    Arguments:
        path: the file.
        net: the network.
        about: its data and its training.
        progress: told how far the computation is.

    Raises `StorageError` if the file cannot be written.
    """
    findings = examine(net, about, progress)
    parameters = sum(parameter.tensor.size for parameter in net.parameters)
    write_atomically(path, write_page(about, findings, parameters, Path(path).stem).encode("utf-8"))


def preview_report(net: Sequential, about: SavedModel) -> Preview:
    """Return what the report will hold, as text: to compute it takes too long for a preview.

    Arguments:
        net: the network.
        about: its data and its training.
    """
    results = "the confusion matrix, the metrics of each class and the worst mistakes"
    if not about.class_names:
        results = "predicted beside true numbers, and the largest errors"
    parts = [
        f"curves of {describe_count(len(about.history), 'epoch')}: loss, accuracy or R², learning rate",
        f"results on the test part of {show_path(about.data.source)}: {results}",
        *(["what the maps of the last convolution look for"] if len(about.input_shape) == 3 else []),
        f"the network with its {describe_count(len(about.network.layers), 'layer')}",
        "all settings of the training and of the data",
        "the versions and seeds",
    ]
    return Preview("The page holds:\n\n" + "\n".join(f"•  {part}" for part in parts))


REPORT = Exporter(
    name="report",
    title="Report",
    suffix="html",
    help="one page about the network, its curves, its mistakes and what its maps look for; it opens in every browser "
    "without a network, and prints well",
    export=export_report,
    preview=preview_report,
)
