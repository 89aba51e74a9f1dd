"""Words of users beyond those of the training prompts: synonyms of figures, colours, sizes, verbs and directions."""

from __future__ import annotations

SHAPE_WORDS: dict[str, str] = {
    "circle": "disc disk ball dot spot bubble sphere orb coin circ",
    "square": "box sq block cube quad tile",
    "triangle": "pyramid tri cone wedge delta",
    "star": "pentagram asterisk starlet",
}
"""Shape → other words for it."""

NEAREST_SHAPES: dict[str, str] = {
    "circle": "ring ellipse oval pentagon hexagon heptagon octagon polygon donut doughnut egg moon sun planet wheel "
    "cylinder blob crescent hoop droplet",
    "square": "rectangle diamond rhombus parallelogram trapezoid trapezium cross line bar kite rect brick",
    "triangle": "arrow heart arrowhead chevron tetrahedron",
    "star": "flower snowflake hexagram sparkle gear asterism",
}
"""Shape → figures that the model has not, and in whose place it is shown."""

ANY_SHAPE = "shape figure object thing something one's item form anything"
"""Words for a figure of any shape."""

COLOUR_WORDS: dict[str, str] = {
    "red": "crimson scarlet ruby maroon vermilion cherry brick reddish carmine",
    "green": "lime emerald olive mint greenish jade forest",
    "blue": "navy azure cobalt sapphire indigo bluish ultramarine",
    "yellow": "gold golden amber lemon yellowish mustard",
    "white": "ivory snowy pale whitish cream",
    "purple": "violet lilac mauve lavender plum amethyst purplish",
}
"""Colour → other words for it."""

NEAREST_COLOURS: dict[str, str] = {
    "red": "orange brown pink rose coral salmon copper rust tan",
    "green": "teal turquoise",
    "blue": "cyan aqua",
    "white": "grey gray silver black beige",
    "purple": "magenta fuchsia",
}
"""Colour → colours that the model has not, and in whose place it is shown."""

SIZE_WORDS: dict[str, str] = {
    "small": "smallest tiny little mini minuscule teeny wee petite smallish miniature",
    "big": "biggest largest large huge giant enormous gigantic massive biggish vast great humongous",
}
"""Size → other words for it."""

COUNTS: dict[str, tuple[str, ...]] = {
    "1": ("1", "a single", "single", "a lone", "lone"),
    "2": ("2", "two", "a pair of", "pair of", "a couple of", "couple of", "a couple", "twin", "a duo of", "double"),
    "3": (
        "3",
        "three",
        "a trio of",
        "trio of",
        "several",
        "a few",
        "some",
        "many",
        "lots of",
        "a bunch of",
        "a group of",
        "a line of",
        "a row of",
        "a set of",
        "a swarm of",
        "a crowd of",
        "a handful of",
        "a cluster of",
        "a column of",
        "plenty of",
        "countless",
        "numerous",
        "a lot of",
    ),
    **{str(n): (str(n), word) for n, word in enumerate(["four", "five", "six", "seven", "eight", "nine", "ten"], 4)},
    "12": ("12", "a dozen", "twelve"),
}
"""Count → its words. Vague ones are more than two."""

MORE_VERBS: dict[str, str] = {
    "move": "travel glide drift slide head fly float walk run shift wander sail proceed advance slip scoot crawl roll "
    "cruise migrate march push swim dart shoot zoom race rush stroll come "
    "swoop steer leave depart escape sneak flee hurry step",
    "rotate": "revolve whirl twirl swivel pivot gyrate turn spin twist swirl",
    "shrinking": "contract dwindle diminish reduce deflate collapse fade compress",
    "expanding": "enlarge inflate swell widen increase balloon bloat magnify",
    "bounce": "leap rebound hop jump spring skip ricochet dribble",
    "zigzag": "swerve weave meander wiggle snake slalom zag wind wobble",
}
"""Key of `VERBS` → base forms of further verbs."""

NEAREST_VERBS: dict[str, str] = {
    "move": "wave jog chase follow pursue throw", "rotate": "dance flip tumble",
    "expanding": "pulse pulsate throb beat breathe blink flash appear",
    "shrinking": "vanish disappear", "zigzag": "shake sway tremble vibrate jiggle swing",
}  # fmt: skip
"""Key of `VERBS` → verbs that the model has not, and in whose place it is shown."""

