"""What `foyer check` finds beyond faults: settings that contradict each other, with their lines."""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from actuation.bodies.zmq_config import ZmqConfig
from actuation.embodiments.catalogue import BODIES
from actuation.gestures.lexemes import standard_lexicon
from actuation.speech.voice import VOICES
from agent.config import Problem, place_of, yaml_files
from agent.core.backend import Row
from agent.settings import AgentConfig, Settings
from behavior.house.knowledge import Entry, knowledge_files
from behavior.house.site import SiteConfig
from behavior.norms.contradictions import contradictions as norm_contradictions
from behavior.norms.house_words import words_against
from behavior.norms.review import untriggerable
from behavior.policy_review import Finding, Surroundings, Where, review_policies
from behavior.site_review import review_knowledge, review_site
from behavior.tools.outside_check import review_sensors, review_servers
from perception.words.recognition import RECOGNISERS

_ORDERED = (
    ("seeing.engagement.attend_m", "seeing.engagement.attend_keep_m", "attending ends at once"),
    ("seeing.engagement.engage_m", "seeing.engagement.engage_keep_m", "an encounter ends at once"),
    ("seeing.engagement.look_keep_share", "seeing.engagement.look_share", "attending flickers"),
    ("turns.voice.go_on_at", "turns.voice.start_at", "a voice never ends once it has begun"),
    (
        "turns.patience.closed_s",
        "turns.patience.open_s",
        "a whole sentence is waited after longest",
    ),
    (
        "turns.patience.finished_s",
        "turns.patience.closed_s",
        "what sounds finished, too, is waited for longer than what only reads so",
    ),
    ("turns.patience.open_s", "turns.patience.dangling_s", "half a sentence is waited after least"),
    (
        "turns.patience.nothing_s",
        "turns.words_within_s",
        "the turn is closed before, without words",
    ),
    ("planner.situation.bridge_s", "planner.situation.return_within_s", "nobody ever comes back"),
    ("dialogue.model.first_clause_s", "dialogue.model.whole_s", "no whole reply comes in time"),
    ("dialogue.model.max_tokens", "dialogue.model.context_tokens", "no prompt has room beside it"),
    ("server.idle_pictures_hz", "server.pictures_hz", "more is looked when nobody is there"),
)
"""Settings of which the first has to be at most the second, and what happens else."""


_PORT = re.compile(r":(\d+)$")


def warnings(settings: Settings) -> Iterator[Problem]:
    """What is allowed and can hardly be meant."""
    for norm, why in untriggerable(settings.norms.all):
        yield in_norm(settings, norm.id, "", f"nothing can trigger this norm: {why}")
    for norm, field, what in norm_contradictions(settings.norms):
        yield in_norm(settings, norm.id, f".{field}", what)
    yield from contradictions(settings)


