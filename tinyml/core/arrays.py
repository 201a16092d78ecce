"""The type of the arrays that everything computes with."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]
"""An array of floating-point numbers; float32 unless a caller asked otherwise."""
