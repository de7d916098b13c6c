"""The fast decoder in torch: one small network that steers a source and a noise; nothing is averaged over time.

Content (40 values a second), pitch and energy (80) and a style go through ConvNeXt blocks at 80 steps a second. For
each 6.25 ms and each bin of 32 Hz come out: a complex gain on a train of pulses, a gain on noise, and how the noise
moves with the period of the voice. They filter frames (Hann 300, FFT 750) that overlap and add up to 24 kHz.
"""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional as F

RATE = 24000
HOP = 300  # samples for one value of the pitch
STEP = 150  # samples between frames
WINDOW = 300
N_FFT = 750
BINS = N_FFT // 2 + 1
LEAD = (N_FFT - WINDOW) // 2  # what a filter may say before its frame
VOICED_HZ = 10.0
HIGHEST_HZ = 11500.0
_OFFSETS = ((np.arange(HOP) + 0.5) / HOP - 0.5).astype(np.float32)


class Gains(NamedTuple):
    """What the network says, each of shape (n_batch, n_frames, BINS) at 160 frames a second.

    Attributes:
        real: Of the gain of the pulses.
        imaginary: The same.
        noise: Gain of the noise.
        cosine: How much of the noise moves with the cosine of the pitch period.
        sine: With its sine.
    """

    real: torch.Tensor
    imaginary: torch.Tensor
    noise: torch.Tensor
    cosine: torch.Tensor
    sine: torch.Tensor


