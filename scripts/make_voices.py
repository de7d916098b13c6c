"""Write the voice catalogue: give every id of a table its own sound and keep the sounds far apart.

    python scripts/make_voices.py

A voice is one style pack, or a mix of a few: one mix for the timbre, one for the prosody. Ids that name a pack get it
unmixed. For each of the others the script draws candidates that suit its gender and accent, and takes the one that is
farthest from all voices of that gender so far; then it moves the closest pair apart as long as that helps. Distances
are those of ``scripts/packs.tsv``. The result depends on the tables alone.
"""

import argparse
import csv
import json
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

HERE = Path(__file__).parent
OUTPUT = HERE.parent / "src" / "openwaves" / "tts" / "voices" / "data" / "voices.toml"

SEED = 20250521
CANDIDATES = 4000
ROUNDS = 400
STEPS = 20
"""Weights are multiples of 1 / STEPS."""

LEAST_DISTANCE = 0.38
"""No two voices of a gender may be closer."""

F0_RANGE_HZ = {"female": (150.0, 250.0), "male": (86.0, 160.0)}
PITCHES = (1.0, 1.0, 1.0, 1.0, 0.94, 0.97, 1.03, 1.06)
FOREIGN_COST = 0.06
"""Distance that a timbre of packs from elsewhere must win."""
WEAK_COST = 0.1
"""Distance that a pack must win in a mix, for each unit that its limit stays below 1."""
PITCH_COST = 1.0
"""Distance that a unit of log pitch must win."""

HIBARI_TEACHER = {"af_heart": 1.0}
"""The pack that hibari learnt from: speaks what hibari cannot."""

Place = NDArray[np.float64]
Mix = Mapping[str, float]


class Family(NamedTuple):
    """How the voices of one accent are made.

    Attributes:
        native: First letters of the packs that have the accent.
        least_native: Smallest share of them in the prosody.
        people: For descriptions.
    """

    native: str
    least_native: float
    people: str


FAMILIES = {
    "american": Family("a", 1.0, "American"),
    "canadian": Family("a", 1.0, "North American"),
    "british": Family("b", 1.0, "British"),
    "australian": Family("b", 1.0, "British-sounding"),
    "indian": Family("h", 0.6, "Indian"),
    "spanish": Family("e", 0.6, "Spanish-speaking"),
    "latin american": Family("e", 0.6, "Spanish-speaking"),
    "fr": Family("f", 0.6, "French-speaking"),
    "it": Family("i", 0.6, "Italian"),
    "pt": Family("p", 0.6, "Portuguese-speaking"),
    "ja": Family("j", 0.6, "Japanese"),
    "zh": Family("z", 0.6, "Chinese"),
    # There is no German pack: any European one may lead.
    "de": Family("abefip", 0.6, "German-speaking"),
}

BORROWED_PROSODY = {("male", "fr"): "ff_siwis"}
"""Where no pack of the gender has the accent: the pack that lends half the prosody."""
BORROWED_PITCHES = (0.88, 0.9, 0.92)

USES: tuple[tuple[tuple[str, ...], float], ...] = (
    (("conversational", "customer support"), 1.0),
    (("narration", "education"), 0.96),
    (("conversational", "social media"), 1.03),
    (("news", "narration"), 1.02),
    (("customer support",), 0.98),
    (("entertainment", "gaming"), 1.05),
    (("education", "conversational"), 0.97),
    (("advertising", "social media"), 1.06),
    (("conversational", "entertainment"), 1.01),
    (("narration", "meditation"), 0.92),
    (("customer support", "news"), 1.0),
    (("narration",), 0.95),
)
"""Use cases that go together, and the base pace for them; dealt out in turn within a family."""

PACES = {"meditation": 0.92, "narration": 0.96, "news": 1.02, "entertainment": 1.03, "gaming": 1.04}
"""Base pace of voices with use cases of their own, by the first of them; 1 otherwise."""

LANGUAGES = {
    "en": "English", "hi": "Hindi", "mr": "Marathi", "kn": "Kannada", "ta": "Tamil", "bn": "Bengali",
    "gu": "Gujarati", "te": "Telugu", "ml": "Malayalam", "pa": "Punjabi", "or": "Odia",
}  # fmt: skip
"""Names for descriptions of Indian voices."""

REGISTERS = {"female": (172.0, 188.0, 205.0), "male": (106.0, 118.0, 130.0)}
REGISTER_WORDS = (("Deep", "Low"), ("Full", "Round"), ("Clear", "Light"), ("Bright", "High"))
PACE_WORDS = ((0.93, "calm"), (0.975, "unhurried"), (1.015, "steady"), (1.035, "lively"), (9.0, "quick"))
SUITS = {
    "conversational": "conversation", "narration": "reading aloud", "customer support": "calls",
    "education": "lessons", "entertainment": "stories", "news": "news", "advertising": "advertising",
    "social media": "short clips", "gaming": "games", "meditation": "quiet listening",
}  # fmt: skip


