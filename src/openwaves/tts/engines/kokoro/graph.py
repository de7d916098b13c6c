"""Edits an ONNX graph: who makes a tensor, who reads it, what is constant."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

Node = Any  # onnx.NodeProto; the package has no types
Tensor = NDArray[Any]


class Graph:
    """The nodes of a model, in order, with lookups. Changes reach the model through ``apply``.

    Attributes:
        model: The model being edited.
        nodes: Its nodes when the graph was read; replacements are kept aside until ``apply``.
    """

    def __init__(self, model: Any) -> None:
        self.model = model
        self.nodes: list[Node] = list(model.graph.node)
        self._index = {id(node): n for n, node in enumerate(self.nodes)}
        self._makers: dict[str, Node] = {name: node for node in self.nodes for name in node.output}
        self._readers: dict[str, list[Node]] = {}
        for node in self.nodes:
            for name in node.input:
                self._readers.setdefault(name, []).append(node)
        self._constants: dict[str, Tensor] = {
            item.name: numpy_helper.to_array(item) for item in model.graph.initializer
        }
        self._added: dict[str, Tensor] = {}
        self._replaced: dict[int, list[Node]] = {}

    def maker(self, name: str) -> Node | None:
        """The node whose output is ``name``."""
        return self._makers.get(name)

    def readers(self, name: str) -> list[Node]:
        """The nodes that read ``name``."""
        return self._readers.get(name, [])

    def reader(self, name: str) -> Node:
        """The only node that reads ``name``.

        Raises:
            ValueError: There is none, or more than one.
        """
        readers = self.readers(name)
        if len(readers) != 1:
            raise ValueError(f"tensor {name} has {len(readers)} readers, expected one")
        return readers[0]

    def constant(self, name: str) -> Tensor | None:
        """The value of a tensor that does not depend on the inputs; None for any other."""
        if name in self._constants:
            return self._constants[name]
        maker = self.maker(name)
        if maker is not None and maker.op_type == "Constant":
            return np.asarray(numpy_helper.to_array(maker.attribute[0].t))
        return None

    def value(self, name: str) -> Tensor:
        """``constant`` where one must be.

        Raises:
            ValueError: The tensor is not constant.
        """
        value = self.constant(name)
        if value is None:
            raise ValueError(f"tensor {name} is not constant")
        return value

    def initializers(self) -> dict[str, Tensor]:
        """The constants that the model stores, by name."""
        return dict(self._constants)

    def add_constant(self, name: str, value: Tensor) -> str:
        """Store a constant and give its name."""
        self._added[name] = np.ascontiguousarray(value)
        return name

    def replace(self, node: Node, new: Iterable[Node], without: Sequence[Node] = ()) -> None:
        """Put ``new`` in the place of ``node`` and drop the nodes of ``without``."""
        for dropped in without:
            self._replaced[self._index[id(dropped)]] = []
        self._replaced[self._index[id(node)]] = list(new)

    def apply(self) -> Any:
        """Write every change into the model, drop what no output needs, and give the model."""
        nodes: list[Node] = []
        for n, node in enumerate(self.nodes):
            nodes += self._replaced.get(n, [node])
        outputs = {output.name for output in self.model.graph.output}
        constants = {**self._constants, **self._added}
        return build(self.model, nodes, constants, list(self.model.graph.input), list(self.model.graph.output), outputs)


def make(kind: str, inputs: Iterable[str], output: str, **attributes: Any) -> Node:
    """A node with one output, named like it."""
    return helper.make_node(kind, list(inputs), [output], name=output, **attributes)


def attributes(of: Node) -> dict[str, Any]:
    """The attributes of a node, by name."""
    return {item.name: helper.get_attribute_value(item) for item in of.attribute}


def build(
    origin: Any,
    nodes: Sequence[Node],
    constants: dict[str, Tensor],
    inputs: Sequence[Any],
    outputs: Sequence[Any],
    wanted: Iterable[str],
) -> Any:
    """Make a model of the nodes that ``wanted`` tensors depend on.

    Args:
        origin: Model whose operator sets and version are taken over.
        nodes: Candidates in topological order.
        constants: Initializers by name; unused ones are left out.
        inputs: Value infos; whatever makes one of them is cut off.
        outputs: Value infos.
        wanted: Names of the tensors to keep.

    Raises:
        ValueError: A needed tensor has no maker.
    """
    makers = {name: n for n, node in enumerate(nodes) for name in node.output}
    given = {item.name for item in inputs}
    kept: set[int] = set()
    used: set[str] = set()
    open_names = list(wanted)
    while open_names:
        name = open_names.pop()
        if not name or name in given or name in used:
            continue
        if name in constants:
            used.add(name)
            continue
        if name not in makers:
            raise ValueError(f"tensor {name} has no maker")
        if makers[name] not in kept:
            kept.add(makers[name])
            open_names += nodes[makers[name]].input
    graph = helper.make_graph(
        [nodes[n] for n in sorted(kept)],
        "kokoro",
        list(inputs),
        list(outputs),
        [numpy_helper.from_array(constants[name], name) for name in sorted(used)],
    )
    return helper.make_model(graph, opset_imports=list(origin.opset_import), ir_version=origin.ir_version)


def renamed(model: Any, names: dict[str, str]) -> Any:
    """A copy of a model with tensors renamed, inputs and outputs included."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    for node in copy.graph.node:
        for place in (node.input, node.output):
            for n, name in enumerate(place):
                place[n] = names.get(name, name)
    for item in (*copy.graph.input, *copy.graph.output):
        item.name = names.get(item.name, item.name)
    return copy
