"""Layers that are defined outside of the package: `forward` and `backward` are enough."""

from pathlib import Path

import numpy as np
import pytest

from tinyml.core import Parameter, SettingsError, ShapeError, StorageError, TinymlError
from tinyml.layers import Layer, Linear, Residual, layer_types
from tinyml.learner import Learner
from tinyml.losses import mse_loss
from tinyml.net import LayerSpecification, NetworkSpecification, Sequential
from tinyml.optims import AdamOptimizer, SGDOptimizer
from tinyml.storage import SavedModel, load_model, save_model
from tinyml.verify import gradient_check


class Square(Layer):
    """A layer with the two required methods only."""

    def forward(self, input: np.ndarray) -> np.ndarray:
        self.input = input
        return input * input

    def backward(self, in_gradient: np.ndarray) -> np.ndarray:
        return 2 * self.input * in_gradient


class Scale(Layer):
    """A layer with a parameter."""

    def __init__(self, name: str, size: int) -> None:
        super().__init__(name)
        self.factor = self.build_param(np.ones(size, np.float32))
        self.shift = Parameter(np.zeros(size, np.float32))

    def forward(self, input: np.ndarray) -> np.ndarray:
        self.input = input
        return input * self.factor.tensor + self.shift.tensor

    def backward(self, in_gradient: np.ndarray) -> np.ndarray:
        self.factor.add_gradient((in_gradient * self.input).sum(axis=0))
        self.shift.add_gradient(in_gradient.sum(axis=0))
        return in_gradient * self.factor.tensor


def parabola(count: int = 64) -> tuple[np.ndarray, np.ndarray]:
    x = np.linspace(-1, 1, count, dtype=np.float32)[:, np.newaxis]
    return x, x * x - 0.5


def network() -> Sequential:
    rng = np.random.default_rng(0)
    return Sequential(
        [Linear("fc_1", 1, 4, rng=rng), Square("square"), Scale("scale", 4), Linear("fc_2", 4, 1, rng=rng)]
    )


def test_it_learns_by_hand() -> None:
    net, optimizer, (x, y) = network(), SGDOptimizer(0.1), parabola()
    losses = []
    for _ in range(300):
        loss, gradient = mse_loss(net(x), y)
        net.backward(gradient)
        net.update(optimizer)
        losses.append(loss)
    assert losses[-1] < losses[0] / 20
    np.testing.assert_allclose(net.predict(x), net(x), rtol=1e-6)


def test_it_learns_in_a_learner() -> None:
    x, y = parabola()
    _, losses = Learner(network(), "mse", AdamOptimizer(0.03)).fit(x, y, epochs=60, batch_size=16)
    assert losses[-1] < losses[0] / 20


def test_its_gradients_are_checked() -> None:
    x, y = parabola(3)
    report = gradient_check(network(), x, y, "mse_loss")
    assert report.verdict == "right"
    assert "scale.factor" in [tensor.name for tensor in report.tensors]


def test_a_wrong_gradient_of_it_is_found() -> None:
    class Wrong(Square):
        def backward(self, in_gradient: np.ndarray) -> np.ndarray:
            return self.input * in_gradient

    x, y = parabola(3)
    assert gradient_check(
        Sequential([Linear("fc", 1, 2), Wrong("wrong"), Linear("out", 2, 1)]), x, y, "mse"
    ).verdict == ("wrong")


def test_it_may_have_layers_of_another_kind() -> None:
    class Counted(Square):
        layers = 3

    assert len(Sequential([Counted("counted")])) == 1


def test_its_parameters_are_named_by_its_attributes() -> None:
    assert list(network().named_parameters)[2:4] == ["scale.factor", "scale.shift"]
    assert len(Scale("scale", 3).parameters) == 2


def test_the_weights_are_exported_and_loaded(tmp_path: Path) -> None:
    net, other, (x, _) = network(), network(), parabola()
    net["scale"].named_parameters["factor"].tensor[:] = 3
    net.export(tmp_path / "w.safetensors")
    other.load(tmp_path / "w.safetensors")
    np.testing.assert_array_equal(other(x), net(x))


