"""Joins the face network's six answers to the one tensor of 478 points that the runtime expects.

The network answers with a mesh of 468 points and, apart from it and finer, with lips, both eyes
with their brows, and both irises, these in two coordinates. The finer ones replace the mesh's own;
their depth stays the mesh's, an iris lies as deep as its lids do on average.
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from mediapipe.tasks.metadata import schema_py_generated as tfl
from numpy.typing import NDArray

MESH_POINTS: Final = 468
IRIS_POINTS: Final = 5
LIPS: Final = (
    61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 185, 40, 39, 37, 0, 267, 269, 270, 409,
    78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 191, 80, 81, 82, 13, 312, 311, 310, 415,
    76, 77, 90, 180, 85, 16, 315, 404, 320, 307, 306, 184, 74, 73, 72, 11, 302, 303, 304, 408,
    62, 96, 89, 179, 86, 15, 316, 403, 319, 325, 292, 183, 42, 41, 38, 12, 268, 271, 272, 407,
)  # fmt: skip
EYES: Final[Mapping[bytes, tuple[int, ...]]] = {
    b"left": (
        33, 7, 163, 144, 145, 153, 154, 155, 133, 246, 161, 160, 159, 158, 157, 173, 130, 25, 110,
        24, 23, 22, 26, 112, 243, 247, 30, 29, 27, 28, 56, 190, 226, 31, 228, 229, 230, 231, 232,
        233, 244, 113, 225, 224, 223, 222, 221, 189, 35, 124, 46, 53, 52, 65, 143, 111, 117, 118,
        119, 120, 121, 128, 245, 156, 70, 63, 105, 66, 107, 55, 193,
    ),
    b"right": (
        263, 249, 390, 373, 374, 380, 381, 382, 362, 466, 388, 387, 386, 385, 384, 398, 359, 255,
        339, 254, 253, 252, 256, 341, 463, 467, 260, 259, 257, 258, 286, 414, 446, 261, 448, 449,
        450, 451, 452, 453, 464, 342, 445, 444, 443, 442, 441, 413, 265, 353, 276, 283, 282, 295,
        372, 340, 346, 347, 348, 349, 350, 357, 465, 383, 300, 293, 334, 296, 336, 285, 417,
    ),
}  # fmt: skip
"""Points of the mesh in the order of the finer tensors, sides as the picture shows them. The first
sixteen of each eye are its lids."""
LIDS: Final = 16
CORNERS: Final = frozenset((33, 133, 263, 362))
"""Of the eyes. They stay the mesh's: a head's pose and place hang on them, and have to agree with
the points around them, in a face half hidden by a hand as well."""


def refined(model: Any) -> Any:  # noqa: ANN401 - generated flatbuffer classes carry no types
    """The network with one tensor of 478 x 3 and the face flag as its outputs."""
    graph = _Graph(model)
    names = [b"mesh_identity", b"lips", b"left_eye", b"right_eye", b"left_iris", b"right_iris"]
    sources = [graph.output[b"output_" + name] for name in names]
    flat = [graph.reshaped(source, [-1], names[k] + b"_flat") for k, source in enumerate(sources)]
    depths = []
    for side, points in EYES.items():
        lids = graph.gathered(flat[0], [3 * p + 2 for p in points[:LIDS]], side + b"_lids")
        depths.append(graph.mean(lids, side + b"_depth"))
    pool = graph.joined([*flat, *depths], b"pool")
    chosen = graph.gathered(pool, _places(graph.sizes(flat)), b"chosen")
    graph.graph.outputs = [
        graph.reshaped(chosen, [1, 1, 1, -1], b"landmarks"),
        graph.output[b"conv_faceflag"],
    ]
    return model


def _places(sizes: list[int]) -> list[int]:
    """Where in the pool each coordinate of the 478 points is."""
    starts = np.cumsum([0, *sizes])
    places = np.arange(MESH_POINTS * 3).reshape(-1, 3)
    for start, points in zip(starts[1:4], (LIPS, EYES[b"left"], EYES[b"right"]), strict=True):
        for k, point in enumerate(points):
            if point in CORNERS:
                continue
            places[point, :2] = start + 2 * k, start + 2 * k + 1
    irises = [
        (start + 2 * k, start + 2 * k + 1, starts[6] + side)
        for side, start in enumerate(starts[4:6])
        for k in range(IRIS_POINTS)
    ]
    return [int(i) for i in np.concatenate([places, np.array(irises)]).ravel()]


class _Graph:
    """Appends tensors and operators to the one subgraph of a model."""

    def __init__(self, model: Any) -> None:  # noqa: ANN401
        self.model = model
        self.graph = model.subgraphs[0]
        self.output = {self.graph.tensors[i].name: i for i in self.graph.outputs}
        self._kind = self.graph.tensors[self.output[b"output_mesh_identity"]].type

    def sizes(self, tensors: list[int]) -> list[int]:
        """How many values each holds."""
        return [int(np.prod(self.graph.tensors[i].shape)) for i in tensors]

    def reshaped(self, source: int, shape: list[int], name: bytes) -> int:
        """`source` in another shape; one -1 stands for what is left."""
        rest = self.sizes([source])[0] // abs(int(np.prod(shape)))
        whole = [rest if side < 0 else side for side in shape]
        size = self._tensor(name + b"_shape", [len(whole)], np.array(whole, np.int32))
        options = tfl.ReshapeOptionsT()
        options.newShape = whole
        return self._operator(
            tfl.BuiltinOperator.RESHAPE, [source, size], self._tensor(name, whole),
            tfl.BuiltinOptions.ReshapeOptions, options,
        )  # fmt: skip

    def gathered(self, source: int, places: list[int], name: bytes) -> int:
        """Some values of a flat `source`, in this order."""
        where = self._tensor(name + b"_places", [len(places)], np.array(places, np.int32))
        options = tfl.GatherOptionsT()
        options.axis, options.batchDims = 0, 0
        return self._operator(
            tfl.BuiltinOperator.GATHER, [source, where], self._tensor(name, [len(places)]),
            tfl.BuiltinOptions.GatherOptions, options,
        )  # fmt: skip

    def mean(self, source: int, name: bytes) -> int:
        """Of a flat `source`: one value."""
        axis = self._tensor(name + b"_axis", [1], np.array([0], np.int32))
        options = tfl.ReducerOptionsT()
        options.keepDims = True
        return self._operator(
            tfl.BuiltinOperator.MEAN, [source, axis], self._tensor(name, [1]),
            tfl.BuiltinOptions.ReducerOptions, options,
        )  # fmt: skip

    def joined(self, sources: list[int], name: bytes) -> int:
        """Flat tensors one behind the other."""
        options = tfl.ConcatenationOptionsT()
        options.axis = 0
        return self._operator(
            tfl.BuiltinOperator.CONCATENATION, sources,
            self._tensor(name, [sum(self.sizes(sources))]),
            tfl.BuiltinOptions.ConcatenationOptions, options,
        )  # fmt: skip

    def _tensor(
        self, name: bytes, shape: list[int], constant: NDArray[np.int32] | None = None
    ) -> int:
        """A new tensor of the mesh's type, or an int32 constant; its index."""
        tensor = tfl.TensorT()
        tensor.name, tensor.shape, tensor.isVariable = name, shape, False
        tensor.type, tensor.buffer = self._kind, 0
        if constant is not None:
            buffer = tfl.BufferT()
            buffer.data = np.frombuffer(np.ascontiguousarray(constant).tobytes(), np.uint8)
            self.model.buffers.append(buffer)
            tensor.type, tensor.buffer = tfl.TensorType.INT32, len(self.model.buffers) - 1
        self.graph.tensors.append(tensor)
        return len(self.graph.tensors) - 1

    def _operator(
        self,
        code: int,
        inputs: list[int],
        output: int,
        kind: int,
        options: Any,  # noqa: ANN401
    ) -> int:
        """A new operator at the end of the graph; returns `output`."""
        operator = tfl.OperatorT()
        operator.opcodeIndex, operator.inputs = self._code(code), inputs
        operator.outputs = [output]
        operator.builtinOptionsType, operator.builtinOptions = kind, options
        self.graph.operators.append(operator)
        return output

    def _code(self, code: int) -> int:
        for index, known in enumerate(self.model.operatorCodes):
            if max(known.builtinCode, known.deprecatedBuiltinCode) == code:
                return index
        new = tfl.OperatorCodeT()
        new.builtinCode, new.deprecatedBuiltinCode, new.version = code, min(code, 127), 1
        self.model.operatorCodes.append(new)
        return len(self.model.operatorCodes) - 1
