"""The Train page: the settings of the next run, live curves of a run, and a summary beside them."""

from app.monitor.control import ControlBox
from app.monitor.monitor import Monitor
from app.monitor.train_page import TrainPage

__all__ = ["ControlBox", "Monitor", "TrainPage"]
