"""The network: encoder, mean-pooled vector, five heads on it; and the loss with missing labels."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from transformers import BertConfig, BertModel

from nlp.transformer import HEADS, WIDTH

SMOOTHING = 0.05
POSITIVE_TOPIC = 2.0
POSITIVE_URGENT = 4.0
RARE_TOPIC = -2.1
"""Log odds of a topic (6 % of lines), with its positive weight."""
RARE_URGENT = -1.8
WEIGHTS = {"sentiment": 1.0, "intent": 1.0, "topics": 0.7, "urgent": 0.7, "emotion": 1.0}


class FiveHeads(nn.Module):
    """A BERT encoder whose mean-pooled, batch-normalised vector feeds one linear layer per head.

    Without the normalisation the heads learn little: the encoder's vectors lie in a narrow cone.
    """

    def __init__(self, config: BertConfig, dropout: float = 0.15):
        super().__init__()
        self.encoder = BertModel(config, add_pooling_layer=False)
        self.norm = nn.BatchNorm1d(config.hidden_size, affine=False, momentum=0.02)
        self.dropout = nn.Dropout(dropout)
        self.heads = nn.Linear(config.hidden_size, WIDTH)
        # Flags start at about how rare they are; learning that alone would take a thousand steps.
        with torch.no_grad():
            self.heads.bias[HEADS["topics"]] = RARE_TOPIC
            self.heads.bias[HEADS["urgent"]] = RARE_URGENT

    def forward(self, input_ids, attention_mask):
        """Return logits (rows, WIDTH), the heads side by side, and the vectors (rows, hidden)."""
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(torch.float32)
        vector = (hidden.float() * mask).sum(1) / mask.sum(1).clamp(min=1.0)
        return self.heads(self.dropout(self.norm(vector))), vector


@dataclass
class Targets:
    """Labels of a batch; -1 is a missing class, NaN a missing flag."""

    sentiment: torch.Tensor
    intent: torch.Tensor
    topics: torch.Tensor
    urgent: torch.Tensor
    emotion: torch.Tensor


def losses(logits: torch.Tensor, targets: Targets) -> dict[str, torch.Tensor]:
    """Mean loss of each head over the rows that have its label; heads without any are left out.

    Topics are summed over the 17 labels: their mean is too small a signal to learn from.
    """
    found = {}
    for head in ("sentiment", "intent", "emotion"):
        wanted = getattr(targets, head)
        if (wanted >= 0).any():
            found[head] = functional.cross_entropy(
                logits[:, HEADS[head]], wanted, ignore_index=-1, label_smoothing=SMOOTHING
            )
    for head, weight in (("topics", POSITIVE_TOPIC), ("urgent", POSITIVE_URGENT)):
        wanted = getattr(targets, head)
        rows = ~wanted.isnan().any(1)
        if rows.any():
            each = functional.binary_cross_entropy_with_logits(
                logits[rows][:, HEADS[head]],
                wanted[rows],
                pos_weight=torch.tensor(weight),
                reduction="none",
            )
            found[head] = each.sum(1).mean()
    return found


def load_weights(model: FiveHeads, path: Path) -> None:
    """Load a checkpoint written by ``save_weights``."""
    model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))


def save_weights(state: dict[str, torch.Tensor], path: Path) -> None:
    """Write a state dictionary, whole or not at all."""
    draft = path.with_suffix(".draft")
    torch.save(state, draft)
    draft.replace(path)


def predict(
    model: FiveHeads, ids: list[list[int]], *, pad: int = 1, batch: int = 64
) -> tuple[np.ndarray, np.ndarray]:
    """Return logits (rows, WIDTH) and vectors (rows, hidden), float32, in the order given."""
    model.eval()
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    logits = np.zeros((len(ids), WIDTH), np.float32)
    vectors = np.zeros((len(ids), model.heads.in_features), np.float32)
    device = model.heads.weight.device
    with torch.inference_mode(), torch.autocast(device.type, dtype=torch.bfloat16):
        for at in range(0, len(order), batch):
            rows = order[at : at + batch]
            inputs, mask = padded([ids[i] for i in rows], pad)
            out, vector = model(inputs.to(device), mask.to(device))
            logits[rows] = out.float().cpu().numpy()
            vectors[rows] = vector.float().cpu().numpy()
    return logits, vectors


def padded(ids: list[list[int]], pad: int = 1) -> tuple[torch.Tensor, torch.Tensor]:
    """Stack rows of piece numbers, padded to the longest: numbers and mask, int64."""
    width = max(map(len, ids))
    inputs = torch.full((len(ids), width), pad, dtype=torch.long)
    mask = torch.zeros((len(ids), width), dtype=torch.long)
    for row, numbers in enumerate(ids):
        inputs[row, : len(numbers)] = torch.tensor(numbers)
        mask[row, : len(numbers)] = 1
    return inputs, mask
