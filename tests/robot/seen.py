"""What is recorded of one encounter: what the robot was asked, was told, and did."""

import asyncio
import json
import math
import subprocess
from dataclasses import replace

import aiohttp
import numpy as np

from actuation.embodiments.reachy_daemon import RobotState
from actuation.embodiments.reachy_motion import AXES, ReachyMotion, head_and_look
from actuation.motion import Cut, FrameChunk, VoiceChunk
from perception.eyes.sightings import Look
from tests.fakes.people import body_at, face_at
from tests.fakes.voices import FakeVoice
from tests.robot.conftest import ENVIRONMENT, OUTPUT

ROLL, PITCH, YAW, BODY = (AXES.index(a) for a in ("roll", "pitch", "yaw", "body_yaw"))
RISE_HZ = 0.5


class SwellingVoice(FakeVoice):
    """Says anything with a loudness that rises and falls, so that sway can be told from nods."""

    async def speak(self, text, words):
        said = await super().speak(text, words)
        t = np.arange(len(said.samples)) / said.rate_hz
        swell = 0.5 - 0.5 * np.cos(2 * np.pi * RISE_HZ * t)
        return replace(said, samples=(said.samples * swell).astype(np.float32))


class Walker:
    """A visitor who can be sent to places in front of the robot."""

    def __init__(self, x_m, y_m):
        self.place = self.goal = (x_m, y_m)
        self.here, self._at = False, None

    def scene(self, at):
        moved = 0.0 if self._at is None else 0.8 * (at - self._at)
        self._at = at
        (x, y), (gx, gy) = self.place, self.goal
        far = math.dist(self.place, self.goal)
        share = 1.0 if far <= moved else moved / far
        self.place = (x + share * (gx - x), y + share * (gy - y))
        if not self.here:
            return Look()
        faces = (face_at(*self.place),) if self.place[0] < 3.5 else ()
        return Look(faces=faces, bodies=(body_at(*self.place),))

    @property
    def bearing_rad(self):
        return math.atan2(self.place[1], self.place[0])


class Record:
    """Listens at a body and at the simulator."""

    def __init__(self, body, clock):
        self.body, self._clock = body, clock
        self.asked, self.voice, self.did, self.raw = {}, [], [], []
        self._apply, body.apply = body.apply, self.apply

    def apply(self, item):
        match item:
            case FrameChunk():
                for frame in item.frames:
                    self.asked[round(60 * frame.at)] = frame
            case Cut():
                now = self._clock.now()
                self.asked = {k: f for k, f in self.asked.items() if f.at <= now}
                self.voice = [c for c in self.voice if c.at <= now]
            case VoiceChunk():
                self.voice.append(item)
        self._apply(item)

    async def listen(self, address):
        url = f"{address}/api/state/ws/full?frequency=60&with_head_joints=true"
        while True:
            try:
                async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
                    async for message in socket:
                        state = RobotState.model_validate_json(message.data)
                        self.did.append((self._clock.now(), state.pose()))
                        self.raw.append(json.loads(message.data))
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.2)

    def pose(self):
        return self.did[-1][1]

    def raws(self):
        """What a picture needs of now."""
        state = self.raw[-1]
        return {"head_joints": state["head_joints"], "antennas": state["antennas_position"]}

    def frames(self, begin, end):
        return [f for _, f in sorted(self.asked.items()) if begin <= f.at <= end]

    def score(self, begin, end):
        """Times and poses (n, 9): head and a share of the eyes as the score asks for them."""
        frames = self.frames(begin - 0.5, end + 0.5)
        poses = np.zeros((len(frames), len(AXES)))
        for pose, frame in zip(poses, frames, strict=True):
            head, look = head_and_look(frame)
            pose[:6] = head
            pose[4:6] += self.body._config.eyes_share * look
        return np.array([f.at for f in frames]), poses

    def plan(self, begin, end, **more):
        """The same as this body can show it, with motors that need no time: times, poses."""
        config = self.body._config.model_copy(update={"delay_s": 0.0} | more)
        motion, at, poses = ReachyMotion(config), [], []
        frames = self.frames(begin - 3.0, end + 0.5)
        voice = sorted(self.voice, key=lambda c: c.at)
        for now in np.arange(frames[0].at, end, 1 / config.rate_hz):
            due = [f for f in frames if f.at < now + motion.ahead_s + 0.1]
            frames = frames[len(due) :]
            motion.take(FrameChunk(generation=0, frames=tuple(due)), now)
            while voice and voice[0].at < now + 0.3:
                motion.take(voice.pop(0), now)
            at.append(now)
            poses.append(motion.step(now).copy())
        return np.array(at), np.array(poses)

    def told(self, begin, end):
        kept = [(at, pose) for at, pose in self.body.told if begin - 0.5 <= at <= end + 0.5]
        return np.array([at for at, _ in kept]), np.array([pose for _, pose in kept])

    def shown(self, begin, end):
        """What the simulator did: times, poses."""
        kept = [(at, pose) for at, pose in self.did if begin <= at <= end]
        return np.array([at for at, _ in kept]), np.array([pose for _, pose in kept])

    def save(self, path):
        """Score, told and done of the whole encounter, to look at by hand."""
        frames = [f for _, f in sorted(self.asked.items())]
        np.savez_compressed(
            path,
            score_at=[f.at for f in frames],
            joints=[f.joints for f in frames],
            gaze=[(f.gaze_yaw_rad, f.gaze_pitch_rad) for f in frames],
            told_at=[at for at, _ in self.body.told],
            told=[pose for _, pose in self.body.told],
            did_at=[at for at, _ in self.did],
            did=[pose for _, pose in self.did],
        )

    def loudness(self, times):
        """Loudness of the voice, 0..1, as a head follows it, at stage times."""
        at, level = [], []
        for chunk in sorted(self.voice, key=lambda c: c.at):
            step = chunk.rate_hz // 50
            for first in range(0, len(chunk.samples) - step + 1, step):
                at.append(chunk.at + (first + step / 2) / chunk.rate_hz)
                part = chunk.samples[first : first + step].astype(np.float64)
                level.append(min(1.0, float(np.sqrt(np.mean(part**2))) / 0.1))
        return np.interp(times, at, level)


def compared(planned, done, axis, longest_s=0.4):
    """Delay that fits best, s; and, at the moment it was meant for, rms and greatest error, deg."""
    (at, plan), (done_at, poses) = planned, done
    lags = np.arange(-0.2, longest_s, 0.005)
    errors = [poses[:, axis] - np.interp(done_at - lag, at, plan[:, axis]) for lag in lags]
    late_s = float(lags[int(np.argmin([np.mean(e**2) for e in errors]))])
    error = np.degrees(poses[:, axis] - np.interp(done_at, at, plan[:, axis]))
    return late_s, float(np.sqrt(np.mean(error**2))), float(np.abs(error).max())


def draw(poses):
    """Render `{name: (raws, azimuth)}` to tests/output/robot; return each motor's range."""
    wanted = [
        {"path": str(OUTPUT / f"{name}.png"), "azimuth": azimuth, **raws}
        for name, (raws, azimuth) in poses.items()
    ]
    listed = OUTPUT / "poses.json"
    listed.write_text(json.dumps(wanted))
    script = str(OUTPUT.parents[1] / "robot" / "render.py")
    python = str(ENVIRONMENT / "bin" / "python")
    done = subprocess.run(
        [python, script, str(listed)], capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stderr[-800:]
    return np.array(json.loads(done.stdout.strip().splitlines()[-1]))
