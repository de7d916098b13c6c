"""Styles for the teacher to speak with: the packs, and well beyond what lies between them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openwaves.tts.cloning.solve import PITCH_HZ, PITCH_UNIT, PROSODY_SCALE, Surrogate
from openwaves.tts.voices.styles import LENGTHS, TIMBRE_WIDTH, StyleLibrary, pack_names

KEPT_OUT = ("am_puck", "bf_emma", "hm_omega")
"""Packs that training never sees, not even in mixtures."""
PITCHES = (0.7, 1.5)
"""Factors of the fundamental frequency."""
PLAIN, MIXED, CROSSED = 0.3, 0.45, 0.6
"""Bounds of the shares: one pack, a mixture, another mixture for the prosody; the rest is as of a clone."""

Style = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A style to speak with.

    Attributes:
        pack: Shape (510, 256), float32.
        pitch: Factor of the fundamental frequency.
        kind: How it was made.
    """

    pack: Style
    pitch: float
    kind: str


class Styles:
    """Every style that may speak."""

    def __init__(self, library: StyleLibrary, kept_out: tuple[str, ...] = KEPT_OUT) -> None:
        self._library = library
        self._names = [name for name in pack_names() if name not in kept_out]
        references = np.stack([library.reference(name) for name in self._names])
        self._mean, self._deviation = references.mean(0), references.std(0)
        self._surrogate = Surrogate(library)
        self._points = self._usable_points(kept_out)

    def _usable_points(self, kept_out: tuple[str, ...]) -> NDArray[np.float64]:
        """Points of the cloner's surrogate whose timbre is not nearest to a pack that is kept out."""
        points = self._surrogate.points.astype(np.float64)
        timbres = self._surrogate.timbre.mean + points[:, :TIMBRE_WIDTH] * self._surrogate.timbre.scale
        names = [*self._names, *kept_out]
        packs = np.stack([self._library.reference(name)[:TIMBRE_WIDTH] for name in names])
        nearest = ((timbres[:, None] - packs) ** 2).sum(2).argmin(1)
        return points[nearest < len(self._names)]

    def draw(self, random: np.random.Generator) -> Drawn:
        """A style; half of them are pushed away from the mean or shaken in each half."""
        how, pitch = random.random(), 1.0
        if how < PLAIN:
            kind, one = "pack", {str(random.choice(self._names)): 1.0}
            pack = self._library.pack(one, one)
        elif how < CROSSED:
            kind = "mixture" if how < MIXED else "crossed"
            timbre = self._mixture(random)
            pack = self._library.pack(timbre, timbre if how < MIXED else self._mixture(random))
        else:
            kind = "clone"
            pack, pitch = self._as_of_clone(random)
        if random.random() < (0.7 if kind == "clone" else 0.5):
            kind += ", beyond"
            pack = self._beyond(pack, random)
        if random.random() < 0.4:
            pitch *= float(np.exp(random.uniform(*np.log(PITCHES))))
        return Drawn(pack.astype(np.float32), float(np.clip(pitch, 0.6, 1.7)), kind)

    def _mixture(self, random: np.random.Generator) -> dict[str, float]:
        names = random.choice(self._names, random.integers(2, 4), replace=False)
        weights = random.dirichlet(np.ones(len(names)))
        return {str(name): float(weight) for name, weight in zip(names, weights, strict=True)}

    def _as_of_clone(self, random: np.random.Generator) -> tuple[Style, float]:
        """Between two points from which the cloner's solver starts, at their pitch."""
        one, two = self._points[random.integers(len(self._points), size=2)]
        share = random.uniform(0, 0.5)
        point = (1 - share) * one + share * two
        prosody = point[TIMBRE_WIDTH : 2 * TIMBRE_WIDTH] / PROSODY_SCALE * self._surrogate.prosody.scale
        timbre = point[:TIMBRE_WIDTH] * self._surrogate.timbre.scale
        vector = np.concatenate([self._surrogate.timbre.mean + timbre, self._surrogate.prosody.mean + prosody])
        wanted_hz = PITCH_HZ * np.exp(PITCH_UNIT * point[-1])
        pitch = wanted_hz / np.exp(self._surrogate.log_natural_hz(prosody))
        return self._library.of_clone(vector.astype(np.float32)), float(np.clip(pitch, 0.6, 1.7))

    def _beyond(self, pack: Style, random: np.random.Generator) -> Style:
        moved = np.array(pack, np.float32)
        if random.random() < 0.4:
            moved = self._mean + np.float32(random.uniform(1.0, 1.5)) * (moved - self._mean)
        if random.random() < 0.7:
            half = TIMBRE_WIDTH
            timbre = random.uniform(0, 0.6) * random.standard_normal(half)
            prosody = random.uniform(0, 0.4) * random.standard_normal(half)
            moved = moved + (np.concatenate([timbre, prosody]) * self._deviation).astype(np.float32)
        return moved.reshape(LENGTHS, -1)
