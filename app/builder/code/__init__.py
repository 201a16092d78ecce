"""The network as Python source code, for tinyml and for PyTorch."""

from app.builder.code.code_panel import CodePanel

__all__ = ["CodePanel"]
