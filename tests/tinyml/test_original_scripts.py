"""Scripts in the manner of the original tinyml (specifications 000 and 004) run as they were written."""

from pathlib import Path
from typing import Any

import numpy as np

from tinyml.core import Parameter, set_seed
from tinyml.data import load
from tinyml.layers import Conv2D, ConvTranspose2D, Dropout, Flatten, Linear, MaxPool2D, MaxUnpool2D, ReLU, Softmax
from tinyml.learner import Learner
from tinyml.losses import cross_entropy_loss, cross_entropy_with_softmax_loss
from tinyml.net import Sequential
from tinyml.optims import SGDOptimizer


def digits(count: int = 600) -> tuple[np.ndarray, np.ndarray]:
    data = load("digits")
    return data.inputs[:count], data.labels[:count]


def lenet() -> Sequential:
    set_seed(0)
    return Sequential(
        [
            Conv2D("conv_1", (1, 8, 8), n_filter=8, h_filter=3, w_filter=3, stride=1, padding=1),
            ReLU("relu_1"),
            MaxPool2D("maxpool2d_1", (8, 8, 8), size=(2, 2), stride=2),
            Flatten("flat_1"),
            Linear("fc_1", 8 * 4 * 4, 10),
        ]
    )


def test_a_classifier_is_trained_and_its_callback_called(capsys: Any) -> None:
    data, label = digits()
    test_data, test_label = data[500:], label[500:]
    model = lenet()
    model.build_params()
    model.summary()
    callback_args = (test_data, test_label)

    def get_accuracy(model: Sequential, epoch: int, data: np.ndarray, label: np.ndarray) -> None:
        y_predict = np.argmax(model.forward(data), axis=1)
        print(f"epoch {epoch} accuracy {np.count_nonzero(y_predict == label) / len(label):.2f}")

    learner = Learner(model, cross_entropy_with_softmax_loss, SGDOptimizer(lr=0.2))
    trained, losses = learner.fit(
        data[:500],
        label[:500],
        epochs=10,
        batch_size=50,
        callbacks=[get_accuracy],
        callbacks_interval=1,
        cargs=callback_args,
    )
    printed = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in printed] == [["epoch", str(epoch)] for epoch in range(10)]
    assert float(printed[-1].split()[-1]) > 0.8
    assert trained is model
    assert len(losses) == 10
    assert losses[-1] < losses[0] / 2


def test_several_callbacks_share_their_arguments_and_keep_their_interval() -> None:
    data, label = digits(60)
    calls: list[tuple[str, int, tuple[object, ...]]] = []

    def first(model: Sequential, epoch: int, *arguments: object) -> None:
        calls.append(("first", epoch, arguments))

    def second(model: Sequential, epoch: int, *arguments: object) -> None:
        calls.append(("second", epoch, arguments))

    learner = Learner(lenet(), cross_entropy_with_softmax_loss, SGDOptimizer(lr=0.1, momentum=0.9))
    learner.fit(data, label, 4, 20, [first, second], 2, ("a", 1))
    assert calls == [(name, epoch, ("a", 1)) for epoch in (0, 2) for name in ("first", "second")]


def test_a_network_that_ends_with_softmax() -> None:
    data, label = digits(300)
    set_seed(1)
    model = Sequential([Flatten("flat"), Linear("fc_1", 64, 32), ReLU("relu"), Dropout("drop", 0.2)])
    model.add(Linear("fc_2", 32, 10))
    model.add(Softmax())
    model.build_params()
    learner = Learner(model, cross_entropy_loss, SGDOptimizer(lr=0.2))
    _, losses = learner.fit(data, label, epochs=10, batch_size=30)
    assert losses[-1] < losses[0] / 2
    assert (learner.predict(data, batch_size=100).argmax(axis=1) == label).mean() > 0.8


def test_the_loop_written_out() -> None:
    data, label = digits(200)
    model, optimizer = lenet(), SGDOptimizer(0.1)
    losses = []
    for _ in range(10):
        loss, gradient = cross_entropy_with_softmax_loss(model(data), label)
        model.backward(gradient)
        model.update(optimizer)
        losses.append(loss)
    assert losses[-1] < losses[0]
    assert not any(parameter.gradient.any() for parameter in model.parameters)


def test_weights_are_exported_and_loaded(tmp_path: Path) -> None:
    data, _ = digits(5)
    model = lenet()
    model.export(tmp_path / "lenet.tnn")
    set_seed(99)
    other = lenet()
    other.layers[0].parameters[0].tensor += 1
    other.load(tmp_path / "lenet.tnn")
    np.testing.assert_array_equal(other(data), model(data))


def test_the_deconvnet_demo() -> None:
    """Pooling hands its indices on, unpooling and the transposed convolution lead back to the pixels."""
    data, _ = digits(1)
    conv = Conv2D("conv_1", (1, 8, 8), 8, 3, 3, 1, 1)
    forward_net = Sequential([conv, ReLU("relu_1"), MaxPool2D("pool_1", (8, 8, 8), (2, 2), 2, return_index=True)])
    output, max_indices = forward_net.forward(data, return_indices=True)
    unpool = MaxUnpool2D("unpool_1", (8, 4, 4), (2, 2), 2)
    deconv = ConvTranspose2D("deconv_1", (8, 8, 8), 1, 3, 3, 1, padding=1, bias=False)
    deconv.weight.tensor = conv.weight.tensor
    pixels = deconv(ReLU("relu_2")(unpool(output, max_indices)))
    assert pixels.shape == data.shape
    assert pixels.any()


def test_a_layer_of_ones_own() -> None:
    class Scale(Linear):
        def __init__(self, name: str, size: int) -> None:
            super().__init__(name, size, size, bias=False)
            parameter = self.build_param(np.eye(size, dtype=np.float32))
            assert isinstance(parameter, Parameter)
            self.weight = self.named_parameters["weight"] = parameter

    x = np.arange(6, dtype=np.float32).reshape(2, 3)
    np.testing.assert_array_equal(Sequential([Scale("scale", 3)])(x), x)
