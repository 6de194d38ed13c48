"""Make a network's activations easier to round to 8 bits, without changing what it computes.

ONNX Runtime rounds the input of a matrix with one scale for the whole batch, so a few channels that
are ten times larger than the rest cost all others their digits. Each channel is divided by a factor
before the matrix, and the matrix's row is multiplied by it (SmoothQuant, Xiao et al., ICML 2023,
eq. 4). LayerNorm's output also feeds the residual here, so the division is an operation of its own;
it costs about a hundredth of the time.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper

STRENGTH = 0.8
"""Share of the difficulty that moves into the weights; 0.4 to 1 were tried on dev lines."""


def smooth(fused: Path, ids: Sequence[Sequence[int]], out: Path) -> None:
    """Write a network with smoothed activations.

    Args:
        fused: network in float, with ``input_ids`` and ``attention_mask``.
        ids: piece numbers of some training texts, from which the channels' sizes are taken.
        out: file to write.
    """
    model = onnx.load(fused)
    weights = {each.name: each for each in model.graph.initializer}
    nodes = [node for node in model.graph.node if _multiplies(node, weights)]
    largest = _largest(fused, sorted({node.input[0] for node in nodes}), ids)
    for node in nodes:
        before, name = node.input[0], node.input[1]
        weight = numpy_helper.to_array(weights[name])
        factor = _factor(largest[before], np.abs(weight).max(axis=1))
        weights[name].CopyFrom(numpy_helper.from_array(weight * factor[:, None], name))
        divided = f"{node.name}/smoothed"
        by = numpy_helper.from_array(1 / factor, f"{divided}/by")
        model.graph.initializer.append(by)
        place = list(model.graph.node).index(node)
        model.graph.node.insert(place, helper.make_node("Mul", [before, by.name], [divided]))
        model.graph.node[place + 1].input[0] = divided
    onnx.save(model, out)


def _multiplies(node: onnx.NodeProto, weights: dict[str, onnx.TensorProto]) -> bool:
    """Whether it multiplies by a matrix of weights."""
    return (
        node.op_type in ("Attention", "MatMul")
        and node.input[1] in weights
        and len(weights[node.input[1]].dims) == 2
    )


def _factor(activation: np.ndarray, weight: np.ndarray) -> np.ndarray:
    factor = np.maximum(activation, 1e-5) ** STRENGTH / np.maximum(weight, 1e-5) ** (1 - STRENGTH)
    return (factor / np.exp(np.log(factor).mean())).astype(np.float32)


def _largest(
    network: Path, names: Sequence[str], ids: Sequence[Sequence[int]]
) -> dict[str, np.ndarray]:
    """The largest size of each channel of the named tensors."""
    watched = onnx.load(network)
    for name in names:
        kind = helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None)
        watched.graph.output.append(kind)
    session = onnxruntime.InferenceSession(
        watched.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    found: dict[str, np.ndarray] = {}
    for row in ids:
        numbers = np.array([row], np.int64)
        asked = {"input_ids": numbers, "attention_mask": np.ones_like(numbers)}
        for name, value in zip(names, session.run(list(names), asked), strict=True):
            size = np.abs(value).reshape(-1, value.shape[-1]).max(axis=0)
            found[name] = np.maximum(found.get(name, 0), size)
    return found