class Block(nn.Module):
    """A ConvNeXt block whose normalization is over channels, scaled and shifted by the style."""

    def __init__(self, width: int, expand: int, kernel: int, style: int) -> None:
        super().__init__()
        self.width = width
        self.depthwise = nn.Conv1d(width, width, kernel, padding=kernel // 2, groups=width)
        self.film = nn.Linear(style, 2 * width)
        self.wide = nn.Linear(width, expand * width)
        self.narrow = nn.Linear(expand * width, width)
        self.scale = nn.Parameter(torch.full((width,), 0.3))
        nn.init.zeros_(self.film.bias)
        nn.init.normal_(self.film.weight, std=0.02)

    def forward(self, x: torch.Tensor, style: torch.Tensor) -> torch.Tensor:
        """From and to shape (n_batch, n_steps, width); style of shape (n_batch, n_style)."""
        h = self.depthwise(x.transpose(1, 2)).transpose(1, 2)
        gain, shift = self.film(style)[:, None].chunk(2, 2)
        h = F.layer_norm(h, (self.width,)) * (1 + gain) + shift
        return x + self.narrow(F.gelu(self.wide(h), approximate="tanh")) * self.scale


class Student(nn.Module):
    """The network."""

    def __init__(self, width: int = 384, blocks: int = 8, expand: int = 3, kernel: int = 7, style: int = 128) -> None:
        super().__init__()
        self.config = {"width": width, "blocks": blocks, "expand": expand, "kernel": kernel, "style": style}
        for name, size in (("asr", 512), ("style", 256)):
            self.register_buffer(f"{name}_mean", torch.zeros(size))
            self.register_buffer(f"{name}_std", torch.ones(size))
        self.enter_asr = nn.Linear(512, width)
        self.enter_curves = nn.Conv1d(11, width, 5, padding=2)
        self.enter_style = nn.Linear(256, style)
        self.blocks = nn.ModuleList([Block(width, expand, kernel, style) for _ in range(blocks)])
        self.leave_film = nn.Linear(style, 2 * width)
        self.leave = nn.Linear(width, 2 * 4 * BINS)
        self.modulate = nn.Linear(width, 2 * 2 * BINS)
        self._begin()

    def _begin(self) -> None:
        """Begin with quiet pulses in phase with the source and quieter noise, both falling with the frequency."""
        nn.init.zeros_(self.modulate.weight)
        nn.init.zeros_(self.modulate.bias)
        nn.init.normal_(self.leave_film.weight, std=0.02)
        nn.init.normal_(self.leave.weight, std=0.01)
        slope = torch.linspace(0, -3, BINS)
        bias = torch.stack([slope - 4, torch.ones(BINS), torch.zeros(BINS), slope * 0.7 - 4.5])
        self.leave.bias.data.copy_(bias.flatten().repeat(2))

    def forward(self, asr: torch.Tensor, f0: torch.Tensor, energy: torch.Tensor, style: torch.Tensor) -> Gains:
        """The gains.

        Args:
            asr: Shape (n_batch, n, 512), 40 a second.
            f0: In Hz, 0 without voice, shape (n_batch, 2 · n).
            energy: Shape (n_batch, 2 · n).
            style: Shape (n_batch, 256).
        """
        s = F.silu(self.enter_style((style - self.style_mean) / self.style_std))
        x = self.enter_asr((asr - self.asr_mean) / self.asr_std)
        entered = self.enter_curves(curves(f0, energy).transpose(1, 2)).transpose(1, 2)
        x = torch.stack([x, x], 2).flatten(1, 2) + entered
        for block in self.blocks:
            x = block(x, s)
        gain, shift = self.leave_film(s)[:, None].chunk(2, 2)
        x = F.layer_norm(x, (self.config["width"],)) * (1 + gain) + shift
        level, a, b, noise = self.leave(x).float().reshape(x.shape[0], -1, 4, BINS).unbind(2)
        cosine, sine = torch.tanh(self.modulate(x).float().reshape(x.shape[0], -1, 2, BINS)).unbind(2)
        voice = torch.exp(level.clamp(-14, 5)) * torch.rsqrt(a * a + b * b + 1e-4)
        return Gains(voice * a, voice * b, torch.exp(noise.clamp(-14, 5)), cosine, sine)


def curves(f0: torch.Tensor, energy: torch.Tensor) -> torch.Tensor:
    """What the network sees of pitch and energy, shape (n_batch, n_steps, 11)."""
    voiced = (f0 > VOICED_HZ).float()
    pitch = torch.log2(f0.clamp(min=40) / 200) * voiced
    waves = [torch.sin(pitch * k) * voiced for k in (2, 4, 8)] + [torch.cos(pitch * k) * voiced for k in (2, 4, 8)]
    return torch.stack([voiced, pitch, energy / 4, (energy / 4).clamp(-1, 1), f0 / 300, *waves], 2)


def turns_of(f0: NDArray[np.float32], start: int = 0, stop: int | None = None) -> NDArray[np.float32]:
    """Phase of the teacher's harmonic source in turns, one value a sample.

    Args:
        f0: Of the whole utterance, shape (n,).
        start: First value of the pitch whose samples are wanted.
        stop: Past the last.
    """
    turns = np.cumsum(f0.astype(np.float64) * HOP / RATE)
    before, after = np.diff(turns, prepend=turns[:1])[start:stop], np.diff(turns, append=turns[-1:])[start:stop]
    turns = (turns - np.floor(turns))[start:stop]
    half = HOP // 2
    around = np.concatenate([before[:, None] * _OFFSETS[:half], after[:, None] * _OFFSETS[half:]], 1)
    return (turns[:, None] + around).astype(np.float32).ravel()


def pulses(turns: torch.Tensor, f0: torch.Tensor) -> torch.Tensor:
    """Pulses with every harmonic up to ``HIGHEST_HZ``; zero without voice. Shapes (…, n · HOP) and (…, n)."""
    voiced = (f0 > VOICED_HZ).float().repeat_interleave(HOP, -1)
    pitch = f0.clamp(min=VOICED_HZ).repeat_interleave(HOP, -1)
    angle = (turns - torch.round(turns)) * torch.pi
    count = torch.floor(HIGHEST_HZ / pitch)
    below = torch.sin(angle)
    near = below.abs() < 1e-4
    total = torch.where(near, 2 * count + 1, torch.sin((2 * count + 1) * angle) / torch.where(near, 1.0, below))
    return (total - 1) * (torch.sqrt(pitch / 200) * 0.1) * voiced


def frames(samples: torch.Tensor) -> torch.Tensor:
    """Spectra of windowed frames; frame k is centred on its 150 samples. (n_batch, n) to (n_batch, n / 150, BINS)."""
    padded = F.pad(samples, (STEP // 2, STEP // 2))
    return torch.fft.rfft(padded.unfold(1, WINDOW, STEP) * torch.hann_window(WINDOW), N_FFT)


def overlap_add(spectra: torch.Tensor) -> torch.Tensor:
    """Filtered frames to sound; what a filter says before its frame stands at the end of the transform."""
    pieces = torch.fft.irfft(spectra, N_FFT).roll(LEAD, -1)
    batch, count, _ = pieces.shape
    parts = N_FFT // STEP
    pieces = pieces.reshape(batch, count, parts, STEP)
    total = torch.stack([F.pad(pieces[:, :, k], (0, 0, k, parts - 1 - k)) for k in range(parts)]).sum(0)
    start = LEAD + STEP // 2
    return total.flatten(1)[:, start : start + count * STEP]


def synthesize(
    gains: Gains, turns: torch.Tensor, f0: torch.Tensor, noises: list[torch.Tensor]
) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """The harmonic part alone, and the whole sound for each noise, shapes (n_batch, n_samples)."""
    harmonic = overlap_add(torch.complex(gains.real, gains.imaginary) * frames(pulses(turns, f0)))
    voiced = (f0 > VOICED_HZ).float().repeat_interleave(HOP, 1)
    cosine, sine = torch.cos(2 * torch.pi * turns) * voiced, torch.sin(2 * torch.pi * turns) * voiced
    sounds = []
    for noise in noises:
        moved = frames(noise) + gains.cosine * frames(noise * cosine) + gains.sine * frames(noise * sine)
        sounds.append(harmonic + overlap_add(gains.noise * moved))
    return harmonic, sounds
