"""`foyer check` tells of norms that contradict, with file, line and cure."""

import shutil
from pathlib import Path

import pytest

from agent.__main__ import main

CONFIGS = Path(__file__).parents[2] / "configs"
OWN = """norms:
  - id: own_rule
    kind: safety
    when: WHEN
    verdict: VERDICT
    reason: Because it is an example.
    examples:
      fires: [{ people: [{}], act: FIRES }]
      silent: [{ people: [{}], act: { policy: attention.look } }]
"""


def check(folder, capsys, text):
    shutil.copytree(CONFIGS, folder / "configs")
    path = folder / "configs" / "policies" / "norms" / "own.yaml"
    path.write_text(text)
    code = main(["check", str(folder / "configs" / "demo.yaml")])
    return code, path.resolve(), capsys.readouterr().err


CASES = [
    (
        "{ act.greets: true }",
        "veto",
        "{ policy: greeting.words, say: Hello., unasked: true, greets: true }",
        "own_rule.when: it always vetoes greeting.words: ",
    ),
    (
        "{ act.policy: waiting, act.speaks: true }",
        "{ soften: silent_sign }",
        "{ policy: waiting.offer, say: Hello., unasked: true }",
        "own_rule.when: it always silences waiting.offer: ",
    ),
    (
        "{ room.alarm: true, act.speaks: true, act.unasked: true, act.priority: social }",
        "{ require: look }",
        "{ policy: greeting.words, say: Hello., unasked: true }",
        "own_rule.when: it never comes to anything: wherever it holds, it requires what is"
        " vetoed by no_small_talk_in_an_alarm",
    ),
]


@pytest.mark.parametrize(("when", "verdict", "fires", "complaint"), CASES)
def test_a_contradiction_is_told_with_file_line_and_cure(
    tmp_path, capsys, when, verdict, fires, complaint
):
    if ":" in verdict:
        verdict, how = verdict.strip("{ }").split(": ")
        verdict = f"{verdict}\n    how: {how}"
    text = OWN.replace("WHEN", when).replace("VERDICT", verdict).replace("FIRES", fires)
    _, path, err = check(tmp_path, capsys, text)
    told = [line for line in err.splitlines() if line.startswith(f"warning: {path}:2: ")]
    assert any(complaint in line for line in told)
    assert any("narrow `when`" in line or "change one of the two" in line for line in told)


def test_a_norm_without_an_example_is_refused_with_file_and_line(tmp_path, capsys):
    text = OWN.replace("WHEN", "{ act.speaks: true }").replace("VERDICT", "veto")
    text = text[: text.index("    examples:")]
    code, path, err = check(tmp_path, capsys, text)
    assert code == 2
    assert f"{path}:2: norms.0.examples: " in err
