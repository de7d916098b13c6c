"""How well the voices are understood, and how they sound.

    python -m bench.quality [--part english --part numbers …] [--voice sophia …] [--sentences N] [--show]
                            [--json FILE] [--check]

A Markdown table on stdout, progress on stderr. The recognisers, DNSMOS and kokoro-onnx are fetched on first use
(150 MB, and 0.5 GB for part numbers). The figures do not depend on how busy the machine is.
"""

import argparse
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from bench.quality.decoders import decoders
from bench.quality.figures import Found, bands, outside, table
from bench.quality.judges import store
from bench.quality.parts import PARTS
from bench.quality.small import small
from bench.quality.studio import Studio
from openwaves.errors import OpenWavesError
from openwaves.tts.voices.catalogue import Catalogue


def main() -> int:
    """Measure and print; 1 if a figure is outside its band and ``--check`` was given."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--part",
        choices=[*PARTS, "small", "decoders"],
        action="append",
        help="only this one; may be repeated; small: what CI measures; decoders: the fast one beside the full one",
    )
    parser.add_argument("--voice", action="append", default=[], help="only this one; may be repeated")
    parser.add_argument("--sentences", type=int, default=60, help="most sentences of each part, voice and language")
    parser.add_argument("--show", action="store_true", help="print what was misheard")
    parser.add_argument("--json", type=Path, help="file for all figures and everything that was heard")
    parser.add_argument("--check", action="store_true", help="compare with bands.toml: status 1 if one is outside")
    options = parser.parse_args()
    if options.sentences < 1:
        parser.error(f"--sentences: {options.sentences} is less than 1")
    try:
        for voice_id in options.voice:
            Catalogue.load().get(voice_id)
        found = Found(path=options.json)
        _measure(options.part or list(PARTS), options.voice, options.sentences, found)
    except OpenWavesError as error:
        parser.error(str(error))
    print(table(found.figures))
    if options.show:
        for miss in filter(lambda heard: heard.errors, found.heard):
            print(f"\n{miss.part}, {miss.subject}: {miss.errors}\n  {miss.text}\n  {miss.heard}")
    problems = outside(found.figures, bands("full") | bands("small")) if options.check else []
    for problem in problems:
        print(problem, file=sys.stderr)
    return bool(problems)


def _measure(names: list[str], voices: list[str], n_sentences: int, found: Found) -> None:
    store()
    studio = Studio()
    _ = studio.speaker
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        for name in names:
            task = bars.add_task(name, total=None)

            def tick(label: str, task: TaskID = task) -> None:
                bars.update(task, description=label, advance=1)

            if name == "small":
                small(studio, tick, found)
            elif name == "decoders":
                decoders(studio, voices, n_sentences, tick, found)
            else:
                PARTS[name](studio, voices, n_sentences, tick, found)
            bars.update(task, description=name, total=bars.tasks[-1].completed)


if __name__ == "__main__":
    sys.exit(main())
