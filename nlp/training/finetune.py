"""Train all heads at once: ``python -m nlp.training.finetune --out FOLDER [--minutes 70]``.

The length of a run is a number of epochs or, where the machine is shared, of minutes: the learning
rate falls to zero at whichever end is set. A moving average of the weights is kept and saved.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch

from nlp.training.dataset import Rows, load_rows, load_tokenizer
from nlp.training.encoder import bert_config, bert_state, read_encoder
from nlp.training.evaluate import head_scores
from nlp.training.model import WEIGHTS, FiveHeads, losses, predict, save_weights
from nlp.training.vocabulary import cut_rows

WARM_UP = 0.05
AVERAGE = 0.998
CLIP = 1.0


def start_model(encoder: Path, full: dict, small: dict) -> FiveHeads:
    """Build the network from the pretrained encoder and the cut vocabulary."""
    file = read_encoder(encoder)
    words = file.tensors["emb.word"].reshape(-1, file.hidden)
    rows = cut_rows(full, small, words)
    config = bert_config(file, len(rows))
    # Dropout inside the encoder costs a third of the time on a CPU; pieces are dropped instead.
    config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0.0
    config._attn_implementation = "eager"  # its backward pass is the fastest on a CPU
    model = FiveHeads(config)
    state = {k: torch.from_numpy(v) for k, v in bert_state(file, rows).items()}
    model.encoder.load_state_dict(state)
    return model


def optimiser(model: FiveHeads, rate: float, head_rate: float) -> torch.optim.AdamW:
    """AdamW with its own rate for the heads and no decay on biases and norms."""
    groups = {
        (heads, decay): {
            "params": [],
            "lr": head_rate if heads else rate,
            "weight_decay": 0.01 if decay else 0.0,
        }
        for heads in (True, False)
        for decay in (True, False)
    }
    for name, parameter in model.named_parameters():
        heads, decay = name.startswith("heads"), parameter.ndim > 1
        groups[heads, decay]["params"].append(parameter)
    for group in groups.values():
        group["first_lr"] = group["lr"]
    return torch.optim.AdamW(list(groups.values()), fused=True)


class Average:
    """An exponential moving average of a model's floating-point state."""

    def __init__(self, model: FiveHeads, keep: float):
        self.keep = keep
        self.state = {k: v.detach().clone() for k, v in model.state_dict().items()}
        self.steps = 0

    def update(self, model: FiveHeads) -> None:
        """Take one more step into the average; early steps count for more."""
        self.steps += 1
        keep = min(self.keep, (1 + self.steps) / (10 + self.steps))
        with torch.no_grad():
            for name, value in model.state_dict().items():
                if value.is_floating_point():
                    self.state[name].lerp_(value, 1 - keep)
                else:
                    self.state[name].copy_(value)


class Clock:
    """How far a run is, from 0 to 1, by steps or by minutes."""

    def __init__(self, steps: int, minutes: float | None):
        self.steps, self.minutes = steps, minutes
        self.done, self.began = 0, time.monotonic()

    def progress(self) -> float:
        """Return the share of the run that is over."""
        if self.minutes is None:
            return self.done / self.steps
        return (time.monotonic() - self.began) / 60 / self.minutes

    def rate(self) -> float:
        """Return the factor on the learning rate: warm-up, then a straight fall."""
        share = self.progress()
        return max(0.0, min(share / WARM_UP, (1 - share) / (1 - WARM_UP)))


