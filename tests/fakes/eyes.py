"""The real eyes, with the real networks, before a camera of the test's own."""

from agent.bench.looking import look_at_all as looked_at
from perception.eyes.people import PeopleConfig


def look_at_all(camera, take):
    """Give `take` every message about people until the pictures end. People are p1, p2 and on."""
    # A loaded machine is slow to look; that is not what such a test is about.
    looked_at(camera, take, config=PeopleConfig(look_timeout_s=60))
