"""The inspector: samples, the feature maps of a layer, and the reconstruction of an activation in pixels."""

from app.inspector.inspector import Inspector

__all__ = ["Inspector"]
