"""The rewritten encoder against the published graph: each rewrite on a small graph, and the whole."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from openwaves.assembly import fetch_models
from openwaves.models.progress import SilentProgress
from openwaves.models.session import one_thread_session
from openwaves.models.store import KOKORO_NETWORK, KOKORO_VOICES
from openwaves.settings import load_settings
from openwaves.tts.engines.kokoro import rewrite_encoder
from openwaves.tts.engines.kokoro.graph import Graph, build
from openwaves.tts.engines.symbols import SYMBOLS
from openwaves.tts.g2p.english import english
from openwaves.tts.voices.styles import StyleLibrary

SENTENCES = (
    "Yes, of course.",
    "The quick brown fox jumps over the lazy dog.",
    "How long does it take to get there from the station on the other side of town?",
    "On Monday the committee will decide whether the bridge has to be closed, and for how long.",
    "She put the kettle on, sat down by the window, and waited.",
    "Nothing in the letter explained why they had left so early.",
)
PUBLISHED = {
    "durations": "/encoder/Gather_output_0",
    "asr": "/encoder/MatMul_1_output_0",
    "f0": "/decoder/decoder/Unsqueeze_output_0",
    "n": "/decoder/decoder/Unsqueeze_1_output_0",
}
ASR_BOUND = 0.05  # of the greatest value
Array = NDArray[Any]


def small(nodes: Sequence[Any], constants: dict[str, Array], n_in: int) -> Any:
    """A model from ``x``, shape (1, n_in, n), to ``y``."""
    graph = helper.make_graph(
        list(nodes),
        "small",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, n_in, "n"])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=9)


def before_and_after(model: Any, rewrite: Callable[[Graph], None], x: Array) -> tuple[Array, Array, set[str]]:
    """What a model gives before and after a rewrite, and the operators that are left."""
    graph = Graph(onnx.load_from_string(model.SerializeToString()))
    rewrite(graph)
    changed = graph.apply()
    first, second = (one_thread_session(each.SerializeToString()).run(["y"], {"x": x})[0] for each in (model, changed))
    return np.asarray(first), np.asarray(second), {node.op_type for node in changed.graph.node}


@pytest.mark.parametrize("n_taps", [1, 3, 5])
@pytest.mark.parametrize("zero", [128, 117])
def test_convolutions_become_products_of_the_same_integers(n_taps: int, zero: int) -> None:
    random = np.random.default_rng(n_taps)
    bias = random.normal(0, 1, 24).astype(np.float32)
    constants: dict[str, Array] = {
        "w": random.integers(40, 216, (24, 16, n_taps)).astype(np.uint8),
        "wz": np.array(zero, np.uint8),
        "ws": np.array(0.01, np.float32),
        "b": bias,
        "shape": np.array([1, -1, 1], np.int64),
    }
    nodes = [
        helper.make_node("DynamicQuantizeLinear", ["x"], ["q", "s", "z"]),
        helper.make_node("ConvInteger", ["q", "w", "z", "wz"], ["i"], name="conv", pads=[n_taps // 2] * 2),
        helper.make_node("Mul", ["s", "ws"], ["scale"]),
        helper.make_node("Div", ["b", "scale"], ["b1"]),
        helper.make_node("Floor", ["b1"], ["b2"]),
        helper.make_node("Cast", ["b2"], ["b3"], to=TensorProto.INT32),
        helper.make_node("Reshape", ["b3", "shape"], ["b4"]),
        helper.make_node("Add", ["i", "b4"], ["sum"]),
        helper.make_node("Cast", ["sum"], ["f"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["f", "scale"], ["y"], name="scaling"),
    ]
    x = random.normal(0, 1, (1, 16, 33)).astype(np.float32)
    first, second, left = before_and_after(small(nodes, constants, 16), rewrite_encoder.multiply_convolutions, x)
    assert "ConvInteger" not in left
    step = (max(x.max(), 0) - min(x.min(), 0)) / 255 * 0.01
    short = bias - np.floor(bias / step) * step  # what the published graph leaves out
    assert np.abs(second - first - short[None, :, None]).max() < 1e-4


def test_a_convolution_of_one_tap_comes_before_the_repetition() -> None:
    random = np.random.default_rng(0)
    constants: dict[str, Array] = {
        "w": random.integers(0, 255, (8, 16, 1)).astype(np.uint8),
        "wz": np.array(120, np.uint8),
        "ws": np.array(0.01, np.float32),
        "double": np.array([1, 1, 2], np.float32),
    }
    nodes = [
        helper.make_node(
            "Resize",
            ["x", "", "double"],
            ["r"],
            mode="nearest",
            nearest_mode="floor",
            coordinate_transformation_mode="asymmetric",
        ),
        helper.make_node("DynamicQuantizeLinear", ["r"], ["q", "s", "z"]),
        helper.make_node("ConvInteger", ["q", "w", "z", "wz"], ["i"], name="conv"),
        helper.make_node("Mul", ["s", "ws"], ["scale"]),
        helper.make_node("Cast", ["i"], ["f"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["f", "scale"], ["y"], name="scaling"),
    ]
    x = random.normal(0, 1, (1, 16, 21)).astype(np.float32)
    first, second, _ = before_and_after(small(nodes, constants, 16), rewrite_encoder.multiply_convolutions, x)
    assert first.shape == (1, 8, 42)
    assert np.abs(second - first).max() < 1e-5


def test_pools_become_products_of_neighbours() -> None:
    random = np.random.default_rng(1)
    constants: dict[str, Array] = {
        "w": random.normal(0, 1, (16, 1, 3)).astype(np.float32),
        "b": random.normal(0, 1, 16).astype(np.float32),
    }
    pool = helper.make_node(
        "ConvTranspose",
        ["x", "w", "b"],
        ["y"],
        name="pool",
        group=16,
        kernel_shape=[3],
        strides=[2],
        pads=[1, 1],
        output_padding=[1],
    )
    for n in (1, 30):
        x = random.normal(0, 1, (1, 16, n)).astype(np.float32)
        first, second, left = before_and_after(small([pool], constants, 16), rewrite_encoder.unroll_pools, x)
        assert first.shape == (1, 16, 2 * n)
        assert "ConvTranspose" not in left
        assert np.abs(second - first).max() < 1e-5


def test_means_keep_their_values() -> None:
    x = np.random.default_rng(2).normal(3, 1, (1, 16, 40)).astype(np.float32)
    mean = helper.make_node("ReduceMean", ["x", "axis"], ["y"], name="mean", keepdims=1)
    model = small([mean], {"axis": np.array([2], np.int64)}, 16)
    first, second, left = before_and_after(model, rewrite_encoder.multiply_means, x)
    assert "ReduceMean" not in left
    assert first.shape == second.shape
    assert np.abs(second - first).max() < 1e-5


@pytest.mark.slow
def test_the_whole_agrees_with_the_published_graph() -> None:
    """Durations are the same; the order of sums moves some integers behind the pitch and the energy by one."""
    settings = load_settings()
    prepared = one_thread_session(str(fetch_models(settings, SilentProgress()).encoder))
    published = one_thread_session(published_encoder(settings.model_dir / KOKORO_NETWORK))
    pack = StyleLibrary(settings.model_dir / KOKORO_VOICES).pack({"am_michael": 1.0}, {"am_michael": 1.0})
    reader = english(british=False)
    cents, energies = [], []
    for sentence in SENTENCES:
        phonemes = reader.phonemize(sentence)
        feeds = {
            "tokens": np.array([[0, *(SYMBOLS[phoneme] for phoneme in phonemes), 0]], np.int64),
            "style": pack[len(phonemes) - 1][None],
            "speed": np.ones(1, np.float32),
        }
        first = dict(zip(PUBLISHED, published.run(list(PUBLISHED.values()), feeds), strict=True))
        second = dict(zip(PUBLISHED, prepared.run(list(PUBLISHED), feeds), strict=True))
        assert np.array_equal(first["durations"], second["durations"])
        for key in PUBLISHED:
            assert first[key].shape == second[key].shape
        scale = np.abs(first["asr"]).max()
        assert np.abs(second["asr"] - first["asr"]).max() < ASR_BOUND * scale
        voiced = np.minimum(first["f0"], second["f0"]) > 60
        cents += list(1200 * np.log2(second["f0"][voiced] / first["f0"][voiced]))
        energies += list((second["n"] - first["n"]).ravel())
    print(np.median(np.abs(cents)), np.mean(cents), np.median(np.abs(energies)), np.mean(energies))
    assert len(cents) > 1000
    assert np.median(np.abs(cents)) < 1
    assert np.abs(np.mean(cents)) < 0.5
    assert np.median(np.abs(energies)) < 0.005


def published_encoder(network: Path) -> bytes:
    """The part of the published graph before the decoder, as it is."""
    model = onnx.load(str(network))
    constants = {item.name: numpy_helper.to_array(item) for item in model.graph.initializer}
    kinds = {PUBLISHED["durations"]: TensorProto.INT64}
    outputs = [
        helper.make_tensor_value_info(name, kinds.get(name, TensorProto.FLOAT), None) for name in PUBLISHED.values()
    ]
    part = build(model, list(model.graph.node), constants, list(model.graph.input), outputs, PUBLISHED.values())
    content: bytes = part.SerializeToString()
    return content
