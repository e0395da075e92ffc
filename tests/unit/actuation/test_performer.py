"""The performer's tasks: what they leave each other time for."""

import asyncio

from actuation.motion import FrameChunk, VoiceChunk
from tests.fakes.stages import KeepingBody, act, performing


class Mouthpiece(KeepingBody):
    """Sends sound from a task of its own, as the socket of a page does."""

    def __init__(self):
        super().__init__()
        self.order = []
        self._waits = asyncio.Queue()

    def apply(self, item):
        super().apply(item)
        if isinstance(item, VoiceChunk):
            self.order.append("sound made")
            self._waits.put_nowait(item)
        elif isinstance(item, FrameChunk):
            self.order.append("pictures made")

    async def send(self):
        while True:
            await self._waits.get()
            self.order.append("sound sent")


async def test_sound_has_gone_out_before_its_first_pictures_are_made():
    body = Mouthpiece()
    async with asyncio.TaskGroup() as group, performing(bodies=[body]) as (publish, *_):
        sending = group.create_task(body.send())
        publish(act("Good day, how may I help you?"))
        await asyncio.sleep(2.0)
        sending.cancel()
    after = body.order[body.order.index("sound made") :]
    assert after.index("sound sent") < after.index("pictures made")
