"""Moonshine: a recogniser of English for ONNX Runtime."""

from openwaves.stt.engines.moonshine.engine import Moonshine
from openwaves.stt.engines.moonshine.prepare import PreparedMoonshine, prepare

__all__ = ["Moonshine", "PreparedMoonshine", "prepare"]
