"""`tinyml reproduce`: the experiments of the documents that the framework is built on, one file each."""

import argparse
import importlib


def run(options: argparse.Namespace) -> None:
    """Do the experiment, print what came out, and JSON as the last line; raises `TinymlError`."""
    module = importlib.import_module(f"{__name__}.{options.experiment.replace('-', '_')}")
    module.run(options)
