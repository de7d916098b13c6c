"""Puts the decoder into the form that OpenVINO runs fastest; its function stays.

What decides, found by profiling OpenVINO 2026.4 node by node (docs/performance.md):

- Convolutions work channels last. Instance normalization does so too, but only on four-dimensional tensors; otherwise
  each is surrounded by reorderings that take as long as itself.
- Elementwise steps become one kernel as long as each result has one reader and no two of them read the same tensor.
  Such a kernel stays channels last if a convolution made every per-channel tensor that it reads.
"""

from typing import Any, NamedTuple

import numpy as np
from onnx import helper

from openwaves.tts.engines.kokoro.graph import Graph, Node, Tensor, attributes, build, make

SQUARES = ((-1.74363433, 1.13223975), (1.38975133, -0.66578288))
LAST = (0.80355425, -0.00068111)
"""sin²(π·u) from z = (|u mod 1| - 1/2)²: twice the square of a·z + b, then e·z + f. Fitted by least squares over one
period; the error is below 7e-4, while one rounding to bfloat16 makes 4e-3."""

_STYLE = "style/column"
_TALL = "/tall"


class _Adaptive(NamedTuple):
    """An adaptive normalization: normalized channels, scaled and shifted by linear functions of the style.

    Attributes:
        name: Prefix for the names of its new nodes.
        norm: The normalized tensor.
        scale: Weights, shape (n_channels, n_style), and bias, shape (n_channels,).
        shift: The same.
        output: The scaled and shifted tensor.
        nodes: The two nodes that scale and shift.
    """

    name: str
    norm: str
    scale: tuple[Tensor, Tensor]
    shift: tuple[Tensor, Tensor]
    output: str
    nodes: tuple[Node, Node]


def merge_norms(graph: Graph) -> None:
    """Rewrite the adaptive normalizations, and the snakes that follow them in the generator.

    A normalization becomes one node, and scales and shifts come from convolutions of the style. The snake
    x + sin²(α·x)/α becomes two chains of elementwise steps: one from the normalized tensor to the second term, one from
    both to the sum.
    """
    columns: set[str] = set()
    for node in graph.nodes:
        if not _is_norm(graph, node):
            continue
        for scaling in graph.readers(node.output[0]):
            style, adaptive = _adaptive(graph, node, scaling)
            if style not in columns:
                columns.add(style)
                slicing = _maker(graph, style)
                axis = graph.add_constant("style/axis", np.array([2], np.int64))
                graph.replace(slicing, [slicing, make("Unsqueeze", [style, axis], _STYLE)])
            snake = [reader for reader in graph.readers(adaptive.output) if reader.op_type == "Mul"]
            if snake:
                _replace_snake(graph, adaptive, snake[0])
            else:
                _replace_affine(graph, adaptive)
        n_channels = len(adaptive.shift[1])
        ones = graph.add_constant(f"ones/{n_channels}", np.ones(n_channels, np.float32))
        zeros = graph.add_constant(f"zeros/{n_channels}", np.zeros(n_channels, np.float32))
        source, epsilon = _normalized(graph, node)
        graph.replace(
            node, [make("InstanceNormalization", [source, ones, zeros], node.output[0], epsilon=float(epsilon))]
        )
    if len(columns) > 1:
        raise ValueError(f"normalizations follow {len(columns)} different tensors, expected one part of the style")


def unroll_upsampling(graph: Graph) -> None:
    """Turn the transposed convolutions of the generator into a convolution and a shuffle.

    Output sample m·s + p of a transposed convolution of stride s reads input m + d with tap p + pad - d·s: each phase
    p is a convolution of its own, and the phases are interleaved. Channels last, interleaving moves nothing.
    """
    for node in graph.nodes:
        if node.op_type != "ConvTranspose" or "/ups." not in node.name:
            continue
        options = attributes(node)
        stride = options["strides"][0]
        pad, pad_end = options["pads"]
        weights = graph.value(node.input[1])
        n_in, n_out, n_taps = weights.shape
        if n_taps - stride - pad - pad_end + options.get("output_padding", [0])[0] != 0:
            raise ValueError(f"{node.name}: its output is not a whole multiple of its input")
        shifts = [d for d in range(-3, 4) if any(0 <= p + pad - d * stride < n_taps for p in range(stride))]
        phases = np.zeros((stride, n_out, n_in, len(shifts)), np.float32)
        for p in range(stride):
            for k, d in enumerate(shifts):
                if 0 <= (tap := p + pad - d * stride) < n_taps:
                    phases[p, :, :, k] = weights[:, :, tap].T
        name = node.name
        kernel = graph.add_constant(f"{name}/phases", phases.reshape(stride * n_out, n_in, len(shifts)))
        bias = graph.add_constant(f"{name}/bias", np.tile(graph.value(node.input[2]), stride).astype(np.float32))
        shape = graph.add_constant(f"{name}/shape", np.array([1, -1, n_out], np.int64))
        pads = [-shifts[0], shifts[-1]]
        graph.replace(
            node,
            [
                make("Conv", [node.input[0], kernel, bias], f"{name}/conv", kernel_shape=[len(shifts)], pads=pads),
                make("Transpose", [f"{name}/conv"], f"{name}/last", perm=[0, 2, 1]),
                make("Reshape", [f"{name}/last", shape], f"{name}/interleaved"),
                make("Transpose", [f"{name}/interleaved"], node.output[0], perm=[0, 2, 1]),
            ],
        )


