"""A whole detection model of thirteen kilobytes, made here: it finds a box in what is red.

A bare SSD network of one fully connected layer for the boxes and one for the scores, with the
metadata that MediaPipe's runtime reads.
"""

import numpy as np
from flatbuffers import flexbuffers
from mediapipe.tasks.metadata import metadata_schema_py_generated as meta
from mediapipe.tasks.metadata import schema_py_generated as tfl

from perception.backends import mediapipe_objects_assembly as assembly
from perception.backends.mediapipe_assembly import image_input, model_of, packed, with_metadata
from perception.backends.mediapipe_objects_assembly import described

WORDS = ("???", "Box", "Chair")
SIDE_PX = 8
ANCHORS = ((0.25, 0.5, 0.3, 0.6), (0.75, 0.5, 0.3, 0.6))
"""Left and right half."""


def tiny_detector(words=WORDS, *, metadata=True):
    """Its bytes. Red in the left half is the first word after `???`, there; likewise right."""
    network = _network(len(words))
    return described(network, words, ANCHORS) if metadata else network


def tiny_finished_detector(words=WORDS):
    """The same as a network that sorts out its boxes itself, as EfficientDet often is."""
    told = meta.SubGraphMetadataT()
    told.inputTensorMetadata = [image_input(127.5, 127.5)]
    told.outputTensorMetadata = [
        assembly.location(),
        *map(_tensor, ("category", "score", "number")),
    ]
    file = meta.AssociatedFileT()
    file.name, file.type = assembly.LABELS, meta.AssociatedFileType.TENSOR_VALUE_LABELS
    told.outputTensorMetadata[1].associatedFiles = [file]
    whole = meta.ModelMetadataT()
    whole.name, whole.subgraphMetadata, whole.minParserVersion = "tiny", [told], "1.5.0"
    model = with_metadata(model_of(_network(len(words), finished=True)), whole)
    return packed(model) + assembly.attached(words[1:])


def _tensor(name):
    one, content = meta.TensorMetadataT(), meta.ContentT()
    content.contentPropertiesType = meta.ContentProperties.FeatureProperties
    content.contentProperties = meta.FeaturePropertiesT()
    one.name, one.content = name, content
    return one


def _network(classes, *, finished=False):
    pixels = SIDE_PX * SIDE_PX * 3
    scores = np.zeros((len(ANCHORS) * classes, pixels), np.float32)
    for place in range(len(ANCHORS)):
        red = np.zeros((SIDE_PX, SIDE_PX, 3), np.float32)
        half = slice(0, SIDE_PX // 2) if place == 0 else slice(SIDE_PX // 2, SIDE_PX)
        red[:, half] = (8.0, -4.0, -4.0)
        scores[place * classes + 1] = red.ravel() / (pixels / 6)
    bias = np.full(len(scores), -4.0, np.float32)
    bias[1::classes] = -3.0
    graph = _Graph()
    picture = graph.tensor("picture", (1, SIDE_PX, SIDE_PX, 3))
    boxes = graph.layer(picture, np.zeros((len(ANCHORS) * 4, pixels), np.float32), None, 4)
    classed = graph.layer(picture, scores, bias, classes)
    if finished:
        return graph.finish(picture, graph.sorted_out(boxes, classed, classes - 1))
    return graph.finish(picture, (boxes, classed))


class _Graph:
    def __init__(self):
        self.tensors, self.buffers, self.operators = [], [tfl.BufferT()], []

    def tensor(self, name, shape, values=None):
        one, buffer = tfl.TensorT(), tfl.BufferT()
        one.name, one.shape, one.buffer = name.encode(), list(shape), 0
        one.type = tfl.TensorType.FLOAT32
        if values is not None:
            if values.dtype == np.int32:
                one.type = tfl.TensorType.INT32
            buffer.data = np.frombuffer(values.tobytes(), np.uint8)
            one.buffer = len(self.buffers)
            self.buffers.append(buffer)
        self.tensors.append(one)
        return len(self.tensors) - 1

    def layer(self, source, weights, bias, each):
        count = len(weights)
        n = len(self.operators)
        shift = np.zeros(count, np.float32) if bias is None else bias
        inputs = [
            source,
            self.tensor(f"weights{n}", weights.shape, weights),
            self.tensor(f"bias{n}", shift.shape, shift),
        ]
        flat = self.tensor(f"flat{n}", (1, count))
        self._add(0, inputs, flat, tfl.FullyConnectedOptionsT(), "FullyConnectedOptions")
        shape = np.array((1, count // each, each), np.int32)
        out = self.tensor(f"out{n}", tuple(shape))
        reshape = tfl.ReshapeOptionsT()
        reshape.newShape = [int(side) for side in shape]
        asked = [flat, self.tensor(f"shape{n}", (3,), shape)]
        self._add(1, asked, out, reshape, "ReshapeOptions")
        return out

    def sorted_out(self, boxes, scores, classes, most=4):
        """Boxes, words, scores and how many, by TensorFlow Lite's own operator."""
        places = np.array([(y, x, high, wide) for x, y, wide, high in ANCHORS], np.float32)
        sure = self.tensor("sure", (1, len(ANCHORS), classes + 1))
        self._add(3, [scores], sure, None, "NONE")
        inputs = [boxes, sure, self.tensor("anchors", places.shape, places)]
        shapes = {"boxes": (1, most, 4), "words": (1, most), "scores": (1, most), "number": (1,)}
        outputs = [self.tensor(name, shape) for name, shape in shapes.items()]
        one = tfl.OperatorT()
        one.opcodeIndex, one.inputs, one.outputs = 2, inputs, outputs
        asked = {
            "max_detections": most, "max_classes_per_detection": 1, "detections_per_class": most,
            "use_regular_nms": False, "nms_score_threshold": 0.05, "nms_iou_threshold": 0.6,
            "num_classes": classes, "y_scale": 10.0, "x_scale": 10.0, "h_scale": 5.0,
            "w_scale": 5.0,
        }  # fmt: skip
        one.customOptions = np.frombuffer(bytes(flexbuffers.Dumps(asked)), np.uint8)
        self.operators.append(one)
        return outputs

    def _add(self, code, inputs, output, options, kind):
        one = tfl.OperatorT()
        one.opcodeIndex, one.inputs, one.outputs = code, inputs, [output]
        one.builtinOptionsType = getattr(tfl.BuiltinOptions, kind)
        one.builtinOptions = options
        self.operators.append(one)

    def finish(self, source, outputs):
        model, graph = tfl.ModelT(), tfl.SubGraphT()
        codes = []
        builtins = tfl.BuiltinOperator
        for builtin in (
            builtins.FULLY_CONNECTED,
            builtins.RESHAPE,
            builtins.CUSTOM,
            builtins.LOGISTIC,
        ):
            code = tfl.OperatorCodeT()
            code.builtinCode = code.deprecatedBuiltinCode = builtin
            if builtin == builtins.CUSTOM:
                code.customCode = b"TFLite_Detection_PostProcess"
            code.version = 1
            codes.append(code)
        graph.tensors, graph.operators = self.tensors, self.operators
        graph.inputs, graph.outputs, graph.name = [source], list(outputs), b"main"
        model.version, model.operatorCodes, model.subgraphs = 3, codes, [graph]
        model.buffers, model.description = self.buffers, b"tiny"
        return packed(model)
