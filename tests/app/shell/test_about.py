import platform

import numpy as np
import pytest
from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton, QTabWidget, QTextBrowser

import tinyml
from app.shell.about import AboutDialog, describe_versions
from tests.architecture.test_dependencies import declared


@pytest.fixture
def about(qtbot):
    dialog = AboutDialog()
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_the_menu_opens_the_dialog(window):
    window.actions_by_name["about"].trigger()
    (dialog,) = window.findChildren(AboutDialog)
    assert dialog.isVisible()
    dialog.close()


def test_the_dialog_names_the_versions_for_a_bug_report(about):
    lines = about.findChild(QLabel, "about_versions").text().splitlines()
    assert f"TinyML Studio: {tinyml.__version__}" in lines
    assert f"Python: {platform.python_version()}" in lines
    assert f"NumPy: {np.__version__}" in lines
    assert f"Qt: {qVersion()}" in lines
    assert any(line.startswith("PySide6: 6.") for line in lines)


def test_the_versions_can_be_copied(about):
    button = about.findChild(QPushButton, "about_copy")
    button.click()
    assert QGuiApplication.clipboard().text() == describe_versions()
    assert button.text() == "Copied"


def test_the_licences_name_every_package_and_satisfy_the_lgpl(about):
    tabs = about.findChild(QTabWidget, "about_tabs")
    tabs.setCurrentIndex(1)
    assert tabs.tabText(1) == "Licences"
    browser = about.findChild(QTextBrowser, "about_licences")
    text, html = browser.toPlainText(), browser.toHtml()
    for words in ("GNU Lesser General Public License, version 3", "You may replace them", "The Qt Company"):
        assert words in text
    for link in ("https://www.gnu.org/licenses/lgpl-3.0.html", "https://download.qt.io/", "https://code.qt.io/"):
        assert link in html
    assert [name for name in declared() if name not in text.lower() and name != "pyside6-essentials"] == []
    assert "PySide6-Essentials" in text


def test_escape_closes_the_dialog(qtbot, about):
    with qtbot.waitSignal(about.rejected):
        qtbot.keyClick(about, Qt.Key.Key_Escape)
    assert not about.isVisible()
