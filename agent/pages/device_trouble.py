"""What keeps a page from seeing or hearing, in words an operator can act on. Pure."""

from collections.abc import Container
from typing import Final

from agent.pages.wire import Devices

_BY_NAME: Final = {
    "NotAllowedError": "the browser does not let this page use its {what}: allow it for this"
    " address in the browser's settings and load the page anew, or visitors must type",
    "NotFoundError": "the browser finds no {what}: plug one in, see that the system shows it, and"
    " load the page anew",
    "NotReadableError": "the browser cannot open its {what}: another program holds it or its driver"
    " hangs; close the other, or unplug it and plug it in again, and load the page anew",
    "insecure address": "browsers give {what} only to https or localhost: set server.certificate"
    " and open the page at its https address, or visitors must type",
}
"""By the names that browsers give (W3C, "Media Capture and Streams")."""
_OTHER: Final = "the browser gives the page no {what} ({detail}); load the page anew"
_MUTED: Final = "the microphone is muted on the page"
_BLOCKED: Final = (
    "the browser lets the page make no sound until somebody touches it: tap it once, or start the"
    " browser with --autoplay-policy=no-user-gesture-required"
)


def device_trouble(said: Devices, elsewhere: Container[str]) -> str:
    """What is wrong with the devices of a page; empty: nothing, or it has not asked for them yet.

    `elsewhere`: the senses that are no page's.
    """
    there = {"camera": said.camera, "microphone": said.microphone}
    missing = [name for name, has in there.items() if not has and name not in elsewhere]
    told = [_BLOCKED] if said.sound == "blocked" else []
    if said.microphone and said.muted and "microphone" not in elsewhere:
        told.append(_MUTED)
    if missing and said.detail:
        words = said.detail if "went away" in said.detail else _BY_NAME.get(said.detail, _OTHER)
        told.append(words.format(what=" and ".join(missing), detail=said.detail))
    return "; ".join(told)
