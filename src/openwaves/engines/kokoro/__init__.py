"""Kokoro-82M: all voices and languages. ``prepare`` makes fast graphs of the network, ``engine`` runs them."""

from openwaves.engines.kokoro.engine import KokoroEngine
from openwaves.engines.kokoro.prepare import PreparedNetwork, prepare

__all__ = ["KokoroEngine", "PreparedNetwork", "prepare"]
