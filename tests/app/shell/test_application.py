"""The settings file, and the choice between the system's colours, light and dark."""

import pytest
from PySide6.QtCore import QLocale

from app.shell.application import ThemeManager, create_application, open_settings, remembered_theme
from app.widgets.theme.theme import current_theme


@pytest.mark.parametrize(
    ("stored", "choice"), [(None, "system"), ("light", "light"), ("dark", "dark"), ("pink", "system")]
)
def test_the_last_choice_of_colours_is_remembered(tmp_path, stored, choice) -> None:
    settings = open_settings(tmp_path / "settings.ini")
    if stored is not None:
        settings.setValue("theme", stored)
        settings.sync()
    assert remembered_theme(open_settings(tmp_path / "settings.ini")) == choice


@pytest.mark.usefixtures("theme")
def test_the_chosen_colours_are_applied(qapp) -> None:
    manager = ThemeManager(qapp, "dark")
    assert manager.dark
    assert current_theme().dark
    manager.choose("light")
    assert not manager.dark
    assert not current_theme().dark


def test_the_application_is_created_once_and_writes_numbers_with_a_point(qapp) -> None:
    style = qapp.style().objectName()
    assert create_application() is qapp
    assert QLocale().toString(1234.5) == "1234.5"
    qapp.setStyle(style)
