"""Checkpoints as float16 arrays, as they are kept in the repository and shipped."""

import argparse
import math
from pathlib import Path

import numpy as np
import torch

from training.model import BINS

UNUSED = ("warp.",)
"""Parts of the first checkpoint that the network no longer has."""


def load_weights(path: Path) -> dict[str, torch.Tensor]:
    """Weights by the names of ``model.Student``, float32."""
    with np.load(path) as kept:
        return {
            name: torch.from_numpy(kept[name].astype(np.float32)) for name in kept.files if not name.startswith(UNUSED)
        }


def save_weights(weights: dict[str, torch.Tensor], path: Path) -> None:
    """Write them in float16."""
    with path.open("wb") as file:
        np.savez_compressed(file, **{name: value.numpy().astype(np.float16) for name, value in weights.items()})


def louder(weights: dict[str, torch.Tensor], gain_db: float) -> dict[str, torch.Tensor]:
    """Raise the logarithmic gains of pulses and noise alike."""
    bias = weights["leave.bias"].reshape(-1, 4, BINS).clone()
    bias[:, [0, 3]] += gain_db * math.log(10) / 20
    return weights | {"leave.bias": bias.flatten()}


def mixed(weights: dict[str, torch.Tensor], other: dict[str, torch.Tensor], share: float) -> dict[str, torch.Tensor]:
    """The mean of two checkpoints, the second of which has this share: for one that went on from the other."""
    return {name: torch.lerp(value.float(), other[name].float(), share) for name, value in weights.items()}


def main() -> None:
    """Take the averaged weights out of a run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, help="RUN.pt of a training, or a checkpoint")
    parser.add_argument("out", type=Path, help="the checkpoint, .npz")
    parser.add_argument("--gain-db", type=float, default=0.0, help="level that the judge found missing")
    parser.add_argument("--mix", type=Path, help="checkpoint to take the mean with, such as the one before, .npz")
    parser.add_argument("--share", type=float, default=0.4, help="of the checkpoint that is mixed in")
    options = parser.parse_args()
    kept = load_weights(options.run) if options.run.suffix == ".npz" else torch.load(options.run)["average"]
    if options.mix:
        kept = mixed(kept, load_weights(options.mix), options.share)
    save_weights(louder(kept, options.gain_db), options.out)


if __name__ == "__main__":
    main()
