"""The Data page: the data to choose from, a preview of the data in use, and its split."""

from app.datasets.data_page import DataPage

__all__ = ["DataPage"]
