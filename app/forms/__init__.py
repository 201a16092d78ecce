"""The forms for data and training, and the parts that all forms use."""

from app.forms.data_form import DataForm
from app.forms.training_form import TrainingForm

__all__ = ["DataForm", "TrainingForm"]
