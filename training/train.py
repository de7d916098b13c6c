"""Trains the fast decoder, from a checkpoint or anew; stop it at any moment and start it again.

    python -m training.train RUN --data FOLDER [--from CHECKPOINT] [--cool MINUTES]

``RUN.pt`` is where it goes on, ``RUN.jsonl`` the curve. The rate stays as it is until ``--cool`` lets it fall to
nothing.
"""

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

from training.batches import Batches, piece
from training.export import load_weights
from training.losses import log_mel_db, loss
from training.model import HOP, Student, synthesize
from training.shards import Pair

EDGE = 6 * HOP  # samples at both ends of a piece that lack context
WARM_STEPS = 100
AVERAGED = 0.9995  # of the weights' mean, each step
SAVE_S = 180
REPORT_STEPS = 25


class Run:
    """Network, its averaged weights and optimizer; on disk between calls."""

    def __init__(self, path: Path, model: Student, rate: float) -> None:
        self.path = path
        self.model = model
        self.average = {name: value.clone() for name, value in model.state_dict().items()}
        self.optimizer = torch.optim.AdamW(model.parameters(), rate, betas=(0.9, 0.98), weight_decay=0.01, fused=True)
        self.step, self.seen_s = 0, 0.0
        if path.exists():
            kept = torch.load(path)
            model.load_state_dict(kept["model"])
            self.average = kept["average"]
            self.optimizer.load_state_dict(kept["optimizer"])
            self.step, self.seen_s = kept["step"], kept["seen_s"]

    def save(self) -> None:
        """Under a passing name first."""
        state: dict[str, Any] = {"model": self.model.state_dict(), "average": self.average, "step": self.step}
        state |= {"config": self.model.config, "optimizer": self.optimizer.state_dict(), "seen_s": self.seen_s}
        passing = self.path.with_suffix(".tmp")
        torch.save(state, passing)
        passing.replace(self.path)

    def learn(self, batch: dict[str, torch.Tensor], rate: float) -> list[float]:
        """One step; the parts of the loss."""
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        with torch.autocast("cpu", torch.bfloat16, enabled=_has_bf16()):
            gains = self.model(batch["asr"], batch["f0"], batch["energy"], batch["style"])
        noises = [torch.randn_like(batch["sound"]) for _ in range(2)]
        harmonic, (first, second) = synthesize(gains, batch["turns"], batch["f0"], noises)
        cut = slice(EDGE, -EDGE)
        found = loss(harmonic[:, cut], first[:, cut], second[:, cut], batch["sound"][:, cut])
        self.optimizer.zero_grad(set_to_none=True)
        found.total.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.step += 1
        self.seen_s += batch["sound"].numel() / 24000
        keep = min(AVERAGED, (self.step + 1) / (self.step + 40))
        with torch.no_grad():
            for name, value in self.model.state_dict().items():
                self.average[name].lerp_(value, 1 - keep)
        return [part.item() for part in found]


def _has_bf16() -> bool:
    return bool(torch.cpu._is_avx512_bf16_supported())


@torch.no_grad()
def speak(model: Student, pair: Pair, seed: int = 0) -> np.ndarray[Any, np.dtype[np.float32]]:
    """What the student says of an utterance."""
    given = {name: torch.from_numpy(part)[None] for name, part in piece(pair, 0, pair.n_frames).items()}
    gains = model(given["asr"], given["f0"], given["energy"], given["style"])
    noise = torch.randn(given["sound"].shape, generator=torch.Generator().manual_seed(seed))
    return synthesize(gains, given["turns"], given["f0"], [noise])[1][0][0].numpy()


def dev_db(run: Run, pairs: list[Pair]) -> float:
    """Log-mel distance of the averaged weights on utterances that are not trained on."""
    model = Student(**run.model.config)
    model.load_state_dict(run.average)
    distances = [log_mel_db(speak(model, pair), pair.samples(0, pair.n_frames)) for pair in pairs]
    return float(np.mean(distances))


def main() -> None:
    """Train until stopped, or until it is cool."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, help="path without suffix")
    parser.add_argument("--data", type=Path, required=True, help="folder of shards")
    parser.add_argument("--from", dest="start", type=Path, help="checkpoint to begin with")
    parser.add_argument("--batch", type=int, default=4, help="pieces in a step")
    parser.add_argument("--frames", type=int, default=80, help="of 25 ms in a piece")
    parser.add_argument("--rate", type=float, default=7e-4, help="of learning")
    parser.add_argument("--cool", type=float, help="minutes until the rate is nothing and training ends")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    state = options.run.with_suffix(".pt")
    batches = Batches(options.data, np.random.default_rng())
    model = Student()
    if options.start and not state.exists():
        model.load_state_dict(load_weights(options.start))
    elif not state.exists():
        model.load_state_dict(batches.statistics(), strict=False)
    run = Run(state, model, options.rate)
    sums, begin, saved = np.zeros(4), time.monotonic(), -np.inf
    with options.run.with_suffix(".jsonl").open("a") as log:
        while True:
            passed = time.monotonic() - begin
            left = 1 - passed / (60 * options.cool) if options.cool else 1.0
            if left <= 0:
                break
            rate = options.rate * left * min(1.0, (run.step + 1) / WARM_STEPS)
            sums += run.learn(batches.draw(options.batch, options.frames), rate)
            if run.step % REPORT_STEPS:
                continue
            row = dict(
                zip(("loss", "to_teacher", "between", "phase"), (sums / REPORT_STEPS).round(4).tolist(), strict=True)
            )
            row |= {"step": run.step, "hours": round(run.seen_s / 3600, 4), "s": round(passed, 1), "rate": rate}
            sums[:] = 0
            if passed - saved > SAVE_S:
                row |= {"dev_db": round(dev_db(run, batches.dev), 3), "data_hours": round(batches.hours, 3)}
                run.save()
                batches.look()
                saved = time.monotonic() - begin
            print(json.dumps(row), file=log, flush=True)
            print(row, flush=True)
    run.save()


if __name__ == "__main__":
    main()
