"""Look into saved models: the tensors of any safetensors file."""

from app.models.view import ModelsView

__all__ = ["ModelsView"]
