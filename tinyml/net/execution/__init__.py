"""How batches go through a network: whole, or in micro-batches on several threads."""

from tinyml.net.execution.batch_pass import BatchPass

__all__ = ["BatchPass"]
