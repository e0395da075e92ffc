import numpy as np

from actuation.embodiments.page import FRAME_BYTES, FRAMES_HEADER, AvatarBody
from actuation.motion import Cut, Frame, FrameChunk, VoiceChunk, Volume
from agent.core.messages import Health, UtteranceId


class Clock:
    def __init__(self):
        self.at = 10.0

    def now(self):
        return self.at

    async def sleep_until(self, when):
        self.at = when


class Link:
    def __init__(self):
        self.got = []

    def voice(self, generation, packed):
        self.got.append(("voice", generation))

    def frames(self, generation, packed):
        self.got.append(("frames", generation, (len(packed) - FRAMES_HEADER.size) // FRAME_BYTES))

    def cut(self, generation):
        self.got.append(("cut", generation))

    def volume(self, gain):
        self.got.append(("volume", gain))


def voice(generation=0, at=10.2):
    return VoiceChunk(
        generation=generation,
        at=at,
        utterance=UtteranceId(1),
        score_s=0.0,
        rate_hz=16_000,
        samples=np.zeros(1600, np.float32),
    )


def frames(*moments, generation=0):
    joints = np.tile(np.array([0, 0, 0, 1], np.float32), (44, 1))
    return FrameChunk(
        generation=generation,
        frames=tuple(
            Frame(
                at=at,
                utterance=None,
                score_s=0.0,
                joints=joints,
                face=np.zeros(52, np.float32),
                gaze_yaw_rad=0.0,
                gaze_pitch_rad=0.0,
            )
            for at in moments
        ),
    )


def body():
    played = []
    clock = Clock()
    return AvatarBody(clock=clock, report=played.append), clock, played


def test_without_a_page_it_is_degraded_and_takes_everything():
    avatar, _, _ = body()
    avatar.apply(voice())
    assert avatar.health() is Health.DEGRADED
    assert avatar.dropped == 1


def test_a_page_that_comes_back_goes_on_with_the_current_generation():
    avatar, clock, _ = body()
    first, second = Link(), Link()
    avatar.attach(first)
    avatar.apply(voice(generation=0))
    avatar.detach(first)
    assert avatar.health() is Health.DEGRADED
    avatar.apply(Cut(generation=1, at=10.0))
    avatar.apply(voice(generation=1, at=10.3))
    avatar.attach(second)
    assert avatar.health() is Health.RUNNING
    assert second.got == [("cut", 1), ("volume", 1.0), ("voice", 1)]
    clock.at = 12.0
    third = Link()
    avatar.attach(third)
    assert third.got == [("cut", 1), ("volume", 1.0)]


def test_a_page_that_was_taken_over_does_not_take_its_follower_along():
    avatar, _, _ = body()
    first, second = Link(), Link()
    avatar.attach(first)
    avatar.attach(second)
    avatar.detach(first)
    assert avatar.health() is Health.RUNNING


def test_what_was_cut_is_not_sent_again():
    avatar, _, _ = body()
    link = Link()
    avatar.attach(link)
    avatar.apply(Cut(generation=2, at=10.0))
    avatar.apply(voice(generation=1))
    avatar.apply(frames(10.1, generation=1))
    assert link.got[-1] == ("cut", 2)
    assert avatar.dropped == 2


def test_frames_too_late_to_show_are_left_out_and_counted():
    avatar, _, _ = body()
    link = Link()
    avatar.attach(link)
    avatar.apply(frames(9.0, 9.2, 10.1))
    assert link.got[-1] == ("frames", 0, 1)
    assert avatar.dropped == 2


def test_a_page_that_comes_back_keeps_the_volume():
    avatar, _, _ = body()
    avatar.apply(Volume(at=10.0, gain=0.25))
    link = Link()
    avatar.attach(link)
    assert ("volume", 0.25) in link.got


def test_what_the_page_played_becomes_a_message():
    avatar, _, played = body()
    avatar.played(at=9.9, utterance=4, score_s=0.5, first=True, lip_error_s=-0.01)
    (message,) = played
    assert (message.at, message.body, message.utterance) == (9.9, "avatar", 4)
    assert (message.score_s, message.first, message.lip_error_s) == (0.5, True, -0.01)
