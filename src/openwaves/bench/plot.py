"""A run's report as a picture: first audio over the time of the run, and how it is spread."""

from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from openwaves.bench.report import Report


def plot(report: Report, path: Path) -> None:
    """Write the picture; the ending of ``path`` names the format."""
    figure = Figure(figsize=(9, 7), layout="constrained")
    over_time, spread = figure.subplots(2, 1)
    _over_time(over_time, report)
    _spread(spread, report)
    options, machine = report["options"], report["machine"]
    figure.suptitle(
        f"Time to first audio: {options['mode']}, {options['clients']} clients, {options['arrivals']}\n"
        f"{machine['usable_cores']} cores, {machine['cpu']}",
        fontsize=10,
    )
    figure.savefig(path, dpi=120)


def _over_time(axes: Axes, report: Report) -> None:
    each = report["each"]
    good = [one for one in each if one["state"] == "ok" and one["stall_s"] == 0]
    stalled = [one for one in each if one["state"] == "ok" and one["stall_s"] > 0]
    for found, colour, label in ((good, "tab:blue", "unbroken"), (stalled, "tab:orange", "stalled")):
        if found:
            times, values = [one["at_s"] for one in found], [one["first_audio_ms"] for one in found]
            axes.scatter(times, values, s=12, color=colour, label=label)
    lost = [one["at_s"] for one in each if one["state"] in ("failed", "refused")]
    if lost:
        axes.scatter(lost, [0] * len(lost), s=20, marker="x", color="tab:red", label="refused or failed")
    axes.set(xlabel="start of the request, s", ylabel="first audio, ms")
    axes.set_ylim(bottom=0)
    running = axes.twinx()
    running.step(*_running(report), where="post", color="0.7", linewidth=1)
    running.set_ylabel("requests at once", color="0.5")
    running.set_ylim(bottom=0)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="upper right", fontsize=8)


def _running(report: Report) -> tuple[list[float], list[int]]:
    """How many requests ran at each time."""
    changes = [(one["at_s"], 1) for one in report["each"]]
    changes += [(one["ended_s"], -1) for one in report["each"] if one["ended_s"] is not None]
    times, counts, running = [0.0], [0], 0
    for at_s, change in sorted(changes):
        running += change
        times.append(at_s)
        counts.append(running)
    return times, counts


def _spread(axes: Axes, report: Report) -> None:
    values = sorted(one["first_audio_ms"] for one in report["each"] if one["state"] == "ok")
    if values:
        axes.step(values, [100 * (n + 1) / len(values) for n in range(len(values))], where="post")
    for name in ("p50", "p95", "p99"):
        value = report["first_audio_ms"][name]
        if value is not None:
            axes.axvline(value, color="0.6", linewidth=0.8, linestyle="--")
            axes.text(value, 2, f" {name} {value:.0f} ms", fontsize=8, rotation=90, va="bottom")
    axes.set(xlabel="first audio, ms", ylabel="% of requests", ylim=(0, 101))
