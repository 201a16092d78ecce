"""`tinyml script`: write a project as a Python script."""

import argparse
import json
import sys
from pathlib import Path

from tinyml.core import SpecificationError
from tinyml.core.files import write_atomically
from tinyml.data import choose_source, describe
from tinyml.scripts import SCRIPT_KINDS, infer_content
from tinyml.storage import open_project


def run(options: argparse.Namespace) -> None:
    """Write the script to a file and print JSON; without a file, print the script.

    Arguments:
        options: `project`, `data` (None for the data of the project), `to` (name of the framework) and `out`.

    Raises `TinymlError` if the project or its data cannot be read, if the network has problems, or if the file cannot
    be written. Then nothing is written.
    """
    project = open_project(options.project)
    choice = choose_source(project.data, options.data)
    title = Path(options.project).name
    content = infer_content(
        project.network, describe(choice.source, choice.options, choice.preprocessing), choice, project.training, title
    )
    if content.inference.problems:
        raise SpecificationError(content.inference.problems)
    text = SCRIPT_KINDS[options.to].write(content).text
    if options.out is None:
        sys.stdout.write(text)
        return
    write_atomically(options.out, text.encode("utf-8"))
    print(json.dumps({"script": options.to, "lines": text.count("\n"), "saved": options.out}))
