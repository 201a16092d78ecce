"""Mistakes in the methods that map an activation back to pixels."""

from tests.mutations.fault import Fault

LAYERS, VISUALIZE = "tests/tinyml/layers", "tests/tinyml/visualize"

PICTURE_FAULTS = (
    Fault(
        what="guided backpropagation instead of a deconvnet",
        file="tinyml/layers/relu.py",
        before='is there."""\n        return rectify(signal)\n',
        after='is there."""\n        return rectify(signal) * (recorded_input > 0)\n',
        tests=(VISUALIZE,),
    ),
    Fault(
        what="a deconvnet instead of guided backpropagation",
        file="tinyml/layers/relu.py",
        before="return rectify(signal) * (recorded_input > 0)",
        after="return rectify(signal)",
        tests=(VISUALIZE,),
    ),
    Fault(
        what="a gradient that a ReLU passes where its input is 0",
        file="tinyml/layers/relu.py",
        before="return signal * (recorded_input > 0)",
        after="return signal * (recorded_input >= 0)",
        tests=(VISUALIZE, LAYERS),
    ),
    Fault(
        what="a class score whose softmax passes the gradient as it is",
        file="tinyml/layers/softmax.py",
        before="output * (along - (along * output).sum(axis=self.axis, keepdims=True))",
        after="along",
        tests=(LAYERS,),
    ),
    Fault(
        what="a picture whose residual layer forgets the way around",
        file="tinyml/layers/residual.py",
        before="layer.guided_gradient(result, input, inner_switches)\n        return signal + result",
        after="layer.guided_gradient(result, input, inner_switches)\n        return result",
        tests=(LAYERS,),
    ),
    Fault(
        what="a picture with steps that forgets the way around a residual layer",
        file="tinyml/visualize/going_back.py",
        before="signal = signal + result",
        after="signal = result",
        tests=(VISUALIZE,),
    ),
    Fault(
        what="a picture that runs the layers of the trace themselves",
        file="tinyml/layers/base/stack.py",
        before="copies = [copy.copy(layer) for layer in layers]",
        after="copies = list(layers)",
        tests=(VISUALIZE,),
    ),
    Fault(
        what="integrated gradients from the start of each step, not from the points of Gauss and Legendre",
        file="tinyml/visualize/gradients.py",
        before="(1 + points) / 2, weights / 2",
        after="np.arange(steps) / steps, np.ones(steps) / steps",
        tests=(VISUALIZE,),
    ),
    Fault(
        what="integrated gradients without the distance to the baseline",
        file="tinyml/visualize/gradients.py",
        before="difference = chosen.input - chosen.input.dtype.type(baseline)",
        after="difference = chosen.input",
        tests=(VISUALIZE,),
    ),
    Fault(
        what="an occlusion that leaves out the last window of a row",
        file="tinyml/visualize/occluding.py",
        before="range(0, pixels - size + step, step)",
        after="range(0, pixels - size + 1, step)",
        tests=(VISUALIZE,),
    ),
    Fault(
        what="an occlusion whose overlapping windows add up",
        file="tinyml/visualize/occluding.py",
        before="return total / np.maximum(count, 1)",
        after="return total",
        tests=(VISUALIZE,),
    ),
    Fault(
        what="a whole map of which the negative values count too",
        file="tinyml/visualize/reconstruction.py",
        before="kept[...] = values > 0",
        after="kept[...] = 1",
        tests=(VISUALIZE,),
    ),
    Fault(
        what="random weights that are those a training starts from",
        file="tinyml/visualize/random_weights.py",
        before="default_rng([_OWN_NUMBERS, seed, index])",
        after="default_rng([seed, index])",
        tests=(VISUALIZE,),
    ),
    Fault(
        what="equal values that get the rank of the last of them",
        file="tinyml/visualize/random_weights.py",
        before="(last - (counts - 1) / 2)[group.ravel()]",
        after="last[group.ravel()]",
        tests=(VISUALIZE,),
    ),
)
