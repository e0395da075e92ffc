"""How easily the agent gives up the floor: the settings of `interruption.py`."""

from pydantic import BaseModel, ConfigDict, Field


class InterruptionConfig(BaseModel):
    """How easily the agent gives up the floor."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    soft_gain: float = Field(
        0.25, ge=0, le=1, description="The voice's gain as soon as a visitor's voice begins."
    )
    hold_after_voiced_s: float = Field(
        0.03,
        ge=0.03,
        le=2,
        description="After this much voice it falls silent and keeps its place. 0.03: as soon as a"
        " voice is noticed.",
    )
    hold_at_latest_s: float = Field(
        0.03,
        ge=0.03,
        le=2,
        description="The same, when no more was reported since the voice began.",
    )
    hold_later_s: float = Field(
        0.06,
        ge=0,
        le=2,
        description="At least so long, and lowered first, for a while after it held for nothing:"
        " what sounded like a voice may be the room.",
    )
    hold_later_for_s: float = Field(20.0, ge=0, le=600, description="So long a while.")
    stop_after_voiced_s: float = Field(
        1.2, ge=0.3, le=10, description="After this much voice it gives up the floor without words."
    )
    words_after_voiced_s: float = Field(
        1.2,
        ge=0,
        le=3,
        description="A shorter voice may be a listener's murmur: its words count at its end.",
    )
    doubt_below: float = Field(
        0.5,
        ge=0,
        le=1,
        description="Words of so short a voice that are recognised with less trust are a murmur.",
    )
    floor_words: tuple[str, ...] = Field(
        ("wait", "stop", "no", "help", "excuse me", "sorry", "hold on", "one moment", "listen"),
        description="These ask for the floor, however short, and half understood.",
    )
    floor_doubt_below: float = Field(
        0.2, ge=0, le=1, description="With less trust than this even those are a murmur."
    )
    yields_from: float = Field(
        0.5,
        ge=0.05,
        le=0.95,
        description="How surely a short voice must want the floor, by its words and its sound.",
    )
    doubt_from: float = Field(
        0.2,
        ge=0,
        le=0.95,
        description="A short voice that wants the floor at least so surely, and not surely enough,"
        " is given time to say more before the agent goes on.",
    )
    doubt_waits_s: float = Field(
        1.0, ge=0.2, le=3, description="So much time, from the end of that voice."
    )
    doubt_hush_s: float = Field(
        1.9, ge=0.5, le=5, description="And never a longer silence than this in all."
    )
    yields_again_from: float = Field(
        0.2,
        ge=0.05,
        le=0.95,
        description="As yields_from, for a voice soon after one that may have wanted the floor and"
        " did not get it: nobody has to ask for it three times.",
    )
    again_within_s: float = Field(
        3.0, ge=0, le=30, description="How soon after it; 0: every voice is judged by itself."
    )
    resume_after_s: float = Field(
        0.6, ge=0.2, le=5, description="It goes on after this much silence, if nothing was said."
    )
    backchannels: tuple[str, ...] = Field(
        ("mm", "hm", "hmm", "mhm", "mm-hm", "uh", "huh", "uh-huh", "aha", "ah", "oh", "i see"),
        description="What listeners say without wanting the floor.",
    )
    agreements: tuple[str, ...] = Field(
        (
            *("yes", "yeah", "yep", "ok", "okay", "right", "sure", "fine", "good", "great"),
            *("thanks", "all right", "got it", "of course", "exactly", "perfect", "nice"),
            *("i understand", "i get it", "fair enough", "makes sense", "sounds good", "lovely"),
            *("that's good", "that is good", "that's nice", "that is nice", "that's great"),
            *("that is great", "good to know", "no problem", "cool", "wow", "really", "very good"),
            *("absolutely", "indeed", "true", "alright", "how nice", "very nice", "great to hear"),
            *("gotcha", "sure thing", "no worries", "that works", "that helps", "good to hear"),
            *("understood", "all good", "that makes sense", "yes i know", "yeah i know", "gosh"),
            *("oh dear", "oh my", "oh is it", "oh does it", "is that so", "glad to hear"),
        ),
        description="The same, unless the agent is asking a question: then it is an answer.",
    )
    assessments: tuple[str, ...] = Field(
        (
            *("good", "great", "nice", "lovely", "fine", "perfect", "cool", "interesting", "super"),
            *("brilliant", "amazing", "wonderful", "excellent", "awesome", "fantastic", "clear"),
            *("helpful", "useful", "impressive", "beautiful", "neat", "terrific", "marvellous"),
        ),
        description="With these a listener judges what is said: alone, after `that's`, `how` or"
        " `very`, or after `oh`. They are agreements too.",
    )
    particles: tuple[str, ...] = Field(
        (
            *("a", "an", "and", "the", "but", "of", "in", "to", "for", "if", "m", "h", "i", "am"),
            *("he", "she", "him", "them", "us", "you", "they", "that", "or", "as", "at", "are"),
            *("then", "well"),
        ),
        description="Nobody says only these: where nothing else was understood, it was a murmur.",
    )
    backchannel_words: int = Field(
        3, ge=1, le=6, description="More words than this are never a backchannel."
    )
    echo_caution_s: float = Field(
        30.0,
        ge=0,
        le=600,
        description="After it stopped for nothing, only words stop it again for this long.",
    )
