"""Execution of batches: which layers take a batch whole, which in micro-batches, and how each of them runs."""

from tinyml.net.execution.batch_pass import BatchPass
from tinyml.net.execution.observation import OutputObserver

__all__ = ["BatchPass", "OutputObserver"]
