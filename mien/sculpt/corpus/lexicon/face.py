"""Words for eyes, brows and the shapes of a face."""

from __future__ import annotations

from mien.sculpt.corpus.lexicon.phrases import Part, Topic, Word, plain, says

_HIGH_LOW = ("high", "low")


def _levels(attribute: str, high: str, low: str) -> tuple[Word, ...]:
    return says(attribute, {"high": high, "low": low})


_IRIS = says("eyes", {
    "brown": "brown, brown, chocolate, chestnut, deep brown, dark brown, chocolate brown, warm brown, coffee brown, "
             "black",
    "brown hazel": "dark, light brown",
    "hazel": "hazel, hazel, amber, golden brown, honey coloured, golden, hazel brown, yellowish",
    "green": "green, green, emerald, emerald green, bright green, jade, sea green, moss green, olive green, "
             "light green",
    "blue": "blue, blue, sky blue, pale blue, ice blue, azure, sapphire, bright blue, light blue, deep blue, icy blue, "
            "cornflower blue, baby blue, piercing blue",
    "grey": "grey, gray, steel grey, silver, slate, ash grey, stormy grey, silver grey, steely",
})  # fmt: skip

_EYE_SHAPES = (
    *_levels("eye_size", "big, big, large, huge, enormous, round, bigger, larger, doe",
             "small, small, tiny, little, beady, narrow, piggy, smaller, squinty"),
    *_levels("eye_spacing", "wide set, wide set, wide apart, widely spaced, far apart",
             "close set, close set, close together, closely spaced"),
    *_levels("eye_tilt", "almond shaped, slanted, upturned, slanting, cat like, almond, feline, foxy",
             "downturned, droopy, drooping, sloping, sad looking, down turned"),
    *_levels("eye_depth", "deep set, deep set, sunken, hollow, deeply set", "bulging, protruding, bulgy, prominent, "
                                                                            "popping"),
)  # fmt: skip

EYES = Topic(
    "eyes",
    adjectives=(
        *(Word(f"{word.text} eyed", word.facts) for word in _IRIS),
        *(Word(f"{word.text} eyed", word.facts)
          for word in _levels("eye_size", "big, large, doe", "small, beady, narrow")),
    ),
    parts=(
        Part(plain("eyes, eyes, eyes, eyes, irises, eye colour, peepers"), (_EYE_SHAPES, _IRIS), ""),
        Part(plain("eyes, eyes, eyes"), (_IRIS,), ""),
        Part(plain("eyes, eyes"), (_EYE_SHAPES,), ""),
    ),
    phrases=(
        *_levels("eye_spacing", "eyes set far apart, eyes far apart, eyes wide apart, a lot of space between the eyes",
                 "eyes set close together, eyes close together, eyes too close together, eyes near each other"),
        *_levels("eye_depth", "eyes set deep, eyes set deep in the face", "eyes that bulge, eyes popping out"),
    ),
)  # fmt: skip

BROWS = Topic(
    "brows",
    adjectives=(
        *(Word(f"{word.text} browed", word.facts) for word in _levels("brows", "bushy, thick, heavy", "thin, fine")),
    ),
    parts=(
        Part(plain("eyebrows, eyebrows, brows, brows, eye brows"), (
            _levels("brows", "thick, thick, bushy, bushy, heavy, strong, full, big, dense, bold, wide, caterpillar, "
                             "thicker",
                    "thin, thin, fine, sparse, plucked, delicate, narrow, skinny, faint, pencil thin, thinner, "
                    "barely there"),
        ), ""),
    ),
)  # fmt: skip

_NOSE = (
    *_levels("nose_width", "wide, wide, broad, broad, flat, wider, broader, bulbous, fleshy, flared",
             "narrow, narrow, thin, slim, pinched, slender, narrower, thinner, fine, delicate, skinny"),
    *_levels("nose_length", "long, long, longer, lengthy", "short, short, shorter, stubby"),
    *_levels("nose_projection", "big, large, huge, prominent, protruding, big, enormous, bigger, larger, sticking out",
             "small, little, tiny, petite, small, smaller, dainty"),
    *_levels("nose_tip", "upturned, upturned, snub, turned up, button, pointing up, perky, ski slope, snubbed",
             "hooked, hooked, drooping, droopy, aquiline, beaky, hook, roman, eagle, beak like, down turned, "
             "pointing down"),
)  # fmt: skip


def _shape(nouns: str, attribute: str, high: str, low: str, article: str = "", compound: str = "") -> Part:
    return Part(plain(nouns), (_levels(attribute, high, low),), article, compound=compound)


NOSE = Topic(
    "nose",
    adjectives=says("nose_projection", {"high": "big nosed"}),
    parts=(Part(plain("nose, nose, nose, schnoz"), (_NOSE,), "a", compound="nosed"),),
    phrases=says("nose_width", {"high": "wide nostrils, flared nostrils, big nostrils, a flat nose",
                                "low": "narrow nostrils, small nostrils"}),
)  # fmt: skip

