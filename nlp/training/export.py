"""Write a checkpoint as the folder the tagger loads: ONNX with int8 weights, tokenizer, config.

``python -m nlp.training.export --checkpoint run/final.pt --tokenizer run --encoder e5-small-q4.bin
--corpus DIR --data DIR --out FOLDER``
"""

import argparse
import json
import math
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers import optimizer
from onnxruntime.transformers.fusion_options import FusionOptions
from tokenizers import Tokenizer
from torch import nn

from nlp.training.corpus import lines_of
from nlp.training.encoder import bert_config, read_encoder
from nlp.training.model import FiveHeads, load_weights
from nlp.training.smoothing import smooth
from nlp.transformer import LONGEST, piece_text
from posts.model import Emotion, Intent, Sentiment, Topic

OPSET = 17
EVERY = 40
"""Every so-manieth training line is looked at before rounding; some six hundred of the union's."""


class _ForUse(nn.Module):
    """What runs in use: logits, and the normalised vector for neighbours and refitted heads.

    The layers are written out in the form that ONNX Runtime joins into its own attention operator.
    """

    def __init__(self, model: FiveHeads):
        super().__init__()
        self.model = model
        self.heads = model.encoder.config.num_attention_heads

    def forward(self, input_ids, attention_mask):
        away = (1.0 - attention_mask.unsqueeze(1).unsqueeze(2).float()) * -10000.0
        hidden = self.model.encoder.embeddings(input_ids)
        for layer in self.model.encoder.encoder.layer:
            hidden = layer.attention.output(
                self._attend(layer.attention.self, hidden, away), hidden
            )
            hidden = layer.output(layer.intermediate(hidden), hidden)
        mask = attention_mask.unsqueeze(-1).float()
        mean = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1.0)
        vector = self.model.norm(mean)
        return self.model.heads(vector), vector

    def _attend(self, attention, hidden, away):
        rows, pieces, width = hidden.shape
        query, key, value = (
            part(hidden).view(rows, pieces, self.heads, width // self.heads).permute(0, 2, 1, 3)
            for part in (attention.query, attention.key, attention.value)
        )
        near = query @ key.transpose(-1, -2) / math.sqrt(width // self.heads) + away
        seen = near.softmax(-1) @ value
        return seen.permute(0, 2, 1, 3).contiguous().view(rows, pieces, width)


def export(
    checkpoint: Path, tokenizer: Path, encoder: Path, texts: Sequence[str], out: Path
) -> None:
    """Write ``model.onnx``, ``tokenizer.json``, ``tokenizer_config.json`` and ``config.json``.

    Args:
        texts: normalised training texts by which the activations are made ready for rounding.
    """
    out.mkdir(parents=True, exist_ok=True)
    pieces = len(json.loads((tokenizer / "tokenizer.json").read_text("utf-8"))["model"]["vocab"])
    config = bert_config(read_encoder(encoder), pieces)
    config._attn_implementation = "eager"
    model = FiveHeads(config).eval()
    load_weights(model, checkpoint)
    with tempfile.TemporaryDirectory() as scratch:
        plain, fused, smoothed = (
            Path(scratch) / f"{n}.onnx" for n in ("plain", "fused", "smoothed")
        )
        _trace(model, plain)
        _fuse(plain, fused, config)
        cut = Tokenizer.from_file(str(tokenizer / "tokenizer.json"))
        cut.enable_truncation(LONGEST)
        ids = [each.ids for each in cut.encode_batch([piece_text(text) for text in texts])]
        smooth(fused, ids, smoothed)
        quantize_dynamic(
            smoothed,
            out / "model.onnx",
            per_channel=True,
            weight_type=QuantType.QInt8,
            extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
        )
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copyfile(tokenizer / name, out / name)
    names = [
        *get_args(Sentiment),
        *get_args(Intent),
        *get_args(Topic),
        "urgent",
        *get_args(Emotion),
    ]
    about = {k: v for k, v in config.to_dict().items() if not k.startswith("_") and v is not None}
    about["id2label"] = dict(enumerate(names))
    about["label2id"] = {name: i for i, name in enumerate(names)}
    about.pop("dtype", None)
    (out / "config.json").write_text(json.dumps(about, indent=1), "utf-8")


def _trace(model: FiveHeads, path: Path) -> None:
    ids = torch.tensor([[0, 5, 6, 7, 2], [0, 8, 2, 1, 1]])
    mask = (ids != 1).long()
    torch.onnx.export(
        _ForUse(model).eval(),
        (ids, mask),
        path,
        dynamo=False,
        opset_version=OPSET,
        input_names=["input_ids", "attention_mask"],
        output_names=["logits", "vector"],
        dynamic_axes={
            "input_ids": {0: "rows", 1: "pieces"},
            "attention_mask": {0: "rows", 1: "pieces"},
            "logits": {0: "rows"},
            "vector": {0: "rows"},
        },
    )


def _fuse(plain: Path, fused: Path, config) -> None:
    """Join attention and activation into ONNX Runtime's own operators."""
    options = FusionOptions("bert")
    options.enable_skip_layer_norm = False  # slower than what it replaces; see nlp.transformer
    options.enable_embed_layer_norm = False
    made = optimizer.optimize_model(
        str(plain),
        model_type="bert",
        num_heads=config.num_attention_heads,
        hidden_size=config.hidden_size,
        optimization_options=options,
        opt_level=0,
    )
    made.save_model_to_file(str(fused))


def main() -> None:
    """Export from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("checkpoint", "tokenizer", "encoder", "corpus", "data", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    options = parser.parse_args()
    lines = lines_of(options.corpus, options.data, "train")
    texts = [line.text for line in lines if line.emotion is None][::EVERY]
    export(options.checkpoint, options.tokenizer, options.encoder, texts, options.out)


if __name__ == "__main__":
    main()
