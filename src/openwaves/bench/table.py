"""A run's report for people."""

from collections.abc import Iterator

from rich.table import Table

from openwaves.bench.report import Report

LATE_MS = 20.0  # a generator later than this measures itself
Row = tuple[str, str]


def table(report: Report) -> Table:
    """Two columns: what was measured, and the number."""
    options = report["options"]
    title = f"{options['mode']}, {options['clients']} clients, {options['arrivals']}, {options['url']}"
    shown = Table("measure", "result", title=title, title_justify="left", box=None)
    for part in (_answers, _times, _sound, _server):
        for name, value in part(report):
            shown.add_row(name, value)
    return shown


def warnings(report: Report) -> Iterator[str]:
    """What makes the numbers doubtful."""
    late_ms = report["generator"]["late_ms"]["p99"]
    if late_ms is not None and late_ms > LATE_MS:
        yield f"the generator itself was up to {late_ms:.0f} ms late (p99): times are too long by as much"
    if report["requests"]["delayed"]:
        yield f"{report['requests']['delayed']} requests came due with no client free: give more --clients"
    if report["interrupted"]:
        yield "interrupted: these are the results so far"
    if report["health_ms"]["n"] == 0:
        yield "no health route answered"


def _answers(report: Report) -> Iterator[Row]:
    counts = report["requests"]
    parts = [f"{counts[name]} {name}" for name in ("ok", "refused", "failed", "unfinished") if counts[name]]
    yield "requests", f"{counts['sent']} in {report['wall_s']:.1f} s: {', '.join(parts) or 'none'}"
    for kind, found in report["errors"].items():
        yield f"  {kind}", f"{found['count']} × {found['message']}".rstrip(" ×")
    refused = report["refused"]
    for kind, found in refused["kinds"].items():
        yield f"  {kind}", f"{found['count']} × {found['message']}".rstrip(" ×")
    if refused["count"]:
        named = refused["retry_after_s"]
        seconds = f" of {named['min']:g} to {named['max']:g} s" if named else ""
        yield "Retry-After", f"on {refused['with_retry_after']} of {refused['count']} refusals{seconds}"
        if refused["retried"]:
            yield "  waited and tried again", f"{refused['retried']}, served {refused['served_on_retry']}"


def _times(report: Report) -> Iterator[Row]:
    yield "first audio, ms", _spread(report["first_audio_ms"], 1)
    if report["connect_ms"]["n"]:
        yield "connection set-up, ms", _spread(report["connect_ms"], 1)
    yield "real-time factor", _spread(report["real_time_factor"], 3)
    if report["health_ms"]["n"]:
        failed = report["health_ms"]["failed"]
        yield "health, ms", _spread(report["health_ms"], 1) + (f"   {failed} failed" if failed else "")


def _sound(report: Report) -> Iterator[Row]:
    runs = report["underruns"]
    if runs is None:
        yield "underruns", "none possible: the whole sound comes at once"
    else:
        stalled = f", {runs['stall_s']:.3f} s of silence, worst {runs['worst_s'] * 1000:.0f} ms"
        count = f"{runs['streams_with_any']} of {runs['streams']} streams"
        yield "underruns", count + (stalled if runs["stalls"] else "")
    if gaps := report["gaps"]:
        yield "largest gap of each stream, ms", _spread(gaps["largest_ms"], 0)
        yield "  over 200 ms", f"{gaps['streams_over_200_ms']} of {gaps['largest_ms']['n']} streams"
    yield "throughput", f"{report['audio_s_per_s']:.1f} s of sound per second ({report['audio_s']:.1f} s in all)"


def _server(report: Report) -> Iterator[Row]:
    server = report["server"]
    if server is not None:
        per_s = server["cpu_s_per_audio_s"]
        yield "server CPU", f"{server['cpu_s']:.2f} s" + (f", {per_s:.4f} s per second of sound" if per_s else "")
        for name, label in (("rss_mb", "server RSS, MB"), ("pss_mb", "server PSS, MB")):
            if memory := server[name]:
                yield label, "   ".join(f"{when} {value:.1f}" for when, value in memory.items())
    late_ms = report["generator"]["late_ms"]["p99"]
    cpu_s = report["generator"]["cpu_s"]
    yield "generator", f"CPU {cpu_s:.2f} s" + ("" if late_ms is None else f", {late_ms:.1f} ms late (p99)")
    machine = report["machine"]
    yield "machine", f"{machine['usable_cores']} cores, {machine['cpu']}, Python {machine['python']}"


def _spread(values: dict[str, float | None], digits: int) -> str:
    return (
        "   ".join(
            f"{name} {value:.{digits}f}" for name in ("p50", "p95", "p99", "max") if (value := values[name]) is not None
        )
        or "–"
    )