def in_norm(settings: Settings, norm: str, field: str, what: str) -> Problem:
    """With the line on which the norm begins."""
    begins = re.compile(rf"^\s*-?\s*id:\s*[\"']?{re.escape(norm)}\b")
    for path in sorted(settings.norms_folder.glob("*.yaml")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if begins.match(line):
                return Problem(str(path), number, norm + field, what)
    return Problem(str(settings.norms_folder), 0, norm + field, what)


def contradictions(settings: Settings) -> Iterator[Problem]:
    """All that is allowed and can hardly be meant, but for norms."""
    config = settings.config
    for finding in review_policies(settings.policies, surroundings(config)):
        yield _located(settings.policies_folder / f"{finding.file}.yaml", finding)
    for path in (settings.path, settings.site_path, *yaml_files(settings.policies_folder)):
        if path.is_file() and not path.read_text(encoding="utf-8-sig").strip():
            what = (
                "is empty, so its defaults hold; was it cut off? `foyer rollback` has the last good"
            )
            yield Problem(str(path), 0, "", what)
    for name in type(settings.policies).model_fields:
        for where, what in words_against(getattr(settings.policies, name), settings.norms):
            yield _located(settings.policies_folder / f"{name}.yaml", Finding(name, where, what))
    odd = (*_not_here(config), *_one_port_twice(config), *_no_way_out(config, settings.site))
    for field, what in odd:
        yield _located(settings.path, Finding("agent", field, what))
    url = config.dialogue.notify.webhook_url
    for finding in review_site(settings.site, settings.norms.all, url):
        yield _located(settings.site_path, finding)
    for finding in review_sensors(settings.site):
        yield _located(settings.site_path, finding)
    for finding in review_servers(settings.policies.tools):
        yield _located(settings.policies_folder / "tools.yaml", finding)
    for found in review_knowledge(settings.entries, settings.site):
        path, line = _heading(settings, found.entry, found.question)
        yield Problem(str(path), line, found.question, found.what)
    for first, second, what in _ORDERED:
        if _value(config, first) > _value(config, second):
            said = f"is more than {second} ({_value(config, second):g}): {what}; lower it"
            yield _located(settings.path, Finding("agent", tuple(first.split(".")), said))


def _not_here(config: AgentConfig) -> Iterator[tuple[Where, str]]:
    """What the configuration names and this machine lacks: it starts without."""
    named: list[tuple[Where, str, Row | None]] = [
        (("bodies", i), body.kind, BODIES.get(body.kind)) for i, body in enumerate(config.bodies)
    ]
    named += [
        (("voice", "voice"), config.voice.voice, VOICES.get(config.voice.voice)),
        (
            ("recognition", "backend"),
            config.recognition.backend,
            RECOGNISERS.get(config.recognition.backend),
        ),
    ]
    for field, name, row in named:
        if row is not None and (missing := row.missing()):
            cure = row.cure or f"pip install {' '.join(missing)}"
            yield field, f"{name} needs {', '.join(missing)}, which is not installed here; {cure}"


def _one_port_twice(config: AgentConfig) -> Iterator[tuple[Where, str]]:
    """Two parts of this agent that want to listen on one port: the second cannot start."""
    taken = {config.server.port: "the pages"}
    for i, body in enumerate(config.bodies):
        if isinstance(body, ZmqConfig):
            for name, address in (("address", body.address), ("commands", body.commands)):
                port = int(found[1]) if (found := _PORT.search(address)) else 0
                if port and port in taken:
                    yield ("bodies", i, name), f"port {port} is used by {taken[port]}; take another"
                taken[port] = f"bodies.{i}.{name}"


def _no_way_out(config: AgentConfig, site: SiteConfig) -> Iterator[tuple[Where, str]]:
    """Ways to reach people that lack what they need."""
    notify = config.dialogue.notify
    ways = [site.staff, site.emergency.notify, *(host.notify for host in site.hosts)]
    used = {way.channel for way in ways}
    needs = (
        ("email", ("smtp", "host"), notify.smtp.host, (("smtp", "password_env"),)),
        ("mqtt", ("mqtt", "host"), notify.mqtt.host, (("mqtt", "password_env"),)),
        ("webhook", (), "set", (("webhook_token_env",),)),
    )
    at = ("dialogue", "notify")
    for channel, field, server, secrets in needs:
        if channel not in used:
            continue
        if not server:
            yield (*at, *field), f"is empty, and the site tells people by {channel}: nobody is told"
        for secret in secrets:
            variable = str(_at(notify, secret))
            if variable and variable not in os.environ:
                yield (*at, *secret), f"the environment variable {variable} is not set here"


def surroundings(config: AgentConfig) -> Surroundings:
    """What the policies of this agent meet."""
    patience, lexicon = config.turns.patience, standard_lexicon()
    factor = patience.patient_factor if patience.patient else 1.0
    return Surroundings(
        attend_keep_m=config.seeing.engagement.attend_keep_m,
        engage_m=config.seeing.engagement.engage_m,
        longest_patience_s=factor * max(patience.dangling_s, patience.open_s, patience.closed_s),
        model_begins_s=config.dialogue.model.first_clause_s if config.dialogue.model.url else None,
        knows_gesture=lambda name: lexicon.named(name) is not None,
    )


def _located(path: Path, finding: Finding) -> Problem:
    line, name = place_of(path, finding.field)
    return Problem(str(path), line, name, finding.what)


def _heading(settings: Settings, entry: Entry, question: str) -> tuple[Path, int]:
    folder = settings.config.dialogue.knowledge
    stem = entry.key.split(".")[0]
    for path in knowledge_files(folder):
        if path.stem == stem:
            lines = path.read_text(encoding="utf-8").splitlines()
            headings = (i for i, line in enumerate(lines, 1) if line.strip() == f"## {question}")
            return path, next(headings, 0)
    return folder, 0


def _at(model: object, path: Iterable[str]) -> object:
    for name in path:
        model = getattr(model, name)
    return model


def _value(config: AgentConfig, path: str) -> float:
    value = _at(config, path.split("."))
    assert isinstance(value, int | float)
    return float(value)
