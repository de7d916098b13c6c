"""Finds the style with which the network sounds like a given speaker.

A surrogate, fitted once on renders of the network, tells how the speaker encoders would hear a style at a pitch. The
style that it finds most like the recording is searched by gradients; no sound is made.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Self

import numpy as np
from numpy.typing import NDArray

from openwaves.speakers.encoders import Vector, unit
from openwaves.tts.voices.styles import TIMBRE_WIDTH, StyleLibrary, pack_names

ENCODER_WEIGHTS = (1.0, 0.7)
"""Of CAM++ and GE2E."""
TIMBRE_SPREAD = 0.08
"""Standard deviation of the timbre outside the span of the packs."""
PROSODY_SPREAD = 0.03
PROSODY_SCALE = 0.6
"""Weight of prosody beside timbre in the surrogate's distances."""
TIMBRE_PENALTY = 0.02
PROSODY_PENALTY = 0.3
PITCH_PENALTY = 0.3
PITCH_START_PENALTY = 0.05
PITCH_HZ = 160.0
PITCH_UNIT = 0.25
"""The pitch feature counts in these units of the natural logarithm, from ``PITCH_HZ``."""
PITCH_TOLERANCE_SEMITONES = 7.0
NEIGHBOURS = 40
STARTS = 2
ITERATIONS = 80

_BLOCK = 256  # training points whose embeddings are predicted at once

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Half:
    """Timbre or prosody of a style as independent coordinates of unit variance.

    Attributes:
        mean: Mean over the packs, shape (128,).
        axes: Orthonormal columns, shape (128, 128): principal axes of the packs, then what they do not span.
        spreads: Standard deviation along each, shape (128,).
        scale: Greatest standard deviation of the packs, the unit of the surrogate's features.
    """

    mean: Floats
    axes: Floats
    spreads: Floats
    scale: float

    @classmethod
    def of(cls, vectors: Floats, outside: float) -> Self:
        """Analyze the packs' vectors, shape (n_packs, 128); ``outside`` is the spread outside their span."""
        mean = vectors.mean(axis=0)
        _, sizes, axes = np.linalg.svd(vectors - mean, full_matrices=True)
        n_spanned = len(vectors) - 1
        inside = sizes[:n_spanned] / np.sqrt(len(vectors))
        spreads = np.full(len(mean), outside)
        spreads[:n_spanned] = np.hypot(inside, outside)
        return cls(mean, axes.T, spreads, float(inside[0]))

    def offset(self, coordinates: Floats) -> Floats:
        """Distance from the mean, shape (128,)."""
        return self.axes @ (self.spreads * coordinates)

    def coordinates(self, offset: Floats) -> Floats:
        """Inverse of ``offset``."""
        return (self.axes.T @ offset) / self.spreads

    def gradient(self, by_offset: Floats) -> Floats:
        """A gradient by the offset as one by the coordinates."""
        return self.spreads * (self.axes.T @ by_offset)


@dataclass(frozen=True, slots=True)
class Solution:
    """A style that was found.

    Attributes:
        vector: Shape (256,), float32.
        natural_hz: Fundamental frequency with which it speaks by itself.
        likeness: Predicted cosines of CAM++ and GE2E to the target.
    """

    vector: NDArray[np.float32]
    natural_hz: float
    likeness: tuple[float, ...]