MORE_PHRASES: dict[str, tuple[str, ...]] = {
    "shrinking": (
        "getting smaller", "gets tinier", "getting tinier", "becoming tinier", "growing smaller", "grows smaller",
        "grow smaller", "becomes tiny", "goes smaller", "turns smaller", "becoming small", "getting small",
        "loses size", "losing size", "scales down", "scale down", "scaling down", "smaller and smaller", "turn smaller",
    ),
    "expanding": (
        "gets larger", "getting larger", "get larger", "becomes bigger", "becoming bigger", "become bigger",
        "grows bigger", "becomes larger", "becoming larger", "become larger", "grows larger", "growing bigger",
        "growing larger", "grow bigger", "grow larger", "bigger and bigger", "scales up",
        "scaling up", "blows up", "blowing up",
        "getting big", "grows in size", "growing in size", "larger and larger", "zooms in",
    ),
    "zigzag": (
        "zig zag", "zig zags", "zig zagging", "zigs and zags", "zig and zag", "in a zigzag", "in zigzags",
        "in a zig zag", "in a wave", "in waves", "in a wavy line", "wavily", "wavy", "along a zigzag", "a zigzag path",
    ),
    "rotate": (
        "turns around", "turning around", "turn around", "spins around", "spinning around", "spin around",
        "spins round", "spinning round", "spin round", "turns round", "turning round", "turn round", "round and round",
        "goes round", "going round", "go round", "goes round and round", "going round and round", "rotation",
        "goes around", "going around", "go around", "rotates around", "in place", "on the spot", "around itself",
        "on its axis", "around its axis", "a spin", "does a spin", "like a wheel",
    ),
    "bounce": ("like a ball", "off the floor", "off the wall", "off the walls", "off the ground", "off the edge"),
}  # fmt: skip
"""Key of `VERBS` → phrases of several words."""

DIRECTED_VERBS: dict[str, str] = {
    "fall": "down", "rain": "down", "drop": "down", "sink": "down", "descend": "down", "plunge": "down",
    "plummet": "down",
    "raise": "up", "rise": "up", "ascend": "up", "climb": "up", "soar": "up", "lift": "up", "levitate": "up",
}  # fmt: skip
"""Base form of a verb of moving → the direction that is part of it."""

IRREGULAR: dict[str, tuple[str, ...]] = {
    "fall": ("fell", "fallen"), "rise": ("rose", "risen"), "fly": ("flies", "flew"), "spin": ("spun",),
    "shrink": ("shrank", "shrunk"), "grow": ("grew", "grown"), "swim": ("swam",), "sink": ("sank",),
    "go": ("went", "goin", "gone"),
    "throw": ("threw", "thrown"), "flee": ("fled",), "run": ("ran",), "slide": ("slid",),
    "spring": ("sprang",), "wind": ("wound",), "shoot": ("shot",),
}  # fmt: skip
"""Base form of a verb → its past and other irregular forms."""

ADVERB_WORDS: dict[str, tuple[str, ...]] = {
    "up": ("upward", "upwards", "to the top", "towards the top", "toward the top", "north", "northwards", "skyward",
           "from bottom to top", "from the bottom to the top", "to the sky", "towards the sky", "bottom to top",
           "towards the ceiling", "to the ceiling", "straight up"),
    "down": ("downward", "downwards", "to the bottom", "towards the bottom", "toward the bottom", "south", "southwards",
             "from top to bottom", "from the top to the bottom", "to the ground", "to the floor", "towards the ground",
             "towards the floor", "top to bottom", "straight down"),
    "left": ("leftward", "leftwards", "to the left", "towards the left", "toward the left", "west", "westwards",
             "from right to left", "from the right to the left", "right to left", "to the left side", "lefthand",
             "to the left hand side", "on to the left", "straight left"),
    "right": ("rightward", "rightwards", "to the right", "towards the right", "toward the right", "east", "eastwards",
              "from left to right", "from the left to the right", "left to right", "to the right side", "across",
              "to the right hand side", "on to the right", "straight right"),
    "clockwise": ("cw", "rightwise", "clock wise", "the clockwise way"),
    "counter-clockwise": ("ccw", "counterclockwise", "anticlockwise", "anti clockwise", "counter clockwise",
                          "against the clock", "counter clock wise", "widdershins"),
    "diagonally": ("diagonally", "diagonal", "slantwise", "obliquely", "on a diagonal", "at an angle"),
    "vertically": ("up and down", "down and up", "vertical", "up down"),
    "horizontally": ("from side to side", "side to side", "sideways", "left and right", "right and left",
                     "back and forth", "horizontal", "to and fro", "forth and back", "backwards and forwards"),
}  # fmt: skip
"""Adverb → other words for it. Diagonals are made of two of the first four."""

