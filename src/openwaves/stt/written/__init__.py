"""From words as they are said to text as it is written, redacted and formatted as a client asked.

Writer(TextRules(…)).final(words) ─► numbers (writing) ─► redaction ─► formatting
"""

from openwaves.stt.written.formatting import formatted, formatted_text
from openwaves.stt.written.redaction import PCI, PII, Redacted, Redactor, kinds, lowered
from openwaves.stt.written.writer import TextRules, Writer, numerals_mode
from openwaves.stt.written.writing import Mode, to_written

__all__ = [
    "PCI",
    "PII",
    "Mode",
    "Redacted",
    "Redactor",
    "TextRules",
    "Writer",
    "formatted",
    "formatted_text",
    "kinds",
    "lowered",
    "numerals_mode",
    "to_written",
]
