"""Prompts that name one option of one attribute and nothing else, for zero-shot classification."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from mien.sculpt.corpus.attributes import attributes
from mien.sculpt.corpus.lexicon.lexicon import topics
from mien.sculpt.corpus.lexicon.phrases import Facts, Part, Topic
from mien.sculpt.corpus.sentences import article
from mien.sculpt.corpus.visibility import depends_on

PROMPTS = 8
"""Most prompts of an option."""


@cache
def class_prompts(attribute: str) -> dict[str, tuple[str, ...]]:
    """Option → prompts that name it alone; an option that no words name, such as an average shape, has none."""
    found: dict[str, list[str]] = {option: [] for option in attributes()[attribute].options}
    for text, facts in _single_statements():
        named = facts.get(attribute, frozenset())
        others = set(facts) - {attribute, *depends_on(attribute)}
        if len(named) == 1 and not others:
            found[next(iter(named))].append(text)
    return {option: _spread(list(dict.fromkeys(texts))) for option, texts in found.items() if texts}


def _spread(texts: list[str]) -> tuple[str, ...]:
    """At most `PROMPTS` of the texts, evenly over the list."""
    count = min(PROMPTS, len(texts))
    return tuple(texts[number * len(texts) // count] for number in range(count))


@cache
def _single_statements() -> tuple[tuple[str, Facts], ...]:
    return tuple(statement for topic in topics() for statement in _statements(topic))


def _statements(topic: Topic) -> Iterator[tuple[str, Facts]]:
    """Short captions with one statement, and its facts."""
    for word in topic.adjectives:
        yield f"{article(word.text)} person", word.facts
    for word in topic.phrases:
        yield f"a person with {word.text}", word.facts
    for word in topic.predicates:
        yield f"a person who {word.text}", word.facts
    for word in topic.without:
        yield f"a person without {word.text}", word.facts
    for word in topic.heads:
        yield article(word.text), word.facts
    for part in topic.parts:
        noun = part.nouns[0]
        if part.bare:
            for one in part.nouns:
                yield f"a person with {_with_article(part, one.text)}", one.facts
        for slot in part.slots:
            for word in slot:
                facts = {**noun.facts, **word.facts}
                if all(facts[name] <= noun.facts.get(name, facts[name]) for name in facts):
                    text = f"{word.text} {noun.text}"
                    yield f"a person with {_with_article(part, text)}", facts


def _with_article(part: Part, text: str) -> str:
    return article(text) if part.article else text
