"""Fashion-MNIST: 70 000 pictures of clothes, 28×28 pixels (Xiao, Rasul and Vollgraf 2017).

The authors publish MD5 sums (github.com/zalandoresearch/fashion-mnist, README). Flux.jl publishes the SHA-256 hashes
(src/data/fashion-mnist.jl); others list them beside these MD5 sums. The sizes are those that Keras and torchvision
print.
"""

from tinyml.data.public.idx_parts import IdxSet

FASHION_MNIST = IdxSet(
    name="fashion-mnist",
    title="Fashion-MNIST",
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
    content="pictures of clothes, 28×28 pixels (Xiao, Rasul and Vollgraf 2017)",
    # The repository of the authors, the copy of Keras, and the older address of the authors.
    folders=(
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    ),
    sizes=(26_421_880, 29_515, 4_422_102, 5_148),
    hashes=(
        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    ),
    licence="MIT",
    homepage="https://github.com/zalandoresearch/fashion-mnist",
).published()
