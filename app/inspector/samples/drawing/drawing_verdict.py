"""What the network says about the drawing, in large letters."""

from PySide6.QtWidgets import QWidget

from app.formatting import format_number, format_percentage, format_value
from app.inspector.layouts import make_column
from app.training import SampleTrace
from app.widgets.labels import make_label, show_text
from app.widgets.plain_text import short
from app.widgets.theme.fonts import bold_font, scaled_font, small_font

_HINT = "Draw here: with the mouse, or with the arrow keys and Space."
_SAYS, _GUESSES = "it says", "it guesses"
_UNTRAINED = "The network is not trained yet, so it only guesses. Train it with F5."
_FEW_LETTERS = 3
_LARGE, _MEDIUM = 2.4, 1.2
"""Sizes of the prediction, for a few letters or for more, as multiples of the normal size."""
_MOST_NUMBERS = 3
_LONGEST_NAME = 16


class DrawingVerdict(QWidget):
    """Shows "it says 3 · 97.4 %" for the drawing, or what to do while there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._says = make_label("inspector_draw_says", style_class="muted")
        # Two labels, because Qt forgets a changed font when the colours of the window change.
        self._word = make_label("inspector_draw_word")
        self._word.setFont(bold_font(scaled_font(self.font(), _LARGE)))
        self._name = make_label("inspector_draw_name")
        self._name.setFont(bold_font(scaled_font(self.font(), _MEDIUM)))
        self._sure = make_label("inspector_draw_sure", style_class="muted")
        self._note = make_label("inspector_draw_note", _HINT, "muted", wraps=True)
        self._note.setFont(small_font(self._note.font()))
        layout = make_column(self, spacing=0)
        for label in (self._says, self._word, self._name, self._sure, self._note):
            layout.addWidget(label)
        self.show_trace(None)

    def show_trace(self, sample_trace: SampleTrace | None) -> None:
        """Show what the network says.

        Arguments:
            sample_trace: the recorded forward pass of the drawing; None while there is none.
        """
        word, sure, note = ("", "", _HINT) if sample_trace is None else _describe(sample_trace)
        trained = sample_trace is None or sample_trace.snapshot.trained
        is_short = len(word) <= _FEW_LETTERS
        says = (_SAYS if trained else _GUESSES) if word else ""
        self._says.setToolTip("" if trained else _UNTRAINED)
        show_text(self._says, says)
        show_text(self._word, word if is_short else "")
        show_text(self._name, "" if is_short else word)
        show_text(self._sure, sure)
        show_text(self._note, note)


def _describe(sample_trace: SampleTrace) -> tuple[str, str, str]:
    """Return the prediction, how sure it is, and a note; each can be empty."""
    numbers = sample_trace.numbers
    if len(sample_trace.scores):
        name = sample_trace.snapshot.description.class_names[sample_trace.prediction]
        return short(name, _LONGEST_NAME), format_percentage(float(sample_trace.scores[sample_trace.prediction])), ""
    if numbers is None:
        return "", "", "No prediction before the problem of the network is solved."
    if numbers.size <= _MOST_NUMBERS:
        return ", ".join(format_value(number) for number in numbers.ravel().tolist()), "", ""
    if sample_trace.target is None:
        return "", "", f"It answers with {numbers.size} numbers, see below."
    return format_number(float(abs(numbers - sample_trace.target).mean())), "mean error", ""
