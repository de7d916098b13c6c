"""What forked servers share: the modules and the English lexicon, loaded once. No thread may run here."""

import gc

import openwaves.api.server
import openwaves.cli  # noqa: F401
from openwaves.tts.g2p.english import english

english(False)
english(True)
gc.freeze()
