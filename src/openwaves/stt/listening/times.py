"""How long a session waits for what, and how often it decodes; positions are samples at 16 kHz."""

from openwaves.stt.engines.base import SAMPLE_RATE

SPECULATE = round(0.128 * SAMPLE_RATE)
"""Silence after which the final decode begins."""
ASK_TURN = round(0.2 * SAMPLE_RATE)
"""Silence after which it is asked whether the speaker has finished; the network was trained on such."""
CUT = round(0.9 * SAMPLE_RATE)
"""Silence after which a new segment begins."""
FIRST_INTERIM = round(0.096 * SAMPLE_RATE)
"""Speech before the first interim decode of a turn, beside what told that it is speech."""
FIRST_STEP_S, SHORT_STEP_S, STEP_S = 0.125, 0.25, 0.5
"""Time between interim decodes: until there is a word, in the first two seconds of a segment, and later."""
SHORT_SEGMENT = 2 * SAMPLE_RATE
STEP_SHARE = 0.05
"""The same as a share of the segment: long ones cost more."""
TAKES = 4.0
"""The same as a multiple of the time that the last one took."""
MOST_STRETCH = 4.0
FINAL_DUE_S = 0.2
SIGN_OF_LIFE = SAMPLE_RATE
"""Sound after which something is sent even if there is nothing new."""
HYSTERESIS = 0.15
IDLE_MARGIN_S = 0.5
"""Sound may come this late before the time without sound counts as silence."""
IDLE_CUT_S = 2.0
MOST_PENDING = 100
"""Words that may wait for a pause where words alone shall not make a final."""
