"""The transformer at run time: five heads on one encoder, through ONNX Runtime.

Its folder is laid out as ``transformers`` lays it out (``config.json``, ``tokenizer.json``,
``tokenizer_config.json``, ``model.onnx``). The tokenizer file is opened by the library underneath
``transformers`` itself, which starts in a fraction of the time. No torch, no network.
"""

import json
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any, get_args

import numpy as np
import numpy.typing as npt

from posts.errors import ModelError
from posts.model import Emotion, Intent, Sentiment, Topic

Floats = npt.NDArray[np.float32]
FOLDER = Path(__file__).parent / "weights" / "transformer"
LONGEST = 128
"""Pieces of a text that are read; about 200 characters."""
_CHARACTERS = 600
"""Characters handed to the tokenizer; more would be cut off again."""
_BATCH_PIECES = 512
"""Pieces in a batch, padding included; larger ones fall out of the processor's caches."""
_BATCH_ROWS = 64
_PAD = 1


def _layout() -> dict[str, slice]:
    sizes = {
        "sentiment": len(get_args(Sentiment)),
        "intent": len(get_args(Intent)),
        "topics": len(get_args(Topic)),
        "urgent": 1,
        "emotion": len(get_args(Emotion)),
    }
    layout, at = {}, 0
    for head, size in sizes.items():
        layout[head] = slice(at, at + size)
        at += size
    return layout


HEADS = _layout()
"""Where each head's logits stand in a row of the network's output."""
WIDTH = max(part.stop for part in HEADS.values())
LABELS: list[str] = [
    *get_args(Sentiment),
    *get_args(Intent),
    *get_args(Topic),
    "urgent",
    *get_args(Emotion),
]
"""Names of the logits, in order; ``id2label`` of the config."""


def piece_text(text: str) -> str:
    """Return a normalised text as the tokenizer is given it."""
    return text[:_CHARACTERS]


def batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Group rows of like length, longest first, so that little is padded."""
    order = sorted(range(len(lengths)), key=lambda row: -lengths[row])
    at = 0
    while at < len(order):
        rows = max(1, min(_BATCH_ROWS, _BATCH_PIECES // max(1, lengths[order[at]])))
        yield order[at : at + rows]
        at += rows


class Transformer:
    """The network and its tokenizer, loaded once."""

    def __init__(self, folder: Path = FOLDER, threads: int | None = None) -> None:
        """Load a folder.

        Args:
            folder: see the module.
            threads: batches run at the same time; as many as there are cores to use unless given.

        Raises:
            ModelError: a file is missing or damaged, or the labels are not ours.
        """
        self._threads = threads or len(os.sched_getaffinity(0))
        try:
            labels = json.loads((folder / "config.json").read_text("utf-8"))["id2label"]
            if [labels[str(i)] for i in range(len(labels))] != LABELS:
                raise ValueError("made for other labels")
            self._tokenizer = self._open_tokenizer(folder)
            self._session = self._open_session(folder)
        except Exception as error:  # both libraries raise their own, undocumented kinds
            raise ModelError(
                f"the transformer in {folder} cannot be used ({_first_line(error)}); put the "
                f"files of this version back, or set GONGSHENG_MODEL=baseline"
            ) from error

    @staticmethod
    def _open_tokenizer(folder: Path) -> Any:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        tokenizer.enable_truncation(LONGEST)
        return tokenizer

    @staticmethod
    def _open_session(folder: Path) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        # Whole batches side by side waste less than the parts of one batch would.
        options.intra_op_num_threads = 1
        # Its tanh form: 5 % faster, and further from nothing than the rounding to 8 bits.
        options.add_session_config_entry("optimization.enable_gelu_approximation", "1")
        options.log_severity_level = 3
        return onnxruntime.InferenceSession(
            str(folder / "model.onnx"),
            options,
            providers=["CPUExecutionProvider"],
            # Its fused kernel is ten times slower than the two it replaces: a fifth of all time.
            disabled_optimizers=["SkipLayerNormFusion"],
        )

    @cached_property
    def hidden(self) -> int:
        """Width of the vectors."""
        return int(self._session.get_outputs()[1].shape[-1])

    def run(self, texts: Sequence[str]) -> tuple[Floats, Floats]:
        """Read normalised texts: logits (texts, WIDTH) and vectors (texts, hidden)."""
        encoded = self._tokenizer.encode_batch([piece_text(text) for text in texts])
        ids = [each.ids for each in encoded]
        logits = np.empty((len(texts), WIDTH), np.float32)
        vectors = np.empty((len(texts), self.hidden), np.float32)

        def run_batch(rows: list[int]) -> None:
            logits[rows], vectors[rows] = self._run_batch([ids[row] for row in rows])

        groups = list(batches([len(row) for row in ids]))
        if len(groups) == 1 or self._threads == 1:
            for rows in groups:
                run_batch(rows)
        else:
            with ThreadPoolExecutor(self._threads) as pool:
                for _ in pool.map(run_batch, groups):
                    pass
        return logits, vectors

    def _run_batch(self, ids: list[list[int]]) -> tuple[Floats, Floats]:
        numbers = np.full((len(ids), max(map(len, ids))), _PAD, np.int64)
        mask = np.zeros_like(numbers)
        for at, row in enumerate(ids):
            numbers[at, : len(row)] = row
            mask[at, : len(row)] = 1
        logits, vectors = self._session.run(
            ["logits", "vector"], {"input_ids": numbers, "attention_mask": mask}
        )
        return logits, vectors


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
