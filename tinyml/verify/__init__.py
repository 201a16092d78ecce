"""Checks of the arithmetic: numerical differentiation, the gradient check, and convolution as a matrix."""

from tinyml.verify.convolution_matrix import conv_as_matrix
from tinyml.verify.gradient_check import GradientReport, TensorCheck, gradient_check
from tinyml.verify.linear_laws import LawCheck, check_law_1, check_law_2
from tinyml.verify.numerical import directional_derivative, numerical_gradient, relative_error

__all__ = [
    "GradientReport",
    "LawCheck",
    "TensorCheck",
    "check_law_1",
    "check_law_2",
    "conv_as_matrix",
    "directional_derivative",
    "gradient_check",
    "numerical_gradient",
    "relative_error",
]
