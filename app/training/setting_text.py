"""Settings in words: their titles, their values and their changes, as the forms name them."""

from collections.abc import Callable, Mapping
from typing import Any

from tinyml.learner import SettingChange, TrainingSettings
from tinyml.losses import loss_descriptions
from tinyml.optims import optimizer_descriptions
from tinyml.optims.schedules import schedule_descriptions

UNSET = "automatic"
"""The value of a setting that the program chooses."""
CHOICES: Mapping[str, Callable[[], Mapping[str, Any]]] = {
    "loss": loss_descriptions,
    "optimizer": optimizer_descriptions,
    "schedule": schedule_descriptions,
}
"""Training settings whose values have titles."""


def setting_title(name: str) -> str:
    """Return the title of the training setting with this `name`, in small letters.

    >>> setting_title("clip_norm")
    'clip gradients'
    """
    field = TrainingSettings.model_fields.get(name)
    return (field.title if field is not None and field.title else name.replace("_", " ")).lower()


def write_setting(value: object, name: str = "") -> str:
    """Write the value of a setting.

    Arguments:
        value: of a training setting, a layer, or the data.
        name: of the training setting; empty for the others.

    >>> write_setting(True), write_setting(0.05), write_setting((3, 5)), write_setting(None)
    ('on', '0.05', '3×5', 'automatic')
    >>> write_setting("adam", "optimizer")
    'Adam'
    """
    if name in CHOICES and value in (choices := CHOICES[name]()):
        return str(choices[str(value)].title)
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list | tuple):
        return "×".join(write_setting(each) for each in value) or UNSET
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {write_setting(each)}" for key, each in value.items()) or UNSET
    return UNSET if value is None or value == "" else str(value)


def describe_setting_change(change: SettingChange) -> str:
    """Return a `change` of a setting in words, such as "learning rate 0.1 → 0.01"."""
    before, after = (write_setting(value, change.name) for value in (change.before, change.after))
    return f"{setting_title(change.name)} {before} → {after}"
