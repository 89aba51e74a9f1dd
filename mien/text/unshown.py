"""What makers tell of the words of a text that they do not show, in one sentence, and words that ask for nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

_ASKING_NOTHING = (
    "a an the and but or nor not no never without with within in on at to from near next by of for off out up over "
    "under above below behind between beside beneath along among around through across against after before during "
    "while when as than then now is are be was were been am being do does doing did done has have having had who whom "
    "whose which what that this these those there here it its he she they we you i me him her them us his hers our "
    "your my their one someone somebody anyone everyone would could should can will shall may might must let like "
    "please pls plz thanks thank thx tks ty kindly neither maybe perhaps approximately roughly hi ok okay want wants "
    "need needs try see look looking show shows showing give gives make makes making create creates creating generate "
    "generates render renders draw draws drawing drawn produce build design imagine video videos clip clips film "
    "movie footage animation gif image images picture pictures photo photos photograph photorealistic realistic "
    "cinematic quality high hd 4k 8k style still just only also too together alone ever very really quite so rather "
    "fairly pretty somewhat slightly extremely super a bit some any other another same such own more most much less "
    "kind sort lot s t d ll re ve don didn doesn isn aren dont doesnt isnt don't doesn't didn't isn't aren't wasn't "
    "can't won't it's she's he's they're that's i'm i'd i'll let's there's who's what's how if because about into "
    "onto some all both each every"
)
ASKING_NOTHING = frozenset(_ASKING_NOTHING.split())
"""English words that ask for nothing by themselves: of the grammar, of politeness, and of a picture or clip as such."""


def unshown_notes(unshown: Iterable[str], nearest: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """One sentence for the words of a text that are not shown; none where all are.

    nearest: to some of them, and to words that are shown only roughly, the nearest that can be shown.
    """
    words = list(dict.fromkeys(unshown))
    if not words:
        return ()
    listed = ", ".join(repr(word[:40]) for word in words)
    near = paired(nearest)
    if near:
        return (f"not shown: {listed}; the nearest: {near}",)
    return (f"not shown: {listed}",)


def paired(nearest: Mapping[str, Sequence[str]]) -> str:
    """Words, each with what is nearest to it; those without are left out."""
    return "; ".join(f"{word[:40]!r} → {', '.join(shown)}" for word, shown in nearest.items() if shown)
