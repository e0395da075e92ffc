"""Words from a voice: the contract of recognisers, the table of them, and which one is at work.

A recogniser computes for longer than the loop may wait, so it lives in a process of its own
(`RecogniserProcess`, in `recogniser_process.py`); what the loop sees is a `WordSource`. Answers
carry the turn and revision they were asked for, and stale ones are dropped by the reader.
"""

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from agent.core.backend import Row, Table
from agent.core.folders import models_folder
from agent.core.messages import TurnId
from perception.audio import Sound
from perception.turns.taking import Heard


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was understood: lower case, numbers as words, no punctuation; may be empty."""

    text: str
    confidence: float
    """Trust in `text`, 0..1; below about 0.4 it is better to ask again."""
    language: str = ""
    """In which it was heard, such as `de`; empty: it was not told apart."""
    ends_here: float | None = None
    """log10 of the chance that a sentence ends on its last two words, as people speak at this site;
    None: not told. For the end of a turn."""
    ends_in_english: float | None = None
    """The same in general English."""
    whole_here: float | None = None
    """Natural logarithm of how much oftener visitors here stop after exactly these words than go
    on, of what the site's own sentences tell; None: none of them begins so."""
    listens: float | None = None
    """Thousandths of a nat a frame by which a short voice fits what listeners say better than what
    those say who want the floor, -3..3; None: not told, or too long. For what is said over the
    agent's own voice."""


class Recogniser(Protocol):
    """Turns one turn's sound into words. Lives in its own process; may block there."""

    def start(self) -> None:
        """Begin a new turn and forget the last, finished or not."""
        ...

    def feed(self, samples: Sound) -> None:
        """More of the turn's sound, any length, as it comes."""
        ...

    def partial(self) -> str:
        """Words so far, if that is cheap to say; called whenever no sound is waiting."""
        ...

    def finish(self) -> Reading:
        """The best reading of the whole turn so far. More sound of it may still follow."""
        ...


class WordSource(Protocol):
    """A recogniser as the loop sees it: nothing here waits."""

    def begin(self, turn: TurnId) -> None:
        """A new turn; its sound follows."""
        ...

    def feed(self, samples: Sound) -> None:
        """More sound of the turn."""
        ...

    def settle(self, turn: TurnId, revision: int | None) -> None:
        """Ask for the best reading; it comes through `heard` with this turn and revision.

        Without a revision: the words so far, which otherwise come when there is time for them.
        """
        ...

    def drop(self, turn: TurnId, *, late: bool) -> None:
        """Nobody waits for this turn any more. `late`: it should have answered by now."""
        ...

    def heard(self) -> AsyncIterator[Heard]:
        """Words as they come, partial and settled."""
        ...


_PARTS = ("model.bin", "config.json", "tokenizer.json")
"""Files of a whole model; what is half downloaded lacks one of them."""

MOONSHINE_FILES = ("encoder_model.ort", "decoder_model_merged.ort", "tokenizer.bin")

RECOGNISERS: Table = {
    "faster_whisper": Row(
        path="perception.backends.whisper:WhisperRecogniser",
        about="Whisper on CTranslate2: the one to deploy; its model comes from a hub.",
        packages=("faster_whisper",),
    ),
    "moonshine": Row(
        path="perception.backends.moonshine:MoonshineRecogniser",
        about="Embedded, English: a small network, with the site's own names from pocketsphinx.",
        packages=("onnxruntime", "pocketsphinx"),
    ),
    "pocketsphinx": Row(
        path="perception.backends.pocketsphinx:PocketsphinxRecogniser",
        about="US English, knows the site's own names; needs no model.",
        packages=("pocketsphinx",),
    ),
    "none": Row(
        path="perception.backends.no_words:NoWords",
        about="Hears that somebody speaks and understands nothing; typing still works.",
    ),
}


