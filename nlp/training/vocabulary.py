"""Cut the encoder's vocabulary to Chinese: pieces that occur, characters, whole emoticons."""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from nlp.text import EMOTICON, LINK, PERSON

SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"]
"""Rows 0 to 3, as in XLM-R."""
_COMMON_HAN = range(0x4E00, 0x9FA6)
_EMOTICON = re.compile(EMOTICON)


def emoticons(texts: Iterable[str], least: int = 5) -> list[str]:
    """List bracketed emoticons (and our stand-ins) that occur at least so often, most common first.

    ``texts`` are normalised.
    """
    counts = Counter(piece for text in texts for piece in _EMOTICON.findall(text))
    found = [piece for piece, n in counts.most_common() if n >= least]
    return [*dict.fromkeys([LINK, PERSON, *found])]


def cut_tokenizer(full: dict, texts: Iterable[str], whole: list[str], least: int = 2) -> dict:
    """Return the Unigram tokenizer with only the pieces Chinese texts need.

    Kept: pieces that cut the given texts at least ``least`` times, single common Han characters and
    printable ASCII. The ``whole`` pieces get the best score, so that they are never cut.
    """
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_str(json.dumps(full))
    used: Counter[str] = Counter()
    for encoding in tokenizer.encode_batch(list(texts), add_special_tokens=False):
        used.update(encoding.tokens)
    kept = []
    for piece, score in full["model"]["vocab"][len(SPECIAL) :]:
        if piece == "<mask>":
            continue
        if used[piece] >= least or (len(piece) == 1 and (_keeps(piece) or used[piece])):
            kept.append([piece, score])
    known = {piece for piece, _ in kept}
    added = [[piece, 0.0] for piece in whole if piece not in known]
    small = {**full, "truncation": None, "padding": None}
    small["added_tokens"] = [t for t in full["added_tokens"] if t["content"] in SPECIAL]
    small["model"] = {**full["model"], "vocab": [*full["model"]["vocab"][:4], *kept, *added]}
    return small


def _keeps(character: str) -> bool:
    return (
        ord(character) in _COMMON_HAN
        or " " < character < "\x7f"
        or character == "▁"
        or unicodedata.category(character) == "So"
    )


def cut_rows(full: dict, small: dict, rows: np.ndarray) -> np.ndarray:
    """Take the embedding rows of the kept pieces; a new piece starts as the mean of its parts.

    Args:
        full: the whole tokenizer.
        small: from ``cut_tokenizer``.
        rows: word embedding of the whole tokenizer, float32 (pieces, hidden).
    """
    from tokenizers import Tokenizer

    number = {piece: i for i, (piece, _) in enumerate(full["model"]["vocab"])}
    whole = Tokenizer.from_str(json.dumps(full))
    result = []
    for piece, _ in small["model"]["vocab"]:
        if piece in number:
            result.append(rows[number[piece]])
        else:
            parts = whole.encode(piece.strip("[]"), add_special_tokens=False).ids
            result.append(rows[parts].mean(0))
    return np.stack(result).astype(np.float32)


def save_tokenizer(small: dict, folder: Path) -> None:
    """Write ``tokenizer.json`` and ``tokenizer_config.json`` for ``transformers.AutoTokenizer``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tokenizer.json").write_text(json.dumps(small, ensure_ascii=False), "utf-8")
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": "<s>",
        "eos_token": "</s>",
        "cls_token": "<s>",
        "sep_token": "</s>",
        "pad_token": "<pad>",
        "unk_token": "<unk>",
        "model_max_length": 512,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2), "utf-8")