def add_height(model: Any) -> Any:
    """Give every three-dimensional tensor a height of one, as its third dimension; inputs and outputs stay."""
    constants = Graph(model).initializers()
    axis = "tall/axis"
    tall = {item.name: item.name + _TALL for item in model.graph.input if len(item.type.tensor_type.shape.dim) == 3}
    nodes = [make("Unsqueeze", [name, axis], taller) for name, taller in tall.items()]
    outputs = [item.name for item in model.graph.output]
    tall |= {name: name + _TALL for name in outputs}
    for node in model.graph.node:
        copy = helper.make_node(node.op_type, [], [tall.get(name, name) for name in node.output], name=node.name)
        for name in node.input:
            value = constants.get(name)
            if value is not None and (taller := _taller(node.op_type, value)) is not value:
                tall[name] = name + _TALL
                constants[tall[name]] = taller
            copy.input.append(tall.get(name, name))
        for item in node.attribute:
            copy.attribute.append(helper.make_attribute(item.name, _taller_attribute(node.op_type, item)))
        nodes.append(copy)
    nodes += [make("Squeeze", [tall[name], axis], name) for name in outputs]
    constants[axis] = np.array([2], np.int64)
    return build(model, nodes, constants, list(model.graph.input), list(model.graph.output), outputs)


def _is_norm(graph: Graph, node: Node) -> bool:
    root = graph.maker(node.input[1]) if node.op_type == "Div" else None
    return root is not None and root.op_type == "Sqrt"


def _normalized(graph: Graph, node: Node) -> tuple[str, float]:
    """What a normalization normalizes, and what it adds to the variance."""
    variance = _maker(graph, _maker(graph, node.input[1]).input[0])
    epsilon = next(value for name in variance.input if (value := graph.constant(name)) is not None)
    return _maker(graph, node.input[0]).input[0], epsilon.item()


def _adaptive(graph: Graph, norm: Node, scaling: Node) -> tuple[str, _Adaptive]:
    """The adaptive normalization that begins with ``scaling``, and the part of the style that it follows."""
    name = norm.output[0]
    shifting = graph.reader(scaling.output[0])
    gain = _maker(graph, next(other for other in scaling.input if other != name))
    shift = next(other for other in shifting.input if other != scaling.output[0])
    halves = _maker(graph, shift)
    linear = _maker(graph, _maker(graph, halves.input[0]).input[0])
    product = _maker(graph, linear.input[0])
    found = [node.op_type for node in (scaling, shifting, gain, halves, linear, product)]
    if found != ["Mul", "Add", "Add", "Split", "Add", "MatMul"]:
        raise ValueError(f"{scaling.name}: expected an adaptive normalization, found {found}")
    weights, bias = graph.value(product.input[1]).T, graph.value(linear.input[1])
    half = len(bias) // 2
    return product.input[0], _Adaptive(
        shifting.output[0],
        name,
        (weights[:half], bias[:half] + 1),
        (weights[half:], bias[half:]),
        shifting.output[0],
        (scaling, shifting),
    )


def _replace_affine(graph: Graph, adaptive: _Adaptive) -> None:
    """Scale and shift with what two convolutions make of the style."""
    name, (scaling, shifting) = adaptive.name, adaptive.nodes
    new = [
        _projection(graph, f"{name}/scale", *adaptive.scale),
        _projection(graph, f"{name}/shift", *adaptive.shift),
        make("Mul", [adaptive.norm, f"{name}/scale"], f"{name}/scaled"),
        make("Add", [f"{name}/scaled", f"{name}/shift"], adaptive.output),
    ]
    graph.replace(shifting, new, without=[scaling])


