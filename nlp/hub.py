"""Any sequence classifier from a folder or the Hugging Face hub, as ``GONGSHENG_MODEL`` names it.

It decides the sentiment; what it cannot know (intent, topics, urgency, keywords) the bundled linear
model says. A repository with an ONNX file runs on ONNX Runtime, any other one needs torch.
"""

import json
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from socket import create_connection
from typing import Any, cast, get_args
from urllib.parse import urlsplit
from urllib.request import getproxies

import numpy as np
import numpy.typing as npt

from nlp import baseline
from nlp.text import fold
from nlp.transformer import batches
from posts.errors import ModelError
from posts.model import Analysis, Sentiment

SENTIMENTS: tuple[Sentiment, ...] = get_args(Sentiment)
_ONNX_FILES = (
    "model.onnx", "onnx/model.onnx", "model_quantized.onnx", "onnx/model_quantized.onnx",
)  # fmt: skip
_LONGEST = 256
_CHARACTERS = 2000
_NAMES: tuple[tuple[Sentiment, str], ...] = (
    ("negative", r"neg(ative)?|负面?|负向|消极|差评|1 stars?|2 stars?|very negative"),
    ("neutral", r"neu(tral)?|中性?|中立|none|3 stars?"),
    ("positive", r"pos(itive)?|正面?|正向|积极|好评|4 stars?|5 stars?|very positive"),
)
_PLAIN = {2: ("negative", "positive"), 3: ("negative", "neutral", "positive")}
"""What LABEL_0, LABEL_1, ... mean where a model does not say."""


def sentiment_of_labels(labels: Sequence[str]) -> list[Sentiment]:
    """Say which sentiment each label of a model means.

    Raises:
        ModelError: a label is not known.
    """
    plain = [str(label).strip().lower().replace("_", " ").replace("-", " ") for label in labels]
    if plain == [f"label {i}" for i in range(len(plain))] and len(plain) in _PLAIN:
        return list(cast("tuple[Sentiment, ...]", _PLAIN[len(plain)]))
    found: list[Sentiment] = []
    for label, name in zip(plain, labels, strict=True):
        meant = [said for said, pattern in _NAMES if re.fullmatch(pattern, label)]
        if not meant:
            raise ModelError(
                f"label {name!r} is no sentiment we know; give a model whose labels are negative, "
                f"neutral and positive (its config.json, id2label)"
            )
        found.append(meant[0])
    return found


def fetch(model: str) -> Path:
    """Return the folder of a model: the one named, or a copy of the hub's.

    Raises:
        ModelError: there is no such folder, and the hub has no such model or cannot be reached.
    """
    folder = Path(model).expanduser()
    if folder.is_dir():
        return folder
    if folder.is_absolute() or not re.fullmatch(r"[\w.-]+(/[\w.-]+)?", model):
        raise ModelError(f"GONGSHENG_MODEL={model!r}: no such folder, and no Hugging Face id")
    try:
        return _copy(model)
    except Exception as error:  # the library has no common base for its errors
        raise ModelError(
            f"GONGSHENG_MODEL={model!r}: no such folder, and the hub gave no such model "
            f"({_first_line(error)}); check the name and the network, leave it unset for the "
            f"bundled tagger, or say 'baseline' for its small linear part"
        ) from error


def _copy(model: str) -> Path:
    """Return the copy of a hub's model, made now if there is none yet."""
    from huggingface_hub import constants, list_repo_files, snapshot_download

    with suppress(FileNotFoundError):  # of the library: not copied yet
        return Path(snapshot_download(model, local_files_only=True))
    if not getproxies():  # without a network the library would try for half a minute
        address = urlsplit(constants.ENDPOINT)
        create_connection((address.hostname or "", address.port or 443), timeout=5).close()
    files = list_repo_files(model)
    onnx = next((name for name in _ONNX_FILES if name in files), None)
    weights = [onnx] if onnx else ["*.safetensors", "pytorch_model.bin"]
    return Path(snapshot_download(model, allow_patterns=["*.json", "*.txt", "*.model", *weights]))


class HubTagger:
    """Tags texts with the sentiment of another model."""

    def __init__(self, folder: Path, name: str) -> None:
        """Load a model.

        Raises:
            ModelError: files or packages are missing, or the labels are no sentiments.
        """
        self._name = name
        self._linear = baseline.load()
        try:
            config = json.loads((folder / "config.json").read_text("utf-8"))
            labels = config["id2label"]
            means = sentiment_of_labels([labels[str(i)] for i in range(len(labels))])
            from transformers import AutoTokenizer

            load: Any = AutoTokenizer.from_pretrained
            self._tokenizer = load(folder, local_files_only=True)
            self._score = _onnx_scores(folder) or _torch_scores(folder)
        except ModelError:
            raise
        except Exception as error:  # transformers raises many kinds
            raise ModelError(
                f"GONGSHENG_MODEL={name!r} cannot be used ({_first_line(error)}); it must hold "
                f"config.json with id2label, a tokenizer and model.onnx or torch weights"
            ) from error
        self._means = np.array([[said == meant for said in SENTIMENTS] for meant in means])

    @property
    def version(self) -> str:
        """The model's name, and the linear model beside it."""
        return f"{self._name}+{self._linear.version}"

    def tag(self, texts: Sequence[str]) -> list[Analysis]:
        """Tag texts: same length and order as given, never raises on any text."""
        chances = self._chances([fold(text)[:_CHARACTERS] for text in texts])
        return [
            analysis.model_copy(
                update={
                    "sentiment": SENTIMENTS[int(row.argmax())],
                    "probabilities": dict(zip(SENTIMENTS, row.tolist(), strict=True)),
                    "model": self.version,
                }
            )
            for analysis, row in zip(self._linear.tag(texts), chances, strict=True)
        ]

    def _chances(self, texts: list[str]) -> npt.NDArray[np.float64]:
        found = np.zeros((len(texts), len(SENTIMENTS)))
        for rows in batches([min(len(text), _LONGEST) + 2 for text in texts]):
            encoded = self._tokenizer(
                [texts[row] for row in rows],
                padding=True,
                truncation=True,
                max_length=_LONGEST,
                return_tensors="np",
            )
            scores = np.asarray(self._score(dict(encoded)), np.float64)
            powers = np.exp(scores - scores.max(axis=1, keepdims=True))
            found[rows] = powers / powers.sum(axis=1, keepdims=True) @ self._means
        return found


def _onnx_scores(folder: Path) -> Any:
    """Return a function from encoded texts to scores, or None without an ONNX file."""
    path = next((folder / name for name in _ONNX_FILES if (folder / name).is_file()), None)
    if path is None:
        return None
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = len(os.sched_getaffinity(0))
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    names = [each.name for each in session.get_inputs()]

    def score(encoded: dict[str, Any]) -> Any:
        given = {name: encoded[name].astype(np.int64) for name in names if name in encoded}
        return session.run(None, given)[0]

    return score


def _torch_scores(folder: Path) -> Any:
    try:
        torch: Any = import_module("torch")  # a type checker need not have it
    except ImportError as error:
        raise ModelError(
            f"{folder} holds no model.onnx, so it needs torch: pip install torch, or give a model "
            f"with an ONNX file"
        ) from error
    from transformers import AutoModelForSequenceClassification

    load: Any = AutoModelForSequenceClassification.from_pretrained
    model = load(folder, local_files_only=True).eval()

    def score(encoded: dict[str, Any]) -> Any:
        with torch.inference_mode():
            given = {name: torch.from_numpy(values) for name, values in encoded.items()}
            return model(**given).logits.float().numpy()

    return score


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
