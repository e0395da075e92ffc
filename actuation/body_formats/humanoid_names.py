"""Which joint of a foreign skeleton is which VRM bone: by names at the ends, by chains between.

Files name joints in many ways (`LeftForeArm`, `lShldr`, `mixamorig:RightHand`, `J_Bip_L_Hand`,
`RArm1`, `left_elbow`), and call a joint by the bone above it or below it. Hips, hands, head, feet
and fingers are found by their names; what lies between is told by its place in the chain.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from actuation.body_formats.hierarchy import Hierarchy
from actuation.joints.skeleton import FINGERS, SIDES, parts_of
from agent.core.errors import BadInputError

LEGS: Final = tuple(
    f"{side}{part}" for side in SIDES for part in ("UpperLeg", "LowerLeg", "Foot", "Toes")
)
VRM_PARENTS: Final[dict[str, str | None]] = {
    "hips": None, "spine": "hips", "chest": "spine", "upperChest": "chest",
    "neck": "upperChest", "head": "neck",
    **{f"{s}Shoulder": "upperChest" for s in SIDES},
    **{f"{s}UpperArm": f"{s}Shoulder" for s in SIDES},
    **{f"{s}LowerArm": f"{s}UpperArm" for s in SIDES},
    **{f"{s}Hand": f"{s}LowerArm" for s in SIDES},
    **{
        f"{s}{finger}{part}": f"{s}{finger}{above}" if above else f"{s}Hand"
        for s in SIDES for finger in FINGERS
        for above, part in zip(("", *parts_of(finger)), parts_of(finger), strict=False)
    },
    **{f"{s}UpperLeg": "hips" for s in SIDES},
    **{f"{s}LowerLeg": f"{s}UpperLeg" for s in SIDES},
    **{f"{s}Foot": f"{s}LowerLeg" for s in SIDES},
    **{f"{s}Toes": f"{s}Foot" for s in SIDES},
}  # fmt: skip
"""Parents before children."""

_LEFT: Final = frozenset({"left", "l"})
_RIGHT: Final = frozenset({"right", "r"})
_NO_BONE: Final = frozenset({
    "end", "site", "nub", "tip", "ik", "target", "pole", "ctrl", "twist", "roll", "prop", "weapon",
    "helper", "effector",
})  # fmt: skip
_FINGER_WORDS: Final = {
    "Thumb": ("thumb",),
    "Index": ("index", "pointer", "forefinger"),
    "Middle": ("middle", "mid"),
    "Ring": ("ring",),
    "Little": ("little", "pinky", "pinkie", "small"),
}
_PARTS: Final = (
    "collar", "clavicle", "shoulder", "shldr", "elbow", "arm", "uparm", "upperarm", "lowarm",
    "lowerarm", "forearm", "hand", "wrist", "thumb", "index", "mid", "ring", "pinky", "little",
    "hip", "buttock", "thigh", "leg", "upleg", "upperleg", "lowleg", "lowerleg", "knee", "shin",
    "calf", "foot", "ankle", "toe", "eye",
)  # fmt: skip
_FINGER_LETTERS: Final = {"t": "Thumb", "i": "Index", "m": "Middle", "r": "Ring", "p": "Little"}


class _Named:
    """A joint's name, taken apart."""

    def __init__(self, name: str) -> None:
        bare = re.split(r"[:|/]", name)[-1]
        parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", bare)
        words = [each for part in parts for each in _apart(part.lower())]
        self.side: str | None = None
        for place, word in enumerate(words):
            if word in _LEFT or word in _RIGHT:
                self.side = "left" if word in _LEFT else "right"
                del words[place]
                break
        self.words: Sequence[str] = words
        self.text = "".join(words)
        self.is_bone = not (_NO_BONE & set(words))

    def has(self, *wanted: str) -> bool:
        return any(each in self.text for each in wanted)

    @property
    def finger(self) -> str | None:
        for finger, known in _FINGER_WORDS.items():
            if self.has(*known):
                return finger
        if len(self.words) >= 2 and self.words[0] == "hand":
            return _FINGER_LETTERS.get(self.words[1])
        return None


def _apart(word: str) -> list[str]:
    """`lefthand` and `lshldr` are a side and a part."""
    for side in ("left", "right", "l", "r"):
        rest = word.removeprefix(side)
        if rest != word and rest.startswith(_PARTS):
            return [side, rest]
    return [word]


def bones_of(skeleton: Hierarchy) -> dict[str, int]:
    """Joint of each VRM bone that the skeleton has, parents before children.

    Raises `BadInputError` when neither hips nor an arm can be told.
    """
    direct = _by_vrm_names(skeleton)
    if direct is not None:
        return direct
    named = [_Named(name) for name in skeleton.names]
    hands = {side: _hand(skeleton, named, side) for side in SIDES}
    head = _first(skeleton, (i for i, n in enumerate(named) if n.side is None and n.has("head")))
    feet = {
        side: _first(
            skeleton,
            (i for i, n in enumerate(named) if n.side == side and n.has("foot", "ankle")),
        )
        for side in SIDES
    }
    hips = _hips(skeleton, named, feet.values())
    ends = [j for j in (*hands.values(), head) if j is not None]
    if all(hand is None for hand in hands.values()) or not ends:
        raise BadInputError(
            f"{skeleton.where}: no arms among its joints ({_listed(skeleton.names)}); name the"
            " hands so that side and part are told, as in LeftHand, l_wrist or RHand"
        )
    chest = _last_shared(skeleton, ends) if len(ends) > 1 else skeleton.parents[ends[0]]
    while chest != hips and named[chest].has("neck"):
        chest = skeleton.parents[chest]
    found = {"hips": hips}
    found |= _trunk(skeleton.path(chest), hips)
    if head is not None:
        trunk = skeleton.path(chest)
        between = [j for j in skeleton.path(head)[:-1] if j not in trunk]
        if between:
            found["neck"] = between[0]
        found["head"] = head
    for side in SIDES:
        if (hand := hands[side]) is not None:
            found |= _arm(skeleton, named, side, chest, hand)
        if (foot := feet[side]) is not None:
            found |= _leg(skeleton, named, side, hips, foot)
    return {bone: found[bone] for bone in VRM_PARENTS if bone in found}


