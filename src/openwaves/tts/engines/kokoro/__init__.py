"""Kokoro-82M: all voices and languages. ``prepare`` makes fast graphs of the network, ``engine`` runs them."""

from openwaves.tts.engines.kokoro.engine import KokoroEngine
from openwaves.tts.engines.kokoro.fast_engine import FastKokoroEngine
from openwaves.tts.engines.kokoro.prepare import PreparedNetwork, prepare

__all__ = ["FastKokoroEngine", "KokoroEngine", "PreparedNetwork", "prepare"]
