"""The builder, where the user assembles the network: palette, canvas with layer cards, and forms for settings."""

from app.builder.canvas.canvas import Canvas
from app.builder.forms.data_form import DataForm
from app.builder.forms.settings_form import SettingsForm
from app.builder.forms.training_form import TrainingForm
from app.builder.palette.palette import Palette

__all__ = ["Canvas", "DataForm", "Palette", "SettingsForm", "TrainingForm"]
