"""`tinyml reproduce`: the experiments of the seed documents that specify the framework, one file each."""

import argparse
import importlib


def run(options: argparse.Namespace) -> None:
    """Run the experiment; print its results and, as the last line, JSON. Raises `TinymlError`.

    Arguments:
        options: the parsed command line.
    """
    module = importlib.import_module(f"{__name__}.{options.experiment.replace('-', '_')}")
    module.run(options)