LIPS = Topic(
    "lips",
    parts=(
        _shape("lips, lips, lips", "lip_fullness",
               "full, full, thick, thick, plump, big, pouty, fleshy, fuller, thicker, luscious, large, juicy, "
               "voluptuous",
               "thin, thin, narrow, slim, thinner, tight, fine, barely any, skinny", compound="lipped"),
    ),
    phrases=says("lip_fullness", {"high": "a pout, a full mouth", "low": "hardly any lips, almost no lips"}),
)  # fmt: skip

MOUTH = Topic(
    "mouth",
    parts=(
        _shape("mouth, mouth", "mouth_width", "wide, wide, big, broad, large, wider, bigger, huge",
               "small, small, narrow, little, tiny, smaller, narrower", "a"),
    ),
)  # fmt: skip

FACE = Topic(
    "face",
    adjectives=(
        *_levels("cheek_fullness", "chubby, chubby, plump, chubby cheeked, round faced, fat, overweight, moon faced, "
                 "heavyset, stout, podgy, tubby, pudgy, full faced",
                 "gaunt, skinny, bony, hollow cheeked, haggard, thin, slim, lean, slender"),
        *_levels("face_width", "wide faced, broad faced", "thin faced, narrow faced, slim faced"),
    ),
    parts=(
        Part(plain("face, face, face"), ((
            *_levels("face_width", "wide, broad, wide, broad, wider, square", "narrow, thin, slim, narrow, lean, "
                                                                              "narrower, slender"),
            *_levels("face_length", "long, long, longer, elongated", "short, short, shorter"),
            *_levels("cheek_fullness", "round, round, chubby, plump, full, fat, fleshy, rounder",
                     "gaunt, hollow, bony, sunken"),
        ),), "a"),
        Part(plain("head"), ((*_levels("face_width", "wide, broad", "narrow"), *_levels("face_length", "long",
                                                                                        "short")),), "a"),
    ),
)  # fmt: skip

CHEEKS = Topic(
    "cheeks",
    parts=(
        _shape("cheeks, cheeks", "cheek_fullness", "chubby, chubby, full, plump, round, fat, puffy, big, fuller, "
                                                   "chipmunk",
               "hollow, hollow, sunken, gaunt, thin, bony, caved in, flat"),
        _shape("cheekbones, cheekbones, cheek bones", "cheekbones",
               "high, high, prominent, sharp, strong, pronounced, defined, chiselled, higher, striking",
               "low, flat, weak, low, soft"),
    ),
)  # fmt: skip

JAW = Topic(
    "jaw",
    adjectives=_levels("jaw_width", "square jawed, strong jawed, heavy jawed, lantern jawed", "narrow jawed, "
                                                                                              "weak jawed"),
    parts=(
        _shape("jaw, jaw, jawline, jaw line", "jaw_width",
               "strong, square, wide, broad, square, strong, heavy, wider, big, massive, broader, powerful, angular, "
               "chiselled",
               "narrow, slim, delicate, slender, narrow, narrower, small, soft, weak, tapered", "a"),
    ),
)  # fmt: skip

CHIN = Topic(
    "chin",
    parts=(
        Part(plain("chin, chin, chin"), ((
            *_levels("chin_width", "wide, broad, square, wider, broad", "pointed, pointy, sharp, narrow, pointed, "
                                                                        "tapered, slim"),
            *_levels("chin_length", "long, long, longer", "short, short, small, tiny, shorter, little"),
            *_levels("chin_projection", "prominent, jutting, protruding, strong, jutting out, sticking out, big, "
                                        "projecting",
                     "receding, weak, receding, retreating"),
        ),), "a"),
    ),
)  # fmt: skip

FOREHEAD = Topic(
    "forehead",
    parts=(
        _shape("forehead, forehead, brow line", "forehead_height", "high, high, big, tall, large, higher, huge, broad",
               "low, low, small, short, lower, tiny", "a"),
    ),
)  # fmt: skip

EARS = Topic(
    "ears",
    adjectives=_levels("ear_size", "big eared, jug eared", "small eared"),
    parts=(
        _shape("ears, ears", "ear_size", "big, big, large, huge, enormous, long, bigger, larger, elephant, giant",
               "small, small, tiny, little, smaller, petite, dainty"),
    ),
)  # fmt: skip

NECK = Topic(
    "neck",
    adjectives=_levels("neck_width", "bull necked, thick necked", "thin necked"),
    parts=(
        _shape("neck, neck", "neck_width", "thick, thick, wide, bull, broad, strong, muscular, thicker, sturdy, stout",
               "thin, thin, slender, slim, skinny, thinner, narrow, delicate, swan like", "a"),
    ),
)  # fmt: skip

SHOULDERS = Topic(
    "shoulders",
    adjectives=_levels("shoulder_width", "broad shouldered, wide shouldered, burly", "narrow shouldered"),
    parts=(
        _shape("shoulders, shoulders", "shoulder_width", "broad, broad, wide, wider, big, strong, broader, huge",
               "narrow, narrow, slim, small, slender, narrower, slight"),
    ),
)  # fmt: skip
