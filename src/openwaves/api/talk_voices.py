"""The voices that Hydra's clients name (contract of speech to speech, section 5), and who speaks them here."""

MODELS = ("hydra-v1.1", "hydra-v1.0", "hydra")
DEPRECATED_MODEL = "hydra"
DEFAULT_VOICE = "sterling"

_ROWS = """
zoe zoe, maya savannah, elena lauren, ivy kaitlyn, grace elizabeth, alex jordan, aria sophia, leo leo, sam sam,
kai owen, vaughn malcolm, brooks blake, cole austin, hayes jack, pierce rupert, sterling magnus, ellis henry, lane luke,
quinn quinn, arden amelia, rowan cormac, blair jenna, emery molly, sawyer lucas,
wren sophie, sloane vanessa, marlowe benedict, reed robert, knox zorin, tate finley
"""
VOICES: dict[str, str] = {row.split()[0]: row.split()[1] for row in _ROWS.split(",")}
"""Hydra's name and the voice of the catalogue. ``aria`` is the quickest."""