def larynx_of(skeleton: Hierarchy) -> int | None:
    """The joint that moves the larynx, if the skeleton has one. VRM knows no such bone."""
    for joint, name in enumerate(skeleton.names):
        if _Named(name).has("larynx", "throat", "adamsapple"):
            return joint
    return None


def parent_in(bones: Iterable[str], bone: str) -> str | None:
    """The nearest bone above `bone` that is among `bones`."""
    have = set(bones)
    above = VRM_PARENTS[bone]
    while above is not None and above not in have:
        above = VRM_PARENTS[above]
    return above


def _by_vrm_names(skeleton: Hierarchy) -> dict[str, int] | None:
    place = {name: joint for joint, name in reversed(list(enumerate(skeleton.names)))}
    if not {"hips", "leftUpperArm", "leftHand"} <= set(place):
        return None
    return {bone: place[bone] for bone in VRM_PARENTS if bone in place}


def _first(skeleton: Hierarchy, joints: Iterable[int]) -> int | None:
    """The one nearest to the root."""
    return min(joints, key=lambda joint: (len(skeleton.path(joint)), joint), default=None)


def _hand(skeleton: Hierarchy, named: Sequence[_Named], side: str) -> int | None:
    of_side = [i for i, n in enumerate(named) if n.side == side and n.is_bone]
    hand = _first(skeleton, (i for i in of_side if named[i].has("hand", "wrist")))
    if hand is not None:
        return hand
    arm = [i for i in of_side if named[i].has("arm", "elbow") and not named[i].has("armature")]
    ends = [i for joint in arm for i in skeleton.children[joint]]
    return max(ends, key=lambda joint: len(skeleton.path(joint)), default=None)


def _hips(skeleton: Hierarchy, named: Sequence[_Named], feet: Iterable[int | None]) -> int:
    known = (i for i, n in enumerate(named) if n.side is None and n.has("hip", "pelvis"))
    hips = _first(skeleton, known)
    if hips is not None:
        return hips
    standing = [foot for foot in feet if foot is not None]
    return _last_shared(skeleton, standing) if len(standing) > 1 else 0


def _last_shared(skeleton: Hierarchy, joints: Sequence[int]) -> int:
    """The last joint on the ways to all of them."""
    ways = [skeleton.path(joint)[:-1] for joint in joints]
    shared = [j for j in ways[0] if all(j in way for way in ways)]
    return shared[-1] if shared else 0


def _trunk(way: Sequence[int], hips: int) -> dict[str, int]:
    above = list(way[way.index(hips) + 1 :]) if hips in way else []
    if len(above) >= 3:
        return {
            "spine": above[0],
            "chest": above[len(above) // 2],
            "upperChest": above[-1],
        }
    return dict(zip(("spine", "chest"), above, strict=False))


def _arm(
    skeleton: Hierarchy, named: Sequence[_Named], side: str, chest: int, hand: int
) -> dict[str, int]:
    way = skeleton.path(hand)
    chain = [j for j in way[way.index(chest) + 1 if chest in way else 0 : -1] if named[j].is_bone]
    parts = ("LowerArm", "UpperArm", "Shoulder")
    found = {f"{side}{part}": joint for part, joint in zip(parts, chain[::-1], strict=False)}
    found[f"{side}Hand"] = hand
    below = [j for j in range(len(named)) if hand in skeleton.path(j)[:-1] and named[j].is_bone]
    for finger in FINGERS:
        chain = [j for j in below if named[j].finger == finger]
        chain.sort(key=lambda joint: len(skeleton.path(joint)))
        found |= {f"{side}{b}": j for b, j in _finger(skeleton, named, finger, chain)}
    return found


def _finger(
    skeleton: Hierarchy, named: Sequence[_Named], finger: str, chain: Sequence[int]
) -> list[tuple[str, int]]:
    """Bones of one finger, from the palm outwards; the metacarpal within the palm is none."""
    bones = [f"{finger}{part}" for part in parts_of(finger)]
    if finger == "Thumb":
        if len(chain) < 3:
            bones = bones[1:]
        return list(zip(bones, chain, strict=False))
    numbered = [j for j in chain if any(word.isdigit() for word in named[j].words)]
    if numbered and len(numbered) < len(chain):
        chain = numbered
    elif chain and named[chain[0]].has("meta", "carpal", "inhand"):
        chain = chain[1:]
    return list(zip(bones, chain, strict=False))


def _leg(
    skeleton: Hierarchy, named: Sequence[_Named], side: str, hips: int, foot: int
) -> dict[str, int]:
    way = skeleton.path(foot)
    chain = [j for j in way[way.index(hips) + 1 if hips in way else 0 : -1] if named[j].is_bone]
    found = dict(zip((f"{side}LowerLeg", f"{side}UpperLeg"), chain[::-1], strict=False))
    found[f"{side}Foot"] = foot
    toes = [j for j in skeleton.children[foot] if named[j].has("toe")]
    if toes:
        found[f"{side}Toes"] = toes[0]
    return found


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:12])
    return shown + (f" and {len(names) - 12} more" if len(names) > 12 else "")