UP, DOWN, LEFT, RIGHT = (
    ("up", "upper", "top", "upward", "upwards", "north"), ("down", "lower", "bottom", "downward", "downwards", "south"),
    ("left", "leftward", "leftwards", "west"), ("right", "rightward", "rightwards", "east"),
)  # fmt: skip
"""Words of a diagonal, such as "the upper left corner"."""

FILLERS = """
of in at on with to for from by it's its there here show shows me showing see please want would like i
we you can could need draw drawn make makes animate animated animation video clip gif scene picture render display put
have has having let lets keeps keep keeping starts start starting begins begin beginning continues does do doing did
being be been will shall that which who whose as also too just simply only very really quite so such same direction
way ways side sides screen frame image background itself themselves other's along across around about
coloured colored colour color shaped sized size kind sort some each's this those these hey hi ok okay now time times
thanks thank new simple nice cute pretty beautiful lovely perfect solid filled plain
corner edge middle centre center simultaneously once meanwhile always constantly continuously endlessly forever again
all's path line's way's motion motions movement movements direction directions speed seconds second while's both's
geometric steadily smoothly gently bigger smaller larger pair couple straight hello what how look looks looking
possible maybe perhaps round off pls plz i'd watch everything create
generate produce give film two's place position
""".split()  # noqa: SIM905
"""Words that say nothing of a scene."""

FILLER_PHRASES = (
    "in a straight line", "in a line", "straight line", "right now", "at once", "at the same time", "a bit",
    "a lot", "all the time", "again and again", "over and over", "in the sky", "on the screen",
    "across the screen", "of the screen", "in a circle", "of them", "each of them", "as well", "in size", "on screen",
    "is seen", "nothing moves except",
    "nothing moves but", "nothing but", "nothing except",
    "a video of", "a picture of", "an animation of", "in the direction", "as much as", "left hand",
)  # fmt: skip
"""Phrases that say nothing of a scene."""

ARTICLES_OF_USERS = "a an the my your his her their our this that these those".split()  # noqa: SIM905

ONE_TONE = "each colour has one tone"

UNSUPPORTED: dict[str, tuple[str, ...]] = {
    ONE_TONE: ("bright", "dark", "light", "deep", "vivid", "pastel", "neon", "brightly", "darker", "lighter"),
    "there is nothing but figures on a plain background": (
        "in the rain", "in rain", "under the rain", "through the rain", "in the snow", "in a storm",
    ),
    "a figure moves to a side, a corner or in its place": ("away", "far away", "into the distance"),
    "figures do not meet or pass each other": (
        "over", "into", "onto", "through", "against", "past", "between", "towards", "toward",
    ),
    "how fast a figure moves is not told by words": (
        "slowly", "slow", "quickly", "quick", "fast", "faster", "slower", "rapidly", "rapid", "swiftly", "speedily",
        "lazily", "suddenly", "at full speed", "leisurely", "hurriedly",
    ),
    "where a figure begins is not told by words": (
        "in the middle", "in the centre", "in the center", "in the corner", "on the left side", "on the right side",
        "on the left", "on the right", "at the top", "at the bottom", "in the top left corner", "at the left",
        "in the top right corner", "in the bottom left corner", "in the bottom right corner", "from the left",
        "from the right", "from the top", "from the bottom", "from above", "from below", "beside", "next to", "behind",
        "above", "below", "under", "inside", "in front of", "at the right", "from the sky",
    ),
    "figures are filled and have no texture": (
        "striped", "dotted", "hollow", "outlined", "empty", "transparent", "glowing", "shiny", "dashed",
        "spotted", "blurry",
    ),
}  # fmt: skip
"""What the model cannot do, as a sentence → words that ask for it."""

