"""Names of people: a name asks for a person, and for nobody's likeness."""

from __future__ import annotations

from mien.follow.corpus.language.phrases import Phrase, allowed
from mien.text.vietnamese import key, plain

HER, HIM, SOMEONE = "<her>", "<him>", "<name>"
"""What a name is read as."""

_WOMEN = (
    "lan mai hương linh thảo trang hằng thúy thùy nga ngọc phượng yến vy my nhung hạnh loan tuyết oanh quỳnh diễm "
    "trinh "
    "taylor swift anna maria mary sarah emma olivia sophia elsa beyonce rihanna adele shakira madonna marilyn monroe "
    "kate lisa jennie rose jisoo hillary kamala melania angelina jolie scarlett emily julia susan linda nancy alice "
    "diana"
)
_MEN = (
    "hùng tuấn minh dũng cường quân huy hải khoa đạt thắng tùng trung kiên phong quang nghĩa việt phúc lâm bình "
    "trump donald biden obama barack putin elon musk messi ronaldo john peter paul david michael jackson tom james "
    "robert "
    "william george bill steve mark jack harry bob mike joe jim sam daniel kevin brad pitt leonardo bruce jackie "
    "chan lee "
    "beckham zuckerberg jobs gates mozart einstein napoleon"
)
_EITHER = "hà an thanh giang tú anh xuân khánh châu alex taylor jordan chris kim robin nguyễn trần phạm vũ đặng bùi"

NAMES: dict[str, str] = {
    **{key(name): HER for name in _WOMEN.split()},
    **{key(name): HIM for name in _MEN.split()},
    **{key(name): SOMEONE for name in _EITHER.split()},
    key("taylor"): HER,
}
"""Names by `mien.text.vietnamese.key`, and what each is read as."""

PLAIN_NAMES: dict[str, str] = {plain(word): meaning for word, meaning in NAMES.items()}
"""Names without accents."""

_FAMOUS = (
    "trump obama biden putin musk messi ronaldo beyonce rihanna einstein napoleon mozart barack melania kamala hillary "
    "zuckerberg beckham shakira elsa taylor donald"
)
FAMOUS = frozenset(map(key, _FAMOUS.split()))
"""Names that are no word of either language: read as names without a capital too."""

_CLAIMS = {HER: "woman", HIM: "man", SOMEONE: "woman man child"}

SUBJECTS: tuple[Phrase, ...] = tuple(
    Phrase(name.title(), {"kind": allowed("kind", _CLAIMS[NAMES[key(name)]])})
    for name in f"{_WOMEN} {_MEN} {_EITHER}".split()
)
"""Names as subjects of captions."""
