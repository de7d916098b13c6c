from pathlib import Path

import numpy as np
from training.shards import Pair, read, write
from training.texts import UNSPACED, Texts


def pair(n_frames: int, seed: int) -> Pair:
    """An utterance of noise whose content changes every few frames."""
    random = np.random.default_rng(seed)
    rows = random.standard_normal((n_frames // 3 + 1, 512)).astype(np.float16).astype(np.float32)
    return Pair.of(
        np.repeat(rows, 3, axis=0)[:n_frames],
        random.uniform(80, 300, 2 * n_frames).astype(np.float32),
        random.standard_normal(2 * n_frames).astype(np.float32),
        random.standard_normal(256).astype(np.float32),
        random.uniform(-1.4, 1.4, 600 * n_frames).astype(np.float32),
    )


def test_what_is_read_is_what_was_written(tmp_path: Path) -> None:
    before = [pair(40, 1), pair(7, 2)]
    write(tmp_path / "shard00000.npz", before)
    after = read(tmp_path / "shard00000.npz")
    assert [path.name for path in tmp_path.iterdir()] == ["shard00000.npz"]
    for one, other in zip(before, after, strict=True):
        for name in Pair.__dataclass_fields__:
            assert np.array_equal(getattr(one, name), getattr(other, name))


def test_content_is_stored_by_rows_and_comes_back_in_frames() -> None:
    rows = np.arange(4, dtype=np.float32)[:, None].repeat(512, axis=1)
    frames = rows[[0, 0, 1, 2, 2, 2, 3]]
    curve = np.zeros(14, np.float32)
    stored = Pair.of(frames, curve, curve, np.zeros(256, np.float32), np.zeros(4200, np.float32))
    assert stored.repeats.tolist() == [2, 1, 3, 1]
    assert np.array_equal(stored.asr(0, 7), frames)
    assert np.array_equal(stored.asr(2, 5), frames[2:5])


def test_sound_is_kept_to_a_ten_thousandth() -> None:
    stored = pair(4, 3)
    sound = np.random.default_rng(4).uniform(-1.4, 1.4, 2400).astype(np.float32)
    again = Pair.of(stored.asr(0, 4), stored.f0, stored.energy, stored.style, sound)
    assert np.abs(again.samples(0, 4) - sound).max() < 1e-4
    assert np.array_equal(again.samples(1, 3), again.samples(0, 4)[600:1800])


def test_texts_are_of_every_language_and_not_the_judges() -> None:
    texts = Texts()
    random = np.random.default_rng(0)
    drawn = [texts.draw(random) for _ in range(2000)]
    spoken = {language for _, language in drawn}
    assert spoken == {"en", *texts.languages}
    assert len(spoken) >= 27
    assert all(text[-1] in ".?!" for text, _ in drawn)
    assert all(" " not in text for text, language in drawn if language in UNSPACED)
