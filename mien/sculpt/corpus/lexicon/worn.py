"""Words for glasses, clothes and make-up."""

from __future__ import annotations

from mien.sculpt.corpus.lexicon.phrases import Part, Topic, Word, accepted, means, plain, says

_WORN = accepted("glasses", "not none")


def _on_nose(words: tuple[Word, ...]) -> tuple[Word, ...]:
    return tuple(Word(word.text, {"glasses": _WORN, **word.facts}) for word in words)


_FRAME_COLOURS = says("frame", {
    "black": "black, black, dark, jet black", "brown": "brown, brown, tortoiseshell, wooden, tortoise shell, "
                                                       "tortoise, amber",
    "gold": "gold, golden, brass, gilded, yellow gold", "silver": "silver, metal, steel, metallic, chrome, grey, "
                                                                  "silvery",
    "red": "red, red, bright red, crimson, scarlet", "blue": "blue, blue, bright blue, navy, dark blue",
    "white": "white, white, ivory, clear",
})  # fmt: skip

_SHAPES = says("glasses", {
    "round": "round, round, circular, owlish, round lensed, john lennon, harry potter",
    "oval": "oval, oval, elliptical, egg shaped, oval shaped",
    "rectangular": "rectangular, square, boxy, angular, square, rectangle, squared, square shaped",
})  # fmt: skip

_WEIGHTS = says("frame_weight", {
    "thick": "thick, thick rimmed, heavy, chunky, bold, thick framed, thick, big, nerdy, geeky, thicker, heavy framed",
    "thin": "thin, thin rimmed, wire, wire rimmed, wire framed, delicate, fine, slim, thin, thin framed, rimless, "
            "light, "
            "thinner, wire frame",
})  # fmt: skip

_NOUNS = "glasses, glasses, glasses, glasses, spectacles, specs, eyeglasses, frames, reading glasses, eyewear"

_EDGED = tuple(
    Word(f"{word.text} {edge}", word.facts) for word in _FRAME_COLOURS for edge in ("rimmed", "framed", "frame")
)

GLASSES = Topic(
    "glasses",
    adjectives=says("glasses", {"not none": "bespectacled, spectacled, glasses wearing, four eyed"}),
    parts=(
        Part(_on_nose(plain(_NOUNS)), (_WEIGHTS, _SHAPES, _FRAME_COLOURS), "", bare=True, copula=False),
        Part(_on_nose(plain(_NOUNS)), (_SHAPES, (*_FRAME_COLOURS, *_EDGED)), "", bare=True, copula=False),
        Part(_on_nose(plain("glasses, specs, spectacles")), (_SHAPES,), "", bare=True, copula=True),
        Part(_on_nose(plain("pair of glasses, pair of spectacles, pair of specs")), (_SHAPES, _FRAME_COLOURS), "a",
             bare=True, copula=False),
    ),
    phrases=(
        *says("glasses", {"none": "no glasses, no glasses, no spectacles, no specs, no eyewear, bare eyes"}),
        *(Word(f"{noun} with {word.text} frames", {"glasses": _WORN, **word.facts})
          for noun in ("glasses", "spectacles", "specs") for word in (*_FRAME_COLOURS, *_WEIGHTS[:4])),
        *(Word(f"glasses with {word.text} lenses", word.facts) for word in _SHAPES),
        *means("horn rimmed glasses, thick rimmed black glasses, nerd glasses", glasses="not none",
               frame_weight="thick"),
    ),
    predicates=says("glasses", {
        "not none": "wears glasses, is wearing glasses, has glasses on, wears spectacles, needs glasses",
        "none": "has no glasses, does not wear glasses, is not wearing glasses, doesn't wear glasses",
    }),
    without=says("glasses", {"none": "glasses, glasses, the glasses, any glasses, spectacles, specs, eyewear, "
                                     "his glasses"}),
    wear=True,
)  # fmt: skip

