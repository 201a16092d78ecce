"""Fashion-MNIST: 70 000 pictures of clothes, 28×28 pixels (Xiao, Rasul and Vollgraf 2017).

The authors publish MD5 sums (github.com/zalandoresearch/fashion-mnist, README). Flux.jl publishes the SHA-256 hashes
(src/data/fashion-mnist.jl); others list them beside these MD5 sums. The sizes are those that Keras and torchvision
print.
"""

from tinyml.data.dataset import DataDescription
from tinyml.data.downloads import PublishedFile
from tinyml.data.preprocessing import ImageEncoding
from tinyml.data.public.base import PublicSet
from tinyml.data.public.idx_parts import IDX_NAMES, read_idx_parts, sample_idx

_FOLDERS = (
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
)
"""The repository of the authors, the copy of Keras, and the older address of the authors."""
_SIZES = (26_421_880, 29_515, 4_422_102, 5_148)
_HASHES = (
    "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
    "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
    "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
    "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
)

FASHION_MNIST = PublicSet(
    DataDescription(
        name="fashion-mnist",
        title="Fashion-MNIST",
        example_shape=(1, 28, 28),
        class_names=(
            "T-shirt/top",
            "Trouser",
            "Pullover",
            "Dress",
            "Coat",
            "Sandal",
            "Shirt",
            "Sneaker",
            "Bag",
            "Ankle boot",
        ),
        count=70_000,
        about="70 000 pictures of clothes, 28×28 pixels (Xiao, Rasul and Vollgraf 2017). The last 10 000 are its test "
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
    licence="MIT",
    homepage="https://github.com/zalandoresearch/fashion-mnist",
)
