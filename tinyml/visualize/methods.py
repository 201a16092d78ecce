"""The methods that map an activation back to pixels, by name."""

import inspect
from collections.abc import Callable, Mapping
from types import MappingProxyType

from tinyml.visualize.deconvnet import reconstruct
from tinyml.visualize.gradients import gradient, gradient_times_input, integrated_gradients
from tinyml.visualize.guided import guided_backprop
from tinyml.visualize.occluding import occlusion
from tinyml.visualize.reconstruction import Reconstruction

METHODS: Mapping[str, Callable[..., Reconstruction]] = MappingProxyType(
    {
        "deconvnet": reconstruct,
        "guided-backprop": guided_backprop,
        "gradient": gradient,
        "gradient-times-input": gradient_times_input,
        "integrated-gradients": integrated_gradients,
        "occlusion": occlusion,
    }
)
"""All methods. They have the same leading arguments as `reconstruct`."""
SLOW = frozenset(name for name, function in METHODS.items() if "progress" in inspect.signature(function).parameters)
"""Those that need many passes through the network, so they report their progress."""
FOLLOW_INPUT = frozenset({"gradient-times-input", "integrated-gradients", "occlusion"})
"""Those that multiply by the input or cover it, which makes their pictures alike for any weights."""
