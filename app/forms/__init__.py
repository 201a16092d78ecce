"""The forms for data and training, and the parts that all forms use."""

from app.forms.ask_for_source import ask_for_source
from app.forms.data_form import DataForm
from app.forms.data_line import WithDataLine
from app.forms.source_choice import SourceChoice
from app.forms.training_form import TrainingForm

__all__ = ["DataForm", "SourceChoice", "TrainingForm", "WithDataLine", "ask_for_source"]
