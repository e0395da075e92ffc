"""A voice's process for tests: any text in a tenth of a second of tone.

`hang` never answers, `timeless` answers with times that are no numbers.
"""

import json
import sys
import threading

import numpy as np

RATE_HZ = 16_000


def answer(fields, sound=b""):
    sys.stdout.buffer.write(json.dumps(fields).encode() + b"\n" + sound)
    sys.stdout.buffer.flush()


answer({"ready": True})
for line in sys.stdin:
    request = json.loads(line)
    if "hang" in sys.argv[1:]:
        threading.Event().wait()
    words = request["text"].split()
    each_s = 0.03
    phones = [("ah", i * each_s, (i + 1) * each_s, 0, i) for i in range(len(words))]
    if "timeless" in sys.argv[1:]:
        phones = [("ah", float("nan"), float("nan"), 0, 0)]
    tone = 0.2 * np.sin(np.arange(round(len(words) * each_s * RATE_HZ)) * 0.06)
    pcm = np.round(tone * 32767).astype("<i2").tobytes()
    answer({"id": request["id"], "rate_hz": RATE_HZ, "phones": phones, "bytes": len(pcm)}, pcm)
