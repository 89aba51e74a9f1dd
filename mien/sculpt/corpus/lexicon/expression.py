"""Words for the expression of a face."""

from __future__ import annotations

from mien.sculpt.corpus.lexicon.phrases import Topic, Word, says

_FEELINGS: dict[str, str] = {
    "smiling": "smiling, happy, cheerful, grinning, joyful, beaming, friendly, merry, delighted, pleased, glad, "
               "content, "
               "smiley, laughing, jolly, joyous, amused, overjoyed, cheery, warm, radiant, proud",
    "sad": "sad, unhappy, gloomy, sorrowful, depressed, melancholy, miserable, tearful, upset, dejected, mournful, "
           "heartbroken, glum, down, crying, weepy, downcast, disappointed, melancholic, blue, grieving",
    "angry": "angry, furious, mad, cross, annoyed, irritated, enraged, grumpy, scowling, fierce, livid, raging, "
             "glaring, "
             "frowning, hostile, irate, outraged, bad tempered, fuming, menacing",
    "disgusted": "disgusted, revolted, repulsed, sneering, grossed out, nauseated, sickened, appalled",
    "afraid": "afraid, scared, frightened, fearful, terrified, anxious, panicked, nervous, worried, horrified, "
              "alarmed, "
              "petrified, panicking, fearsome looking, spooked",
    "surprised": "surprised, astonished, amazed, shocked, startled, stunned, dumbfounded, open mouthed, astounded, "
                 "flabbergasted, wide eyed, gobsmacked, taken aback, gasping",
    "bored": "bored, sleepy, tired, weary, drowsy, indifferent, uninterested, exhausted, unimpressed, fed up, "
             "half asleep, "
             "sluggish, apathetic, jaded",
    "neutral": "neutral, calm, serious, expressionless, relaxed, composed, emotionless, poker faced, stern, "
               "straight faced, "
               "unemotional, impassive, deadpan, blank, solemn",
}  # fmt: skip

_ADJECTIVES = says("expression", _FEELINGS)

_COMPARATIVES = says("expression", {
    "smiling": "happier, more cheerful, friendlier, merrier, jollier, smiling more, more smiling",
    "sad": "sadder, unhappier, gloomier, more miserable", "angry": "angrier, grumpier, madder, crosser, fiercer",
    "afraid": "more afraid, more scared, more frightened, more nervous", "disgusted": "more disgusted",
    "surprised": "more surprised, more shocked", "bored": "sleepier, more tired, more bored, wearier",
    "neutral": "calmer, more serious, more relaxed, less emotional",
})  # fmt: skip

_PHRASES = says("expression", {
    "smiling": "a smile, a grin, a big smile, a broad smile, a wide smile, a happy smile, a friendly smile, "
               "a big grin, "
               "a wide grin, a happy expression, a warm smile, a toothy grin, a slight smile, a smile on the face",
    "sad": "tears in the eyes, a sad look, a sad smile, the corners of the mouth turned down, a mournful look, "
           "a downturned mouth",
    "angry": "a frown, a scowl, an angry look, an angry frown, a glare, furrowed brows, a furious look, an angry stare",
    "disgusted": "a sneer, a look of disgust, a wrinkled nose, disgust on the face, a grimace of disgust, a curled lip",
    "afraid": "fear in the eyes, a look of fear, a frightened look, a terrified look, a worried look, fear on the face",
    "surprised": "a surprised look, raised eyebrows, an open mouth, a look of surprise, mouth open, a shocked look, "
                 "raised brows, mouth wide open, eyebrows raised, an open mouth of surprise",
    "bored": "half closed eyes, a bored look, heavy lids, sleepy eyes, a tired look, tired eyes, heavy eyelids, "
             "eyes half closed",
    "neutral": "a neutral expression, a straight face, a poker face, a blank expression, no expression, a blank look, "
               "a calm expression, a serious look, a serious expression, a resting face",
    "not smiling": "no smile",
})  # fmt: skip


def _seemingly() -> tuple[Word, ...]:
    """Predicates and phrases made of the adjectives: "looks sad", "a sad expression", "is not smiling"."""
    found = []
    for word in _ADJECTIVES:
        found += [Word(f"{verb} {word.text}", word.facts) for verb in ("is", "looks", "looking", "seems", "appears")]
    return tuple(found)


def _expressions() -> tuple[Word, ...]:
    return tuple(
        Word(f"{'an' if word.text[0] in 'aeiou' else 'a'} {word.text} {noun}", word.facts)
        for word in _ADJECTIVES
        for noun in ("expression", "look", "face", "expression on the face")
    )


EXPRESSION = Topic(
    "expression",
    adjectives=(*_ADJECTIVES, *_COMPARATIVES, *(Word(f"{word.text} looking", word.facts) for word in _ADJECTIVES)),
    phrases=(*_PHRASES, *_PHRASES, *_expressions()),
    predicates=(
        *_seemingly(),
        *says("expression", {
            "smiling": "smiles, smiles broadly, grins, is laughing, laughs, is grinning, has a smile, smiles happily, "
                       "is in a good mood, beams, smiles at the camera",
            "sad": "frowns sadly, cries, is about to cry, weeps, feels sad, pouts, is in tears, sulks",
            "angry": "scowls, glares, frowns, is frowning, frowns angrily, is in a bad mood, is raging, glowers",
            "disgusted": "sneers, is disgusted by something, smells something bad, looks with disgust, grimaces",
            "afraid": "is in fear, is in panic, looks terrified of something, panics, fears something, is frightened",
            "surprised": "gasps, raises the eyebrows, cannot believe it, is in shock, gapes, stares in surprise",
            "bored": "yawns, is falling asleep, is half asleep, needs sleep, could not care less, is fed up",
            "neutral": "shows no emotion, has no expression, stares blankly, keeps a straight face, is not emotional",
            "not smiling": "is not smiling, isn't smiling, does not smile, doesn't smile, not smiling, never smiles, "
                           "unsmiling",
            "not sad": "is not sad, isn't sad", "not angry": "is not angry, isn't angry",
        }),
    ),
    without=says("expression", {"not smiling": "a smile, smiling", "neutral": "any expression, expression, emotion"}),
)  # fmt: skip
