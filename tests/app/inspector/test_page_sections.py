from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QLabel, QToolButton, QVBoxLayout, QWidget

from app.forms.section import Section
from app.inspector.page_sections import PageSection, PageSections


def make_sections(qtbot, *titles: str) -> tuple[PageSections, QWidget]:
    sections, page = PageSections(), QWidget()
    column = QVBoxLayout(page)
    for title in titles:
        sections.add(column, PageSection(title, QLabel("content"), images_only=title == "Sanity checks"))
    qtbot.addWidget(page)
    page.show()
    return sections, page


def section_of(page: QWidget, name: str) -> Section:
    found = page.findChild(Section, f"inspector_section_{name}")
    assert found is not None
    return found


def click(page: QWidget, name: str) -> None:
    page.findChild(QToolButton, f"inspector_section_{name}_heading").click()


def test_a_low_page_folds_the_sections_until_it_is_high_again(qtbot):
    sections, page = make_sections(qtbot, "Top activations", "Through training")
    names = ("top_activations", "through_training")
    for short in (True, True, False):
        sections.set_short_of_room(short)
        assert [section_of(page, name).folded for name in names] == [short, short]


def test_a_section_that_the_user_unfolds_stays_unfolded(qtbot):
    sections, page = make_sections(qtbot, "Top activations", "Through training")
    sections.set_short_of_room(True)
    click(page, "top_activations")
    sections.set_short_of_room(True)
    assert not section_of(page, "top_activations").folded
    assert section_of(page, "through_training").folded
    sections.set_short_of_room(False)
    click(page, "top_activations")
    sections.set_short_of_room(False)
    assert section_of(page, "top_activations").folded


def test_folded_sections_are_saved_and_restored(qtbot, tmp_path):
    settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    sections, page = make_sections(qtbot, "Top activations", "Through training")
    click(page, "through_training")
    sections.save(settings)
    settings.sync()
    again, other = make_sections(qtbot, "Top activations", "Through training")
    again.restore(QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat))
    again.set_short_of_room(False)
    assert section_of(other, "through_training").folded
    assert not section_of(other, "top_activations").folded


def test_saved_values_without_a_meaning_change_nothing(qtbot, tmp_path):
    settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    settings.setValue("inspect_page/folded_top_activations", "perhaps")
    sections, page = make_sections(qtbot, "Top activations")
    sections.restore(settings)
    assert not section_of(page, "top_activations").folded


def test_sections_for_images_are_hidden_for_points(qtbot):
    sections, page = make_sections(qtbot, "Top activations", "Sanity checks")
    sections.show_for(images=False)
    assert section_of(page, "top_activations").isVisible()
    assert not section_of(page, "sanity_checks").isVisible()
    sections.show_for(images=True)
    assert section_of(page, "sanity_checks").isVisible()


def test_a_widget_that_hides_itself_takes_its_heading_along(qtbot):
    sections, page = make_sections(qtbot, "Top activations")
    section = section_of(page, "top_activations")
    content = section.findChild(QLabel)
    content.hide()
    assert not section.isVisible()
    sections.set_short_of_room(True)
    content.show()
    assert section.isVisible()
    assert not content.isVisible()  # folded
    sections.set_short_of_room(False)
    assert content.isVisible()