class WhisperConfig(BaseModel):
    """The recogniser to deploy."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str = Field(
        "small.en",
        min_length=1,
        description="Name of a Whisper model, such as base.en or large-v3-turbo, or a folder.",
    )
    folder: str = Field(
        "models/whisper", min_length=1, description="Where downloaded models are kept."
    )
    download: bool = Field(
        False, description="Fetch the model in the background when it is not on the disk."
    )
    download_within_s: float = Field(
        900.0, ge=1, le=7200, description="Give the download up after this long."
    )
    compute_type: Literal["int8", "int8_float16", "float16", "float32"] = Field(
        "int8", description="Arithmetic: int8 on a CPU, float16 on a GPU."
    )
    device: Literal["auto", "cpu", "cuda"] = Field("cpu", description="Where it computes.")
    language: str = Field(
        "auto",
        pattern=r"^(auto|[a-z]{2,3})$",
        description="Language spoken at the desk; auto: whichever of the site's is heard, where the"
        " model knows more than English.",
    )
    partial_every_s: float = Field(
        0.5, ge=0.1, le=10, description="New sound needed before words are read anew while spoken."
    )
    threads: int = Field(2, ge=1, le=64, description="CPU threads.")


class RecognitionConfig(BaseModel):
    """How words are recognised."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    backend: Literal["auto", "faster_whisper", "moonshine", "pocketsphinx", "none"] = Field(
        "auto",
        description="auto is faster_whisper once its model is on the disk, else moonshine, else"
        " pocketsphinx.",
    )
    mixture: float = Field(
        0.5,
        ge=0,
        le=1,
        description="Embedded recogniser: trust in the site's own phrases against general English;"
        " 0 general only, 1 own only, 0.5 whichever fits the sound better.",
    )
    whisper: WhisperConfig = Field(WhisperConfig(), description="Settings of faster_whisper.")
    ready_within_s: float = Field(
        60.0, ge=1, le=600, description="A recogniser that is not ready by then is given up."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A row that could work here, and why it is not the one asked for, if so."""

    row: str
    fallback: bool = False
    detail: str = ""


def candidates(config: RecognitionConfig) -> list[Candidate]:
    """Rows that could work here, best first; the last needs nothing. Imports none of them."""
    wanted: str = config.backend
    if wanted == "auto":
        better = config.whisper.download or whisper_model(config.whisper) is not None
        wanted = "faster_whisper" if better else "moonshine"
    order = [wanted, *(row for row in ("moonshine", "pocketsphinx", "none") if row != wanted)]
    if wanted == "none":
        order = ["none"]
    able: list[Candidate] = []
    why: list[str] = []
    for row in order:
        if missing := RECOGNISERS[row].missing():
            why.append(f"{row} needs pip install {' '.join(missing)}")
        elif row == "faster_whisper" and whisper_model(config.whisper) is None:
            cure = "; set whisper.download: true, or whisper.model to a folder"
            cure = "" if config.whisper.download else cure
            why.append(f"the Whisper model {config.whisper.model} is not on the disk{cure}")
        elif row == "moonshine" and moonshine_folder() is None:
            why.append("the Moonshine model is not on the disk; foyer models pull")
        else:
            able.append(Candidate(row=row, fallback=row != wanted, detail="; ".join(why)))
    return able


def moonshine_folder() -> Path | None:
    """The folder on this disk that holds the Moonshine model, or None. Imports nothing."""
    folder = models_folder() / "moonshine-tiny-en"
    return folder if all((folder / name).is_file() for name in MOONSHINE_FILES) else None


def whisper_model(config: WhisperConfig) -> Path | None:
    """The folder on this disk that holds the model, or None. Imports nothing."""
    hub = Path(os.environ.get("HF_HOME", Path.home() / ".cache/huggingface")) / "hub"
    folder = Path(config.folder)
    name = config.model.rstrip("/").rpartition("/")[2]
    places = [Path(config.model), folder / name]
    places += (folder / name).glob("models--*/snapshots/*")
    for repository in (name, f"faster-{name}", f"faster-whisper-{name}"):
        places += hub.glob(f"models--*--{repository}/snapshots/*")
    return next((p for p in places if all((p / part).is_file() for part in _PARTS)), None)
