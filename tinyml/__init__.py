"""tinyml: a small deep-learning framework on NumPy, written to be read.

core        parameters, errors, shapes, sliding windows, files
layers      one file for each layer: its arithmetic, settings and explanation
losses      loss functions
optims      optimisers and learning-rate schedules
net         networks, network specifications, shape inference, recorded forward passes
data        built-in datasets, readers of files, splits, minibatches
learner     training, as an iterator of events
visualize   deconvnet: from a feature map back to pixels
verify      numerical differentiation, the gradient check, convolution as a matrix
scripts     a network and its training as Python source code
storage     project files, model files, checkpoints, exporters

Import each part by its name: `from tinyml.layers import Linear`. On the command line: `python -m tinyml`.
"""

__version__ = "0.1.0"
