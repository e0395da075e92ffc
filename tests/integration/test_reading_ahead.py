import subprocess
import sys

STAGE = """
import yaml
from agent.reading_ahead import read_ahead

{first}

def refuse(*_, **__):
    raise AssertionError("a file is read while the stage is set up")

yaml.load = refuse
from actuation.animation import Animation
from actuation.gestures.choice import GestureConfig
from actuation.gestures.gesticulation import Gesticulation
from actuation.stage.config import PerformerConfig

config = PerformerConfig().animation
animation = Animation(config=config, gestures=Gesticulation(GestureConfig()), start=0.0)
animation.frames(0, 4, None)
from actuation.gestures.bearing import body_bearing
from actuation.faces.expressions import faces
for name in faces():
    body_bearing(name, 1.0)
"""


def setting_up(first):
    code = STAGE.replace("{first}", first)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)


def test_no_file_of_the_stage_is_read_while_the_loop_runs():
    done = setting_up("read_ahead()")
    assert done.returncode == 0, done.stderr
    assert "a file is read" in setting_up("").stderr
