"""Books and lists of texts, spoken in tones."""

import json
import signal
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
import pytest
from click.testing import CliRunner

from openwaves.audio.chapters import Chapter, ChapteredFile, read_samples
from openwaves.cli.books.making import Parts, pieces
from openwaves.cli.books.reading import read_book
from openwaves.cli.speak import speak
from openwaves.errors import OpenWavesError
from openwaves.types import SpeechRequest

MARKDOWN = """# The *first* chapter

Hello **there**, this is [a link](https://x.example) and `code`.

- One item
- Another

```python
print("never said")
```

* * *

> A quoted line, with ![a picture](a.png).

## Second part

The end of it. It was good.
"""
PLAIN = """A title page.

CHAPTER I. The beginning

It was a dark
and stormy night.

Chapter 2

The end.
"""


class Said(NamedTuple):
    """How a command ended, and what it said."""

    returncode: int
    stderr: str


def openwaves(_command: str, *arguments: object) -> Said:
    """`openwaves speak`, in this process."""
    found = CliRunner().invoke(speak, [*map(str, arguments), "--engine", "tone"])
    if isinstance(found.exception, OpenWavesError):
        return Said(1, found.exception.message)
    assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
    return Said(found.exit_code, found.stderr)


def chapters_of(path: Path) -> list[tuple[str, float]]:
    with av.open(str(path), "r") as file:
        return [(row["metadata"]["title"], row["start"] * float(row["time_base"] or 1)) for row in file.chapters()]


def epub(path: Path) -> Path:
    """An EPUB with a cover, two chapters in three files, and a table of contents."""
    package = """<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata
      xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>A Book &amp; a Half</dc:title>
      <dc:creator>Ann Author</dc:creator>
      </metadata><manifest><item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
      <item id="one" href="text/one.xhtml" media-type="application/xhtml+xml"/>
      <item id="two" href="text/two%20b.xhtml" media-type="application/xhtml+xml"/>
      <item id="more" href="text/more.xhtml" media-type="application/xhtml+xml"/>
      <item id="css" href="a.css" media-type="text/css"/></manifest>
      <spine><itemref idref="nav"/><itemref idref="one"/><itemref idref="two"/><itemref idref="more"/></spine>
      </package>"""
    page = "<html><head><title>no</title><style>p {{}}</style></head><body>{}</body></html>"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr(
            "META-INF/container.xml",
            '<container><rootfiles><rootfile full-path="OPS/a.opf" media-type="application/oebps-package+xml"/>'
            "</rootfiles></container>",
        )
        archive.writestr("OPS/a.opf", package)
        archive.writestr("OPS/nav.xhtml", page.format("<nav><ol><li>Contents</li></ol></nav><p>Contents</p>"))
        archive.writestr(
            "OPS/text/one.xhtml",
            page.format(
                "<h1>One</h1><h2>In which <i>it</i> begins</h2><p>It was&#160;late.<sup>1</sup></p><div>Very.</div>"
            ),
        )
        archive.writestr(
            "OPS/text/two b.xhtml", page.format("<section><h2>Two</h2><p>Then<br/>it rained.</p></section>")
        )
        archive.writestr("OPS/text/more.xhtml", page.format("<p>And rained.</p><p>***</p>"))
    return path


def test_markdown_is_read_without_its_marks(tmp_path: Path) -> None:
    path = tmp_path / "book.md"
    path.write_text(MARKDOWN, encoding="utf-8")
    first, second = read_book(path).chapters
    assert first.title == "The first chapter"
    assert first.paragraphs == [
        "Hello there, this is a link and code.",
        "One item",
        "Another",
        "A quoted line, with a picture.",
    ]
    assert (second.title, second.paragraphs) == ("Second part", ["The end of it. It was good."])


def test_headings_of_plain_texts_are_chapters(tmp_path: Path) -> None:
    path = tmp_path / "book.txt"
    path.write_bytes(b"\xef\xbb\xbf" + PLAIN.replace("\n", "\r\n").encode())
    book = read_book(path)
    assert [chapter.title for chapter in book.chapters] == ["", "CHAPTER I. The beginning", "Chapter 2"]
    assert book.chapters[1].paragraphs == ["It was a dark and stormy night."]


