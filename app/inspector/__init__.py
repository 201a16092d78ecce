"""Looking inside: samples, feature maps, and which pixels made a map fire."""

from app.inspector.inspector import Inspector

__all__ = ["Inspector"]
