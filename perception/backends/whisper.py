"""Whisper on CTranslate2: the recogniser to deploy.

It reads a whole turn at a time: words so far are the growing turn read again, when enough is new.
"""

import math

import numpy as np
from faster_whisper import WhisperModel

from agent.core.errors import BackendUnavailableError
from perception.audio import Sound
from perception.senses import SOUND_RATE_HZ
from perception.words.recognition import Reading, RecognitionConfig, whisper_model
from perception.words.site_language import SiteLanguage, spoken

_SHORTEST = SOUND_RATE_HZ // 5
"""Whisper makes words up from less than this."""
_HOTWORDS_CHARACTERS = 600
"""Room in the prompt for names."""
_MOST = 30 * SOUND_RATE_HZ
"""Whisper's window; of a longer turn the last half minute is read."""


class WhisperRecogniser:
    """Greedy search, no timestamps, no voice detection of its own: the turn is already cut."""

    def __init__(self, config: RecognitionConfig, site: SiteLanguage) -> None:
        self._config = config.whisper
        folder = whisper_model(self._config)
        if folder is None:
            raise BackendUnavailableError(
                f"recogniser: the Whisper model {self._config.model} is not on the disk; "
                "set whisper.download: true, or whisper.model to a folder"
            )
        try:
            self._model = WhisperModel(
                str(folder),
                device=self._config.device,
                compute_type=self._config.compute_type,
                cpu_threads=self._config.threads,
            )
        except (OSError, RuntimeError, ValueError) as fault:
            raise BackendUnavailableError(
                f"recogniser: the Whisper model in {folder} does not load: {fault}; "
                f"if it is damaged, remove {self._config.folder} and it is fetched anew"
            ) from fault
        self._spoken = self._languages(site)
        self._hotwords = _bias((*site.company, *site.names, *site.rooms)) or None
        self.start()

    def start(self) -> None:
        """Begin a new turn."""
        self._sound: list[Sound] = []
        self._size = self._read_size = 0
        self._heard_as = ""

    def feed(self, samples: Sound) -> None:
        """Keep the sound; reading is done when asked."""
        self._sound.append(samples)
        self._size += samples.size

    def partial(self) -> str:
        """The turn so far read again, when enough of it is new."""
        if self._size - self._read_size < self._config.partial_every_s * SOUND_RATE_HZ:
            return ""
        return self._read().text

    def finish(self) -> Reading:
        """The whole turn read once more."""
        self._heard_as = ""
        return self._read()

    def _languages(self, site: SiteLanguage) -> tuple[str, ...]:
        """Those that may be heard here, the likeliest first."""
        if not self._model.model.is_multilingual:
            return ("en",)
        if self._config.language != "auto":
            return (self._config.language,)
        return site.languages or ("en",)

    def _language_of(self, sound: Sound) -> str:
        """Which of the languages this turn is in; told once for the words so far."""
        if len(self._spoken) == 1:
            return self._spoken[0]
        if not self._heard_as:
            _, _, likely = self._model.detect_language(sound)
            shares = dict(likely)
            self._heard_as = max(self._spoken, key=lambda code: shares.get(code, 0.0))
        return self._heard_as

    def _read(self) -> Reading:
        self._read_size = self._size
        if self._size < _SHORTEST:
            return Reading(text="", confidence=0.0)
        whole = np.concatenate(self._sound)
        self._sound = [whole]
        language = self._language_of(whole[-_MOST:])
        segments, _ = self._model.transcribe(
            whole[-_MOST:],
            language=language,
            beam_size=1,
            best_of=1,
            temperature=0.0,
            condition_on_previous_text=False,
            without_timestamps=True,
            vad_filter=False,
            hotwords=self._hotwords,
            max_new_tokens=96,
        )
        parts = list(segments)
        # Letters beyond the plain ones are kept: other languages need them.
        text = " ".join(" ".join(part.text for part in parts).split())
        if not parts:
            return Reading(text="", confidence=0.0)
        log = sum(part.avg_logprob for part in parts) / len(parts)
        silent = max(part.no_speech_prob for part in parts)
        trust = math.exp(min(0.0, log)) * (1.0 - silent if silent > 0.6 else 1.0)
        plain = spoken(text) if language == "en" else text.lower()
        trust = max(0.0, min(1.0, trust)) if plain else 0.0
        told = language if len(self._spoken) > 1 else ""
        return Reading(text=plain, confidence=trust, language=told)


def _bias(names: tuple[str, ...]) -> str:
    """As many whole names as there is room for: half a name would be heard as one."""
    kept, size = [], 0
    for name in names:
        size += len(name) + 2
        if size > _HOTWORDS_CHARACTERS:
            break
        kept.append(name)
    return ", ".join(kept)
