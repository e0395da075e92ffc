"""Who works here and what is where: the site as an operator writes it down."""

import difflib
from collections.abc import Iterator
from datetime import date
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from agent.core.errors import FieldError
from agent.core.messages import Place
from behavior.forms.config import FormConfig
from behavior.house.phrases import Phrases, make_phrases
from behavior.house.site_words import Language, PlaceWords, SiteWords
from behavior.tools.calendars import CalendarConfig
from behavior.tools.floor_map import FloorMap
from behavior.tools.queues import ServiceConfig
from behavior.tools.sensors import SensorConfig

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Notify(BaseModel):
    """How somebody is told."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    channel: str = Field(
        "log", description="Row of the notification table: `log`, `webhook`, `email`, `mqtt`."
    )
    address: str = Field("", description="What the channel needs: a number, a URL, a user name.")


class Host(BaseModel):
    """Somebody visitors come to see."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=2, description="Full name as it is spoken, given name first.")
    department: str = Field("", description="Where they work, as visitors call it.")
    room: str = Field("", description="Key of a place below; never told to visitors unasked.")
    also: tuple[str, ...] = Field((), description="Other forms a recogniser may hear or write.")
    notify: Notify = Field(default_factory=Notify, description="How this person is told.")
    status: str = Field(
        "",
        max_length=200,
        description="A note visitors may be told, such as `back at two`; left out if unfit to say.",
    )

    @property
    def first(self) -> str:
        """The given name."""
        return self.name.split()[0]

    @property
    def last(self) -> str:
        """The surname."""
        return self.name.split()[-1]


class Destination(BaseModel):
    """A room or place visitors ask for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="Short name used in this file.")
    name: str = Field(min_length=2, description="As it is spoken, without an article.")
    also: tuple[str, ...] = Field((), description="Other names visitors use for it.")
    directions: str = Field(
        "", description="The way from the desk, as it is spoken; empty: made from `floor_map`."
    )
    x_m: float = Field(ge=-500, le=500, description="Metres in front of the agent, as it faces.")
    y_m: float = Field(ge=-500, le=500, description="Metres to the agent's left.")
    screen: str = Field("", description="One line for the page; made from the name when empty.")
    public: bool = Field(True, description="Visitors may walk there on their own.")
    in_view_m: float = Field(
        0.0,
        ge=0,
        le=20,
        description="People within this of the point count as being there, where the camera sees"
        " it; 0: it cannot be seen from the agent.",
    )

    @property
    def place(self) -> Place:
        """The true position, for pointing."""
        return Place(x_m=self.x_m, y_m=self.y_m)

    @property
    def the(self) -> str:
        """The name as it stands in a sentence."""
        return self.name if self.name[:1].isupper() else f"the {self.name}"


class Emergency(BaseModel):
    """What to do and say when it is serious."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    number: str = Field("112", pattern=r"^[0-9 +]+$", description="The number to dial for rescue.")
    text: str = Field(
        "Help is on the way. Please stay where you are if it is safe.",
        min_length=10,
        description="Said first in any emergency.",
    )
    fire_text: str = Field(
        "Please leave the building now by the nearest exit. Do not use the lifts.",
        min_length=10,
        description="Said when a visitor reports fire or smoke.",
    )
    notify: Notify = Field(default_factory=Notify, description="How the people on duty are told.")


