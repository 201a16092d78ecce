"""The layer statistics of a run: a table with histograms, the same through time, and the page of one layer."""

from app.monitor.layers.layers_panel import LayersPanel

__all__ = ["LayersPanel"]
