"""Builds MediaPipe `.task` bundles from the bare `.tflite` models that an older wheel carries.

MediaPipe's own bundles lie on a server that a closed network does not reach. The package
`mediapipe==0.10.21` holds the same networks (Apache-2.0) as plain files, in the form its old
runtime wanted. Two things are missing for today's runtime and are added here:

- the face network answers with six tensors, the runtime expects one of 478 points: the mesh, and
  over it the finer lips, eyes with their brows and irises, are joined by operators appended to the
  graph (which point is which: MediaPipe's own refinement table, Apache-2.0);
- the pose and hand networks do not say how their input is scaled: the metadata says so.

What comes out has no blendshapes and no head matrix; nothing here needs them.
"""

import hashlib
import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np
from mediapipe.tasks.metadata import metadata_schema_py_generated as meta
from mediapipe.tasks.metadata import schema_py_generated as tfl

from agent.core.errors import BadInputError
from perception.backends.mediapipe_refinement import refined

MEMBERS: Mapping[str, str] = {
    "face_detection/face_detection_short_range": (
        "bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8"
    ),
    "face_landmark/face_landmark_with_attention": (
        "e06a804e0144f9929eda782122916b35d60c697c3c9344013ca2bbe76a6ce2b4"
    ),
    "pose_detection/pose_detection": (
        "9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c"
    ),
    "pose_landmark/pose_landmark_full": (
        "e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f"
    ),
    "palm_detection/palm_detection_full": (
        "1b14e9422c6ad006cde6581a46c8b90dd573c07ab7f3934b5589e7cea3f89a54"
    ),
    "hand_landmark/hand_landmark_full": (
        "11c272b891e1a99ab034208e23937a8008388cf11ed2a9d776ed3d01d0ba00e3"
    ),
}
"""The networks used, by their place in the wheel, and their sha256."""


def face_bundle(wheel: Path) -> bytes:
    """The 478-point face landmarker: short-range detector, mesh and irises."""
    parts = _members(wheel)
    return _bundle(
        face_detector=parts("face_detection/face_detection_short_range"),
        face_landmarks_detector=packed(
            refined(model_of(parts("face_landmark/face_landmark_with_attention")))
        ),
    )


def pose_bundle(wheel: Path) -> bytes:
    """The 33-point pose landmarker."""
    parts = _members(wheel)
    detector = model_of(parts("pose_detection/pose_detection"))
    landmarks = model_of(parts("pose_landmark/pose_landmark_full"))
    return _bundle(
        pose_detector=packed(_scaled(detector, mean=127.5, deviation=127.5)),
        pose_landmarks_detector=packed(_scaled(landmarks, mean=0.0, deviation=255.0)),
    )


def hand_bundle(wheel: Path) -> bytes:
    """The 21-point hand landmarker."""
    parts = _members(wheel)
    detector = model_of(parts("palm_detection/palm_detection_full"))
    landmarks = model_of(parts("hand_landmark/hand_landmark_full"))
    return _bundle(
        hand_detector=packed(_scaled(detector, mean=0.0, deviation=255.0)),
        hand_landmarks_detector=packed(_scaled(landmarks, mean=0.0, deviation=255.0)),
    )


def _members(wheel: Path) -> Callable[[str], bytes]:
    """A reader of the wheel's networks that refuses any whose hash is not the known one."""

    def read(name: str) -> bytes:
        inside = f"mediapipe/modules/{name}.tflite"
        try:
            with zipfile.ZipFile(wheel) as archive:
                data = archive.read(inside)
        except (zipfile.BadZipFile, KeyError, EOFError, OSError) as fault:
            raise BadInputError(f"{wheel.name}: cannot read {inside}: {fault}") from fault
        found = hashlib.sha256(data).hexdigest()
        if found != MEMBERS[name]:
            raise BadInputError(
                f"{wheel.name}: {inside} has sha256 {found}, not {MEMBERS[name]}; "
                "this is not the wheel that was asked for, nothing was installed"
            )
        return data

    return read


def _bundle(**models: bytes) -> bytes:
    """An uncompressed zip, as the runtime maps it; fixed dates give it one hash."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, data in models.items():
            archive.writestr(zipfile.ZipInfo(f"{name}.tflite", (1980, 1, 1, 0, 0, 0)), data)
    return buffer.getvalue()


def model_of(data: bytes) -> Any:  # noqa: ANN401 - generated flatbuffer classes carry no types
    """A network's bytes as an object that can be changed."""
    return tfl.ModelT.InitFromObj(tfl.Model.GetRootAsModel(data, 0))


def packed(model: Any) -> bytes:  # noqa: ANN401
    """The same as bytes again."""
    builder = flatbuffers.Builder(1 << 20)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _scaled(model: Any, *, mean: float, deviation: float) -> Any:  # noqa: ANN401
    """State in the metadata that the input is (pixel - mean) / deviation."""
    graph = model.subgraphs[0]
    about = meta.SubGraphMetadataT()
    about.inputTensorMetadata = [image_input(mean, deviation) for _ in graph.inputs]
    about.outputTensorMetadata = []
    for index in range(len(graph.outputs)):
        output = meta.TensorMetadataT()
        output.name = f"output_{index}"
        about.outputTensorMetadata.append(output)
    whole = meta.ModelMetadataT()
    whole.name, whole.subgraphMetadata, whole.minParserVersion = "assembled", [about], "1.0.0"
    return with_metadata(model, whole)


def with_metadata(model: Any, whole: Any) -> Any:  # noqa: ANN401
    """The model saying `whole`, in place of what it said."""
    builder = flatbuffers.Builder(0)
    builder.Finish(whole.Pack(builder), b"M001")
    buffer, entry = tfl.BufferT(), tfl.MetadataT()
    buffer.data = np.frombuffer(bytes(builder.Output()), np.uint8)
    model.buffers.append(buffer)
    entry.name, entry.buffer = b"TFLITE_METADATA", len(model.buffers) - 1
    kept = [known for known in model.metadata or [] if known.name != b"TFLITE_METADATA"]
    model.metadata = [*kept, entry]
    return model


def image_input(mean: float, deviation: float) -> Any:  # noqa: ANN401
    """Of a picture that goes in as (pixel - mean) / deviation, red first."""
    tensor, content, image = meta.TensorMetadataT(), meta.ContentT(), meta.ImagePropertiesT()
    unit, scale = meta.ProcessUnitT(), meta.NormalizationOptionsT()
    image.colorSpace = meta.ColorSpaceType.RGB
    content.contentPropertiesType = meta.ContentProperties.ImageProperties
    content.contentProperties = image
    scale.mean, scale.std = [mean], [deviation]
    unit.optionsType, unit.options = meta.ProcessUnitOptions.NormalizationOptions, scale
    tensor.name, tensor.content, tensor.processUnits = "image", content, [unit]
    return tensor