def _replace_snake(graph: Graph, adaptive: _Adaptive, product: Node) -> None:
    """Scale, shift and bend in two chains; the first one computes in turns: u = α·x/π."""
    sine = graph.reader(product.output[0])
    square = graph.reader(sine.output[0])
    dividing = graph.reader(square.output[0])
    adding = graph.reader(dividing.output[0])
    found = [node.op_type for node in (product, sine, square, dividing, adding)]
    if found != ["Mul", "Sin", "Pow", "Mul", "Add"] or adaptive.output not in adding.input:
        raise ValueError(f"{product.name}: expected a snake, found {found}")
    alpha, inverse = (_constant_factor(graph, node).ravel() for node in (product, dividing))
    turns = alpha / np.pi
    (scale, scale_bias), (shift, shift_bias) = adaptive.scale, adaptive.shift
    name = adaptive.name
    new = [
        _projection(graph, f"{name}/turns", scale * turns[:, None], scale_bias * turns),
        _projection(graph, f"{name}/phase", shift * turns[:, None], shift_bias * turns),
        _projection(graph, f"{name}/scale", scale, scale_bias),
        _projection(graph, f"{name}/shift", shift, shift_bias + inverse * LAST[1]),
    ]

    def chain(source: str, steps: list[tuple[str, str | float | Tensor | None]], prefix: str) -> str:
        for n, (kind, operand) in enumerate(steps):
            operands = [source]
            if isinstance(operand, str):
                operands.append(operand)
            elif operand is not None:
                operands.append(graph.add_constant(f"{name}/{prefix}{n}/value", np.asarray(operand, np.float32)))
            source = f"{name}/{prefix}{n}"
            new.append(make(kind, operands, source, **({"fmod": 1} if kind == "Mod" else {})))
        return source

    steps: list[tuple[str, str | float | Tensor | None]] = [("Mul", f"{name}/turns"), ("Add", f"{name}/phase")]
    steps += [("Mod", 1.0), ("Abs", None), ("Add", -0.5), ("Pow", 2.0)]
    for factor, offset in SQUARES:
        steps += [("Mul", factor), ("Add", offset), ("Pow", 2.0)]
    steps.append(("Mul", (inverse * LAST[0])[None, :, None]))
    bent = chain(adaptive.norm, steps, "bent")
    straight = chain(adaptive.norm, [("Mul", f"{name}/scale"), ("Add", f"{name}/shift")], "straight")
    new.append(make("Add", [straight, bent], adding.output[0]))
    graph.replace(adding, new, without=[*adaptive.nodes, product, sine, square, dividing])


def _projection(graph: Graph, name: str, weights: Tensor, bias: Tensor) -> Node:
    """A linear function of the style, shape (1, n_channels, 1)."""
    kernel = graph.add_constant(f"{name}/weights", weights[:, :, None].astype(np.float32))
    offset = graph.add_constant(f"{name}/bias", bias.astype(np.float32))
    return make("Conv", [_STYLE, kernel, offset], name, kernel_shape=[1])


def _taller(kind: str, value: Tensor) -> Tensor:
    """A constant operand for tensors with a height."""
    if value.ndim == 3:
        return value[:, :, None, :]
    if kind == "Pad" and value.size == 6:
        return np.insert(value.reshape(2, 3), 2, 0, axis=1).ravel()
    if kind in {"Resize", "Reshape"} and value.size == 3:
        return np.insert(value, 2, 1)
    if kind == "Unsqueeze":
        return np.append(value, value[-1] + 1)
    return value


def _taller_attribute(kind: str, item: Any) -> Any:
    value = helper.get_attribute_value(item)
    if kind in {"Conv", "ConvTranspose"} and isinstance(value, list):
        if item.name == "pads":
            return [0, value[0], 0, value[1]]
        return [0 if item.name == "output_padding" else 1, *value]
    if kind == "Transpose":
        return [0, 3, 2, 1]
    return value


def _constant_factor(graph: Graph, node: Node) -> Tensor:
    return next(value for name in node.input if (value := graph.constant(name)) is not None)


def _maker(graph: Graph, name: str) -> Node:
    node = graph.maker(name)
    if node is None:
        raise ValueError(f"tensor {name} has no maker")
    return node
