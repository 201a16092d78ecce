"""The builder, where the user assembles the network: palette, canvas with layer cards, and the form of the layer."""

from app.builder.canvas.canvas import Canvas
from app.builder.canvas.picture_export import PictureExport
from app.builder.canvas.unit_clicks import UnitClicks
from app.builder.forms.settings_form import SettingsForm
from app.builder.palette.palette import Palette
from app.builder.panel.build_panel import BuildPanel
from app.builder.quick_insert.quick_insert import QuickInsert

__all__ = ["BuildPanel", "Canvas", "Palette", "PictureExport", "QuickInsert", "SettingsForm", "UnitClicks"]
