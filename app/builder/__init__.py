"""Assemble the network: palette, canvas of layer cards, settings form."""

from app.builder.canvas import Canvas
from app.builder.data_form import DataForm
from app.builder.palette import Palette
from app.builder.settings_form import SettingsForm
from app.builder.training_form import TrainingForm

__all__ = ["Canvas", "DataForm", "Palette", "SettingsForm", "TrainingForm"]
