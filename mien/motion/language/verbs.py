"""What verbs and their nouns mean: a kind of action of its own, or a movement of a part in a direction.

The table has one line per meaning: the verbs, and what they say, in a short notation:

`*=nod`            a kind, whatever part is named; `eyes=close_eyes`: with this part. After the kind may stand a side
                   (`look:up`), a count (`blink*3`) and a strength (`^` strong, `-` slight).
`*~smile`          the same as `*=`, but only the nearest that a head can do; the user is told.
`>up`              the direction in which the part moves, if the text gives none.
`@head`            the part, if the text names none.
`manner:tilt`      how a head moves to a side: see `mien.motion.language.places`.
`speed:fast`       a speed, if the text gives none.
`light`            means nothing without a part or a direction, as in "give a nod".
`whole`            of the whole body where no part is named: what the head does is only the nearest; the user is told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from mien.motion.corpus.actions import Speed, Strength


@dataclass(frozen=True)
class Outcome:
    """A kind of action with what a word says of it. nearest: it is not what the word means, but comes nearest."""

    kind: str
    side: str | None = None
    count: int | None = None
    strength: Strength | None = None
    nearest: bool = False


@dataclass(frozen=True)
class Verb:
    """The meaning of a verb; see the notation above. `by_part["*"]`: whatever part is named."""

    by_part: Mapping[str, Outcome] = field(default_factory=dict)
    direction: str | None = None
    part: str | None = None
    manner: str | None = None
    speed: Speed | None = None
    light: bool = False
    whole: bool = False


NOTHING = "nothing"
"""Kind of what needs no action: a pause, a look into the camera, a mouth that closes again."""

_TABLE = """
nod bob: *=nod
shake wag wobble: *=shake
wiggle waggle: brows=raise_brows nose=wrinkle_nose tongue=tongue *=shake
blink: *=blink
flutter bat: *=blink*3 speed:fast
wink: *=wink
smile grin smirk simper: *=smile
beam: *=smile^
frown scowl glower glare sulk: *=frown
grimace wince: *~frown
brighten: *~smile
laugh chuckle giggle snicker cackle: *~smile
cry weep sob: *~frown
pout pucker purse kiss smooch: *=purse
whistle: *~purse
puff inflate bloat balloon: *=puff
bulge: eyes~raise_brows cheeks=puff
fill blow: cheeks=puff light
gape: *=open_mouth
yawn: *=yawn
sigh: *=sigh
exhale: *~sigh
inhale: *~gasp
gasp: *=gasp
sneer snarl: *=wrinkle_nose
bow: brows=frown *=lower
retreat recoil: *=lean:back
raise_brows: *=raise_brows
wrinkle_nose: *=wrinkle_nose
open_mouth: *=open_mouth
close_eyes: *=close_eyes
double_take: *=double_take
glance_about: *=glance_about
look glance peek peep peer gaze stare gawk gander check: manner:look @eyes
avert: >away manner:look @eyes
turn rotate swivel twist pivot swerve pan spin wheel: manner:turn @head
whip: manner:turn @head speed:fast
aim point direct: manner:turn light
tilt tip slant cant list: manner:tilt @head
cock: brows=raise_brows manner:tilt @head
incline: manner:incline @head
roll: eyes~look:up manner:tilt
lean: manner:lean @body
raise lift elevate hoist rise perk climb: >up
arch quirk: *=raise_brows
lower drop sink fall sag plunge descend plummet: >down
duck dip droop slump hang bend tuck: >down @head
shoot pop: >up speed:fast light
jump fly spring leap soar: >up speed:fast light whole
jerk snap flick dart: manner:push speed:fast light
throw toss fling: manner:throw speed:fast light
swing sway rock: manner:swing @head
move bring push pull draw shift go put come set send cast: manner:push light
wander travel float: manner:push light whole
slide drift settle crane stretch ease bounce creep: manner:push light
thrust jut protrude extend poke stick loll: tongue=tongue manner:push light
show bare flash: tongue=tongue teeth=smile light
open unhinge: >open
part: lips=open_mouth light
widen: eyes~raise_brows mouth=open_mouth^ lips=open_mouth^ light
close shut: >shut
squeeze screw clench: eyes=close_eyes lids=close_eyes nose=wrinkle_nose face=wrinkle_nose lips=purse light
scrunch wrinkle crinkle crease: brows=frown forehead=frown eyes=close_eyes *=wrinkle_nose
twitch: nose=wrinkle_nose brows=raise_brows light
furrow knit contract crumple: *=frown
pinch: brows=frown nose=wrinkle_nose light
press compress: lips=purse mouth=purse light
curl: nose=wrinkle_nose lips=smile corners=smile light
agree approve consent affirm confirm assent: *=nod
disagree refuse deny decline disapprove: *=shake
sleep doze snooze: *~close_eyes
relax rest return wait pause hold stay remain freeze finish end breathe: *=nothing
"""

_OUTCOME = re.compile(r"(\*|\w+)([=~])(\w+?)(?::(\w+))?(?:\*(\d))?([-^])?")
_STRENGTH: dict[str | None, Strength | None] = {"^": "strong", "-": "slight", None: None}


def _verb(items: str) -> Verb:
    by_part, said = {}, {}
    for item in items.split():
        found = _OUTCOME.fullmatch(item)
        if found is not None:
            part, sign, kind, side, count, strength = found.groups()
            by_part[part] = Outcome(kind, side, int(count) if count else None, _STRENGTH[strength], sign == "~")
        elif item[0] in ">@":
            said[{">": "direction", "@": "part"}[item[0]]] = item[1:]
        elif item not in ("light", "whole"):
            name, value = item.split(":")
            said[name] = value
    return Verb(by_part, light="light" in items.split(), whole="whole" in items.split(), **said)  # type: ignore[arg-type]


VERBS: dict[str, Verb] = {
    verb: _verb(items)
    for verbs, items in (line.split(": ", 1) for line in _TABLE.strip().splitlines())
    for verb in verbs.split()
}
"""Verb, in its base form, → what it means."""

_UNABLE = (
    "shrug wave walk run dance sit stand clap hug talk speak sing cough sneeze swallow chew spit eat drink jog march "
    "kneel crouch swim write read type lick bite nibble squint narrow whisper shout yell scream shiver tremble "
    "salute juggle hop crawl drum snore burp hiccup vomit kick punch scratch touch facepalm drive flinch"
)
UNABLE = frozenset(_UNABLE.split())
"""Verbs for what is no movement of this head."""
