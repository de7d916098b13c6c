"""Takes out of a transcript what is personal or of a payment card, and leaves numbered placeholders."""

from openwaves.stt.written.redaction.kinds import PCI, PII, kinds
from openwaves.stt.written.redaction.redactor import Redacted, Redactor, lowered

__all__ = ["PCI", "PII", "Redacted", "Redactor", "kinds", "lowered"]
