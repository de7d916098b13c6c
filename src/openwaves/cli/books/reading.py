"""What stands in a book: its chapters, each in paragraphs."""

import posixpath
import re
import zipfile
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import ClassVar, TypeVar
from urllib.parse import unquote

import click

ENDINGS = (".txt", ".md", ".epub")
MOST_BYTES = 50_000_000
"""Of one file within an EPUB: a book is a few hundred kilobytes."""

Parser = TypeVar("Parser", bound=HTMLParser)

_HEADING = re.compile(r"^(?:chapter|part|book|kapitel|chapitre|cap[ií]tulo|अध्याय)\s+[\w.]+.{0,80}$", re.IGNORECASE)
_MARKDOWN_HEADING = re.compile(r"^(#{1,2})\s+(.+?)\s*#*$")
_FENCE = re.compile(r"^(```|~~~).*?^\1\s*$", re.MULTILINE | re.DOTALL)
_MARKUP = (
    (re.compile(r"!\[([^\]]*)\]\([^)]*\)"), r"\1"),
    (re.compile(r"\[([^\]]+)\]\([^)]*\)"), r"\1"),
    (re.compile(r"`([^`]*)`"), r"\1"),
    (re.compile(r"(\*\*|__|\*|_|~~)(?=\S)(.+?)(?<=\S)\1"), r"\2"),
    (re.compile(r"^[ \t]*>[ \t]*", re.MULTILINE), ""),
    (re.compile(r"^[ \t]*(?:[-*+]|\d+\.|#{3,6})[ \t]+(.*)$", re.MULTILINE), r"\n\1\n"),
    (re.compile(r"<[^<>\n]+>"), " "),
)
_SPEAKABLE = re.compile(r"\w")


@dataclass(slots=True)
class Chapter:
    """A chapter.

    Attributes:
        title: Said before it; empty for none.
        paragraphs: Its text; none is empty.
    """

    title: str
    paragraphs: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Book:
    """A book.

    Attributes:
        title: Its name.
        author: Who wrote it; empty if the file does not say.
        chapters: At least one, none empty.
    """

    title: str
    author: str
    chapters: tuple[Chapter, ...]


def read_book(path: Path) -> Book:
    """Read a book.

    Raises:
        click.UsageError: It cannot be read, or there is nothing to say in it.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise click.UsageError(f"--file {path}: the ending must be one of {', '.join(ENDINGS)}")
    try:
        if ending == ".epub":
            title, author, chapters = _epub(path)
        else:
            text = path.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
            title, author = path.stem, ""
            chapters = _markdown(text) if ending == ".md" else _plain(text)
    except (OSError, UnicodeDecodeError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise click.UsageError(f"--file {path}: cannot be read: {error}") from error
    chapters = [chapter for chapter in chapters if chapter.title or chapter.paragraphs]
    if not any(chapter.paragraphs for chapter in chapters):
        raise click.UsageError(f"--file {path}: there is no text in it")
    return Book(title or path.stem, author, tuple(chapters))


def _paragraphs(text: str) -> list[str]:
    """Texts between empty lines, each on one line; what is only signs, as in "* * *", is none."""
    blocks = (" ".join(block.split()) for block in re.split(r"\n\s*\n", text))
    return [block for block in blocks if _SPEAKABLE.search(block)]


def _plain(text: str) -> list[Chapter]:
    chapters = [Chapter("")]
    for paragraph in _paragraphs(text):
        if _HEADING.match(paragraph):
            chapters.append(Chapter(paragraph))
        else:
            chapters[-1].paragraphs.append(paragraph)
    return chapters


def _markdown(text: str) -> list[Chapter]:
    chapters, block = [Chapter("")], list[str]()

    def take() -> None:
        plain = "\n".join(block)
        for pattern, instead in _MARKUP:
            plain = pattern.sub(instead, plain)
        chapters[-1].paragraphs += _paragraphs(plain)
        block.clear()

    for line in _FENCE.sub("", text).split("\n"):
        if heading := _MARKDOWN_HEADING.match(line):
            take()
            title = heading[2]
            for pattern, instead in _MARKUP:
                title = pattern.sub(instead, title)
            chapters.append(Chapter(title.strip()))
        else:
            block.append(line)
    take()
    return chapters


class _Page(HTMLParser):
    """Collects the headings and paragraphs of a page."""

    BLOCKS: ClassVar = frozenset(
        ("p", "div", "li", "blockquote", "section", "article", "tr", "dd", "dt", "td", "br", "pre", "figcaption")
    )
    HEADINGS: ClassVar = frozenset(("h1", "h2", "h3"))
    SILENT: ClassVar = frozenset(("head", "script", "style", "nav", "aside", "svg", "math", "sup"))

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[tuple[bool, str]] = []
        self._text: list[str] = []
        self._silent = 0
        self._is_heading = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.SILENT:
            self._silent += 1
        elif tag in self.HEADINGS or tag in self.BLOCKS:
            self._end()
            self._is_heading = tag in self.HEADINGS

    def handle_endtag(self, tag: str) -> None:
        if tag in self.SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in self.HEADINGS or tag in self.BLOCKS:
            self._end()

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._text.append(data)

    def close(self) -> None:
        super().close()
        self._end()

    def _end(self) -> None:
        text = " ".join("".join(self._text).split())
        if _SPEAKABLE.search(text):
            self.rows.append((self._is_heading, text))
        self._text.clear()
        self._is_heading = False


class _Package(HTMLParser):
    """Reads the package file of an EPUB, and the container that names it. Source: W3C, EPUB 3.3, sections 4 and 5."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = ""
        self.title, self.author = "", ""
        self.files: dict[str, str] = {}
        self.spine: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "rootfile":
            self.root = self.root or told.get("full-path", "")
        elif tag in ("item", "opf:item") and "html" in told.get("media-type", ""):
            if "nav" not in told.get("properties", "").split():
                self.files[told.get("id", "")] = told.get("href", "")
        elif tag in ("itemref", "opf:itemref") and told.get("linear") != "no":
            self.spine.append(told.get("idref", ""))
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "dc:title":
            self.title = self.title or data.strip()
        elif self._inside == "dc:creator":
            self.author = self.author or data.strip()


def _epub(path: Path) -> tuple[str, str, list[Chapter]]:
    with zipfile.ZipFile(path) as archive:
        container = _parsed(archive, "META-INF/container.xml", _Package())
        if not container.root:
            raise ValueError("META-INF/container.xml names no package")
        package = _parsed(archive, container.root, _Package())
        folder = posixpath.dirname(container.root)
        chapters: list[Chapter] = []
        for name in package.spine:
            if name in package.files:
                place = posixpath.normpath(posixpath.join(folder, unquote(package.files[name])))
                _add(chapters, _parsed(archive, place, _Page()).rows)
    return package.title, package.author, chapters


def _add(chapters: list[Chapter], rows: list[tuple[bool, str]]) -> None:
    """The text of one file of the spine; headings right after each other are one title."""
    for is_heading, text in rows:
        if not is_heading:
            if not chapters:
                chapters.append(Chapter(""))
            chapters[-1].paragraphs.append(text)
        elif chapters and chapters[-1].title and not chapters[-1].paragraphs:
            chapters[-1].title += ". " + text
        else:
            chapters.append(Chapter(text))


def _parsed(archive: zipfile.ZipFile, name: str, parser: Parser) -> Parser:
    if archive.getinfo(name).file_size > MOST_BYTES:
        raise ValueError(f"{name} has more than {MOST_BYTES} bytes")
    parser.feed(archive.read(name).decode("utf-8-sig", "replace"))
    parser.close()
    return parser
