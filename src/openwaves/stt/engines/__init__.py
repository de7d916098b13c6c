"""Recognisers: samples to words. All offer the same protocol."""

from openwaves.stt.engines.base import SAMPLE_RATE, Recogniser

__all__ = ["SAMPLE_RATE", "Recogniser"]
