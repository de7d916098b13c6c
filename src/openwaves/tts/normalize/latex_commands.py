"""Commands of LaTeX and the words or symbols that they stand for. Source: The LaTeX Project, "LaTeX for authors"."""

GREEK = (
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi",
    "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
)  # fmt: skip
FUNCTIONS = {
    "sin": "sine", "cos": "cosine", "tan": "tangent", "log": "log", "ln": "natural log", "exp": "exponential",
    "lim": "limit", "max": "maximum", "min": "minimum", "det": "determinant", "arcsin": "arc sine",
    "arccos": "arc cosine",
    "arctan": "arc tangent", "gcd": "G C D", "sup": "supremum", "inf": "infimum", "sinh": "hyperbolic sine",
    "cosh": "hyperbolic cosine", "tanh": "hyperbolic tangent", "deg": "degree", "dim": "dimension", "ker": "kernel",
}  # fmt: skip
SYMBOLS = {
    "leq": "at_most", "le": "at_most", "leqslant": "at_most", "geq": "at_least", "ge": "at_least",
    "geqslant": "at_least",
    "neq": "unequal", "ne": "unequal", "approx": "approximately", "sim": "approximately", "equiv": "identical",
    "cong": "congruent", "propto": "proportional", "lt": "less", "gt": "greater", "pm": "plusminus", "times": "times",
    "cdot": "times", "ast": "times", "div": "divided", "to": "arrow", "rightarrow": "arrow", "longrightarrow": "arrow",
    "mapsto": "arrow", "leftarrow": "arrow_back", "leftrightarrow": "arrow_both", "Rightarrow": "implies",
    "implies": "implies", "Longrightarrow": "implies", "Leftarrow": "implied_by", "iff": "equivalent",
    "Leftrightarrow": "equivalent", "in": "element", "notin": "no_element", "subset": "subset", "subseteq": "subset",
    "cup": "union", "cap": "intersection", "infty": "infinity", "forall": "for_all", "exists": "exists",
    "partial": "partial", "nabla": "nabla", "therefore": "therefore", "because": "because", "perp": "perpendicular",
    "parallel": "parallel", "emptyset": "empty_set", "land": "and", "wedge": "and", "lor": "or", "vee": "or",
    "circ": "degrees", "sum": "sum", "prod": "product", "int": "integral", "sqrt": "root",
}  # fmt: skip
SIGNS = {
    "+": "plus", "-": "minus", "−": "minus", "=": "equals", "<": "less", ">": "greater", "*": "times", "/": "over",
    "≤": "at_most", "≥": "at_least", "×": "times", "÷": "divided", "±": "plusminus", "≠": "unequal", "→": "arrow",
    "≈": "approximately", "%": "percent",
}  # fmt: skip
VERBS = frozenset({"at_most", "at_least", "less", "greater"})
_STYLES = "text|textbf|textit|mathrm|mathbf|mathit|mathbb|mathcal|mathsf"
FONTS = f"{_STYLES}|operatorname|emph|underline|overline|vec|hat|bar|boxed"
KNOWN = "|".join(
    sorted({*GREEK, *(letter.title() for letter in GREEK), *FUNCTIONS, *SYMBOLS, "varepsilon", "frac", "dfrac",
            "tfrac", "binom", "ldots", "cdots", "dots", "left", "right"}, key=len, reverse=True)
)  # fmt: skip
