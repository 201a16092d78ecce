"""tinyml: a small deep-learning framework on NumPy, written to be read.

core        parameters, errors, shapes, sliding windows, files
layers      one file for each layer: its mathematics, settings and words
losses      what a network learns to make small
optims      how a gradient becomes an update
net         stacks of layers, networks on paper, recorded forward passes
data        built-in datasets, readers of files, splits, minibatches
learner     training, as an iterator of events
visualize   what a network has seen: deconvnet
verify      numerical differentiation, the gradient check, convolution as a matrix
storage     project files, model files

Nothing is imported until it is asked for: `from tinyml.layers import Linear`. On the command line: `python -m tinyml`.
"""

__version__ = "0.1.0"