def train(
    model: FiveHeads, rows: Rows, dev: Rows, out: Path, options: argparse.Namespace
) -> FiveHeads:
    """Train, saving the averaged weights and the scores on dev after each epoch."""
    torch.manual_seed(options.seed)
    random = np.random.default_rng(options.seed)
    device = next(model.parameters()).device
    adam = optimiser(model, options.rate, options.head_rate)
    average = Average(model, AVERAGE)
    per_epoch = rows.batches_per_epoch(options.batch, options.emotion_share)
    clock = Clock(per_epoch * options.epochs, options.minutes)
    epoch = 0
    while clock.progress() < 1:
        epoch += 1
        model.train()
        seen: dict[str, list[float]] = {}
        for ids, mask, targets in rows.epoch(options.batch, options.emotion_share, random):
            with torch.autocast(device.type, dtype=torch.bfloat16):
                logits, _ = model(ids.to(device), mask.to(device))
            parts = losses(logits.float(), targets.to(device))
            loss = sum(WEIGHTS[head] * part for head, part in parts.items())
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)
            for group in adam.param_groups:
                group["lr"] = group["first_lr"] * clock.rate()
            adam.step()
            adam.zero_grad(set_to_none=True)
            average.update(model)
            clock.done += 1
            for head, part in parts.items():
                seen.setdefault(head, []).append(part.item())
            if clock.done % 20 == 0:
                recent = {head: round(float(np.mean(v[-50:])), 3) for head, v in seen.items()}
                _say(out, step=clock.done, progress=round(clock.progress(), 4), loss=recent)
            if clock.done % options.save_every == 0:
                save_weights(average.state, out / f"step{clock.done}.pt")
            if clock.progress() >= 1:
                break
        live = {k: v.detach().clone() for k, v in model.state_dict().items()}
        model.load_state_dict(average.state)
        save_weights(average.state, out / f"epoch{epoch}.pt")
        logits, _ = predict(model, dev.ids)
        _say(out, epoch=epoch, progress=round(clock.progress(), 4), dev=head_scores(logits, dev))
        if clock.progress() < 1:
            model.load_state_dict(live)
    save_weights(average.state, out / "final.pt")
    return model


def _say(out: Path, **record: object) -> None:
    line = json.dumps({"time": time.strftime("%H:%M:%S"), **record})
    with (out / "log.jsonl").open("a") as log:
        log.write(line + "\n")


def parser() -> argparse.ArgumentParser:
    """Describe the options."""
    said = argparse.ArgumentParser(description=__doc__)
    said.add_argument("--out", type=Path, required=True)
    said.add_argument("--encoder", type=Path, required=True, help="e5-small-q4.bin")
    said.add_argument("--tokenizer", type=Path, required=True, help="the whole tokenizer.json")
    said.add_argument("--corpus", type=Path, default=Path("../shared/corpus"))
    said.add_argument("--data", type=Path, default=Path("../shared/data"))
    said.add_argument("--epochs", type=int, default=3, help="more of them learn by heart")
    said.add_argument("--minutes", type=float, default=None)
    said.add_argument("--batch", type=int, default=48)
    said.add_argument("--pieces", type=int, default=80, help="longest row in pieces")
    said.add_argument("--rate", type=float, default=1.2e-4)
    said.add_argument("--head-rate", type=float, default=1.5e-3)
    said.add_argument("--emotion-share", type=float, default=0.3)
    said.add_argument("--dev-rows", type=int, default=2500, help="rows scored after an epoch")
    said.add_argument("--save-every", type=int, default=400, help="steps")
    said.add_argument("--seed", type=int, default=1)
    said.add_argument("--start", type=Path, default=None, help="a checkpoint to go on from")
    said.add_argument("--device", default="cpu")
    return said


def main() -> None:
    """Run one training from the command line."""
    options = parser().parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    full, small = load_tokenizer(options.tokenizer, options.out, options.corpus, options.data)
    rows = load_rows("train", small, options)
    dev = load_rows("dev", small, options).sample(options.dev_rows)
    _say(options.out, train=rows.count(), dev=dev.count(), vocabulary=len(small["model"]["vocab"]))
    model = start_model(options.encoder, full, small)
    if options.start:
        model.load_state_dict(torch.load(options.start, weights_only=True))
    train(model.to(options.device), rows, dev, options.out, options)


if __name__ == "__main__":
    main()