class SiteConfig(BaseModel):
    """One place where the agent works: its people, its places and its facts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=2, description="What the building is called.")
    agent_name: str = Field("", description="The receptionist's own name, or empty for none.")
    timezone: str = Field("UTC", description="IANA zone for times of day, such as `Europe/Berlin`.")
    hours: dict[Weekday, str] = Field(
        default_factory=dict,
        description="Opening hours a day, `08:00-18:00`; a day left out is closed.",
    )
    closed_on: dict[date, str] = Field(
        default_factory=dict,
        description="Days on which the house is closed all the same, and what day that is:"
        " `2026-12-25: Christmas Day`.",
    )
    emergency: Emergency = Field(default_factory=Emergency, description="Emergencies.")
    staff: Notify = Field(default_factory=Notify, description="Who comes when a person is wanted.")
    staff_name: str = Field("a colleague", description="What that person is called in a sentence.")
    seat: str = Field("", description="Key of the place where visitors wait.")
    parcels: str = Field("", description="Key of the place where deliveries are put down.")
    parcels_signed_by: str = Field("", description="Who signs for deliveries, in a few words.")
    facts: dict[str, str] = Field(
        default_factory=dict, description="Words that `{name}` stands for in the knowledge files."
    )
    hosts: tuple[Host, ...] = Field((), description="People visitors come to see.")
    places: tuple[Destination, ...] = Field((), description="Rooms and places.")
    floor_map: FloorMap = Field(
        FloorMap(), description="The floors as a graph: step-free ways, ways between places."
    )
    calendars: tuple[CalendarConfig, ...] = Field(
        (), description="iCalendar files and addresses: rooms, events, expected visitors."
    )
    services: tuple[ServiceConfig, ...] = Field((), description="Queues with numbers.")
    sensors: tuple[SensorConfig, ...] = Field(
        (), description="Readings that may be told: by MQTT, HTTP or file."
    )
    forms: tuple[FormConfig, ...] = Field(
        (), description="Forms on the kiosk's screen, filled in by voice, touch and keyboard."
    )
    phrases_also: tuple[str, ...] = Field((), description="More sentences visitors say here.")
    language: Language = Field("en", description="In which this file and the policies are written.")
    languages: dict[Language, SiteWords] = Field(
        default_factory=dict,
        description="Other languages visitors are served in, and the site's words in them.",
    )

    @field_validator("timezone")
    @classmethod
    def _zone_exists(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ValueError, OSError, ZoneInfoNotFoundError):
            raise ValueError(f"no such time zone: {zone}{_zone_meant(zone)}") from None
        return zone

    @field_validator("hours")
    @classmethod
    def _hours_read(cls, hours: dict[Weekday, str]) -> dict[Weekday, str]:
        for day, text in hours.items():
            try:
                opening_minutes(text, day)
            except ValueError as fault:
                raise FieldError((day,), str(fault).removeprefix(f"{day}: ")) from None
        return hours

    @model_validator(mode="after")
    def _keys_exist(self) -> "SiteConfig":
        keys = [place.key for place in self.places]
        for key in {key for key in keys if keys.count(key) > 1}:
            raise ValueError(f"two places have the key {key}")
        forms = [form.key for form in self.forms]
        for key in {key for key in forms if forms.count(key) > 1}:
            raise ValueError(f"two forms have the key {key}")
        sensors = [sensor.key for sensor in self.sensors]
        for key in {key for key in sensors if sensors.count(key) > 1}:
            raise ValueError(f"two sensors have the key {key}")
        for where, key in _places_named(self):
            if key and key not in keys:
                near = difflib.get_close_matches(key, keys, n=1)
                there = ", ".join(keys) or "no place at all: is the file whole?"
                meant = f"; did you mean {near[0]}?" if near else f"; there is {there}"
                raise FieldError(where, f"no place with the key {key}{meant}")
        _check_words(self)
        for place in self.places:
            if len(place.directions) < 5 and self.floor_map.point_of(place.key) is None:
                raise ValueError(f"{place.key}: write its directions, or put it on floor_map")
        return self

    def place(self, key: str) -> Destination | None:
        """Return the place called `key`."""
        return next((place for place in self.places if place.key == key), None)

    @property
    def spoken(self) -> tuple[Language, ...]:
        """All languages visitors are served in, the site's own first."""
        return tuple(dict.fromkeys((self.language, *self.languages)))

    def in_language(self, code: str) -> "SiteConfig":
        """Return the site as it is put in that language; what has no words there stays."""
        words = next((words for known, words in self.languages.items() if known == code), None)
        return self if words is None else _put(self, words)

    def phrases(self) -> Phrases:
        """Words, names, rooms and sentences for a recogniser's language model."""
        return make_phrases(
            people=[(host.name, host.first, host.last) for host in self.hosts],
            places=[name for place in self.places for name in (place.name, *place.also)],
            also=self.phrases_also,
        )


