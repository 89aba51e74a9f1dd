"""Misspelt words and words without a space between them → words that are read."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from mien.motion.language.tags import correctable, known_words
from mien.text.spelling import corrected

_LEAST = 3
"""Least number of letters of each of two words that were typed as one."""

_EVERYDAY = """
    pass passes passed passing file files size sizes string strings shape shapes case cases base based code state states
    property layer mode node nodes print most loss lost losses loose loses root store stored stores stack space parse
    pairs loop loops none fail failing event even tree trees save saved safe depth link linked links clean cleaned
    clear chain chains cost costs past seed seeds seen sees seek flat page pages agent pure gate gates rope hash stage
    stages staging staged sign signs signed flow flows await lead leads leading leader leaf leave leaves leaving live
    lives love lover fact facts ways form forms feed plan plans plane planned wise share shares shared sharing bind slot
    shell tail tailor learn learned learns learning easy star fake note notes noting blog risk risks late later latter
    trip trips trust life clock lock locks locked solid site sites sock socks fire wish wishes grant bank charge ship
    ships month months thin listen listens listening sell sells lies laid wanted drain spend spent trade smart bear
    bears pins dark busy quiet meet meets beside nest planning cats cave hole holes pose posing blind band fair dies
    died hate lone harm paint paints week weeks slows posted paid theme plug plus yarn torn spell white black thought
    gave forgot chose choosing counting count counter fork skill peak alter space track tracks trace draft hands
    handle handshake handling building blocking black dots busy boat book books board bread brown crown shade snake
    shame stake spoke wine wing wings wind nook node nude grain grip found tile tint tune bunk bland shin chip chips
    throat hair heel heart hear hears hearing heard shirt street song songs music story stories silly crazy weird funny
    proud brave wild shy sly tired bored sleepy smoke smokes smooth smoothly state stand standing steps step point
    learning reading walks bird birds dog dogs pole poles plate plates lake lamp land lane soap soup seat shoe shop
    short shot smell smells smells steam storm swan sword park part party post pond pool poor port bone bowl box boxes
    brain brick bridge bus cake card cards chair chalk clay coal coat coin cold cord corn cow cream crew cup dawn deal
    dish doll draft dream dress dust fan farm fence flag flame flower fog fork frog frost fruit gift girl glass glove
    goat gold grape grass hall ham harp hen hill hood hook horn horse hut ink iron island jam jar joke judge juice jury
    key kite knee knot lace leg lemon lip log loan lunch mail map mark meal meat milk mint money news night noon north
    numbers number oil onion pan peace pear pen pie pin pig pill pipe pitch plant play plays player plum pot prize rain
    rat ray rice river road rock rod rust sail salt sand scale scene school seat silk size skate skirt slave sleet
    snail snow sofa song south spade spark sponge spoon spot spring stamp stem stew stick stitch stone storm straw
    string sugar suit sun swing table taste tax tent test texture theory thread throne thumb tin toad tongue tooth top
    town toy train tramp tray truck tub vase vein vest vine wash waste water wave wax weight whale whip whistle wire
    wood wool word words work working world wren wrist yard year years zoo handsome among others original place places
"""
_NOT_MISSPELT = frozenset(_EVERYDAY.split())
"""Everyday words a slip away from words that are read: they are meant as they are typed."""


@lru_cache(maxsize=4096)
def _corrected(word: str) -> tuple[str, ...] | None:
    """The words that a word which is not read stands for; None if there are none."""
    if word in _NOT_MISSPELT or not word.isalpha():
        return None
    known = correctable()
    for place in range(_LEAST, len(word) - _LEAST + 1):
        if word[:place] in known and word[place:] in known:
            return word[:place], word[place:]
    one = corrected(_unlengthened(word), known) or corrected(word, known)
    return None if one is None else (one,)


def _unlengthened(word: str) -> str:
    """A word without the letters that were repeated for emphasis, as in "sloooowly"."""
    return "".join(
        letter for place, letter in enumerate(word) if place < 2 or not word[place - 1] == word[place - 2] == letter
    )


def corrected_pieces(pieces: Sequence[str]) -> tuple[list[str], list[tuple[str, str]]]:
    """The pieces with misspelt words corrected, and which word was taken for what."""
    found: list[str] = []
    taken: dict[str, str] = {}
    for piece in pieces:
        meant = None if piece in known_words() else _corrected(piece)
        if meant is None:
            found.append(piece)
        else:
            found.extend(meant)
            taken[piece] = " ".join(meant)
    return found, list(taken.items())
