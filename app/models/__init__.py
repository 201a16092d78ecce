"""The Models page: the tensors of any safetensors file."""

from app.models.evaluation.data_offers import DataSources
from app.models.models_page import ModelsPage

__all__ = ["DataSources", "ModelsPage"]
