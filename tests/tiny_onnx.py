"""Write a tiny ONNX model byte by byte, so that tests need no library that makes models.

The model looks each piece up in two tables and sums over the pieces of a row. Field numbers are
those of onnx.proto3 (IR version 8, operator set 17).
"""

from pathlib import Path

import numpy as np

_FLOAT, _INT64, _INTS = 1, 7, 7


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes | str) -> bytes:
    raw = value.encode() if isinstance(value, str) else value
    return _varint(field << 3 | 2) + _varint(len(raw)) + raw


def _tensor(name: str, values: np.ndarray) -> bytes:
    kind = _FLOAT if values.dtype == np.float32 else _INT64
    dims = b"".join(_number(1, size) for size in values.shape)
    return dims + _number(2, kind) + _bytes(8, name) + _bytes(9, values.tobytes())


def _value(name: str, kind: int, *dims: str | int) -> bytes:
    shape = b"".join(
        _bytes(1, _bytes(2, dim) if isinstance(dim, str) else _number(1, dim)) for dim in dims
    )
    return _bytes(1, name) + _bytes(2, _bytes(1, _number(1, kind) + _bytes(2, shape)))


def _node(kind: str, inputs: list[str], output: str, *attributes: bytes) -> bytes:
    said = b"".join(_bytes(1, name) for name in inputs) + _bytes(2, output) + _bytes(4, kind)
    return said + b"".join(_bytes(5, attribute) for attribute in attributes)


def write_lookup_model(path: Path, tables: dict[str, np.ndarray]) -> None:
    """Write a model: output ``name`` (rows, width) = sum over pieces of ``table[piece]``."""
    graph = _bytes(2, "tiny") + _bytes(5, _tensor("axis", np.array([1], np.int64)))
    no_dims = _bytes(1, "keepdims") + _number(3, 0) + _number(20, 2)
    for name, table in tables.items():
        graph += _bytes(5, _tensor(f"{name}_table", table.astype(np.float32)))
        graph += _bytes(1, _node("Gather", [f"{name}_table", "input_ids"], f"{name}_found"))
        graph += _bytes(1, _node("ReduceSum", [f"{name}_found", "axis"], name, no_dims))
        graph += _bytes(12, _value(name, _FLOAT, "rows", table.shape[1]))
    for name in ("input_ids", "attention_mask"):
        graph += _bytes(11, _value(name, _INT64, "rows", "pieces"))
    opset = _bytes(1, "") + _number(2, 17)
    path.write_bytes(_number(1, 8) + _bytes(8, opset) + _bytes(7, graph))