_CLOTH_COLOURS = says("cloth", {
    "black": "black, black, jet black", "white": "white, white, ivory, snow white, off white",
    "grey": "grey, gray, charcoal, heather grey, ash", "red": "red, red, crimson, scarlet, burgundy, cherry, maroon, "
                                                              "bright red",
    "blue": "blue, blue, royal blue, bright blue, cobalt, denim", "navy": "navy, navy blue, dark blue, midnight blue",
    "blue navy": "deep blue",
    "green": "green, green, forest green, emerald, olive, dark green, bottle green",
    "yellow": "yellow, yellow, mustard, bright yellow, lemon, golden",
    "orange": "orange, orange, bright orange, tangerine, rust", "purple": "purple, purple, violet, plum, lavender, "
                                                                          "lilac, mauve",
    "pink": "pink, pink, rose, salmon, hot pink, light pink, coral", "brown": "brown, brown, chocolate, dark brown, "
                                                                              "tan brown",
    "beige": "beige, beige, cream, sand, tan, khaki, camel, cream coloured",
})  # fmt: skip

_GARMENTS = says("clothing", {
    "crew": "t shirt, t shirt, tee, tee shirt, sweatshirt, crew neck, crew neck sweater, tshirt, round neck shirt, "
            "hoodie",
    "crew turtleneck v_neck": "sweater, jumper, pullover, sweater",
    "v_neck": "v neck, v neck sweater, v neck shirt, v neck t shirt, v neck jumper, v neck top",
    "collar": "shirt, collared shirt, polo shirt, button down shirt, dress shirt, shirt with a collar, polo, "
              "button up shirt",
    "scoop": "scoop neck top, low cut top, tank top, scoop neck, dress, scoop neck shirt, vest top, low necked top, "
             "camisole",
    "scoop collar": "blouse",
    "scoop crew v_neck": "top",
    "turtleneck": "turtleneck, turtleneck, roll neck, polo neck, turtleneck sweater, turtle neck, high necked sweater, "
                  "polo neck sweater, roll neck sweater, high collar",
})  # fmt: skip

CLOTHES = Topic(
    "clothes",
    parts=(
        Part(_GARMENTS, (_CLOTH_COLOURS,), "a", bare=True, copula=False),
        Part(plain("clothes, clothing, outfit, garment, jacket, coat, cardigan"), (_CLOTH_COLOURS,), "", copula=False),
    ),
    phrases=(*(Word(f"dressed in {word.text}", word.facts) for word in _CLOTH_COLOURS),
             *says("clothing", {"collar": "a collar", "v_neck": "a v shaped neckline"})),
    wear=True,
)  # fmt: skip

_LIPSTICK = says("makeup", {
    "red": "red, red, bright red, crimson, scarlet, ruby, cherry, cherry red, ruby red",
    "pink": "pink, pink, hot pink, bright pink, rose, rosy, magenta, coral",
    "dark": "dark, dark, black, plum, burgundy, dark red, goth, deep purple, purple, wine red, wine coloured, maroon",
})  # fmt: skip

MAKEUP = Topic(
    "makeup",
    adjectives=(
        *says("makeup", {"not none": "made up, heavily made up"}),
        *(Word(f"{word.text} lipped", word.facts) for word in _LIPSTICK[:8]),
    ),
    parts=(
        Part(plain("lipstick, lipstick, lipstick, lip gloss, lip colour"), (_LIPSTICK,), "", copula=False),
        Part(plain("lips, painted lips"), (says("makeup", {"red": "red, bright red, ruby, cherry red, scarlet",
                                                          "pink": "pink, bright pink, hot pink", "dark": "black, "
                                                                                                         "dark"}),),
                                                                                                         ""),
    ),
    phrases=says("makeup", {
        "not none": "makeup, make up, heavy makeup, eye shadow, eyeshadow, heavy make up, full makeup, eyeliner, "
                    "mascara",
        "none": "no makeup, no make up, no lipstick, a bare face, natural lips, bare lips",
        "red pink dark": "lipstick, painted lips, strong lipstick", "natural": "natural makeup, light makeup, "
                                                                               "subtle makeup",
    }),
    predicates=says("makeup", {"not none": "wears makeup, is wearing makeup, is made up, has makeup on",
                               "none": "wears no makeup, is not wearing makeup"}),
    without=says("makeup", {"none": "makeup, make up, any makeup", "none natural": "lipstick, any lipstick"}),
    wear=True,
)  # fmt: skip
