"""Listens: microphone in; voices, words and turns out. The thin shell around `TurnTaker`.

The voice detector runs on the loop (0.1 ms a frame); words come from a `WordSource` that computes
elsewhere. Sound is never published.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterable, Callable, Sequence

from agent.core.backend import pick
from agent.core.clock import Clock
from agent.core.messages import LineTyped, Message, MicrophoneLevel, StageState, TurnEnded
from perception.audio import (
    FRAME_S,
    SILENCE_DB,
    Framer,
    LevelFilter,
    RecentSound,
    clean,
    level_db,
)
from perception.microphone.judges import Judge, SoundJudges
from perception.senses import Microphone, SoundChunk
from perception.turns.patience import PatienceConfig
from perception.turns.taking import (
    BeginWords,
    DropWords,
    Outcome,
    SettleWords,
    TurnsConfig,
    TurnTaker,
)
from perception.turns.turn_end import LISTENS_BACK_S, Ending, JudgeEnd
from perception.turns.voice_activity import VOICE_DETECTORS, VoiceDetector
from perception.words.recognition import WordSource

_FILE_WAITS_S = 60.0
"""So much longer the words of a file are waited for: nobody stands there."""
_LOOK_FRAMES = 10
"""In step: frames between two looks at the words so far."""
_LEVEL_FRAMES = 3
"""Frames in one `MicrophoneLevel`: about a tenth of a second."""


class Listening:
    """Publishes everything in `agent.core.messages.speech`."""

    name = "perception.turns"

    def __init__(
        self,
        *,
        microphone: Microphone,
        words: WordSource,
        lines: AsyncIterable[LineTyped],
        stage: AsyncIterable[StageState],
        publish: Callable[[Message], None],
        clock: Clock,
        config: TurnsConfig,
        detector: Callable[[], VoiceDetector] | None = None,
        in_step: bool = False,
        judges: Sequence[Judge] = (),
        sights: AsyncIterable[Message] | None = None,
        ending: Ending | None = None,
    ) -> None:
        """`in_step`: sound waits for words, as a file read flat out must.

        `judges` listen along; `sights`: people and directions of sound, for those that look.
        `ending` says how finished a voice sounds; without it words and silence decide alone.
        """
        self._microphone = microphone
        self._words = words
        self._lines = lines
        self._stage = stage
        self._publish = publish
        self._clock = clock
        self._config = config
        self._new_detector = detector or pick(
            "voice detector", VOICE_DETECTORS, config.voice.detector
        )
        self._in_step = in_step
        self._judges = SoundJudges(judges)
        self._sights = sights
        self._ending = ending
        self._agent_speaks = False
        self._turns = TurnTaker(config)
        self._recent = RecentSound(config.pre_roll_s + (2.0 if ending is None else LISTENS_BACK_S))
        self._looked = 0
        self._read = asyncio.Event()
        self._chunk_came = asyncio.Event()

    def adopt(self, patience: PatienceConfig) -> None:
        """Wait by this for more words from now on."""
        self._turns.adopt(patience)

    async def run(self) -> None:
        """Listen until the microphone ends or fails. However it ends, an open turn is closed."""
        try:
            async with asyncio.TaskGroup() as group:
                helpers = [
                    group.create_task(self._follow_words(), name="words"),
                    group.create_task(self._follow_lines(), name="lines"),
                    group.create_task(self._follow_stage(), name="stage"),
                    group.create_task(self._close_when_deaf(), name="deaf"),
                    group.create_task(self._follow_sights(), name="sights"),
                    group.create_task(self._follow_endings(), name="endings"),
                ]
                await self._listen()
                for helper in helpers:
                    helper.cancel()
        finally:
            self._act(self._turns.close())

    async def _listen(self) -> None:
        detector = self._new_detector()
        framer, level_filter = Framer(), LevelFilter()
        levels: list[tuple[float, float]] = []
        async for chunk in self._microphone.sound():
            self._chunk_came.set()
            for told in self._judges.take(chunk):
                self._publish(told)
            samples = level_filter.push(clean(chunk.samples))
            even = SoundChunk(at=chunk.at, samples=samples, channels=chunk.channels)
            for frame in framer.push(even):
                level = level_db(frame.samples)
                probability = detector.probability(frame.samples)
                if level < self._config.voice.quietest_db:
                    probability = 0.0
                levels.append((level, probability))
                if len(levels) == _LEVEL_FRAMES:
                    self._publish(_level(frame.at + FRAME_S, levels))
                    levels.clear()
                self._hear(frame, probability)
                if self._in_step:
                    await self._keep_step()
        self._act(self._turns.finish())
        await self._wait_for_words()

    def _hear(self, frame: SoundChunk, probability: float) -> None:
        listened = self._turns.open_turn
        self._recent.add(frame)
        for told in self._judges.hear(frame, probability, agent_speaks=self._agent_speaks):
            self._publish(told)
        outcomes = self._turns.hear(frame.at, probability)
        if listened is not None:  # before the wishes: what is settled includes this frame
            self._words.feed(frame.samples)
        self._act(outcomes)

    def _act(self, outcomes: list[Outcome]) -> None:
        for outcome in outcomes:
            match outcome:
                case BeginWords():
                    self._words.begin(outcome.turn)
                    self._words.feed(self._recent.since(outcome.since))
                case SettleWords():
                    self._words.settle(outcome.turn, outcome.revision)
                case JudgeEnd():
                    if self._ending is not None:
                        self._ending.judge(outcome, self._recent.since(outcome.since))
                case DropWords():
                    self._words.drop(outcome.turn, late=outcome.late)
                case Message():
                    told = self._judges.complete(outcome)
                    if isinstance(told, TurnEnded):
                        self._turns.spoken_by(told.person)
                    self._publish(told)

    async def _keep_step(self) -> None:
        """As if the words had been read as fast as they were said."""
        turn = self._turns.open_turn
        self._looked = self._looked + 1 if turn is not None else 0
        if turn is not None and self._looked % _LOOK_FRAMES == 0:
            self._read.clear()
            self._words.settle(turn, None)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._config.words_within_s):
                    await self._read.wait()
        await self._wait_for_words()

    async def _wait_for_words(self) -> None:
        """Let the recogniser answer what it was asked, or close the turn without it."""
        if not self._turns.waits_for_words:
            return
        try:
            file_s = _FILE_WAITS_S if self._in_step else 0.0
            async with asyncio.timeout(self._config.words_within_s + file_s):
                while self._turns.waits_for_words:
                    self._read.clear()
                    await self._read.wait()
        except TimeoutError:
            self._act(self._turns.close(late=True))

    async def _follow_words(self) -> None:
        async for heard in self._words.heard():
            self._act(self._turns.read(heard))
            self._read.set()

    async def _follow_endings(self) -> None:
        if self._ending is not None:
            async for judged in self._ending.judged():
                self._act(self._turns.sounded(judged))

    async def _follow_lines(self) -> None:
        async for line in self._lines:
            self._publish(self._turns.typed(line))

    async def _follow_stage(self) -> None:
        async for state in self._stage:
            self._agent_speaks = state.speaking
            self._turns.agent_speaks(state.speaking)

    async def _follow_sights(self) -> None:
        if self._sights is not None:
            async for message in self._sights:
                self._judges.see(message)

    async def _close_when_deaf(self) -> None:
        """An open turn does not wait for a microphone that has gone silent altogether."""
        while True:
            self._chunk_came.clear()
            try:
                async with asyncio.timeout(self._config.sound_within_s):
                    await self._chunk_came.wait()
            except TimeoutError:
                if self._turns.open_turn is not None and not self._in_step:
                    self._act(self._turns.close())
                await self._chunk_came.wait()


def _level(at: float, levels: list[tuple[float, float]]) -> MicrophoneLevel:
    loudest = max((level for level, _ in levels), default=SILENCE_DB)
    return MicrophoneLevel(at=at, level_db=loudest, speech=max(p for _, p in levels))
