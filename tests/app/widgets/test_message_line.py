from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.widgets.message_line import MessageLine


class Panel(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.line, self.field = MessageLine(), QLineEdit()
        layout = QVBoxLayout(self)
        layout.addWidget(self.line)
        layout.addWidget(self.field)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.line.handle_escape(event):
            super().keyPressEvent(event)


def test_a_message_is_shown_until_it_is_dismissed(qtbot) -> None:
    panel = Panel()
    qtbot.addWidget(panel)
    panel.show()
    assert panel.line.text == ""
    panel.line.show_error("The file is damaged.")
    assert panel.line.isVisible()
    assert panel.line.text == "The file is damaged."
    with qtbot.waitSignal(panel.line.dismissed):
        qtbot.mouseClick(panel.line.findChild(QPushButton, "message_dismiss"), Qt.MouseButton.LeftButton)
    assert not panel.line.isVisible()
    with qtbot.assertNotEmitted(panel.line.dismissed):
        panel.line.dismiss()


def test_escape_dismisses_it_from_anywhere_in_its_parent(qtbot) -> None:
    panel = Panel()
    qtbot.addWidget(panel)
    panel.show()
    panel.line.show_note("Copied.")
    qtbot.keyClick(panel.field, Qt.Key.Key_A)
    assert panel.line.isVisible()
    qtbot.keyClick(panel.field, Qt.Key.Key_Escape)
    assert not panel.line.isVisible()