class Pack(NamedTuple):
    """A style pack: its usual pitch, the largest weight in a mix, and what it adds to a voice's place."""

    f0_hz: float
    limit: float
    timbre: Place
    prosody: Place


class Row(NamedTuple):
    """A line of the table of voices; None leaves a cell to the script."""

    id: str
    gender: str
    accent: str
    languages: tuple[str, ...]
    model: str
    age: str | None
    use_cases: tuple[str, ...] | None
    description: str | None
    pack: str | None

    @property
    def is_mixed(self) -> bool:
        """Whether the script chooses the sound."""
        return self.pack is None


@dataclass(frozen=True, slots=True)
class Sound:
    """What a voice is made of, where that lies, and how much distance its drawbacks are worth."""

    timbre: Mix
    prosody: Mix
    pitch: float
    f0_hz: float
    place: Place = field(repr=False, compare=False)
    cost: float = field(default=0.0, compare=False)


class PackTable:
    """The packs of one gender."""

    def __init__(self, path: Path, gender: str) -> None:
        self.packs: dict[str, Pack] = {}
        for line in _lines(path):
            if line["gender"] == gender:
                timbre, prosody = (np.array(line[half].split(","), dtype=np.float64) / 1000 for half in PARTS)
                self.packs[line["pack"]] = Pack(float(line["f0_hz"]), float(line["limit"]), timbre, prosody)
        self._pitch = self.packs.pop("pitch").timbre

    def usable(self, letters: str | None = None) -> list[str]:
        """Packs that may enter a mix, of the families with these first letters."""
        return [name for name, pack in self.packs.items() if pack.limit > 0 and (not letters or name[0] in letters)]

    def allows(self, mix: Mix) -> bool:
        """Whether no pack of the mix exceeds its limit."""
        return all(weight <= self.packs[name].limit + 1e-9 for name, weight in mix.items())

    def weakness(self, mix: Mix) -> float:
        """How far the limits of a mix stay below 1, by weight."""
        return sum(weight * (1 - self.packs[name].limit) for name, weight in mix.items())

    def sound(self, timbre: Mix, prosody: Mix, pitch: float = 1.0, cost: float = 0.0) -> Sound:
        """The sound of a mix."""
        place = np.log(pitch) * self._pitch
        place = place + sum(weight * self.packs[name].timbre for name, weight in timbre.items())
        place = place + sum(weight * self.packs[name].prosody for name, weight in prosody.items())
        f0_hz = pitch * np.exp(sum(weight * np.log(self.packs[name].f0_hz) for name, weight in prosody.items()))
        return Sound(timbre, prosody, pitch, float(f0_hz), place, cost)


PARTS = ("timbre", "prosody")


class Candidates:
    """Draws sounds for the rows of one gender."""

    def __init__(self, table: PackTable, gender: str) -> None:
        self._table = table
        self._gender = gender
        self._known: dict[str, list[Sound]] = {}

    def for_accent(self, accent: str) -> list[Sound]:
        """All candidates of an accent; the same list at every call."""
        if accent not in self._known:
            seed = [SEED, sorted(FAMILIES).index(accent), self._gender == "male"]
            self._known[accent] = self._draw(accent, np.random.default_rng(seed))
        return self._known[accent]

    def _draw(self, accent: str, rng: np.random.Generator) -> list[Sound]:
        low, high = F0_RANGE_HZ[self._gender]
        sounds: list[Sound] = []
        while len(sounds) < CANDIDATES:
            timbre = self._timbre(accent, rng)
            prosody, pitches = self._prosody(accent, rng)
            pitch = float(rng.choice(pitches))
            if self._table.allows(timbre) and self._table.allows(_without_borrowed(prosody)):
                cost = FOREIGN_COST * _foreign(timbre, FAMILIES[accent].native)
                cost += WEAK_COST * (self._table.weakness(timbre) + self._table.weakness(_without_borrowed(prosody)))
                cost += PITCH_COST * abs(np.log(pitch)) * (pitches is PITCHES)
                sound = self._table.sound(timbre, prosody, pitch, cost)
                if low <= sound.f0_hz <= high:
                    sounds.append(sound)
        return sounds

    def _timbre(self, accent: str, rng: np.random.Generator) -> Mix:
        packs = self._table.usable()
        native = self._table.usable(FAMILIES[accent].native)
        if len(native) > 2 and rng.random() < 0.5:
            packs = native
        return _mix(rng, packs, STEPS, most_packs=3)

    def _prosody(self, accent: str, rng: np.random.Generator) -> tuple[Mix, tuple[float, ...]]:
        lender = BORROWED_PROSODY.get((self._gender, accent))
        if lender:
            half = STEPS // 2
            others = _mix(rng, self._table.usable("abip"), half, most_packs=2)
            return {lender: 0.5, **others}, BORROWED_PITCHES
        family = FAMILIES[accent]
        native_steps = int(rng.integers(round(family.least_native * STEPS), STEPS, endpoint=True))
        native = self._table.usable(family.native)
        foreign = [name for name in self._table.usable() if name not in native]
        prosody = dict(_mix(rng, native, native_steps, most_packs=min(3, len(native))))
        if native_steps < STEPS:
            prosody |= _mix(rng, foreign, STEPS - native_steps, most_packs=1)
        return prosody, PITCHES


