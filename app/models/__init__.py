"""The Models page: the tensors of any safetensors file."""

from app.models.models_page import ModelsPage

__all__ = ["ModelsPage"]
