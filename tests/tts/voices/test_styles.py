"""Style packs are read, mixed and kept; broken ones are named."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from openwaves.errors import ModelFileError
from openwaves.tts.voices.styles import StyleLibrary

SHAPE = (510, 256)


@pytest.fixture
def packs(tmp_path: Path) -> dict[str, NDArray[np.float32]]:
    """Three packs of random numbers, on disk in ``tmp_path`` as the network's own are."""
    rng = np.random.default_rng(7)
    made = {name: rng.normal(size=SHAPE).astype(np.float32) for name in ("af_one", "af_two", "am_three")}
    for name, values in made.items():
        values.reshape(510, 1, 256).tofile(tmp_path / f"{name}.bin")
    return made


def test_a_single_pack_comes_back_unchanged(tmp_path: Path, packs: dict[str, NDArray[np.float32]]) -> None:
    pack = StyleLibrary(tmp_path).pack({"af_one": 1.0}, {"af_one": 1.0})

    assert pack.dtype == np.float32
    np.testing.assert_array_equal(pack, packs["af_one"])


def test_halves_are_mixed_apart(tmp_path: Path, packs: dict[str, NDArray[np.float32]]) -> None:
    pack = StyleLibrary(tmp_path).pack({"af_one": 0.7, "af_two": 0.3}, {"am_three": 0.5, "af_one": 0.5})

    timbre = 0.7 * packs["af_one"][:, :128] + 0.3 * packs["af_two"][:, :128]
    prosody = 0.5 * packs["am_three"][:, 128:] + 0.5 * packs["af_one"][:, 128:]
    assert pack.shape == SHAPE
    np.testing.assert_allclose(pack, np.concatenate([timbre, prosody], axis=1), atol=1e-6)


def test_order_of_weights_does_not_matter(tmp_path: Path, packs: dict[str, NDArray[np.float32]]) -> None:
    library = StyleLibrary(tmp_path)

    one = library.pack({"af_one": 0.7, "af_two": 0.3}, {"af_one": 1.0})
    other = library.pack({"af_two": 0.3, "af_one": 0.7}, {"af_one": 1.0})

    assert one is other


def test_nobody_can_change_a_kept_mix(tmp_path: Path, packs: dict[str, NDArray[np.float32]]) -> None:
    pack = StyleLibrary(tmp_path).pack({"af_one": 1.0}, {"af_one": 1.0})

    with pytest.raises(ValueError, match="read-only"):
        pack[0, 0] = 1.0


def test_missing_file_is_named_with_the_remedy(tmp_path: Path, packs: dict[str, NDArray[np.float32]]) -> None:
    with pytest.raises(ModelFileError, match=r"zz_absent\.bin.*openwaves models pull"):
        StyleLibrary(tmp_path).pack({"af_one": 0.5, "zz_absent": 0.5}, {"af_one": 1.0})


@pytest.mark.parametrize("cut", [1, 4, 1024, 510 * 256 * 4])
def test_truncated_file_is_named_with_the_remedy(
    tmp_path: Path, packs: dict[str, NDArray[np.float32]], cut: int
) -> None:
    path = tmp_path / "af_two.bin"
    path.write_bytes(path.read_bytes()[:-cut])

    with pytest.raises(ModelFileError, match=r"af_two\.bin.*openwaves models pull"):
        StyleLibrary(tmp_path).pack({"af_one": 1.0}, {"af_two": 1.0})


def test_a_mended_file_is_read_again(tmp_path: Path, packs: dict[str, NDArray[np.float32]]) -> None:
    library = StyleLibrary(tmp_path)
    path = tmp_path / "af_two.bin"
    path.unlink()
    with pytest.raises(ModelFileError):
        library.pack({"af_two": 1.0}, {"af_two": 1.0})

    packs["af_two"].tofile(path)

    np.testing.assert_array_equal(library.pack({"af_two": 1.0}, {"af_two": 1.0}), packs["af_two"])


def test_the_mix_unused_for_longest_is_dropped(tmp_path: Path, packs: dict[str, NDArray[np.float32]]) -> None:
    library = StyleLibrary(tmp_path, capacity=2)

    def pure(name: str) -> NDArray[np.float32]:
        return library.pack({name: 1.0}, {name: 1.0})

    one, two = pure("af_one"), pure("af_two")
    assert pure("af_one") is one
    pure("am_three")

    assert pure("af_one") is one
    assert pure("af_two") is not two


def test_threads_get_the_same_mixes(tmp_path: Path, packs: dict[str, NDArray[np.float32]]) -> None:
    library = StyleLibrary(tmp_path, capacity=2)
    names = list(packs) * 40

    with ThreadPoolExecutor(8) as pool:
        mixes = list(pool.map(lambda name: library.pack({name: 1.0}, {name: 1.0}), names))

    for name, mix in zip(names, mixes, strict=True):
        np.testing.assert_array_equal(mix, packs[name])