def _mix(rng: np.random.Generator, packs: list[str], steps: int, most_packs: int) -> Mix:
    """One to ``most_packs`` packs that share ``steps``, the largest share at least 0.4 of them."""
    count = int(rng.integers(1, min(most_packs, len(packs)), endpoint=True))
    names = rng.choice(packs, count, replace=False)
    while True:
        cuts = np.sort(rng.choice(np.arange(1, steps), count - 1, replace=False)) if count > 1 else np.array([], int)
        shares = np.sort(np.diff([0, *cuts, steps]))[::-1]
        if shares[0] >= 0.4 * steps:
            return {str(name): int(share) / STEPS for name, share in zip(names, shares, strict=True)}


def _foreign(mix: Mix, native: str) -> float:
    return sum(weight for name, weight in mix.items() if name[0] not in native)


def _without_borrowed(prosody: Mix) -> Mix:
    return {name: weight for name, weight in prosody.items() if name not in BORROWED_PROSODY.values()}


def choose(rows: Iterable[Row], packs: Path, gender: str) -> dict[str, Sound]:
    """A sound for every row of one gender, as far from each other as the candidates allow."""
    table = PackTable(packs, gender)
    candidates = Candidates(table, gender)
    rows = [row for row in rows if row.gender == gender]
    sounds = {row.id: table.sound({row.pack: 1.0}, {row.pack: 1.0}) for row in rows if row.pack}
    free = {row.id: row.accent for row in rows if row.is_mixed}
    for voice_id, accent in free.items():
        sounds[voice_id] = _farthest(candidates.for_accent(accent), [sound.place for sound in sounds.values()])
    for _ in range(ROUNDS):
        if not _spread(sounds, free, candidates):
            break
    return sounds


def _farthest(candidates: list[Sound], taken: list[Place]) -> Sound:
    places = np.stack([sound.place for sound in candidates])
    nearest = _distances(places, np.stack(taken)).min(axis=1)
    return candidates[int(np.argmax(nearest - [sound.cost for sound in candidates]))]


def _spread(sounds: dict[str, Sound], free: Mapping[str, str], candidates: Candidates) -> bool:
    """Move a voice of the closest pair that can be moved; False if none of the closest ones gets farther away."""
    ids = list(sounds)
    places = np.stack([sound.place for sound in sounds.values()])
    distances = _distances(places, places) + np.diag(np.full(len(ids), np.inf))
    for index in np.argsort(distances.min(axis=1), kind="stable")[:10]:
        voice_id = ids[int(index)]
        if voice_id in free:
            others = [sound.place for other, sound in sounds.items() if other != voice_id]
            best = _farthest(candidates.for_accent(free[voice_id]), others)
            if _distances(best.place[None], np.stack(others)).min() > distances[index].min() + 1e-6:
                sounds[voice_id] = best
                return True
    return False


def _distances(one: Place, other: Place) -> Place:
    squares = (one**2).sum(1)[:, None] + (other**2).sum(1)[None] - 2 * one @ other.T
    return np.asarray(np.sqrt(np.maximum(squares, 0.0)))


def closest(sounds: Mapping[str, Sound]) -> tuple[float, str, str]:
    """The smallest distance and the two voices that have it."""
    ids = list(sounds)
    places = np.stack([sound.place for sound in sounds.values()])
    distances = _distances(places, places) + np.diag(np.full(len(ids), np.inf))
    one, other = np.unravel_index(int(np.argmin(distances)), distances.shape)
    return float(distances[one, other]), ids[int(one)], ids[int(other)]


def render(rows: list[Row], sounds: Mapping[str, Sound], gains: Mapping[str, float]) -> str:
    """The catalogue as TOML."""
    turns: Counter[tuple[str, str]] = Counter()
    blocks = ["# Written by scripts/make_voices.py from scripts/voices.tsv; only gain_db is filled in afterwards."]
    for row in rows:
        turn = turns[row.gender, row.accent]
        turns[row.gender, row.accent] += not row.use_cases
        uses, pace = USES[turn % len(USES)]
        if row.use_cases:
            uses, pace = row.use_cases, PACES.get(row.use_cases[0], 1.0)
        blocks.append(_block(row, sounds.get(row.id), uses, pace, gains.get(row.id, 0.0)))
    return "\n\n".join(blocks) + "\n"


