"""MNIST: 70 000 handwritten digits of 28×28 pixels (LeCun, Cortes and Burges 1998).

torchvision publishes the hashes (prototype datasets, mnist.py). The MD5 sums that its dataset class checks belong to
the same files. The sizes are those of the authors' page (yann.lecun.com/exdb/mnist).
"""

from tinyml.data.dataset import DataDescription
from tinyml.data.downloads import PublishedFile
from tinyml.data.preprocessing import ImageEncoding
from tinyml.data.public.base import PublicSet
from tinyml.data.public.idx_parts import IDX_NAMES, read_idx_parts, sample_idx

_FOLDERS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://raw.githubusercontent.com/fgnt/mnist/master/",
)
"""The copies of PyTorch, of TensorFlow, and of the University of Paderborn."""
_SIZES = (9_912_422, 28_881, 1_648_877, 4_542)
_HASHES = (
    "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
)

MNIST = PublicSet(
    DataDescription(
        name="mnist",
        title="MNIST",
        example_shape=(1, 28, 28),
        class_names=tuple("0123456789"),
        count=70_000,
        about="70 000 handwritten digits of 28×28 pixels (LeCun, Cortes and Burges 1998). The last 10 000 are its test "
        "part.",
        test_count=10_000,
        bytes_per_number=1,
        encoding=ImageEncoding(height=28, width=28, channels=1),
        default_scale="unit",
    ),
    tuple(
        PublishedFile(name, size, sha256, _FOLDERS)
        for name, size, sha256 in zip(IDX_NAMES, _SIZES, _HASHES, strict=True)
    ),
    read_idx_parts,
    sample_idx,
    licence="CC BY-SA 3.0",
    homepage="http://yann.lecun.com/exdb/mnist/",
)