def test_a_description_with_it_is_not_saved_and_the_sentence_names_the_type(tmp_path: Path) -> None:
    described = NetworkSpecification(layers=(LayerSpecification(type="Square", name="square"),))
    for net in (network(), Sequential([Residual("residual", 1, [Square("square")])])):
        with pytest.raises(StorageError, match=r"'square', since its type 'Square' is your own. .*net.export"):
            save_model(tmp_path / "w.safetensors", net, SavedModel(network=described, input_shape=(1,)))
    assert not list(tmp_path.iterdir())


def test_a_file_with_an_unknown_layer_type_says_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "w.safetensors"
    described = NetworkSpecification(layers=(LayerSpecification(type="Linear", name="fc", settings={"outputs": 2}),))
    save_model(path, Sequential([Linear("fc", 1, 2)]), SavedModel(network=described, input_shape=(1,)))
    known = {name: each for name, each in layer_types().items() if name != "Linear"}
    monkeypatch.setattr("tinyml.layers.base.registry.layer_types", lambda: known)
    with pytest.raises(StorageError, match="no layer type 'Linear'"):
        load_model(path)


def test_its_shape_is_unknown_without_output_shape() -> None:
    class Doubled(Square):
        def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
            return input_shape

    with pytest.raises(ShapeError, match=r"'square'.*output_shape"):
        network().output_shape((1,))
    assert Sequential([Doubled("square")]).output_shape((7,)) == (7,)


def test_a_summary_has_question_marks_for_unknown_shapes() -> None:
    rows = [line.split() for line in network().summary().splitlines()]
    assert rows[2] == ["fc_1", "Linear", "4", "outputs", "4", "8", "12"]
    assert rows[3] == ["square", "Square", "?", "0", "?"]
    assert rows[5] == ["fc_2", "Linear", "1", "output", "1", "5", "9"]
    assert " ".join(rows[6]) == "21 parameters, at least 21 operations for each example"


def test_it_works_inside_a_residual_layer() -> None:
    x = np.random.default_rng(0).normal(size=(3, 4))
    net = Sequential([Residual("residual", 4, [Square("square"), Scale("scale", 4)]), Linear("fc", 4, 2)])
    assert gradient_check(net, x, np.zeros((3, 2)), "mse").verdict == "right"
    np.testing.assert_allclose(net["residual"](x), x + x * x, rtol=1e-6)
    assert net.output_shape((4,)) == (2,)


def test_a_residual_layer_refuses_what_changes_the_shape() -> None:
    class First(Square):
        def forward(self, input: np.ndarray) -> np.ndarray:
            return input[:, :1]

    with pytest.raises(ShapeError, match=r"'residual'.*must have its shape"):
        Residual("residual", 4, [First("first")])(np.ones((2, 4)))


def test_whole_numbers_and_lists_become_floats() -> None:
    output = Square("square")([[1, 2], [3, 4]])
    assert output.dtype == np.float32
    np.testing.assert_array_equal(output, [[1, 4], [9, 16]])


def test_a_constructor_that_does_not_call_that_of_layer_raises_an_error() -> None:
    class Forgetful(Square):
        def __init__(self) -> None:
            self.size = 3

    with pytest.raises(SettingsError, match=r"Forgetful.__init__ .*super\(\).__init__\(name\)"):
        Forgetful()


@pytest.mark.parametrize("name", ["", None, 784])
def test_a_name_is_text(name: object) -> None:
    with pytest.raises(SettingsError, match="name of a Square"):
        Square(name)  # type: ignore[arg-type]


def test_it_cannot_be_made_from_settings() -> None:
    with pytest.raises(TinymlError, match="'square'"):
        Square.from_settings("square", Square("square").settings, (1,), np.random.default_rng(0))
