"""What each quantity on the page of a layer is, what is usual, and what is a bad sign."""

from app.monitor.layers.judgement import format_share
from tinyml.learner.layer_stats import MANY_DEAD, MANY_SATURATED

EXPLANATIONS = {
    "gradient_norm": (
        "How large the gradient of the parameters of this layer is: its length as one vector. "
        "Usual: not more than some ten times larger or smaller than in the layers beside it, and falling slowly with "
        "the loss. A bad sign: thousands of times smaller than in the last layer, because then this layer hardly "
        "learns, or rising by powers of ten, because then the run will diverge."
    ),
    "update_ratio": (
        "How far one step moves the parameters, compared with their size. Usual: about 0.001, between the dashed lines "
        "at 0.0001 and 0.01; with momentum or Adam, and in the first steps, several times more. A bad sign: above 0.1, "
        "because then the learning rate is probably too large, or far below 0.0001 while the loss is still high, "
        "because then it is too small or the gradient vanishes."
    ),
    "units": (
        "Dead units are 0 for every example, at least for the 200 that were measured last. They pass nothing on and "
        "get no gradient. Saturated outputs are within 1 % of the ends of sigmoid or tanh, where the curve is flat and "
        "hardly any gradient passes. Usual: a few percent, and more in the first batches of a run. A bad sign: "
        f"{format_share(MANY_DEAD)} dead or {format_share(MANY_SATURATED)} saturated, or more, or a line that keeps "
        "rising. A smaller learning rate helps; so does LeakyReLU against dead units, and batch normalisation "
        "against saturated ones."
    ),
    "spread": (
        "The mean of all outputs of the layer, and one standard deviation on both sides of it. Usual: steady after the "
        "first epochs, and similar in all layers. A bad sign: a band that gets thinner and thinner, because then all "
        "examples look alike to the next layer, or one that grows with every epoch."
    ),
    "weights": (
        "Each column is a histogram of the weights at that time. The stronger the colour, the more weights have this "
        "value. Usual: they start in a narrow range, spread slowly, and settle. A bad sign: nothing moves at all, or "
        "the range keeps growing."
    ),
    "gradients": (
        "Each column is a histogram of the gradients of the weights. Usual: a peak at 0 that gets narrower while the "
        "network learns. A bad sign: all gradients are exactly 0, or single columns are far wider than their "
        "neighbours, because then single batches change the weights abruptly."
    ),
    "activations": (
        "Each column is a histogram of the outputs of the layer. Usual: spread over a range that hardly changes; after "
        "ReLU a strong line at 0 and a tail above it. A bad sign: everything at 0, everything at the two ends of "
        "sigmoid or tanh, or a range that keeps growing."
    ),
}
"""One paragraph for each section of the page, by its name."""
