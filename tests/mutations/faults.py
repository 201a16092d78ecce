"""Typical mistakes, each as a change of one place in the framework or the window."""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Fault:
    """One fault.

    Attributes:
        what: the mistake in a few words.
        file: path of the changed file, from the root.
        before: the code to replace; it is in the file exactly once.
        after: the wrong code.
        tests: the tests that should fail, as arguments of pytest.
    """

    what: str
    file: str
    before: str
    after: str
    tests: tuple[str, ...]

    def apply(self, source: str) -> str:
        """Return `source` with the fault; raises `ValueError` if `before` is not in it exactly once."""
        if source.count(self.before) != 1:
            raise ValueError(f"{self.file} holds {self.before!r} {source.count(self.before)} times")
        return source.replace(self.before, self.after)


LAYERS, LOSSES, OPTIMS = "tests/tinyml/layers", "tests/tinyml/losses", "tests/tinyml/optims"
CORE, BATCH_PASS = "tests/tinyml/core", "tests/tinyml/net/execution/test_batch_pass.py"
TRAINING, LAYER_STATS = "tests/app/training", "tests/tinyml/learner/test_layer_stats.py"

FAULTS = (
    Fault(
        what="layer statistics: a unit that is silent for one small batch counts as dead",
        file="tinyml/learner/silent_units.py",
        before="np.where(alive, 0, silent + examples)",
        after="np.where(alive, 0, ENOUGH_EXAMPLES)",
        tests=(LAYER_STATS,),
    ),
    Fault(
        what="layer statistics: a unit counts as dead when one micro-batch never wakes it",
        file="tinyml/learner/layer_measurement.py",
        before="np.logical_or.reduce(alive)",
        after="np.logical_and.reduce(alive)",
        tests=(LAYER_STATS,),
    ),
    Fault(
        what="layer statistics: an activation that runs after its pooling is measured as it runs",
        file="tinyml/net/execution/observation.py",
        before="            value = lone.forward(value)",
        after="            lone.forward(value)",
        tests=(LAYER_STATS,),
    ),
    Fault(
        what="a wrong sign: the optimiser increases the loss",
        file="tinyml/optims/sgd.py",
        before="subtract_scaled(tensor, self.lr, step)",
        after="subtract_scaled(tensor, -self.lr, step)",
        tests=(OPTIMS,),
    ),
    Fault(
        what="a missing term in the derivative of a batch's variance",
        file="tinyml/layers/batchnorm.py",
        before="gradient -= normalised * self._along(weight_gradient / values)",
        after="pass",
        tests=(LAYERS,),
    ),
    Fault(
        what="a transposed index: rows instead of columns",
        file="tinyml/layers/maxpool2d.py",
        before="row * self.input_dim[2] + column",
        after="row * self.input_dim[1] + column",
        tests=(LAYERS,),
    ),
    Fault(
        what="a missing factor: dilation",
        file="tinyml/core/windows.py",
        before="first = tap * dilation",
        after="first = tap",
        tests=(CORE,),
    ),
    Fault(
        what="overlapping windows that overwrite instead of add",
        file="tinyml/core/windows.py",
        before="below[:, tap.rows, tap.columns] += by_tap[:, tap.row, tap.column]",
        after="below[:, tap.rows, tap.columns] = by_tap[:, tap.row, tap.column]",
        tests=(CORE,),
    ),
    Fault(
        what="a gradient that is too large, by the factor of the number of outputs",
        file="tinyml/losses/mean_squared_error.py",
        before="difference *= 2 / difference.size",
        after="difference *= 2 / len(difference)",
        tests=(LOSSES,),
    ),
    Fault(
        what="an integer type that overflows after 127",
        file="tinyml/losses/base.py",
        before="gradient[np.arange(len(labels)), labels] -= 1",
        after="gradient[np.arange(len(labels)).astype(np.int8), labels] -= 1",
        tests=(LOSSES,),
    ),
    Fault(
        what="a gradient that is replaced instead of accumulated",
        file="tinyml/core/parameter.py",
        before="self._gradient += multiply(left, right)",
        after="self._gradient[...] = multiply(left, right)",
        tests=(LAYERS,),
    ),
    Fault(
        what="dropout that drops in prediction",
        file="tinyml/layers/dropout.py",
        before="if not self.training or self.probability == 0:",
        after="if self.probability == 0:",
        tests=(LAYERS,),
    ),
    Fault(
        what="a patch that ends at the border of the image",
        file="tinyml/visualize/patches.py",
        before="box = _box_without_borders(layer.settings, box, shape[0])",
        after="box = layer.settings.receptive_field(box, shape)",
        tests=("tests/tinyml/visualize/test_patches.py",),
    ),
    Fault(
        what="a scale of signed colours that moves zero",
        file="tinyml/visualize/figures/colours.py",
        before="image.mean(axis=0) / (limit or 1.0)",
        after="(image.mean(axis=0) - image.mean()) / (limit or 1.0)",
        tests=("tests/tinyml/visualize/figures",),
    ),
    Fault(
        what="an embedding whose pictures are mirrored by chance",
        file="tinyml/visualize/embedding.py",
        before="signs = np.where(largest < 0, -1.0, 1.0)",
        after="signs = np.ones_like(largest)",
        tests=("tests/tinyml/visualize/test_embedding.py",),
    ),
    Fault(
        what="guided backpropagation instead of a deconvnet",
        file="tinyml/layers/relu.py",
        before='is there."""\n        return rectify(signal)\n',
        after='is there."""\n        return rectify(signal) * (recorded_input > 0)\n',
        tests=("tests/tinyml/visualize",),
    ),
    Fault(
        what="a missing correction of running means that start at 0",
        file="tinyml/optims/adam.py",
        before="(self.lr / (1 - self.beta_1**count))",
        after="self.lr",
        tests=(OPTIMS,),
    ),
    Fault(
        what="the same order of examples in every epoch",
        file="tinyml/data/batches.py",
        before="[seed, epoch, batch] if batch else [seed, epoch]",
        after="[seed, epoch, batch] if batch else [seed]",
        tests=("tests/tinyml/data", "tests/tinyml/learner"),
    ),
    Fault(
        what="a padding that keeps the size only without dilation",
        file="tinyml/core/windows.py",
        before="reach = [dilation * (taps - 1)",
        after="reach = [(taps - 1)",
        tests=(CORE,),
    ),
    Fault(
        what="quick insert offers what does not fit first",
        file="app/builder/quick_insert/candidates.py",
        before="(_GROUPS[rank], unsuitable, closeness,",
        after="(_GROUPS[rank], not unsuitable, closeness,",
        tests=("tests/app/builder/quick_insert",),
    ),
    Fault(
        what="an unpooling layer that fits although its pooling layer is already undone",
        file="app/builder/quick_insert/gap.py",
        before="pools.pop()",
        after="pass",
        tests=("tests/app/builder/quick_insert",),
    ),
    Fault(
        what="a transposed window that ignores dilation",
        file="tinyml/core/windows.py",
        before="d * (w - 1) - p",
        after="(w - 1) - p",
        tests=(CORE,),
    ),
    Fault(
        what="threads without the error settings of NumPy",
        file="tinyml/core/threads.py",
        before="submit(contextvars.copy_context().run, work, worker)",
        after="submit(work, worker)",
        tests=(CORE,),
    ),
    Fault(
        what="an output that the next layer overwrites although it is still needed",
        file="tinyml/layers/maxpool2d.py",
        before="records_switches = True",
        after="records_switches, backward_uses_output = True, False",
        tests=(LAYERS,),
    ),
    Fault(
        what="gradients of replicas that are not cleared",
        file="tinyml/net/execution/segments.py",
        before="own.zero_grad()",
        after="pass",
        tests=(BATCH_PASS,),
    ),
    Fault(
        what="a micro-batch at the place of another one",
        file="tinyml/net/execution/segments.py",
        before="output[part] = self._forward_replicas(number, input[part], observer)",
        after="output[micro_batches[-1 - number]] = self._forward_replicas(number, input[part], observer)",
        tests=(BATCH_PASS,),
    ),
    Fault(
        what="an array of the workspace that the caller gets",
        file="tinyml/net/execution/segments.py",
        before="reuse=not self.is_last",
        after="reuse=True",
        tests=(BATCH_PASS,),
    ),
    Fault(
        what="a worker that does not give the window priority",
        file="app/training/worker.py",
        before="self._gate.wait()",
        after="pass",
        tests=(TRAINING,),
    ),
    Fault(
        what="a gate that never closes",
        file="app/training/priority.py",
        before="self._idle.clear()",
        after="pass",
        tests=(TRAINING,),
    ),
    Fault(
        what="shared data that can be changed",
        file="app/training/dataset_cache.py",
        before="array.flags.writeable = False",
        after="pass",
        tests=(TRAINING,),
    ),
    Fault(
        what="a continued run that starts at its first epoch",
        file="app/training/worker.py",
        before="setup.run(self._resume, ",
        after="setup.run(",
        tests=(TRAINING,),
    ),
    Fault(
        what="a cancelled job without its signal",
        file="app/jobs/job.py",
        before="self.cancelled.emit()",
        after="pass",
        tests=("tests/app/jobs",),
    ),
    Fault(
        what="a description of data that is not chosen",
        file="app/document/document.py",
        before="if described_alike(described.choice, chosen):",
        after="if True:",
        tests=("tests/app/document",),
    ),
    Fault(
        what="shapes that are inferred again although neither network nor data changed",
        file="app/document/document.py",
        before="if (network, data) != self._inferred_for:",
        after="if True:",
        tests=("tests/app/document",),
    ),
    Fault(
        what="old weights that replace newer ones in the mailbox",
        file="app/training/mailbox.py",
        before="self._mail.snapshot = snapshot",
        after="self._mail.snapshot = self._mail.snapshot or snapshot",
        tests=(TRAINING,),
    ),
    Fault(
        what="a script whose texts can become code",
        file="tinyml/scripts/source_text.py",
        before="    code = repr(value)\n",
        after="    code = f\"'{value}'\" if isinstance(value, str) else repr(value)\n",
        tests=("tests/tinyml/scripts/test_source_text.py",),
    ),
    Fault(
        what="a script that leaves out settings",
        file="tinyml/layers/linear.py",
        before='return {"output_dim": self.outputs, "bias": self.bias, "initialiser": self.initialiser}',
        after='return {"output_dim": self.outputs, "initialiser": self.initialiser}',
        tests=("tests/tinyml/scripts/test_layer_calls.py",),
    ),
    Fault(
        what="a hidden page that writes scripts",
        file="app/builder/code/code_panel.py",
        before="        if self.isVisible() and not self._timer.isActive():",
        after="        if not self._timer.isActive():",
        tests=("tests/app/builder/code",),
    ),
    Fault(
        what="wide lines that block the window while they are painted",
        file="app/monitor/plot_area.py",
        before='wide.setSegmentedLineMode("on")',
        after="pass",
        tests=("tests/app/monitor",),
    ),
    Fault(
        what="a crop of the corner instead of the centre",
        file="tinyml/data/images/encode.py",
        before="left, top = (width - used_width) / 2, (height - used_height) / 2",
        after="left, top = 0.0, 0.0",
        tests=("tests/tinyml/data/images/test_encode.py",),
    ),
    Fault(
        what="images in the rows of their neighbours",
        file="tinyml/data/images/decoding.py",
        before="self.into[index] = image_bytes",
        after="self.into[index - 1] = image_bytes",
        tests=("tests/tinyml/data/readers/test_image_folder.py",),
    ),
    Fault(
        what="a damaged cache file that is believed",
        file="tinyml/data/images/byte_cache.py",
        before="return found.digest() == expected and not file.read(1)",
        after="return True",
        tests=("tests/tinyml/data/images/test_byte_cache.py",),
    ),
    Fault(
        what="images augmented after scaling, so that the border of a shift is grey instead of black",
        file="tinyml/data/augmented_batch.py",
        before="inputs = dataset.unscaled_examples(indices) if is_image else dataset.examples(indices)",
        after="inputs = dataset.examples(indices)",
        tests=("tests/tinyml/data/test_augmented_batch.py",),
    ),
    Fault(
        what="examples taken for equal because their fingerprints are",
        file="tinyml/data/analysis/duplicates.py",
        before="return members[equal], groups[equal]",
        after="return members, groups",
        tests=("tests/tinyml/data/analysis/test_duplicates.py",),
    ),
    Fault(
        what="the mean image of a class divided by the number of chunks",
        file="tinyml/data/analysis/images.py",
        before="self._class_counts[present] += members.sum(axis=1)",
        after="self._class_counts[present] += 1",
        tests=("tests/tinyml/data/analysis/test_images.py",),
    ),
    Fault(
        what="a zoom around the corner instead of the centre",
        file="tinyml/data/resampling.py",
        before="column = np.arange(height)[:, np.newaxis] - middle_row, np.arange(width) - middle_column",
        after="column = np.arange(height)[:, np.newaxis] * 1.0, np.arange(width) * 1.0",
        tests=("tests/tinyml/data/test_augmentation.py",),
    ),
    Fault(
        what="another table whose columns reach the inputs of other columns",
        file="tinyml/data/prepared.py",
        before="dataset = align_columns(dataset, fitted)",
        after="pass",
        tests=("tests/tinyml/data/test_alignment.py",),
    ),
    Fault(
        what="a constant column that is divided by a rounding error",
        file="tinyml/data/preprocessing/scaling.py",
        before="np.where(high > low, np.sqrt(np.maximum(squares / some - mean**2, 0)), 0)",
        after="np.sqrt(np.maximum(squares / some - mean**2, 0))",
        tests=("tests/tinyml/data/test_prepared.py",),
    ),
    Fault(
        what="an image file as input of a network of numbers from -1 to 1",
        file="tinyml/data/readers/arrays.py",
        before="are_pixels = low >= 0 and",
        after="are_pixels =",
        tests=("tests/tinyml/data/readers/test_arrays.py",),
    ),
    Fault(
        what="weights for data whose classes have other names",
        file="app/training/snapshot.py",
        before="self.description.class_names == description.class_names",
        after="len(self.description.class_names) == len(description.class_names)",
        tests=("tests/app/training/test_snapshot_files.py",),
    ),
)
