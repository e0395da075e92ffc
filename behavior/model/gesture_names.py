"""The gestures that a language model may ask for by name."""

LEXEMES = (
    "nod", "wave", "point", "offer_palm", "show_way", "welcome_arms", "shrug", "heart_clasp",
    "self_indicate", "small_bow", "here_desk", "parcel", "writing", "shake_head", "tilt_head",
    "beckon", "halt", "thumb_up", "ok_sign", "calm_down", "promise", "handshake", "phone_call",
    "check_time", "listen_ear", "thinking_chin", "idea", "oops", "applause", "straight_on",
    "turn_corner", "stairs_up", "stairs_down", "up_there", "down_there", "far_away", "near_here",
    "behind_me", "both_sides", "come_in", "sit_down", "hand_over", "small", "big", "balance",
    "later", "split", "exchange", "whole", "rise", "fall", "enough", "question",
)  # fmt: skip
"""Names in the lexicon of gestures that a model may ask for: what a reception has use for. A few
dozen, because a model reads them before every answer; what words call for needs no name."""