def test_an_epub_is_read_in_the_order_of_its_spine(tmp_path: Path) -> None:
    book = read_book(epub(tmp_path / "book.epub"))
    assert (book.title, book.author) == ("A Book & a Half", "Ann Author")
    assert [(chapter.title, chapter.paragraphs) for chapter in book.chapters] == [
        ("One. In which it begins", ["It was late.", "Very."]),
        ("Two", ["Then", "it rained.", "And rained."]),
    ]


@pytest.mark.parametrize(
    ("name", "data", "problem"),
    [
        ("book.pdf", b"%PDF", ".txt, .md, .epub"),
        ("book.txt", b"\n* * *\n", "no text"),
        ("book.txt", b"\xff\xfe", "cannot be read"),
        ("book.epub", b"no zip", "cannot be read"),
    ],
)
def test_what_is_no_book_is_refused(tmp_path: Path, name: str, data: bytes, problem: str) -> None:
    (tmp_path / name).write_bytes(data)
    said = openwaves("speak", "-f", tmp_path / name, "-o", tmp_path / "book.mp3")
    assert said.returncode == 2
    assert problem in said.stderr


@pytest.mark.parametrize("ending", [".mp3", ".m4b", ".m4a", ".opus", ".flac", ".wav"])
def test_chaptered_files_hold_every_sample_and_their_chapters(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"book{ending}"
    time_s = np.arange(24000 * 2) / 24000
    sound = np.round(8000 * np.sin(2 * np.pi * 440 * time_s)).astype(np.int16)
    chapters = [Chapter("One", 0, 1.25), Chapter("Zwei und mehr", 1.25, 2)]
    with ChapteredFile(path, 24000, chapters, "A title", "An author") as file:
        for begin in range(0, len(sound), 7777):
            file.write(sound[begin : begin + 7777])
    with av.open(str(path), "r") as read:
        length_s = sum(frame.samples for frame in read.decode(audio=0)) / read.streams.audio[0].rate
        told = {**read.metadata, **read.streams.audio[0].metadata}
    assert length_s == pytest.approx(2, abs=0.1)
    assert "A title" in {value for name, value in told.items() if name.lower() == "title"}
    if ending in (".mp3", ".m4b", ".m4a"):
        assert chapters_of(path) == [("One", 0.0), ("Zwei und mehr", 1.25)]
    if ending == ".flac":
        assert np.array_equal(read_samples(path), sound)
    assert [found.name for found in tmp_path.iterdir()] == [path.name]


def test_a_chaptered_file_that_fails_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "book.mp3"
    with pytest.raises(ValueError, match="stop"), ChapteredFile(path, 24000, []):
        raise ValueError("stop")
    assert not list(tmp_path.iterdir())


def test_a_book_is_spoken_with_chapters_and_subtitles(tmp_path: Path) -> None:
    path = epub(tmp_path / "book.epub")
    said = openwaves("speak", "-f", path, "-o", tmp_path / "book.m4b", "--subtitles", tmp_path / "book.srt")
    assert said.returncode == 0, said.stderr
    assert "2 chapters" in said.stderr
    assert "100 %: chapter 2 of 2" in said.stderr
    (first, begins_s), (second, later_s) = chapters_of(tmp_path / "book.m4b")
    assert (first, second, begins_s) == ("One. In which it begins", "Two", 0.0)
    subtitles = (tmp_path / "book.srt").read_text()
    assert subtitles.startswith("1\n00:00:00,000 --> ")
    assert "It was late." in subtitles
    minutes, rest = divmod(later_s, 60)
    assert f"{int(minutes):02d}:{int(rest):02d}" in subtitles, "the subtitles are not in step with the chapters"
    assert sorted(found.name for found in tmp_path.iterdir()) == ["book.epub", "book.m4b", "book.srt"]


def test_an_interrupted_book_goes_on_and_is_the_same(tmp_path: Path) -> None:
    path = tmp_path / "long.md"
    path.write_text("".join(f"# Chapter {n}\n\n" + f"Sentence {n} of a long book. " * 50 + "\n\n" for n in range(12)))
    command: list[object] = ["-f", path, "-o", tmp_path / "long.flac", "--workers", "1"]
    process = subprocess.Popen(
        [sys.executable, "-m", "openwaves", "speak", *map(str, command), "--engine", "tone"],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("20 %"):
            process.send_signal(signal.SIGTERM)
            break
    rest = process.stderr.read()
    assert process.wait(60) != 0
    process.stderr.close()
    assert "the same command goes on" in rest
    assert not (tmp_path / "long.flac").exists()
    assert list((tmp_path / "long.flac.parts").glob("*.flac"))
    again = openwaves("speak", *command)
    assert again.returncode == 0, again.stderr
    assert "% were spoken before" in again.stderr
    assert "; 0 % were" not in again.stderr
    whole = openwaves("speak", "-f", path, "-o", tmp_path / "whole.flac")
    assert whole.returncode == 0
    assert "were spoken before" not in whole.stderr
    assert np.array_equal(read_samples(tmp_path / "long.flac"), read_samples(tmp_path / "whole.flac"))
    assert not (tmp_path / "long.flac.parts").exists()


def test_parts_are_kept_by_what_they_say_and_how(tmp_path: Path) -> None:
    path = tmp_path / "book.txt"
    path.write_text(PLAIN)
    found = pieces(read_book(path))
    request = SpeechRequest("", "sophia", sample_rate=24000)
    paths = {
        Parts(tmp_path / "a.mp3", asked).path(piece)
        for asked in (request, SpeechRequest("", "magnus", sample_rate=24000), SpeechRequest("", "sophia", speed=2))
        for piece in found
    }
    assert len(paths) == 3 * len(found)
    assert Parts(tmp_path / "a.mp3", request).path(found[0]) in paths


def test_what_cannot_be_spoken_names_its_place(tmp_path: Path) -> None:
    path = tmp_path / "book.md"
    path.write_text("# One\n\nFine.\n\n# Two\n\nสวัสดีชาวโลก\n")
    said = openwaves("speak", "-f", path, "-o", tmp_path / "book.mp3")
    assert said.returncode == 1
    assert "chapter 2, 'สวัสดีชาวโลก'" in said.stderr


def test_subtitles_of_a_text(tmp_path: Path) -> None:
    said = openwaves("speak", "Hello there. How are you?", "-o", tmp_path / "a.opus", "--subtitles", tmp_path / "a.vtt")
    assert said.returncode == 0, said.stderr
    assert (tmp_path / "a.vtt").read_text().startswith("WEBVTT\n\n00:00:00.000 --> ")
    wrong = openwaves("speak", "Hello.", "-o", tmp_path / "b.wav", "--subtitles", tmp_path / "a.ass")
    assert ".srt or .vtt" in wrong.stderr


def test_a_list_is_spoken_side_by_side_and_what_is_there_is_left(tmp_path: Path) -> None:
    batch = tmp_path / "lines.csv"
    batch.write_text(
        'name,text,voice,speed\nhello.mp3,Hello there.,magnus,\n,"Two, and\nmore",,1.5\nbad,…,,\n', encoding="utf-8"
    )
    said = openwaves("speak", "--batch", batch, "--format", "flac")
    assert said.returncode == 1
    assert "row 3" in said.stderr
    folder = tmp_path / "lines"
    assert sorted(path.name for path in folder.iterdir()) == ["0002.flac", "hello.mp3"]
    before = (folder / "hello.mp3").stat().st_mtime_ns
    again = openwaves("speak", "--batch", batch, "--format", "flac")
    assert "2 of 3 files are there already" in again.stderr
    assert (folder / "hello.mp3").stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({}, "text is required"),
        ({"text": "Hi", "colour": "red"}, "'colour' is no column"),
        ({"text": "Hi", "voice": "nobody"}, "nobody"),
        ({"text": "Hi", "speed": 9}, "0.5 to 2"),
        ({"text": "Hi", "language": "xx"}, "auto, en"),
        ({"text": "Hi", "name": "../up"}, "without a folder"),
        ({"text": "Hi", "name": "0001"}, "same name"),
        ([], "JSON object"),
    ],
)
def test_a_wrong_row_is_named_before_any_work(tmp_path: Path, row: object, problem: str) -> None:
    batch = tmp_path / "lines.jsonl"
    batch.write_text(json.dumps({"text": "Hello."}) + "\n\n" + json.dumps(row) + "\n")
    said = openwaves("speak", "--batch", batch)
    assert said.returncode == 2
    assert problem in said.stderr
    assert not (tmp_path / "lines").exists()


def test_one_thing_is_to_be_spoken(tmp_path: Path) -> None:
    assert "one of TEXT, --file and --batch" in openwaves("speak").stderr
    (tmp_path / "a.txt").write_text("Hi.")
    assert "one of TEXT" in openwaves("speak", "Hello", "-f", tmp_path / "a.txt").stderr
    assert ".mp3, .m4b" in openwaves("speak", "-f", tmp_path / "a.txt", "-o", tmp_path / "a.aac").stderr
