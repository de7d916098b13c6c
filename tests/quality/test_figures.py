"""Figures, their spread and their bands."""

import json
from pathlib import Path

import pytest
from bench.quality.figures import Figure, Found, bands, mean, outside, rate, table
from bench.quality.judges import devanagari


def test_a_rate_is_the_sum_of_errors_over_the_sum_of_words() -> None:
    figure = rate("English", "sophia", "WER, %", [(1.0, 10), (0.0, 30), (1.0, 10)])
    assert figure.value == pytest.approx(4.0)
    assert 0 == figure.low < figure.value < figure.high <= 10
    assert figure.n == 3


def test_a_mean_has_its_95_percent_interval() -> None:
    figure = mean("DNSMOS", "magnus", "DNSMOS overall", [3.0, 3.2, 3.4, 3.6])
    assert figure.value == pytest.approx(3.3)
    assert figure.high - figure.value == pytest.approx(1.96 * 0.2582 / 2, rel=1e-3)


def test_a_figure_outside_its_band_is_named() -> None:
    figure = Figure("small", "English, sophia", "WER, %", 5.0, 3.0, 7.0, 12)
    assert outside([figure], {figure.key: (0, 5)}) == []
    (line,) = outside([figure], {figure.key: (0, 4.9)})
    assert "English, sophia" in line
    assert "5.00" in line
    assert len(outside([figure], {figure.key: (5.1, 9)})) == 1


def test_bands_are_ranges_of_figures() -> None:
    for name in ("small", "full"):
        assert bands(name)
        for key, (low, high) in bands(name).items():
            assert low < high, key
            assert len(key.split(" | ")) == 3, key


def test_the_table_and_the_file_hold_every_figure(tmp_path: Path) -> None:
    found = Found(path=tmp_path / "found.json")
    found.add(mean("DNSMOS", "magnus", "DNSMOS overall", [3.0, 3.2]))
    found.add(rate("English", "magnus", "WER, %", [(1.0, 4)]))
    assert "| magnus | 3.10 (2.90 to 3.30) | 2 |" in table(found.figures)
    assert "| magnus | 25.00 (25.00 to 25.00) | 1 |" in table(found.figures)
    assert [row["value"] for row in json.loads((tmp_path / "found.json").read_text())["figures"]] == [3.1, 25.0]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("gu", "પાણી", "पाणी"),
        ("bn", "জল", "जल"),
        ("pa", "ਪੰਜਾਬ", "पंजाब"),
        ("ml", "ഞാൻ", "ञान्"),
        ("ta", "நான் ஒரு", "नान् ओरु"),
        ("pa", "ਮਿੱਟੀ", "मिटी"),
        ("mr", "पाणी", "पाणी"),
    ],
)
def test_indian_scripts_are_written_in_devanagari(language: str, text: str, expected: str) -> None:
    assert devanagari(text, language) == expected
