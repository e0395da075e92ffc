"""`transcribe WAV`: what the agent hears in a sound file, as JSON lines."""

import argparse
import asyncio
import importlib
import json
import sys
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from agent.core.clock import LoopClock
from agent.core.errors import FoyerError
from agent.core.messages import (
    BackendChosen,
    ComponentHealth,
    Health,
    Message,
    MicrophoneLevel,
    TurnEnded,
)
from perception.turns.taking import TurnsConfig
from perception.words.recognition import RECOGNISERS, RecognitionConfig
from perception.words.site_language import SiteLanguage

_FILE = "perception.sound"
_TRUSTED = 0.4
"""Below it the agent asks again; see `Reading.confidence`."""
HELP = "print what is heard in a sound file, one JSON message a line"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command line."""
    parser.add_argument("sound", type=Path, metavar="WAV", help="a WAV, FLAC or OGG file")
    parser.add_argument(
        "--config",
        type=Path,
        help="a configuration; its turns:, recognition: and site language are used",
    )
    parser.add_argument(
        "--recogniser",
        choices=("auto", *RECOGNISERS),
        help="use this one instead",
    )
    parser.add_argument("--levels", action="store_true", help="print MicrophoneLevel as well")
    parser.add_argument(
        "--measure", action="store_true", help="add computed_s: seconds of work since the last line"
    )


def run(arguments: argparse.Namespace) -> int:
    """Transcribe; 0 when the whole file was heard."""
    told: list[BaseException] = []
    try:
        turns, recognition, site = settings(arguments.config)
        if arguments.recogniser:
            recognition = recognition.model_copy(update={"backend": arguments.recogniser})
        asyncio.run(_transcribe(arguments, turns, recognition, site))
    except* FoyerError as faults:
        told = _leaves(faults)
    for fault in told:
        print(fault, file=sys.stderr)
    return 1 if told else 0


def settings(config: Path | None) -> tuple[TurnsConfig, RecognitionConfig, SiteLanguage]:
    """The ears' part of a configuration; the defaults without one."""
    if config is None:
        return TurnsConfig(), RecognitionConfig(), SiteLanguage()
    # The roof alone knows the whole configuration.
    turns, recognition, site = importlib.import_module("agent.settings").hearing(config)
    return turns, recognition, site


async def _transcribe(
    arguments: argparse.Namespace,
    turns: TurnsConfig,
    recognition: RecognitionConfig,
    site: SiteLanguage,
) -> None:
    from perception.backends.recorded_sound import RecordedSound
    from perception.backends.sound_file_check import check_sound
    from perception.listening import Listening
    from perception.voices.overlap import OverlapJudge
    from perception.words.process import RecogniserProcess
    from perception.words.stable import StableWords

    facts = check_sound(arguments.sound)  # a bad file is told before a recogniser is loaded
    clock = LoopClock(asyncio.get_running_loop())
    last = clock.now()

    heard = Understood()

    def show(message: Message) -> None:
        nonlocal last
        heard.take(message)
        if isinstance(message, BackendChosen):
            print(_line(message))
        if isinstance(message, ComponentHealth) and (
            message.health is Health.FAILED or message.component == _FILE
        ):
            print(_line(message))
        if isinstance(message, BackendChosen | ComponentHealth):
            last = clock.now()
            return
        if isinstance(message, MicrophoneLevel) and not arguments.levels:
            return
        now = clock.now()
        extra = {"computed_s": round(now - last, 4)} if arguments.measure else {}
        last = now
        print(_line(message, **extra), flush=True)

    if facts.troubles():
        show(_trouble("; ".join(facts.troubles())))
    words = RecogniserProcess(config=recognition, site=site, publish=show, clock=clock)
    listening = Listening(
        microphone=RecordedSound(arguments.sound),
        words=words,
        lines=_nothing(),
        stage=_nothing(),
        publish=show,
        clock=clock,
        config=turns,
        in_step=True,
        judges=(OverlapJudge(), StableWords()),
    )
    async with asyncio.TaskGroup() as group:
        recogniser = group.create_task(words.run(), name=words.name)
        await words.ready.wait()
        last = clock.now()
        await listening.run()
        recogniser.cancel()
    if told := heard.trouble(facts.seconds):
        show(_trouble(told))


class Understood:
    """What came of it, for a word in the end."""

    def __init__(self) -> None:
        self._turns: list[TurnEnded] = []
        self._recogniser = ""
        self._languages: tuple[str, ...] = ()

    def take(self, message: Message) -> None:
        """Take in what is told."""
        match message:
            case BackendChosen(role="recogniser"):
                self._recogniser, self._languages = message.backend, message.languages
            case TurnEnded():
                self._turns.append(message)

    def trouble(self, seconds: float) -> str:
        """For a person; empty: words were heard, and most of them trusted."""
        if not self._turns:
            return f"no voice was heard in {seconds:.1f} s of sound"
        voiced_s = sum(turn.voiced_s for turn in self._turns)
        trusted_s = sum(t.voiced_s for t in self._turns if t.text and t.confidence >= _TRUSTED)
        if self._recogniser == "none" or trusted_s >= voiced_s / 2:
            return ""
        known = ", ".join(self._languages) or "English"
        return (
            f"of {voiced_s:.1f} s of voice, {voiced_s - trusted_s:.1f} s were hardly understood:"
            f" {self._recogniser} understands {known} alone, one voice at a time; other languages"
            " need recogniser faster_whisper with a multilingual model, or are typed"
        )


def _trouble(detail: str) -> ComponentHealth:
    return ComponentHealth(at=0.0, component=_FILE, health=Health.DEGRADED, detail=detail)


def _line(message: Message, **extra: float) -> str:
    fields: dict[str, Any] = {"kind": type(message).__name__, **asdict(message), **extra}
    if isinstance(message, BackendChosen | ComponentHealth):
        fields["at"] = 0.0
    fields = {k: round(v, 4) if isinstance(v, float) else v for k, v in fields.items()}
    return json.dumps(fields, ensure_ascii=False)


async def _nothing() -> AsyncIterator[Any]:
    return
    yield


def _leaves(group: BaseExceptionGroup[FoyerError]) -> list[BaseException]:
    return [
        leaf
        for fault in group.exceptions
        for leaf in (_leaves(fault) if isinstance(fault, BaseExceptionGroup) else [fault])
    ]
