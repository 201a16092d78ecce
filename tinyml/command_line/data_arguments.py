"""The options of the command line that say how data is read and prepared: shared by `data`, `train` and others.

The module imports only the standard library at the top, so that `tinyml --help` is quick.
"""

import argparse
import re
import sys
from collections.abc import Mapping, Sequence
from types import NoneType
from typing import TYPE_CHECKING, Any, get_args, get_origin

if TYPE_CHECKING:
    from pydantic import BaseModel

    from tinyml.data import DataChoice, FittedPreprocessing, ProgressCallback, Splits

SPLIT_SETTINGS = ("validation", "test", "seed", "stratified", "keep_own_split")
"""The settings of a data choice that `--split` changes."""

ARGUMENTS = ("option", "preprocess", "split", "skip_broken")
"""The names that `add_data_arguments` adds to the parsed options."""

_MOST_NAMED = 5


def add_data_arguments(parser: argparse.ArgumentParser) -> None:
    """Add --option, --preprocess, --split and --skip-broken.

    Arguments:
        parser: of the command.

    >>> parser = argparse.ArgumentParser()
    >>> add_data_arguments(parser)
    >>> parser.parse_args(["--option", "noise=0.2"]).option
    ['noise=0.2']
    """
    for name, text in (
        ("option", "an option of the data, e.g. delimiter=semicolon; 'tinyml data DATA' lists them; may be repeated"),
        ("preprocess", "how the examples are prepared, e.g. size=32x32 or scale=standardise; may be repeated"),
        ("split", f"a setting of the split: {', '.join(SPLIT_SETTINGS)}; e.g. test=0.1; may be repeated"),
    ):
        parser.add_argument(f"--{name}", action="append", default=[], metavar="NAME=VALUE", help=text)
    parser.add_argument(
        "--skip-broken", action="store_true", help="leave out images that cannot be read, instead of stopping"
    )


def change_choice(choice: "DataChoice", options: argparse.Namespace, source: str | None = None) -> "DataChoice":
    """Return a data choice, changed by the options of the command line.

    Arguments:
        choice: the data of a project, or the default one.
        options: the parsed options of `add_data_arguments`.
        source: other data than that of the choice, see `choose_source`; None to keep it.

    Raises `DataError` for an unknown option of the data, `SettingsError` for other wrong names and values.

    >>> from tinyml.data import DataChoice
    >>> options = argparse.Namespace(option=[], preprocess=["size=8x8"], split=["test=0.5"], skip_broken=False)
    >>> changed = change_choice(DataChoice(), options, "circle")
    >>> changed.source, changed.test, changed.preprocessing.size
    ('circle', 0.5, (8, 8))
    """
    from tinyml.data import Preprocessing, choose_source, options_of
    from tinyml.data.options import read_options

    choice = choose_source(choice, source)
    changes: dict[str, Any] = {}
    if options.option:
        model = options_of(choice.source)
        given = _read(options.option, model.model_fields, "--option", "option of these data called")
        checked = read_options(model, {**choice.options, **given}, choice.source)
        changes["options"] = checked.model_dump(mode="json", exclude_defaults=True)
    if options.preprocess:
        given = _read(options.preprocess, Preprocessing.model_fields, "--preprocess", "preprocessing")
        changes["preprocessing"] = _validate(Preprocessing, {**dict(choice.preprocessing), **given})
    if options.split:
        fields = {name: type(choice).model_fields[name] for name in SPLIT_SETTINGS}
        given = _read(options.split, fields, "--split", "setting of the split")
        checked_split = _validate(type(choice), {**choice.model_dump(), **given})
        changes |= {name: getattr(checked_split, name) for name in given}
    return choice.model_copy(update=changes)


def load_splits(
    choice: "DataChoice",
    skip_broken: bool,
    progress: "ProgressCallback | None" = None,
    fitted: "FittedPreprocessing | None" = None,
) -> tuple["DataChoice", "Splits"]:
    """Load, split and scale the data, without the images that cannot be read if the user wants that.

    Arguments:
        choice: the data.
        skip_broken: True to leave out images that cannot be read, and to name them on standard error.
        progress, fitted: as in `prepare_splits`.

    Returns the choice, which holds the names of the images that are left out, and the parts. Raises `DataError` as
    `prepare_splits` does.

    >>> from tinyml.data import DataChoice
    >>> len(load_splits(DataChoice(source="circle"), skip_broken=False)[1].train)
    700
    """
    from tinyml.core import BrokenFilesError
    from tinyml.core.files import show_path
    from tinyml.data import prepare_splits

    try:
        return choice, prepare_splits(choice, progress, fitted)
    except BrokenFilesError as error:
        if not skip_broken:
            raise BrokenFilesError(f"{error} The option --skip-broken leaves such files out.", error.files) from error
        named = ", ".join(show_path(name) for name in error.files[:_MOST_NAMED])
        more = f" and {len(error.files) - _MOST_NAMED} more" if len(error.files) > _MOST_NAMED else ""
        print(f"Left out, because they cannot be read: {named}{more}", file=sys.stderr)
        already = choice.options.get("ignored") or []
        assert isinstance(already, list)
        choice = choice.model_copy(update={"options": {**choice.options, "ignored": [*already, *error.files]}})
        return choice, prepare_splits(choice, progress, fitted)


def _read(assignments: Sequence[str], fields: Mapping[str, Any], argument: str, what: str) -> dict[str, Any]:
    """Split "name=value" and give each value the form that its field needs."""
    from tinyml.core import SettingsError
    from tinyml.core.suggestions import did_you_mean

    found = {}
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        name = name.strip().replace("-", "_")
        if name not in fields:
            known = f" There are: {', '.join(fields)}." if fields else " They have no options."
            raise SettingsError(f"There is no {what} '{name}'.{did_you_mean(name, fields)}{known}")
        if not equals:
            raise SettingsError(f"{argument} {name} has no value. Write {argument} {name}=VALUE.")
        found[name] = read_value(text, fields[name].annotation)
    return found


def read_value(text: str, kind: Any) -> Any:
    """Return the text of a value in the form that pydantic expects: a list for a tuple, None for "automatic".

    Arguments:
        text: as the user wrote it.
        kind: type of the field.

    >>> read_value("32x48", tuple[int, int] | None), read_value("automatic", tuple[int, int] | None)
    (['32', '48'], None)
    >>> read_value("age, income", tuple[str, ...]), read_value("0.5", float)
    (['age', 'income'], '0.5')
    """
    kinds = (kind, *get_args(kind))
    of_several = next((each for each in kinds if get_origin(each) is tuple), None)
    if NoneType in kinds and text.strip().lower() in ("automatic", "none", ""):
        return None
    if of_several is None:
        return text
    item = get_args(of_several)[0]
    numbers = int in (item, *get_args(item))
    words = re.split(r"[x×,;]", text) if numbers else text.split(",")
    return [word.strip() for word in words if word.strip()]


def _validate(model: "type[BaseModel]", values: Mapping[str, Any]) -> Any:
    from pydantic import ValidationError

    from tinyml.core import SettingsError
    from tinyml.core.validation import describe_validation_error

    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        raise SettingsError(describe_validation_error(error, model)) from error
