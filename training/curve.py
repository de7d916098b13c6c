"""Draws what training reached: the table of README.md as a picture.

python -m training.curve docs/fast-decoder.png
"""

import argparse
from pathlib import Path

README = Path(__file__).with_name("README.md")
SEEN = "sound seen, h"
DNSMOS = "DNSMOS (full decoder 3.30)"
LIKENESS = ("CAM++, packs in the data", "CAM++, voices never seen")
FULL = {DNSMOS: 3.30, "CAM++": 0.93}
GATE = {DNSMOS: 3.20, "CAM++": 0.85}


def main() -> None:
    """Read the table and draw it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("picture", type=Path, help="PNG to write")
    draw(curve(README.read_text(encoding="utf-8")), parser.parse_args().picture)


def curve(text: str) -> dict[str, list[tuple[float, float]]]:
    """Of the table whose first column is ``SEEN``: hours and values of each other column, where there is a number."""
    lines = text.splitlines()
    begin = next(number for number, line in enumerate(lines) if line.startswith(f"| {SEEN} |"))
    names = _cells(lines[begin])
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in names[1:]}
    for line in lines[begin + 2 :]:
        if not line.startswith("|"):
            break
        hours, *values = _cells(line)
        for name, value in zip(names[1:], values, strict=True):
            if number := value.split(",")[0].strip():
                found[name].append((float(hours), float(number)))
    return found


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def draw(found: dict[str, list[tuple[float, float]]], path: Path) -> None:
    """DNSMOS and likeness over the hours of sound seen, with the full decoder and the gate as lines."""
    from matplotlib import pyplot  # noqa: PLC0415 - only here

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    left.plot(*zip(*found[DNSMOS], strict=True), "-o", label="fast decoder", markersize=4)
    for name in LIKENESS:
        right.plot(*zip(*found[name], strict=True), "-o", label=name.removeprefix("CAM++, "), markersize=4)
    for place, key, title in ((left, DNSMOS, "DNSMOS"), (right, "CAM++", "likeness to the full decoder (CAM++)")):
        place.axhline(FULL[key], color="grey", label="full decoder")
        place.axhline(GATE[key], color="grey", linestyle="--", label="wanted")
        place.set(title=title, xlabel="hours of sound seen", xscale="log")
        place.set_xticks([1, 2, 5, 10, 20, 50, 100, 200], ["1", "2", "5", "10", "20", "50", "100", "200"])
        place.set_xticks([], minor=True)
        place.set_xlim(1, 1.3 * max(hours for hours, _ in found[DNSMOS]))
        place.grid(alpha=0.3)
        place.legend(fontsize="small")
    figure.savefig(path, dpi=120)


if __name__ == "__main__":
    main()
