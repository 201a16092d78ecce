"""Optimisers: how a parameter follows its gradient."""

from tinyml.optims.sgd import SGDOptimizer

__all__ = ["SGDOptimizer"]
