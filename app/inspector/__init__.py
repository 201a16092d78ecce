"""The Inspect page: samples, the feature maps of a layer, and the reconstruction of an activation in pixels."""

from app.inspector.inspect_page import InspectPage

__all__ = ["InspectPage"]
