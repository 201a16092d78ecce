"""Run an exported network in an environment without tinyml: `python foreign_programs.py FORMAT FILE INPUTS OUTPUTS`.

It imports NumPy and what the format needs, nothing of this repository. INPUTS and OUTPUTS are NPY files. It prints the
versions of the packages.
"""

import runpy
import sys
from pathlib import Path

import numpy as np


def run_pytorch(path: Path, inputs: np.ndarray) -> tuple[np.ndarray, str]:
    """Return the outputs of an exported script with its weights, and the version of PyTorch."""
    import torch

    names = runpy.run_path(str(path), run_name="script")
    names["load_weights"](path.with_suffix(".weights.safetensors"))
    with torch.no_grad():
        outputs: np.ndarray = names["net"].eval()(torch.from_numpy(inputs)).numpy()
    return outputs, f"torch {torch.__version__}"


def run_keras(path: Path, inputs: np.ndarray) -> tuple[np.ndarray, str]:
    """Return the outputs of an exported script with its weights, channels first, and the version of Keras."""
    names = runpy.run_path(str(path), run_name="script")
    names["load_weights"](path.with_suffix(".weights.safetensors"))
    keras = names["keras"]
    last = inputs.transpose(0, 2, 3, 1) if inputs.ndim == 4 else inputs
    outputs = np.asarray(keras.ops.convert_to_numpy(names["model"](last, training=False)))
    outputs = outputs.transpose(0, 3, 1, 2) if outputs.ndim == 4 else outputs
    return outputs, f"keras {keras.__version__} on {keras.backend.backend()}"


def run_onnx(path: Path, inputs: np.ndarray) -> tuple[np.ndarray, str]:
    """Return the outputs of an exported graph after it has passed the checker, and the version of ONNX Runtime."""
    import onnx
    import onnxruntime

    onnx.checker.check_model(str(path), full_check=True)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    (outputs,) = session.run(["output"], {"input": inputs})
    return np.asarray(outputs), f"onnx {onnx.__version__}, onnxruntime {onnxruntime.__version__}"


RUN = {"pytorch": run_pytorch, "keras": run_keras, "onnx": run_onnx}

if __name__ == "__main__":
    to, file, inputs_path, outputs_path = sys.argv[1:]
    found, versions = RUN[to](Path(file), np.load(inputs_path))
    np.save(outputs_path, np.ascontiguousarray(found))
    print(versions)
