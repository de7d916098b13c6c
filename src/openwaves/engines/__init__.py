"""Phonemes to samples: one module or package per model family behind one small protocol."""

from openwaves.engines.base import Engine

__all__ = ["Engine"]