STILL = ("still", "static", "stationary", "motionless", "stands still", "stays still", "stay still", "standing still",
         "stays in place", "resting", "frozen", "unmoving", "rests", "waits", "stays", "stay", "staying", "stands",
         "stand still", "stays put", "stop", "stops", "sits still", "sits", "idle")  # fmt: skip
"""Words for a figure that does not move."""

FIGURE_SIGNS: dict[str, str] = {
    **dict.fromkeys("🔴⭕", "red circle"), "🟢": "green circle", "🔵": "blue circle", "🟡": "yellow circle",
    **dict.fromkeys("⚪○", "white circle"), "🟣": "purple circle", "🟠": "orange circle", "🟤": "brown circle",
    **dict.fromkeys("⚫●", "black circle"), "🟥": "red square", "🟩": "green square", "🟦": "blue square",
    "🟨": "yellow square", **dict.fromkeys("⬜◻□◽", "white square"), "🟪": "purple square", "🟧": "orange square",
    "🟫": "brown square", **dict.fromkeys("⬛◼■◾", "black square"), **dict.fromkeys("🔺🔻", "red triangle"),
    **dict.fromkeys("▲△", "triangle"), **dict.fromkeys("⭐🌟", "yellow star"), **dict.fromkeys("★☆", "star"),
}  # fmt: skip
"""Emoji or sign → the figure that it shows."""

MOTION_SIGNS: dict[str, str] = {
    "➡": "moving right", "→": "moving right", "⬅": "moving left", "←": "moving left", "⬆": "moving up",
    "↑": "moving up", "⬇": "moving down", "↓": "moving down", "↗": "moving up-right", "↘": "moving down-right",
    "↙": "moving down-left", "↖": "moving up-left", "↕": "moving vertically", "↔": "moving horizontally",
    "🔄": "rotating counter-clockwise", "↺": "rotating counter-clockwise", "🔃": "rotating clockwise",
    "↻": "rotating clockwise",
}  # fmt: skip
"""Arrow → the motion that it shows."""

_EVERYDAY = """
back bald bare bear bears bent best bill blind blog blur boat bones bounded brow brows chin clone coal code coding cole
comb combs contact contract contrast copy core cores corn crops crossed dawn dish docs dogs draft easy face faces fail
failed failing fake fare farm files fills flat flow folk full gate gates grant guide guided guides header headings hear
heard hearing hears held hood hook hoped jobs lane later latter lead leading leads leaf leaving lies life limb link
links list listed lists live lives match matched matching mode mood more mover page pause pauses pins plan plans plane
plant plate plates plug pole pulled pure rank rate rates read reading resolved rest rice risk risks rope
rung said sand sank sang says seam seem sell sells served shade shades shading shame share shared shares sharing sharp
shell shin ship ships shirt shoe shop short sided silk skin slot smell smells smile smiling snail soap soup span spans
spare spark speak spell spelling stake start string strings sung swan tail tear tell than thin think tile tint tired
title torn train trains trip trips tune used vase vest wall walls war week wide wider wild wine wing wings write stern
windows where sees false rightly sounds stored ones earth great growth training learning machine meaning hands mother
"""
EVERYDAY = frozenset(_EVERYDAY.split())
"""Everyday words a slip away from words that are read: they are meant as they are typed."""

_FOREIGN = """
ein eine einen einem einer der dem den des und sich nach mit von vom zum zur ist zwei drei vier nicht oben unten kreis
stern quadrat dreieck un une le les du et vers avec deux trois qui sur en el los uno dos tres con hacia que se il lo gli
due tre che verso um uma dois para het een naar twee hinh tron vuong mau sang phai trai xoay len xuong ngoi di chuyen
"""
FOREIGN = frozenset(_FOREIGN.split())
"""Frequent words of German, French, Spanish, Italian, Portuguese, Dutch, and of Vietnamese without accents."""
