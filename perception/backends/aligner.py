"""When each of known words is spoken in a sound: pocketsphinx in forced alignment, US English."""

from collections.abc import Sequence
from functools import cache

import numpy as np
import pocketsphinx

from agent.core.errors import BackendUnavailableError
from perception.audio import Sound


@cache
def _aligner() -> pocketsphinx.Decoder:
    wide = dict.fromkeys(("beam", "pbeam", "wbeam"), 1e-200)
    return pocketsphinx.Decoder(loglevel="FATAL", bestpath=False, **wide)


def word_ends_s(sound: Sound, words: Sequence[str]) -> list[float]:
    """When each of `words`, which is what `sound` says at 16 kHz, has ended, seconds.

    Raises `BackendUnavailableError` where a word is unknown or they are not what is said.
    """
    decoder = _aligner()
    unknown = [word for word in words if decoder.lookup_word(word) is None]
    if unknown:
        raise BackendUnavailableError(f"no pronunciation of {', '.join(unknown)} is known")
    decoder.set_align_text(" ".join(words))
    decoder.start_utt()
    decoder.process_raw((sound * 32767).astype(np.int16).tobytes(), full_utt=True)
    decoder.end_utt()
    spoken = [s for s in decoder.seg() or () if not s.word.startswith(("<", "[", "+", "("))]
    if len(spoken) != len(words):
        raise BackendUnavailableError(f"the words of '{' '.join(words)}' are not found in it")
    return [(one.end_frame + 1) / 100 for one in spoken]
