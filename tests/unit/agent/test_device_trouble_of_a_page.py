"""What keeps a page from seeing or hearing is told in words to act on, once, and taken back."""

import pytest

from agent.core.messages import ComponentHealth, Health, PageChanged
from agent.pages.device_trouble import device_trouble
from agent.pages.wire import Devices
from tests.fakes.pages import kiosk, serving


def page(camera=True, microphone=True, *, muted=False, sound="on", detail=""):
    return Devices(camera=camera, microphone=microphone, muted=muted, sound=sound, detail=detail)


@pytest.mark.parametrize(
    ("said", "elsewhere", "told"),
    [
        (page(), (), None),
        (page(camera=False, microphone=False), (), None),  # it has not asked for them yet
        (page(microphone=False, detail="NotFoundError"), (), "finds no microphone: plug one in"),
        (page(False, False, detail="NotAllowedError"), (), "use its camera and microphone: allow"),
        (page(False, False, detail="NotAllowedError"), ("microphone",), "use its camera: allow"),
        (page(False, False, detail="NotReadableError"), ("camera", "microphone"), None),
        (page(False, False, detail="insecure address"), (), "server.certificate"),
        (page(microphone=False, detail="the microphone went away"), (), "the microphone went away"),
        (page(microphone=False, detail="{x}"), (), r"no microphone \({x}\)"),
        (page(muted=True), (), "muted on the page"),
        (page(sound="blocked"), (), "tap it once"),
    ],
)
def test_each_trouble_says_what_to_do(said, elsewhere, told):
    words = device_trouble(said, elsewhere)
    assert (told is None) == (words == "")
    assert told is None or told.replace("\\", "") in words


async def test_the_operator_is_told_once_and_told_when_it_is_well(tmp_path):
    async with serving(tmp_path) as served, kiosk(served) as shown:
        for said in (page(), *[page(microphone=False, detail="NotFoundError")] * 2, page()):
            await shown.say(**said.model_dump())
        await served.until(lambda: len(served.of(PageChanged)) == 5)
        told = [one.health for one in served.of(ComponentHealth)]
        assert told == [Health.RUNNING, Health.DEGRADED, Health.RUNNING]