def _check_words(site: SiteConfig) -> None:
    if site.language in site.languages:
        raise FieldError(
            ("languages", site.language),
            f"{site.language} is the language of this file itself (`language:`), so its words stand"
            " in the places and hosts above; move them there, and leave it out here",
        )
    known = {
        "places": {place.key for place in site.places},
        "people": {host.name for host in site.hosts},
        "departments": {host.department for host in site.hosts},
        "services": {service.key for service in site.services},
    }
    for code, words in site.languages.items():
        for kind, keys in known.items():
            if strange := sorted(set(getattr(words, kind)) - keys):
                near = difflib.get_close_matches(strange[0], keys, n=1)
                meant = f"; did you mean {near[0]}?" if near else ""
                raise FieldError(
                    ("languages", code, kind), f"the site has no {', '.join(strange)}{meant}"
                )


def _place_in(told: PlaceWords | None, place: Destination) -> Destination:
    if told is None:
        told = PlaceWords(name=place.name, screen=place.screen)
    put = {**dict(told), "also": (*told.also, place.name, *place.also)}
    put["directions"] = told.directions or place.directions
    return place.model_copy(update=put)


def _put(site: SiteConfig, words: SiteWords) -> SiteConfig:
    places = tuple(_place_in(words.places.get(place.key), place) for place in site.places)
    hosts = tuple(
        host.model_copy(
            update={
                "also": (*host.also, *words.people.get(host.name, ())),
                "department": words.departments.get(host.department, host.department),
            }
        )
        for host in site.hosts
    )
    services = tuple(
        one.model_copy(
            update={
                "name": words.services.get(one.key, one.name),
                "also": (one.name, *one.also),
            }
        )
        for one in site.services
    )
    emergency = site.emergency.model_copy(
        update={"text": words.emergency_text, "fire_text": words.fire_text}
    )
    return site.model_copy(
        update={
            "staff_name": words.staff_name,
            "parcels_signed_by": words.parcels_signed_by,
            "facts": {**site.facts, **words.facts},
            "places": places,
            "hosts": hosts,
            "services": services,
            "emergency": emergency,
        }
    )


def opening_minutes(text: str, day: str) -> tuple[int, int]:
    """Read `08:00-18:00` as minutes after midnight, or raise ValueError with what is wrong."""
    if "," in text or text.count("-") > 1:
        raise ValueError(
            f"{day}: one stretch a day, such as 08:00-18:00, and not {text!r}; tell of a break in"
            " knowledge/"
        )
    try:
        times = [(int(h), int(m)) for h, m in (t.split(":") for t in text.split("-"))]
        start, end = (60 * hour + minute for hour, minute in times)
    except ValueError:
        raise ValueError(f"{day}: write opening hours as 08:00-18:00, not {text!r}") from None
    if strange := [
        f"{h:02}:{m:02}" for h, m in times if not (h < 24 and m < 60 or (h, m) == (24, 0))
    ]:
        raise ValueError(f"{day}: {strange[0]} is no time of day; the last is 24:00")
    if not start < end:
        raise ValueError(
            f"{day}: {text!r} does not end after it starts; a day ends at 24:00 at the latest"
        )
    return start, end


def _zone_meant(zone: str) -> str:
    """`; did you mean Europe/Berlin?` for `Berlin`."""
    city = zone.strip().replace(" ", "_").lower()
    found = sorted(known for known in available_timezones() if known.lower().endswith(f"/{city}"))
    near = found or difflib.get_close_matches(zone, available_timezones(), n=1)
    return f"; did you mean {near[0]}?" if near else "; it is written as Europe/Berlin"


def _places_named(site: SiteConfig) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Where the key of a place is written, and which."""
    yield ("seat",), site.seat
    yield ("parcels",), site.parcels
    yield from ((("hosts", i, "room"), one.room) for i, one in enumerate(site.hosts))
    yield from ((("calendars", i, "place"), one.place) for i, one in enumerate(site.calendars))
    yield from ((("services", i, "place"), one.place) for i, one in enumerate(site.services))
    points = site.floor_map.points
    yield from ((("floor_map", "points", i, "place"), one.place) for i, one in enumerate(points))
