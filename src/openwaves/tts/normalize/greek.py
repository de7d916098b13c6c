"""Single Greek letters among Indian words: "π का मान", "Δ", "β-कण", by the names that Indians give them."""

from openwaves.tts.normalize.context import Context

_DEVANAGARI = {
    "α": "अल्फ़ा", "β": "बीटा", "γ": "गामा", "δ": "डेल्टा", "ε": "एप्सिलॉन", "ζ": "ज़ीटा", "η": "ईटा",
    "θ": "थीटा", "ι": "आयोटा", "κ": "कप्पा", "λ": "लैम्ब्डा", "μ": "म्यू", "ν": "न्यू", "ξ": "ज़ाई",
    "ο": "ओमिक्रॉन", "π": "पाई", "ρ": "रो", "σ": "सिग्मा", "τ": "टाऊ", "υ": "अप्सिलॉन", "φ": "फ़ाई",
    "χ": "काई", "ψ": "साई", "ω": "ओमेगा",
}  # fmt: skip
_LATIN = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta",
    "θ": "theta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mew", "ν": "new", "ξ": "zigh",
    "ο": "omicron", "π": "pie", "ρ": "row", "σ": "sigma", "τ": "tau", "υ": "upsilon", "φ": "fie", "χ": "kye",
    "ψ": "sigh", "ω": "omega",
}  # fmt: skip
_VARIANTS = str.maketrans("ςϑϕϖϱϵ∆µ", "σθφπρεδμ")


def read(context: Context, word: str) -> tuple[str, str]:
    """Words and their language for one Greek letter in a text of an Indian language; "" for anything else."""
    letter = word.lower().translate(_VARIANTS)
    if len(word) != 1 or context.base.latin or letter not in _LATIN:
        return "", context.base.code
    if context.base.code in ("hi", "mr"):
        return _DEVANAGARI[letter], context.base.code
    return _LATIN[letter], "en"
