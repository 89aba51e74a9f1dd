"""Words for hair and facial hair."""

from __future__ import annotations

from mien.sculpt.corpus.lexicon.phrases import Part, Topic, Word, accepted, plain, says

_COLOURS: dict[str, str] = {
    "black": "black, black, jet black, raven, ebony, coal black, pitch black, inky, raven black, very dark",
    "dark_brown": "dark brown, deep brown, espresso, dark chocolate",
    "brown dark_brown": "brunette, chocolate, chocolate brown, chestnut brown",
    "brown": "brown, brown, chestnut, light brown, mousy, hazel brown, medium brown, mousy brown, walnut, nut brown",
    "auburn": "auburn, auburn, reddish brown, russet, mahogany, red brown, chestnut red, burgundy",
    "ginger": "ginger, ginger, orange, copper, carrot, fiery, fiery red, flame red, carroty, coppery, strawberry, "
              "strawberry red, bright orange, carrot red",
    "ginger auburn red": "red, reddish, red",
    "red": "bright red, crimson, scarlet, cherry red, fire engine red, deep red",
    "blond": "blond, blonde, golden, honey, sandy, straw, flaxen, honey blond, golden blond, dirty blond, yellow, "
             "corn coloured, dark blond, straw coloured, sandy blond, honey blonde, dirty blonde, golden blonde",
    "platinum": "platinum, platinum blond, platinum blonde, bleached, ash blond, pale blond, very light blond, "
                "bleached blond, almost white blond, white blond, bleach blonde, bleached blonde, ice blond",
    "blond platinum": "fair, light, lighter, fairer, blonder, light blond, light blonde, light coloured",
    "grey": "grey, gray, grey, salt and pepper, greying, graying, ash grey, iron grey, steel grey, slate grey, "
            "grizzled, "
            "ashen, peppered",
    "grey white": "silver, silvery, silver grey",
    "white": "white, white, snow white, snowy, snowy white, pure white, cotton white",
    "blue": "blue, bright blue, turquoise, teal, electric blue, navy blue, dyed blue, sky blue",
    "green": "green, emerald, lime, lime green, emerald green, bright green, dyed green, neon green",
    "pink": "pink, hot pink, magenta, bubblegum pink, pastel pink, rose, bright pink, dyed pink, fuchsia, candy pink",
    "purple": "purple, violet, lilac, lavender, mauve, dyed purple, plum",
    "black dark_brown": "dark, dark, dark, darkish, darker",
}  # fmt: skip


def _coloured(attribute: str) -> tuple[Word, ...]:
    return says(attribute, _COLOURS)


_HAS_HAIR = accepted("hair_style", "not bald")


def _on_head(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """Words about the hair's colour, which also say that there is hair."""
    return tuple(Word(word.text, {**word.facts, "hair_style": _HAS_HAIR}) for word in words)


_LENGTHS = says("hair_style", {
    "long wavy": "long, long, flowing, very long, waist length, long flowing, longer",
    "long": "long straight, straight long, sleek long, long sleek, long smooth",
    "short side_part buzz fringe receding": "short, short, shorter",
    "short side_part": "neat short, tidy, tidy short, short neat, neat, short tousled, spiky, messy, short straight, "
                       "short cropped, tousled",
    "buzz": "cropped, very short, close cropped, buzzed, shaved, extremely short, shorn, closely cropped",
    "curly": "curly, curly, short curly, tight curly, curled, bouncy",
    "curly afro": "frizzy, fuzzy",
    "wavy": "wavy, wavy, long wavy, loose wavy, shoulder length wavy, long curly, wavy long",
    "afro": "coily, kinky, nappy",
    "bob": "chin length, bobbed, medium length, ear length, jaw length, medium",
    "bob long wavy": "shoulder length, longish",
    "long bob fringe side_part short": "straight, sleek, smooth",
    "receding": "thinning, receding, thin, sparse",
    "bun": "tied back, tied up, pinned up, pulled back, put up",
    "side_part": "side parted, parted, slicked, combed over, side swept, combed, slicked back, gelled",
    "wavy curly": "bushy, voluminous, big, thick wavy",
})  # fmt: skip

_STYLES = says("hair_style", {
    "bob": "bob, bob, bob cut, bobbed haircut, bob haircut, pageboy",
    "bun": "bun, bun, topknot, top knot, chignon, updo, knot, bun on top, hair bun",
    "afro": "afro, afro, big afro, round afro, fro",
    "buzz": "buzz cut, buzzcut, crew cut, military haircut, military cut, buzz, number one",
    "fringe": "fringe, fringe, bowl cut, straight fringe, blunt fringe",
    "side_part": "side parting, side part, comb over, combover, quiff, side parted haircut, parting",
    "short side_part buzz fringe receding": "short haircut, crop, short cut",
    "short": "pixie cut, short back and sides, neat haircut",
    "receding": "receding hairline, high hairline, widow's peak",
    "curly": "perm, mop of curls",
    "long wavy": "mane, long mane",
})  # fmt: skip

_PLURAL_STYLES = says("hair_style", {
    "curly": "curls, curls, ringlets, curly locks, tight curls, bouncy curls",
    "fringe": "bangs, bangs, straight bangs, blunt bangs",
    "wavy": "waves, wavy locks, long waves, loose waves, beach waves, loose curls, long curls",
    "long wavy": "long locks, flowing locks, long tresses, tresses",
    "long wavy bob curly": "locks",
})  # fmt: skip

HAIR = Topic(
    "hair",
    adjectives=(
        *says("hair_style", {
            "bald": "bald, bald, hairless, bald headed, completely bald, totally bald",
            "bald buzz": "shaven headed, shaved headed",
            "receding": "balding, half bald, thin haired",
            "long wavy": "long haired",
            "short side_part buzz fringe receding": "short haired",
            "curly": "curly haired, curly headed", "wavy": "wavy haired", "afro": "afro haired",
            "long bob fringe side_part short": "straight haired",
        }),
        *_on_head(says("hair_colour", {
            "ginger": "ginger", "ginger auburn red": "redheaded, red headed, red", "blond": "blond, blonde, blond, "
                                                                                            "blonde",
            "brown dark_brown": "brunette", "grey": "greying", "platinum": "platinum blond",
        })),
        *_on_head(tuple(Word(f"{word.text} haired", word.facts) for word in _coloured("hair_colour"))),
    ),
    parts=(
        Part(plain("hair, hair, hair, hair, hair, hairdo, head of hair, strands"),
             (_LENGTHS, _on_head(_coloured("hair_colour"))), ""),
        Part(plain("hair, hair"), (_LENGTHS,), ""),
        Part(plain("hair, hair"), (_on_head(_coloured("hair_colour")),), ""),
        Part(_STYLES, (_on_head(_coloured("hair_colour")),), "a", bare=True, copula=False),
        Part(_PLURAL_STYLES, (_on_head(_coloured("hair_colour")),), "", bare=True, copula=False),
    ),
    phrases=(
        *says("hair_style", {
            "bald": "a bald head, no hair, no hair at all, a hairless head, a shiny bald head, a bald scalp, "
                    "a bald pate, "
                    "not a hair on the head, no hair on the head",
            "bald buzz": "a shaved head, a shaven head, a clean shaved head, head shaved",
            "buzz": "hair cropped close, hair cut very short, a fuzz of hair, hair shaved close",
            "receding": "receding hair, thinning hair on top, hair receding at the temples, a bald spot, going bald, "
                        "losing hair, hair thinning",
            "bun": "hair in a bun, hair tied up in a bun, hair tied back, hair up, hair pinned up, hair in a knot, "
                   "hair pulled back, hair up in a bun, hair tied up, hair pulled into a bun",
            "side_part": "hair parted to the side, hair parted on the side, hair combed to the side, "
                         "slicked back hair, "
                         "hair combed over, a parting, hair slicked back, neatly parted hair, hair swept to the side",
            "fringe": "hair over the forehead, a fringe over the forehead, hair falling over the forehead, "
                      "bangs over the forehead",
            "bob": "hair down to the chin, hair to the chin, hair cut in a bob, chin length hair",
            "long wavy": "hair down to the shoulders, hair over the shoulders, hair falling over the shoulders, "
                         "hair worn long, long hair worn down, hair down, loose long hair",
            "not bald": "a full head of hair",
        }),
    ),
    predicates=says("hair_style", {
        "bald": "is bald, is completely bald, has no hair, has lost all hair, is totally bald",
        "receding": "is balding, is going bald, is losing hair, is half bald",
    }),
    without=says("hair_style", {"bald": "hair, any hair", "not fringe": "bangs, a fringe"}),
    heads=_on_head(says("hair_colour", {"ginger auburn red": "redhead"})),
)  # fmt: skip

_BEARDED = accepted("facial_hair", "beard goatee")


def _in_beard(kinds: str) -> tuple[Word, ...]:
    """Words about the colour of facial hair, which also say that there is some of these kinds."""
    seen = accepted("facial_hair", kinds)
    return tuple(Word(word.text, {**word.facts, "facial_hair": seen}) for word in _coloured("beard_colour"))


_BEARD_LENGTHS = says("beard_length", {
    "long": "long, long, very long, bushy long, long bushy, wizard, huge, flowing, big long, longer",
    "short": "short, short, trimmed, neat, tidy, neatly trimmed, close, well groomed, clipped, short trimmed, "
             "shorter, cropped",
})  # fmt: skip

_FULLNESS = says("facial_hair", {"beard": "full, thick, bushy, big, heavy, dense, rugged, scruffy, bushy full"})

FACIAL_HAIR = Topic(
    "facial_hair",
    adjectives=says("facial_hair", {
        "beard": "bearded, bearded, full bearded, hairy",
        "moustache": "moustached, mustachioed, mustached",
        "stubble": "unshaven, stubbly, scruffy, stubbled, unshaved",
        "none": "clean shaven, clean shaven, beardless, smooth cheeked, smooth faced, smooth shaven, cleanly shaven",
    }),
    parts=(
        Part(says("facial_hair", {"beard": "beard, beard, beard, full beard, whiskers"}),
             (_BEARD_LENGTHS, _in_beard("beard")), "a", bare=True, copula=False),
        Part(says("facial_hair", {"beard": "beard"}), (_FULLNESS, _in_beard("beard")), "a", bare=True, copula=True),
        Part(says("facial_hair", {"goatee": "goatee, goatee, chin beard, goatee beard, van dyke, chin tuft, "
                                            "soul patch"}),
             (_BEARD_LENGTHS, _in_beard("goatee")), "a", bare=True, copula=False),
        Part(says("facial_hair", {"moustache": "moustache, mustache, handlebar moustache, tache, walrus moustache, "
                                               "stache"}),
             (plain("big, thick, bushy, thin, pencil, small, curled, full, large, neat"), _in_beard("moustache")),
             "a", bare=True, copula=False),
        Part(says("facial_hair", {"stubble": "stubble, stubble, designer stubble, beard stubble, facial stubble"}),
             (plain("light, heavy, rough, some, short, dark"),), "", bare=True, copula=False),
    ),
    phrases=says("facial_hair", {
        "none": "no beard, no facial hair, a smooth chin, a shaved face, a clean shaven face, no beard or moustache, "
                "no stubble, a clean shave, a hairless face, a smooth shaven chin",
        "stubble": "a five o'clock shadow, a stubbly chin, a bit of stubble, a bit of scruff, scruff, "
                   "a few days of stubble, three day stubble, "
                   "a three day beard, "
                   "some stubble, a shadow of a beard, day old stubble, 5 o'clock shadow, stubble on the chin",
        "not none": "facial hair, some facial hair, a hairy face",
        "none stubble beard goatee": "no moustache",
    }),
    predicates=says("facial_hair", {
        "none": "is clean shaven, has no beard, is beardless, has shaved, is freshly shaven",
        "beard": "has a beard, is bearded, has grown a beard, grows a beard", "stubble": "is unshaven, "
                                                                                         "needs a shave, "
                                                                                         "has not shaved",
    }),
    without=says("facial_hair", {
        "none": "facial hair, any facial hair, beard or moustache, stubble, whiskers, a beard or a moustache",
        "none stubble": "a beard, beard, the beard, his beard",
        "none stubble beard goatee ": "a moustache, moustache, mustache, the moustache, the mustache",
        "not goatee": "a goatee, goatee, the goatee",
    }),
)  # fmt: skip
