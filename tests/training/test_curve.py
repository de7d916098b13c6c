"""The table of what training reached can be drawn."""

from training.curve import DNSMOS, LIKENESS, README, curve


def test_the_table_holds_a_curve_of_quality_and_of_likeness() -> None:
    found = curve(README.read_text(encoding="utf-8"))
    for name in (DNSMOS, *LIKENESS):
        hours = [hours for hours, _ in found[name]]
        assert len(hours) >= 2
        assert hours == sorted(hours)
    assert all(1 < value < 5 for _, value in found[DNSMOS])
