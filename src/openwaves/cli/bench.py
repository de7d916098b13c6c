"""``openwaves bench load``."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from openwaves.bench.options import BYTES_PER_SAMPLE, FORMATS, SAMPLE_RATES, Arrivals, LoadOptions, Mode
from openwaves.bench.texts import SENTENCES
from openwaves.languages import CODES

if TYPE_CHECKING:
    from openwaves.bench.outcome import Outcome
    from openwaves.bench.report import Report

INTERRUPTED_STATUS = 130
DEFAULT_DURATION_S = 10.0
OPTIONS = (
    click.option("--url", default="http://127.0.0.1:8000", show_default=True, help="Base URL of the server."),
    click.option("--key", envvar="OPENWAVES_API_KEY", default="", help="API key. [env: OPENWAVES_API_KEY]"),
    click.option("--mode", type=click.Choice(get_args(Mode)), default="ws", show_default=True, help="Route to use."),
    click.option("--clients", type=click.IntRange(1), default=10, show_default=True, help="Clients at once."),
    click.option("--duration", "duration_s", type=click.FloatRange(0, min_open=True), metavar="S",
                 help="No request starts later than this. Default: 10, or no limit with --requests."),
    click.option("--requests", type=click.IntRange(1), help="Requests of each client."),
    click.option("--arrivals", type=click.Choice(get_args(Arrivals)), default="burst", show_default=True,
                 help="burst: each client asks again when its answer is complete; steady, poisson: at --rate."),
    click.option("--ramp", "ramp_s", type=click.FloatRange(0), default=1.0, show_default=True, metavar="S",
                 help="The clients of a burst start within this time."),
    click.option("--rate", type=click.FloatRange(0, min_open=True), help="Requests a second, for steady and poisson."),
    click.option("--voice", "voices", multiple=True, default=("sophia",), show_default=True,
                 help="Voice; give several to use them in turn."),
    click.option("--language", type=click.Choice(CODES), default="en", show_default=True, help="Of the texts."),
    click.option("--texts", "texts_file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
                 help="File with one text a line. Default: 20 English sentences of about 12 words."),
    click.option("--sample-rate", type=click.Choice([str(rate) for rate in SAMPLE_RATES]), default="24000",
                 show_default=True),
    click.option("--format", "output_format", type=click.Choice(FORMATS), default="pcm", show_default=True),
    click.option("--paced", is_flag=True, help="A client asks again only when its sound has been played (sse, ws)."),
    click.option("--timeout", "timeout_s", type=click.FloatRange(0, min_open=True), default=60.0, show_default=True,
                 metavar="S", help="Longest time of one request."),
    click.option("--server-pid", "--pid", type=click.IntRange(1),
                 help="Process of the server, on this machine: its CPU time and memory, children included."),
    click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write numbers here."),
    click.option("--plot", "plot_file", type=click.Path(dir_okay=False, path_type=Path), help="Write a picture here."),
)  # fmt: skip


def _with_options(command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(OPTIONS):
        command = option(command)
    return command


@click.group()
def bench() -> None:
    """Measure a server."""


@bench.command()
@_with_options
def load(texts_file: Path | None, json_file: Path | None, plot_file: Path | None, **values: Any) -> None:
    """Let many clients ask a server for speech and report how it keeps up.

    It works against any server that speaks this wire. Ctrl-C ends it with the results so far. Status 1 if the server
    cannot be reached or no request was served.
    """
    options = _read(texts_file, values)
    _need("aiohttp", "psutil", *(["matplotlib"] if plot_file else []))
    for file in (json_file, plot_file):
        if file is not None and not file.absolute().parent.is_dir():
            raise click.UsageError(f"the folder {file.parent} does not exist")
    from openwaves.bench.report import report  # noqa: PLC0415 - needs the extra
    from openwaves.bench.run import load as run  # noqa: PLC0415

    with _progress(options) as tick:
        found = report(run(options, tick))
    _show(found)
    if json_file is not None:
        json_file.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if plot_file is not None:
        from openwaves.bench.plot import plot  # noqa: PLC0415

        plot(found, plot_file)
    if found["interrupted"]:
        sys.exit(INTERRUPTED_STATUS)
    if not found["requests"]["ok"]:
        raise click.ClickException("no request was served")


def _read(texts_file: Path | None, values: dict[str, Any]) -> LoadOptions:
    if not values["url"].startswith(("http://", "https://")):
        raise click.UsageError(f"--url {values['url']}: must start with http:// or https://")
    if values["arrivals"] != "burst" and values["rate"] is None:
        raise click.UsageError(f"--arrivals {values['arrivals']} needs --rate")
    if values["mode"] == "sync" and values["paced"]:
        raise click.UsageError("--paced needs --mode sse or ws: a client of sync has the whole sound at once")
    if values["mode"] != "sync" and values["output_format"] not in BYTES_PER_SAMPLE:
        raise click.UsageError(
            f"--format {values['output_format']} needs --mode sync: the length of its pieces is not known; "
            f"streams can be measured in {', '.join(BYTES_PER_SAMPLE)}"
        )
    if values["duration_s"] is None and values["requests"] is None:
        values["duration_s"] = DEFAULT_DURATION_S
    texts: tuple[str, ...] = SENTENCES
    if texts_file is not None:
        lines = texts_file.read_text(encoding="utf-8").splitlines()
        texts = tuple(line.strip() for line in lines if line.strip())
        if not texts:
            raise click.UsageError(f"--texts {texts_file}: the file holds no text")
    values["url"] = values["url"].rstrip("/")
    values["sample_rate"] = int(values["sample_rate"])
    values["rate"] = values["rate"] or 0.0
    return LoadOptions(texts=texts, **values)


def _need(*modules: str) -> None:
    missing = [module for module in modules if find_spec(module) is None]
    if missing:
        raise click.ClickException(f"{', '.join(missing)} not installed; run: pip install 'openwaves[bench]'")


@contextmanager
def _progress(options: LoadOptions) -> Iterator[Callable[[float, "list[Outcome]"], None]]:
    """A bar of the requests, or of the time where their number is open. It is drawn only when it is told."""
    columns = (BarColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    console = Console(stderr=True)
    hidden = not console.is_terminal
    with Progress(*columns, console=console, auto_refresh=False, transient=True, disable=hidden) as progress:
        total = options.total if options.duration_s is None else options.duration_s
        bar = progress.add_task("", total=total)

        def tick(elapsed_s: float, outcomes: "list[Outcome]") -> None:
            done = sum(outcome.ended is not None for outcome in outcomes)
            bad = sum(outcome.state in ("failed", "refused") for outcome in outcomes)
            text = f"{len(outcomes)} sent, {len(outcomes) - done} running, {bad} refused or failed"
            completed = done if options.duration_s is None else elapsed_s
            progress.update(bar, completed=completed, description=text, refresh=True)

        yield tick


def _show(found: "Report") -> None:
    from openwaves.bench.table import table, warnings  # noqa: PLC0415 - needs the extra

    console = Console(highlight=False, soft_wrap=True)
    console.print(table(found))
    for warning in warnings(found):
        console.print(f"[yellow]note[/yellow] {escape(warning)}")
