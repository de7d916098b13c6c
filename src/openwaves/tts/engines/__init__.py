"""Phonemes to samples: one module or package per model family behind one small protocol."""

from openwaves.tts.engines.base import Described, Engine, Outline, StreamingEngine, Traits

__all__ = ["Described", "Engine", "Outline", "StreamingEngine", "Traits"]
