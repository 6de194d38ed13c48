"""Average the weights of several checkpoints of the same start: ``python -m nlp.training.average``.

Runs that began at the same point mostly lie in one valley; their mean is often better than each and
costs nothing at run time. Whether it is, says the development split.
"""

import argparse
from pathlib import Path

import torch

from nlp.training.model import save_weights


def average(states: list[dict[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
    """Return the mean of state dictionaries; counters are taken from the first."""
    mean = {}
    for name, value in states[0].items():
        if value.is_floating_point():
            mean[name] = torch.stack([state[name] for state in states]).mean(0)
        else:
            mean[name] = value.clone()
    return mean


def main() -> None:
    """Average from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoints", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    states = [torch.load(path, weights_only=True) for path in options.checkpoints]
    save_weights(average(states), options.out)


if __name__ == "__main__":
    main()
