"""hibari: one English voice, far faster than real time. ``engine`` runs the network, ``signal`` makes its sound."""

from openwaves.tts.engines.hibari.engine import HibariEngine

__all__ = ["HibariEngine"]
