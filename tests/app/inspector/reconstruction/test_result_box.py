"""The sentences about a result: whole, and such that the user can copy them."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel


def test_the_sentences_wrap_and_can_be_selected(digits):
    digits.wait_for_reconstruction("conv_2")
    for name in ("meaning", "sentence"):
        label = digits.find(QLabel, name)
        assert label.wordWrap()
        assert label.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse
