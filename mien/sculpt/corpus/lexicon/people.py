"""Words for sex, age and skin, and nouns for people."""

from __future__ import annotations

from mien.sculpt.corpus.lexicon.phrases import Part, Topic, Word, accepted, means, plain, says

SEX = Topic(
    "sex",
    adjectives=says("sex", {"man": "male, masculine, manly", "woman": "female, feminine, womanly"}),
    heads=(
        *says("sex", {
            "man": "man, man, man, guy, gentleman, male, bloke, dude, chap, fellow, fella, gent, father, dad, uncle, "
                   "brother, "
                   "husband, businessman, sir, mister, king, prince, waiter, monk, him",
            "woman": "woman, woman, woman, lady, female, gal, mother, mum, mom, aunt, sister, wife, businesswoman, "
                     "madam, queen, princess, waitress, nun, her",
        }),
        *means("boy, lad, schoolboy, teenage boy, young guy, nephew", sex="man", age="young"),
        *means("girl, lass, schoolgirl, teenage girl, young lady, niece", sex="woman", age="young"),
        *means("grandfather, grandpa, granddad, grandad, old boy, old fellow, old timer, old chap, wizard", sex="man",
               age="old"),
        *means("grandmother, grandma, granny, gran, nana, nan, old lady, old dear, witch", sex="woman", age="old"),
        *means("blonde", sex="woman", hair_colour="blond platinum", hair_style="not bald"),
        *means("brunette", sex="woman", hair_colour="brown dark_brown", hair_style="not bald"),
    ),
)  # fmt: skip

NEUTRAL: tuple[Word, ...] = plain(
    "person, person, person, someone, somebody, face, head, human, human being, individual, character, adult, figure, "
    "portrait, model, avatar, bust, people, one"
)
"""Nouns that state nothing."""

_NUMBERS = {
    "20": "twenty", "25": "twenty five", "30": "thirty", "40": "forty", "45": "forty five", "50": "fifty",
    "60": "sixty", "65": "sixty five", "70": "seventy", "75": "seventy five", "80": "eighty", "90": "ninety",
}  # fmt: skip

_DECADES = {
    "twenties": "young", "thirties": "young middle", "forties": "middle", "fifties": "middle old", "sixties": "old",
    "seventies": "old", "eighties": "old", "nineties": "old",
    "20s": "young", "30s": "young middle", "40s": "middle", "50s": "middle old", "60s": "old", "70s": "old",
    "80s": "old", "90s": "old",
}  # fmt: skip


def _age_of(number: int) -> frozenset[str]:
    if number <= 32:
        return accepted("age", "young")
    if number < 38:
        return accepted("age", "young middle")
    if number <= 52:
        return accepted("age", "middle")
    return accepted("age", "middle old" if number < 60 else "old")


def _aged() -> tuple[tuple[Word, ...], tuple[Word, ...]]:
    """Adjectives and phrases with an age in years or decades."""
    adjectives, phrases = [], []
    spelled = [(str(number), number) for number in range(18, 91)]
    spelled += [(text, int(number)) for number, text in _NUMBERS.items()]
    for text, number in spelled:
        facts = {"age": _age_of(number)}
        adjectives += [Word(f"{text} {unit} old", facts) for unit in ("year", "year", "yr")]
        phrases += [Word(form.format(text), facts) for form in ("{} years old", "aged {}", "about {}", "age {}")]
        forms = ("around {}", "{} years of age", "{} or so", "{}", "{} ish", "{}ish", "{} yrs old", "{} something")
        phrases += [Word(form.format(text), facts) for form in forms]
    for decade, options in _DECADES.items():
        facts = {"age": accepted("age", options)}
        starts = ("in his", "in her", "in their", "in the", "in his late", "in her late", "in his early",
                  "in her early", "in his mid", "early", "late", "mid")  # fmt: skip
        phrases += [Word(f"{start} {decade}", facts) for start in starts]
    return tuple(adjectives), tuple(phrases)


_YEARS_BEFORE, _YEARS_AFTER = _aged()

AGE = Topic(
    "age",
    adjectives=(
        *says("age", {
            "young": "young, young, youthful, teenage, young looking, youthful looking, adolescent, fresh faced, "
                     "younger",
            "middle": "middle aged, middle aged, mature, forty something, fortyish, grown up",
            "old": "old, old, old, elderly, aged, aging, ageing, ancient, senior, wrinkled, wrinkly, old looking, "
                   "wizened, weathered, lined, wrinkle faced, older, greying old, aged looking, very old, retired",
            "middle old": "not so young, not young",
            "young middle": "not old, not so old",
        }),
    ),
    phrases=(
        *says("age", {
            "young": "a young face, youthful features, smooth young skin, a youthful look, baby face, a baby face",
            "middle": "in middle age, a middle aged face",
            "old": "wrinkles, many wrinkles, deep wrinkles, a wrinkled face, lots of wrinkles, deep lines, "
                   "crow's feet, "
                   "wrinkled skin, an old face, a lined face, age spots, sagging cheeks, a weathered face, bags under "
                   "the eyes, forehead lines, lines on the forehead, laugh lines, a wrinkly face, in old age",
            "young middle": "smooth skin, no wrinkles, a smooth face, unlined skin, without wrinkles",
        }),
    ),
    predicates=says("age", {
        "young": "looks young, is young, is a teenager, looks youthful",
        "middle": "is middle aged, looks middle aged",
        "old": "is old, looks old, is elderly, is very old, has aged, is getting old, is retired",
    }),
    without=says("age", {"young middle": "wrinkles, any wrinkles, lines"}),
    heads=says("age", {
        "old": "senior, pensioner, old person, oldie, elder, senior citizen",
        "young": "teenager, youth, young person, teen, youngster, young adult, student",
    }),
)  # fmt: skip

_EXACT_AGE = Topic("age", adjectives=_YEARS_BEFORE)
AGE_IN_YEARS = Topic("age", adjectives=_EXACT_AGE.adjectives, phrases=_YEARS_AFTER)
"""Ages as numbers: a topic of its own, so that the many numbers do not crowd out the other words."""

_TONES = says("skin", {
    "pale": "pale, paler, whiter, porcelain, ivory, milky, very pale, alabaster, pallid, white, chalky, very fair, "
            "milk white, "
            "snow white, "
            "very light",
    "light": "light, rosy, peach, peachy",
    "pale light": "fair, creamy, lighter, fairer",
    "tan": "tanned, olive, tan, sun tanned, bronzed, golden, bronze, suntanned, beige, sun kissed, honey, medium, "
           "swarthy",
    "brown": "brown, caramel, light brown, medium brown, cinnamon, mocha, coffee, chestnut brown",
    "dark": "ebony, deep brown, very dark, black, dark brown, deep, chocolate",
    "dark brown": "dark, darker, browner",
})  # fmt: skip

SKIN = Topic(
    "skin",
    adjectives=(
        *says("skin", {
            "dark brown": "black, african, african american, dark skinned, dark, nigerian, kenyan",
            "pale light": "white, caucasian, european, fair skinned, light skinned, scandinavian, northern european, "
                          "fair",
            "pale": "pale, pale skinned, ashen, pale faced, pasty, ghostly",
            "tan": "tanned, olive skinned, suntanned, bronzed, mediterranean, swarthy",
            "brown tan": "latino, latina, hispanic, indian, south asian, arab, middle eastern, mexican",
            "brown": "brown skinned, brown",
        }),
        *means("asian, east asian, chinese, japanese, korean, vietnamese", skin="pale light tan", eye_tilt="high"),
    ),
    parts=(Part(plain("skin, skin, skin, complexion, skin tone, face"), (_TONES,), "", compound="skinned"),),
    predicates=says("skin", {
        "dark brown": "is black, has dark skin", "tan": "has a tan, is tanned, is sunburnt", "pale": "is pale, "
                                                                                                     "looks pale",
    }),
    phrases=says("skin", {"tan": "a tan, a deep tan, a suntan", "dark brown": "a dark complexion, dark skin",
                          "pale light": "a fair complexion, fair skin"}),
)  # fmt: skip

FRECKLES = Topic(
    "freckles",
    adjectives=says("freckles", {"yes": "freckled, freckly, freckle faced, heavily freckled"}),
    phrases=says("freckles", {
        "yes": "freckles, freckles, many freckles, a freckled face, freckles on the nose, freckly cheeks, "
               "freckled skin, "
               "lots of freckles, some freckles, freckled cheeks, freckles across the nose, a freckled nose, "
               "a dusting of freckles, a sprinkling of freckles, a few freckles, freckles all over",
        "no": "no freckles, clear skin, spotless skin, unblemished skin",
    }),
    predicates=says("freckles", {"yes": "is freckled, has freckles, has lots of freckles"}),
    without=says("freckles", {"no": "freckles, any freckles"}),
)  # fmt: skip

BLUSH = Topic(
    "blush",
    adjectives=says("blush", {"yes": "rosy cheeked, red cheeked, blushing, ruddy, flushed, pink cheeked, "
                                     "apple cheeked"}),
    phrases=says("blush", {
        "yes": "rosy cheeks, rosy cheeks, red cheeks, pink cheeks, flushed cheeks, a ruddy face, a blush, rouge, "
               "blush on the cheeks, blushing cheeks, ruddy cheeks, glowing cheeks",
        "no": "no blush",
    }),
    predicates=says("blush", {"yes": "is blushing, blushes, is flushed"}),
)  # fmt: skip