def _block(row: Row, sound: Sound | None, uses: tuple[str, ...], pace: float, gain_db: float) -> str:
    fields: dict[str, object] = {
        "id": row.id,
        "name": row.id.title(),
        "engine": "kokoro" if sound else "hibari",
        "languages": row.languages,
        "accent": row.accent,
        "gender": row.gender,
        "age": row.age or (_age(row.gender, sound.f0_hz, pace) if sound else "adult"),
        "use_cases": uses,
        "description": row.description or (_description(row, sound, uses, pace) if sound else ""),
        "models": (row.model,),
    }
    if sound:
        fields |= {"timbre": sound.timbre, "prosody": sound.prosody}
        fields |= {name: value for name, value in (("speed", pace), ("pitch", sound.pitch)) if value != 1.0}
    else:
        fields |= {"timbre": HIBARI_TEACHER, "prosody": HIBARI_TEACHER}
    if gain_db:
        fields["gain_db"] = gain_db
    lines = ["[[voice]]", *(f"{name} = {_toml(value)}" for name, value in fields.items())]
    lender = BORROWED_PROSODY.get((row.gender, row.accent))
    if lender:
        reason = f"No {row.gender} pack has this accent: {lender} lends half the prosody, the pitch is lowered."
        lines.insert(0, f"# {reason}")
    return "\n".join(lines)


def _toml(value: object) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    if isinstance(value, Mapping):
        pairs = sorted(value.items(), key=lambda pair: (-pair[1], pair[0]))
        return "{ " + ", ".join(f"{name} = {weight}" for name, weight in pairs) + " }"
    return json.dumps(value, ensure_ascii=False)


def _register(gender: str, f0_hz: float) -> int:
    return sum(f0_hz >= edge for edge in REGISTERS[gender])


def _age(gender: str, f0_hz: float, pace: float) -> str:
    register = _register(gender, f0_hz)
    if register == 0 and pace <= 0.97:
        return "senior"
    return "young" if register == 3 else "adult"


def _description(row: Row, sound: Sound, uses: tuple[str, ...], pace: float) -> str:
    register = REGISTER_WORDS[_register(row.gender, sound.f0_hz)][len(row.id) % 2]
    manner = next(word for edge, word in PACE_WORDS if pace < edge)
    person = "woman" if row.gender == "female" else "man"
    suits = " and ".join(SUITS[use] for use in uses[:2])
    who = f"{register}, {manner} {FAMILIES[row.accent].people} {person}"
    if row.accent != "indian":
        return f"{who} for {suits}."
    first, second = (LANGUAGES[code] for code in row.languages[:2])
    return f"{who} for {suits} in {first} and {second}."


def read_rows(path: Path) -> list[Row]:
    """The table of voices."""
    rows = []
    for line in _lines(path):
        cells = {name: None if value == "-" else value for name, value in line.items()}
        uses = cells["use_cases"]
        row = Row(
            id=line["id"],
            gender=line["gender"],
            accent=line["accent"],
            languages=tuple(line["languages"].split(",")),
            model=line["model"],
            age=cells["age"],
            use_cases=tuple(uses.split(",")) if uses else None,
            description=cells["description"],
            pack=cells["pack"],
        )
        rows.append(row)
    return rows


def read_gains(path: Path) -> dict[str, float]:
    """The gains of an earlier catalogue, by voice."""
    if not path.exists():
        return {}
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["voice"]
    return {row["id"]: row.get("gain_db", 0.0) for row in rows}


def _lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader((line for line in file if not line.startswith("#")), delimiter="\t"))


def main() -> None:
    """Write the catalogue and say how far apart its voices are."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--voices", type=Path, default=HERE / "voices.tsv", help="table of ids")
    parser.add_argument("--packs", type=Path, default=HERE / "packs.tsv", help="table of style packs")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="catalogue; its gain_db values are kept")
    options = parser.parse_args()
    rows = read_rows(options.voices)
    sounds: dict[str, Sound] = {}
    for gender in ("female", "male"):
        chosen = choose([row for row in rows if row.pack != "hibari"], options.packs, gender)
        distance, one, other = closest(chosen)
        alike = f"{one}, {other}; cosine {1 - distance**2 / 2:.3f}"
        print(f"{gender}: {len(chosen)} voices, smallest distance {distance:.3f} ({alike})")
        if distance < LEAST_DISTANCE:
            raise SystemExit(f"two voices are closer than {LEAST_DISTANCE}")
        sounds |= chosen
    text = render(rows, sounds, read_gains(options.output))
    options.output.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
