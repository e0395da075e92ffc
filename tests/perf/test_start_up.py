"""What the agent imports before it can say anything; `foyer run` prints how long it took in all."""

import subprocess
import sys

SLOW_TO_IMPORT = {
    "aiohttp", "av", "cv2", "faster_whisper", "mediapipe", "onnxruntime", "openai", "PIL",
    "pocketsphinx", "psutil", "scipy", "sentence_transformers", "soundfile", "tokenizers", "torch",
    "transformers",
}  # fmt: skip


def test_what_is_slow_to_import_waits_until_it_is_needed():
    code = f"import agent.app, sys; print(*sorted(set(sys.modules) & {SLOW_TO_IMPORT!r}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