class Surrogate:
    """What the encoders would hear. Thread-safe: nothing changes after ``load``.

    Kernel ridge regression with a Gaussian kernel from features (timbre, prosody, pitch) to embeddings.
    """

    def __init__(self, styles: StyleLibrary) -> None:
        """Read the fit and the packs around which it was made.

        Raises:
            ModelFileError: A style pack is missing or damaged.
        """
        vectors = np.stack([styles.reference(name) for name in pack_names()]).astype(np.float64)
        self.timbre = Half.of(vectors[:, :TIMBRE_WIDTH], TIMBRE_SPREAD)
        self.prosody = Half.of(vectors[:, TIMBRE_WIDTH:], PROSODY_SPREAD)
        with (files("openwaves.tts.cloning") / "data" / "surrogate.npz").open("rb") as file, np.load(file) as fit:
            self.points = fit["X"].astype(np.float32)
            self._weights = [fit[name].astype(np.float32) for name in ("A0", "A1")]
            self._means = [fit[name].astype(np.float32) for name in ("my0", "my1")]
            self._gamma = float(fit["ga"])
            self._pitch_weights, self._pitch_mean = fit["fw"].astype(np.float64), float(fit["fm"])
            self._prosody_mean = fit["zm"].astype(np.float64)
        self._squares = np.square(self.points).sum(axis=1)
        self.heard = self._at_points()
        """Unit embeddings at the training points, float16."""

    def kernel(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Likeness of features, shape (257,) or (n, 257), to every training point."""
        squares = np.square(features).sum(axis=-1, keepdims=features.ndim > 1)
        distances = squares + self._squares - 2 * (features @ self.points.T)
        likeness: NDArray[np.float32] = np.exp(-np.float32(self._gamma) * np.maximum(0, distances))
        return likeness

    def _at_points(self) -> list[NDArray[np.float16]]:
        blocks: list[list[NDArray[np.float16]]] = [[], []]
        for begin in range(0, len(self.points), _BLOCK):
            kernel = self.kernel(self.points[begin : begin + _BLOCK])
            for found, weights, mean in zip(blocks, self._weights, self._means, strict=True):
                found.append(unit(kernel @ weights + mean).astype(np.float16))
        return [np.concatenate(found) for found in blocks]

    def log_natural_hz(self, prosody: Floats) -> float:
        """Logarithm of the pitch that an offset of the prosody brings by itself."""
        return float(self._pitch_mean + (prosody / self.prosody.scale - self._prosody_mean) @ self._pitch_weights)

    def features(self, timbre: Floats, prosody: Floats, pitch: float) -> NDArray[np.float32]:
        """Of two offsets and ``pitch_feature``."""
        parts = (timbre / self.timbre.scale, PROSODY_SCALE * prosody / self.prosody.scale, [pitch])
        return np.concatenate(parts).astype(np.float32)

    def distance(
        self, coordinates: Floats, targets: Sequence[Vector], f0_hz: float
    ) -> tuple[float, Floats, tuple[float, ...]]:
        """What is minimized, its gradient by the coordinates, and the predicted cosines.

        Args:
            coordinates: Of timbre and prosody, shape (256,).
            targets: Unit embeddings of the recording.
            f0_hz: Its pitch.
        """
        in_timbre, in_prosody = coordinates[:TIMBRE_WIDTH], coordinates[TIMBRE_WIDTH:]
        prosody = self.prosody.offset(in_prosody)
        features = self.features(self.timbre.offset(in_timbre), prosody, pitch_feature(f0_hz))
        kernel = self.kernel(features)
        by_kernel = np.zeros_like(kernel)
        cosines = []
        for weight, target, weights, mean in zip(ENCODER_WEIGHTS, targets, self._weights, self._means, strict=True):
            embedding = kernel @ weights + mean
            length = float(np.linalg.norm(embedding))
            cosine = float(embedding @ target) / length
            cosines.append(cosine)
            by_kernel -= np.float32(weight) * (weights @ (target / length - cosine * embedding / length**2))
        by_distance = by_kernel * kernel
        by_features = -2 * self._gamma * (by_distance.sum() * features - by_distance @ self.points).astype(np.float64)
        pitch_error = self.log_natural_hz(prosody) - np.log(f0_hz)
        by_timbre = self.timbre.gradient(by_features[:TIMBRE_WIDTH] / self.timbre.scale)
        by_prosody = self.prosody.gradient(
            (
                PROSODY_SCALE * by_features[TIMBRE_WIDTH : 2 * TIMBRE_WIDTH]
                + 2 * PITCH_PENALTY * pitch_error * self._pitch_weights
            )
            / self.prosody.scale
        )
        by_timbre += 4 * TIMBRE_PENALTY * in_timbre / TIMBRE_WIDTH
        by_prosody += 4 * PROSODY_PENALTY * in_prosody / TIMBRE_WIDTH
        value = (
            -sum(weight * cosine for weight, cosine in zip(ENCODER_WEIGHTS, cosines, strict=True))
            + 2 * TIMBRE_PENALTY * float(np.mean(in_timbre**2))
            + 2 * PROSODY_PENALTY * float(np.mean(in_prosody**2))
            + PITCH_PENALTY * pitch_error**2
        )
        return value, np.concatenate([by_timbre, by_prosody]), tuple(cosines)

    def plausible_hz(self, targets: Sequence[Vector], f0_hz: float) -> float:
        """A measured pitch, mended where the embeddings say that it is an octave or more off.

        The training points that sound most like the targets tell a speaker's pitch with a standard deviation of two
        semitones; a measurement is better unless it took a multiple of the period.
        """
        nearest = np.argsort(-self._scores(targets))[:NEIGHBOURS]
        expected = float(np.median(self.points[nearest, -1]))
        most = PITCH_TOLERANCE_SEMITONES * np.log(2) / 12 / PITCH_UNIT
        for factor in (1.0, 0.5, 2.0):
            if abs(pitch_feature(f0_hz * factor) - expected) <= most:
                return f0_hz * factor
        return float(PITCH_HZ * np.exp(PITCH_UNIT * np.clip(pitch_feature(f0_hz), expected - most, expected + most)))

    def starts(self, targets: Sequence[Vector], f0_hz: float) -> list[Floats]:
        """Coordinates of the training points that sound most like the targets."""
        off_pitch = np.abs(self.points[:, -1] - pitch_feature(f0_hz))
        scores = self._scores(targets) - PITCH_START_PENALTY * off_pitch
        found = []
        for point in self.points[np.argsort(-scores)[:STARTS]].astype(np.float64):
            timbre = point[:TIMBRE_WIDTH] * self.timbre.scale
            prosody = point[TIMBRE_WIDTH : 2 * TIMBRE_WIDTH] / PROSODY_SCALE * self.prosody.scale
            found.append(np.concatenate([self.timbre.coordinates(timbre), self.prosody.coordinates(prosody)]))
        return found

    def _scores(self, targets: Sequence[Vector]) -> NDArray[np.float32]:
        """How much every training point sounds like the targets."""
        scores = np.zeros(len(self.points), np.float32)
        for weight, target, heard in zip(ENCODER_WEIGHTS, targets, self.heard, strict=True):
            scores += np.float32(weight) * (heard @ target)
        return scores


def pitch_feature(f0_hz: float) -> float:
    """Pitch as the surrogate takes it."""
    return float(np.log(f0_hz / PITCH_HZ) / PITCH_UNIT)


def solve(surrogate: Surrogate, targets: Sequence[Vector], f0_hz: float) -> Solution:
    """The style that the encoders would hear as the targets.

    Args:
        surrogate: The fit.
        targets: Unit embeddings of CAM++ and GE2E, float32.
        f0_hz: Pitch of the speaker.
    """
    from scipy.optimize import minimize  # noqa: PLC0415 - slow to import, and clones are rare

    def distance(coordinates: Floats) -> tuple[float, Floats]:
        return surrogate.distance(coordinates, targets, f0_hz)[:2]

    found = [
        minimize(distance, start, jac=True, method="L-BFGS-B", options={"maxiter": ITERATIONS})
        for start in surrogate.starts(targets, f0_hz)
    ]
    best = np.asarray(min(found, key=lambda result: float(result.fun)).x, np.float64)
    prosody = surrogate.prosody.offset(best[TIMBRE_WIDTH:])
    timbre = surrogate.timbre.offset(best[:TIMBRE_WIDTH])
    vector = np.concatenate([surrogate.timbre.mean + timbre, surrogate.prosody.mean + prosody]).astype(np.float32)
    likeness = surrogate.distance(best, targets, f0_hz)[2]
    return Solution(vector, float(np.exp(surrogate.log_natural_hz(prosody))), likeness)
