"""Editions of a configuration: kept by the agent, listed, and gone back to without loss."""

import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from agent.__main__ import main
from agent.commands.run import _or_last_good
from agent.config import ConfigError
from agent.configuration.history import History, HistoryConfig
from agent.core.messages import PolicyReloaded
from agent.settings import read_settings
from tests.fakes.agents import house, visitor, whole_agent

CONFIGS = Path(__file__).parents[2] / "configs"
NOW = datetime(2026, 11, 21, 13, 12, 4)


@pytest.fixture
def site(tmp_path, monkeypatch):
    shutil.copytree(CONFIGS, tmp_path / "configs")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "configs"


def history(site, keep=40):
    return History(HistoryConfig(folder=site.parent / "var/history", keep=keep), site / "demo.yaml")


def kept(site, why="for a test", keep=40):
    """As the running agent keeps what it runs by."""
    history(site, keep).keep(read_settings(site / "demo.yaml").source(), why, NOW)


def set_words(site, metres):
    path = site / "policies" / "greeting.yaml"
    lines = [
        f"words_within_m: {metres}" if line.startswith("words_w") else line
        for line in path.read_text().splitlines()
    ]
    path.write_text("\n".join(lines) + "\n")
    return path


def words(site):
    return read_settings(site / "demo.yaml").policies.greeting.words_within_m


def test_an_edition_holds_all_that_the_agent_runs_by(site):
    kept(site)
    (edition,) = history(site).editions()
    for file in ("demo.yaml", "sites/demo.yaml", "policies/greeting.yaml", "knowledge/about.md"):
        assert edition.stored(file).read_bytes() == (site / file).read_bytes()
    then, now = (read_settings(at).site for at in (edition.stored_config, site / "demo.yaml"))
    # Calendars are what goes on in the house, not how it is set up: they stay where they are.
    assert then.model_copy(update={"calendars": now.calendars}) == now


def test_what_has_not_changed_is_kept_once(site):
    kept(site)
    kept(site)
    assert len(history(site).editions()) == 1


def test_a_change_is_gone_back_from_and_come_back_to(site, capsys):
    kept(site)
    set_words(site, 2.0)
    kept(site, "policies/greeting.yaml takes effect now: words_within_m 3.0 -> 2.0")
    assert main(["rollback", "configs/demo.yaml"]) == 0
    assert words(site) == 3.0
    told = capsys.readouterr().out
    assert "-words_within_m: 2.0" in told
    assert "+words_within_m: 3.0" in told
    assert "back at edition 1" in told
    assert len(history(site).editions()) == 2  # nothing that is known is set aside
    kept(site, "back")  # as the running agent does
    assert main(["rollback", "configs/demo.yaml"]) == 0
    assert words(site) == 2.0


def test_from_a_broken_file_the_way_back_is_to_the_last_good_edition(site, capsys):
    kept(site)
    set_words(site, 2.0)
    kept(site)
    broken = set_words(site, "near")
    assert main(["rollback", "configs/demo.yaml"]) == 0
    assert words(site) == 2.0
    aside = history(site).editions()[-1]
    assert aside.set_aside
    assert "words_within_m: near" in aside.stored("policies/greeting.yaml").read_text()
    assert broken.read_text().count("words_within_m") == 1
    assert history(site).last_other().number == 1  # not what was set aside


def test_files_that_came_later_go_and_files_that_went_come_back(site):
    kept(site)
    (site / "policies/norms/own.yaml").write_text("norms: []\n")
    (site / "knowledge/own.md").write_text("## Is it late?\nNo.\n")
    (site / "policies/idle.yaml").unlink()
    (site / "mine.yaml").write_text("site: sites/demo.yaml\n")  # another configuration
    kept(site)
    assert main(["rollback", "configs/demo.yaml", "--to", "1"]) == 0
    assert not (site / "policies/norms/own.yaml").exists()
    assert not (site / "knowledge/own.md").exists()
    assert (site / "policies/idle.yaml").exists()
    assert (site / "mine.yaml").exists()
    assert main(["rollback", "configs/demo.yaml", "--to", "2"]) == 0
    assert (site / "policies/norms/own.yaml").exists()


def test_the_oldest_go_when_there_are_too_many(site):
    for metres in (1.0, 1.5, 2.0, 2.5):
        set_words(site, metres)
        kept(site, keep=3)
    assert [one.number for one in history(site).editions()] == [2, 3, 4]
    kept(site, keep=0)
    assert len(history(site).editions()) == 3


