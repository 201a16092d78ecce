"""MNIST: 70 000 handwritten digits of 28×28 pixels (LeCun, Cortes and Burges 1998).

torchvision publishes the hashes (prototype datasets, mnist.py). The MD5 sums that its dataset class checks belong to
the same files. The sizes are those of the authors' page (yann.lecun.com/exdb/mnist).
"""

from tinyml.data.public.idx_parts import IdxSet

MNIST = IdxSet(
    name="mnist",
    title="MNIST",
    class_names=tuple("0123456789"),
    content="handwritten digits of 28×28 pixels (LeCun, Cortes and Burges 1998)",
    # The copies of PyTorch, of TensorFlow, and of the University of Paderborn.
    folders=(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "https://raw.githubusercontent.com/fgnt/mnist/master/",
    ),
    sizes=(9_912_422, 28_881, 1_648_877, 4_542),
    hashes=(
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    ),
    licence="CC BY-SA 3.0",
    homepage="http://yann.lecun.com/exdb/mnist/",
).published()
