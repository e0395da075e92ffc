"""How far perception is from the truth: what it misses, misplaces and makes up."""

from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field

_CONFIG = ConfigDict(extra="forbid", frozen=True)


class PlaceNoise(BaseModel):
    """Where people seem to be."""

    model_config = _CONFIG

    range_bias: float = Field(
        0.0, ge=0, le=1, description="Lasting relative error of distance, sd."
    )
    range_jitter: float = Field(0.0, ge=0, le=1, description="Relative jitter of distance, sd.")
    bearing_jitter_rad: float = Field(0.0, ge=0, le=1, description="Jitter of direction, sd.")
    jitter_lasts_s: float = Field(0.3, ge=0.05, le=5, description="How long a jitter holds.")
    speed_lag_s: float = Field(0.0, ge=0, le=3, description="How far the speed lags behind.")
    speed_jitter_m_s: float = Field(0.0, ge=0, le=1, description="Jitter of speeds, sd.")
    height_bias_m: float = Field(0.0, ge=0, le=1, description="Lasting error of eye height, sd.")


class TurnNoise(BaseModel):
    """How bodies, heads and eyes seem to be turned."""

    model_config = _CONFIG

    facing_jitter_rad: float = Field(0.0, ge=0, le=2, description="At 2 m; grows with distance.")
    facing_missing: float = Field(0.0, ge=0, le=1, description="Share of sightings without it.")
    head_jitter_rad: float = Field(0.0, ge=0, le=2, description="Of a head whose face is found.")
    far_head_jitter_rad: float = Field(
        0.0, ge=0, le=2, description="Of a head judged by the body, where no face is found."
    )
    gaze_jitter_rad: float = Field(0.0, ge=0, le=2, description="Of a gaze, sd.")
    gaze_bias_rad: float = Field(
        0.0, ge=0, le=1, description="Lasting error of a person's gaze after calibration, sd."
    )
    gaze_missing: float = Field(
        0.0, ge=0, le=1, description="Share without a gaze at 2 m, in range; grows with its square."
    )
    face_turned_rad: float = Field(
        1.2, gt=0, le=3.2, description="A head turned farther than this shows no face."
    )


class LossNoise(BaseModel):
    """Who is missed, late, mixed up or made up."""

    model_config = _CONFIG

    late_s: float = Field(0.0, ge=0, le=5, description="From coming into view to the first sight.")
    drops_per_min: float = Field(
        0.0, ge=0, le=60, description="Drop-outs a minute in view, at 3 m."
    )
    drop_s: float = Field(0.5, ge=0.05, le=20, description="Mean length of a drop-out.")
    bridge_s: float = Field(1.5, gt=0, le=10, description="Out of view for longer: a new id.")
    switches_per_min: float = Field(0.0, ge=0, le=20, description="Ids lost for no reason.")
    hidden_rad: float = Field(
        0.0, ge=0, le=0.5, description="People behind others within this angle are not seen."
    )
    swap: float = Field(0.0, ge=0, le=1, description="How likely two who brush past swap ids.")
    ghosts_per_hour: float = Field(0.0, ge=0, le=60, description="People seen who are not there.")
    ghost_s: float = Field(2.0, ge=0.2, le=60, description="How long such a one is seen, mean.")
    sightings_hz: float = Field(10.0, gt=0, le=10, description="Sightings a second a person.")


class HearingNoise(BaseModel):
    """What of speech is missed, misheard and made up."""

    model_config = _CONFIG

    word_errors: float = Field(0.0, ge=0, le=1, description="Share of words misheard.")
    name_errors: float = Field(0.0, ge=0, le=1, description="The same for names.")
    empty_turns: float = Field(0.0, ge=0, le=1, description="Turns of which no word is understood.")
    missed_turns: float = Field(0.0, ge=0, le=1, description="Turns not heard at all.")
    overheard: float = Field(0.0, ge=0, le=1, description="Talk among others taken for a turn.")
    overheard_m: float = Field(3.0, ge=0, le=20, description="Up to this distance.")
    false_per_hour: float = Field(0.0, ge=0, le=600, description="Noises taken for a voice.")
    confirm_s: float = Field(0.06, ge=0, le=1, description="From a voice to its announcement.")
    pause_s: float = Field(0.2, ge=0.05, le=1, description="Silence that counts as a pause.")
    ends_s: float = Field(0.5, ge=0.2, le=5, description="Silence that ends a whole sentence.")
    dangles_s: float = Field(1.0, ge=0.2, le=6, description="Silence that ends half a sentence.")


class DetectorNoise(BaseModel):
    """All of it off means that the agent is told the truth, as far as the camera reaches."""

    model_config = _CONFIG

    name: str = Field(description="Short, as the file is called.")
    description: str = Field("", description="One sentence.")
    held_out: bool = Field(False, description="Never trained or tuned on; for tests only.")
    place: PlaceNoise = Field(PlaceNoise(), description="Where people seem to be.")
    turn: TurnNoise = Field(TurnNoise(), description="How they seem to be turned.")
    loss: LossNoise = Field(LossNoise(), description="Who is missed, late, mixed up, made up.")
    hearing: HearingNoise = Field(HearingNoise(), description="What is misheard.")


def load_detector_noise(path: Path) -> DetectorNoise:
    """Read one kind of noise."""
    return DetectorNoise.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
