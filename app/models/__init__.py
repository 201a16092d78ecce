"""The model page: the tensors of any safetensors file."""

from app.models.models_view import ModelsView

__all__ = ["ModelsView"]
