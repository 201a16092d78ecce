"""What the parsers of all commands share: texts about arguments, and checks of words.

The module imports only the standard library at the top, so that `tinyml --help` is quick.
"""

import argparse
from collections.abc import Iterable

DATA = (
    "name of a built-in set ({built-in sets}) or of a public set, which is downloaded if needed ({public sets}), or "
    "path of {sources}"
)
"""`HelpFormatter` fills in what is in braces."""

PROJECT = (
    "project file (*.tinyml.json), or the name of an example: lenet-digits, lenet-mnist, shapes, circle, sine, "
    "autoencoder-digits"
)

TARGET = "what the network learns to predict: the label of each example, or the input itself (an autoencoder)"

MODEL = "model file (*.safetensors) that 'train' or the window saved"


class HelpFormatter(argparse.HelpFormatter):
    """Fills in the names that the registries know. It imports them only when a help text with names is shown."""

    def _get_help_string(self, action: argparse.Action) -> str:
        text = super()._get_help_string(action) or ""
        if "{sources}" in text:
            from tinyml.data import builtin_names, public_names
            from tinyml.data.readers import describe_sources

            text = text.replace("{built-in sets}", ", ".join(builtin_names())).replace("{sources}", describe_sources())
            text = text.replace("{public sets}", ", ".join(public_names()))
        if "{tensors}" in text:
            from tinyml.storage import tensor_patterns

            text = text.replace("{tensors}", ", ".join(tensor_patterns()))
        if "{optimisers}" in text:
            from tinyml.optims import optimizer_descriptions

            text = text.replace("{optimisers}", ", ".join(optimizer_descriptions()))
        if "{schedules}" in text:
            from tinyml.optims.schedules import schedule_descriptions

            text = text.replace("{schedules}", ", ".join(schedule_descriptions()))
        if "{formats}" in text:
            from tinyml.storage.exporters import exporters

            listed = "; ".join(f"{name} ({exporter.help})" for name, exporter in exporters().items())
            text = text.replace("{formats}", listed.replace("%", "%%"))
        if "{methods}" in text:
            from tinyml.visualize.methods import METHODS

            text = text.replace("{methods}", ", ".join(METHODS))
        return text


def at_least_one(word: str) -> int:
    """Read a whole number from 1 on; raises `ArgumentTypeError` for something else.

    Arguments:
        word: of the command line.

    >>> at_least_one("3")
    3
    """
    if not word.isdecimal() or int(word) < 1:
        raise argparse.ArgumentTypeError(f"'{word}' should be a whole number from 1 on.")
    return int(word)


def unknown(kind: str, word: str, known: Iterable[str]) -> str:
    """Return a sentence about an unknown word, with the nearest known one.

    Arguments:
        kind: what the word should be.
        word: that the user wrote.
        known: the known words.

    >>> unknown("method", "gradent", ["gradient", "occlusion"])
    "There is no method 'gradent'. Did you mean 'gradient'? There are: gradient, occlusion."
    """
    from tinyml.core.suggestions import did_you_mean  # imports NumPy, which takes longer than `--help` should take

    names = list(known)
    listed = "" if kind == "option" else f" There are: {', '.join(names)}."
    return f"There is no {kind} '{word}'.{did_you_mean(word, names)}{listed}"
