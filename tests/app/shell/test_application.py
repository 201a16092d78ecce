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


@pytest.mark.usefixtures("theme")
def test_widgets_that_are_made_together_get_the_style_sheet_at_the_end(qapp) -> None:
    manager = ThemeManager(qapp, "dark")
    dark = qapp.styleSheet()
    with manager.style_sheet_later():
        assert qapp.styleSheet() == ""
        assert current_theme().dark
    assert qapp.styleSheet() == dark != ""


@pytest.mark.usefixtures("theme")
def test_the_style_sheet_is_set_also_after_an_error(qapp) -> None:
    manager = ThemeManager(qapp, "light")
    with pytest.raises(RuntimeError), manager.style_sheet_later():
        raise RuntimeError
    assert qapp.styleSheet() != ""


def test_the_application_is_created_once_and_writes_numbers_with_a_point(qapp) -> None:
    style = qapp.style().objectName()
    assert create_application() is qapp
    assert QLocale().toString(1234.5) == "1234.5"
    qapp.setStyle(style)