def test_half_an_edition_is_none(site):
    kept(site)
    half = site.parent / "var/history/0002"
    half.mkdir()
    (half / "manifest.json").write_text('{"number": 2')
    set_words(site, 2.0)
    kept(site)
    assert [one.number for one in history(site).editions()] == [1, 3]


def test_the_list_says_what_changed_and_where_the_files_are(site, capsys):
    assert main(["history", "configs/demo.yaml"]) == 1
    assert "nothing is kept yet" in capsys.readouterr().out
    kept(site, "the agent was started")
    set_words(site, 2.0)
    kept(site, "policies/greeting.yaml takes effect now")
    assert main(["history", "configs/demo.yaml"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "    1  2026-11-21 13:12:04  the agent was started"
    assert lines[1].startswith("*   2  2026-11-21 13:12:04  policies/greeting.yaml")
    assert main(["history", "configs/demo.yaml", "--to", "1"]) == 0
    assert "+words_within_m: 3.0" in capsys.readouterr().out


def test_there_may_be_nothing_to_go_back_to(site, capsys):
    kept(site)
    assert main(["rollback", "configs/demo.yaml"]) == 1
    assert main(["rollback", "configs/demo.yaml", "--to", "7"]) == 2
    assert "there is no edition 7" in capsys.readouterr().err


def test_two_configurations_have_a_history_each(site):
    (site / "other.yaml").write_text("site: sites/demo.yaml\n")
    kept(site)
    folder = HistoryConfig(folder=site.parent / "var/history")
    other = History(folder, site / "other.yaml")
    other.keep(read_settings(site / "other.yaml").source(), "", NOW)
    assert [one.number for one in other.editions()] == [2]
    assert [one.number for one in history(site).editions()] == [1]


@pytest.mark.parametrize("fault", ["sever: {}\n", "voice: [\n"])
def test_a_broken_configuration_still_says_where_its_editions_lie(site, capsys, fault):
    lies = site / "demo.yaml"
    good = lies.read_text() + "history:\n  folder: elsewhere\n  # so many\n\n  keep: 9\n"
    lies.write_text(good)
    settings = read_settings(lies)
    History(settings.config.history, lies).keep(settings.source(), "for a test", NOW)
    lies.write_text(fault + good)
    assert _or_last_good(lies).config.history == HistoryConfig(folder=Path("elsewhere"), keep=9)
    assert "runs by its edition 1" in capsys.readouterr().err


def test_what_somebody_else_has_put_beside_the_editions_disturbs_nothing(site):
    kept(site)
    shutil.copytree(site.parent / "var/history/0001", site.parent / "var/history/0001 copy")
    set_words(site, 2.0)
    kept(site)
    assert history(site).editions()[-1].number == 2


def test_without_a_good_edition_a_fault_at_the_start_is_a_fault(site):
    set_words(site, "near")
    with pytest.raises(ConfigError, match="words_within_m"):
        _or_last_good(site / "demo.yaml")


def as_in(folder, quiet, settings):
    """The same settings without devices, like those of `house`."""
    config = settings.config.model_copy(
        update={
            "history": quiet.history,
            "camera": quiet.camera,
            "microphone": quiet.microphone,
            "recorder": quiet.recorder,
            "server": quiet.server,
            "dialogue": settings.config.dialogue.model_copy(
                update={"encoder": "words", "visits": folder / "v.sqlite", "cache": folder}
            ),
        }
    )
    return replace(settings, config=config)


async def test_an_unattended_start_runs_by_the_last_good_edition_until_the_fault_is_mended(
    site, tmp_path, capsys
):
    quiet = house(tmp_path).config
    set_words(site, 2.0)
    kept(site)
    set_words(site, "near")
    fallen = as_in(tmp_path, quiet, _or_last_good(site / "demo.yaml"))
    err = capsys.readouterr().err
    assert "greeting.yaml:6: words_within_m: must be a number" in err
    assert "runs by its edition 1" in err
    async with whole_agent(tmp_path, scene=visitor(30.0), settings=fallen) as agent:
        await agent.live(2)
        assert fallen.policies.greeting.words_within_m == 2.0
        set_words(site, 1.5)
        await agent.until(lambda: agent.of(PolicyReloaded))
        (told,) = agent.of(PolicyReloaded)
        assert told.accepted
        assert told.path.endswith("policies/greeting.yaml")
        assert told.detail.endswith("words_within_m 2.0 -> 1.5")
