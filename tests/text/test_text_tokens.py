"""The encoder with its own vocabulary: words, ids, features that depend on the text alone, unknown words."""

from __future__ import annotations

import copy
import json
import warnings

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.text.encoder import (
    TextEncoderError,
    TokensEncoder,
    UnknownWord,
    build_encoder,
    open_encoder,
    vocabulary_of,
    words,
)
from mien.text.signs import signs_as_words

TEXTS = [
    "She nods twice, then smiles and looks to the left.",
    "He turns his head to the right; he smiles!",
    "the woman doesn't blink 3 times",
]


def encoder(seed: int = 0, **options: float) -> TokensEncoder:
    torch.manual_seed(seed)
    return TokensEncoder(vocabulary_of(TEXTS), **{"width": 32, "longest": 12, **options})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("She nods twice, then smiles.", ["she", "nods", "twice", ",", "then", "smiles"]),
        ("doesn't 'stop' rock’n’roll", ["doesn't", "stop", "rock'n'roll"]),
        ("3 times,2 nods", ["3", "times", ",", "2", "nods"]),
        ("left-hand\nside\t(slowly); now!", ["left", "hand", "side", "slowly", "now"]),
        ("Cafe\u0301 CAFÉ", ["café", "café"]),
        ("Gật đầu, rồi cười", ["gật", "đầu", ",", "rồi", "cười"]),
        ("मुस्कुराती है", ["मुस्कुराती", "है"]),
        ("nods 😀\ufe0f ... ' ’ _", ["nods"]),
        ("", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


odd = st.text(max_size=80) | st.text(alphabet="aA'’,. \n\t3é\u0301\ufe0f\ud800😀", max_size=40)


@settings(max_examples=300)
@given(odd)
def test_words_are_words_and_stay_what_they_are(text: str) -> None:
    found = words(text)
    assert all(words(word) == [word] for word in found)
    assert words(" ".join(found)) == found
    known = TokensEncoder(vocabulary_of([text]), width=8, layers=1, heads=2)
    assert not any(map(str.isalnum, "".join(one.word for one in known.unknown_words(text))))
    ids, mask = known.tokenise([text])
    assert ids.shape == (1, 1 + min(len(found), 64))
    assert mask.all()
    assert [known.vocabulary[i - 3] for i in ids[0, 1:].tolist()] == found[:64]


def test_the_vocabulary_is_sorted_and_counts() -> None:
    texts = ["b a, a", "A c"]
    assert vocabulary_of(texts) == (",", "a", "b", "c")
    assert vocabulary_of(texts, least=2) == ("a",)
    assert vocabulary_of(reversed(texts)) == vocabulary_of(texts)


def test_ids_of_start_words_unknown_and_padding() -> None:
    ids, mask = TokensEncoder(("nods", "she"), width=8, heads=2).tokenise(["She nods", "zzz", ""])
    assert ids.tolist() == [[2, 4, 3], [2, 1, 0], [2, 0, 0]]
    assert mask.tolist() == [[True, True, True], [True, True, False], [True, False, False]]
    assert ids.dtype == torch.int64


def test_a_texts_features_do_not_depend_on_its_neighbours() -> None:
    model = encoder().eval()
    together, mask = model([*TEXTS, ""])
    assert together.shape == (4, int(mask.sum(1).max()), 32)
    assert together.dtype == torch.float32
    for row, own_mask, text in zip(together, mask, [*TEXTS, ""], strict=True):
        alone, whole = model([text])
        assert whole.all()
        torch.testing.assert_close(row[own_mask], alone[0], atol=1e-5, rtol=1e-5)
        assert (row[~own_mask] == 0).all()


def test_word_order_and_words_are_in_every_feature_of_the_text() -> None:
    model = encoder().eval()
    one, other, third = (model([text])[0][0, 0] for text in ("she nods then smiles", "she smiles then nods", "he nods"))
    assert (one - other).abs().max() > 1e-4, "the first feature sees the order"
    assert (one - third).abs().max() > 1e-4


def test_what_differs_only_in_case_and_signs_is_the_same() -> None:
    model = encoder().eval()
    assert torch.equal(model(["She nods, twice!"])[0], model(["she  nods ,twice"])[0])


def test_the_empty_text_and_no_text() -> None:
    model = encoder().eval()
    features, mask = model([""])
    assert features.shape == (1, 1, 32)
    assert mask.tolist() == [[True]]
    assert torch.isfinite(features).all()
    assert model([])[0].shape == (0, 1, 32)


def test_long_texts_are_cut_and_it_is_said() -> None:
    model = encoder(longest=5).eval()
    text = "she nods twice then smiles and looks"
    assert model.words_left_out(text) == 2
    assert model.words_left_out("she nods twice then smiles") == 0
    assert model([text])[0].shape == (1, 6, 32)
    assert torch.equal(model([text])[0], model(["she nods twice then smiles he"])[0])
    assert model(["she " * 100_000])[0].shape == (1, 6, 32)


def test_it_learns_which_of_two_orders_a_text_has() -> None:
    torch.manual_seed(0)
    texts = [f"{a} then {b}" for a in ("nods", "smiles", "blinks") for b in ("nods", "smiles", "blinks") if a != b]
    truth = torch.tensor([float(text.split()[0] < text.split()[2]) for text in texts])
    model = TokensEncoder(vocabulary_of(texts), width=16, layers=1, heads=2, dropout=0.1)
    head = torch.nn.Linear(16, 1)
    optimiser = torch.optim.Adam([*model.parameters(), *head.parameters()], lr=0.01)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(80):
            loss = torch.nn.functional.binary_cross_entropy_with_logits(head(model(texts)[0][:, 0])[:, 0], truth)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    model.eval()
    assert ((head(model(texts)[0][:, 0])[:, 0] > 0) == (truth > 0.5)).all()


def test_dropout_only_in_training() -> None:
    model = encoder(dropout=0.5)
    assert not torch.equal(model(TEXTS)[0], model(TEXTS)[0])
    model.eval()
    assert torch.equal(model(TEXTS)[0], model(TEXTS)[0])


def test_configuration_and_weights_rebuild_it() -> None:
    model = encoder(layers=1, dropout=0.1).eval()
    told = json.loads(json.dumps(model.config()))
    again = build_encoder(told).eval()
    assert isinstance(again, TokensEncoder)
    assert again.config() == model.config()
    again.load_state_dict(model.state_dict())
    assert torch.equal(model(TEXTS)[0], again(TEXTS)[0])
    assert torch.equal(model(TEXTS)[0], copy.deepcopy(model)(TEXTS)[0])


SHAPES = TokensEncoder(vocabulary_of(["blue square shrinks and a yellow circle, grows up right"]), width=8, heads=2)


@pytest.mark.parametrize("joint", [" & ", "&", " + ", "+", " ＆ "])
def test_signs_for_and_are_read_as_the_word(joint: str) -> None:
    text = f"blue square shrinks{joint}yellow circle grows"
    assert words(SHAPES.spelled_out(text)) == words("blue square shrinks and yellow circle grows")
    assert SHAPES.unknown_words(text) == ()


@pytest.mark.parametrize("joint", ["; ", ";", ", ", ",\n", " – ", "—", " - ", ". ", "\n", ": ", "… ", "! ", ";\n\n"])
def test_what_parts_two_phrases_is_a_comma(joint: str) -> None:
    text = f"  blue square shrinks{joint}yellow circle grows. "
    assert words(SHAPES.spelled_out(text)) == words("blue square shrinks , yellow circle grows")
    assert SHAPES.unknown_words(text) == ()


@pytest.mark.parametrize("sign", ["/", "*", "%", "#", "=", "@", "😀", "|", "\\", "$", "→", "_"])
def test_a_sign_that_means_nothing_to_the_model_is_named(sign: str) -> None:
    (unknown,) = SHAPES.unknown_words(f"blue square {sign} yellow circle")
    assert unknown == UnknownWord(sign, ())
    assert unknown.note == f"the model has never seen the sign {sign!r}"


def test_signs_are_named_where_their_word_is_unknown_or_nothing_follows() -> None:
    assert encoder().unknown_words("she nods + smiles") == ()
    german = TokensEncoder(("nickt", "lacht"), width=8, heads=2)
    assert [one.word for one in german.unknown_words("nickt & lacht; nickt")] == ["&"]
    assert [one.word for one in SHAPES.unknown_words("blue square +")] == ["+"]


def test_ordinary_texts_stay_as_they_are() -> None:
    for text in ("up-right", "a \"blue\" square (yellow) circle’s 'grows'!", "blue square, yellow circle."):
        assert SHAPES.spelled_out(text) == text
        assert not any(not one.word.isalnum() and one.word != "circle's" for one in SHAPES.unknown_words(text))


@given(odd)
def test_nothing_but_signs_is_changed(text: str) -> None:
    plain = SHAPES.spelled_out(text)
    assert [word for word in words(plain) if word not in (",", "and")] == [
        word for word in words(text) if word not in (",", "and")
    ]


def test_unknown_words_and_their_neighbours() -> None:
    model = encoder()
    first, second = model.unknown_words("She smyles, then nodz, smyles & jumps")[:2]
    assert first.word == "smyles"
    assert first.suggestions[0] == "smiles"
    assert second.suggestions[0] == "nods"
    assert model.unknown_words("she xqxqxq") == (UnknownWord("xqxqxq", ()),)
    assert model.unknown_words("SHE Nods.") == ()
    assert model.unknown_words("") == ()
    assert TokensEncoder(("she",), width=8, heads=2).unknown_words("she, she") == (), "a comma is no word to people"
    assert model.unknown_words("s" * 100_000) == (UnknownWord("s" * 100_000, ()),)


def test_without_layers_a_word_is_what_it_is_whatever_stands_beside_it() -> None:
    torch.manual_seed(0)
    model = TokensEncoder(("she", "nods", "smiles"), width=8, heads=2, layers=0)
    (nods, smiles), _ = model(["she nods", "she smiles"])
    # in another row of the batch the last bit may differ: vector instructions take rows in blocks
    torch.testing.assert_close(nods[1], smiles[1], atol=1e-6, rtol=0)
    assert (nods[2] - smiles[2]).abs().max() > 1e-3
    deeper = TokensEncoder(("she", "nods", "smiles"), width=8, heads=2, layers=1)
    (nods, smiles), _ = deeper(["she nods", "she smiles"])
    assert (nods[1] - smiles[1]).abs().max() > 1e-3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"vocabulary": ["she", "she"]}, "'she' more than once"),
        ({"vocabulary": ["She"]}, "'She' is not one word"),
        ({"vocabulary": ["she nods"]}, "is not one word"),
        ({"vocabulary": ["she"], "width": 30}, "multiple of the heads"),
        ({"vocabulary": ["she"], "layers": -1}, "layers at least 0"),
        ({"vocabulary": ["she"], "longest": 0}, "at least 1"),
        ({"vocabulary": ["she"], "dropout": 1.0}, "under 1"),
        ({"vocabulary": []}, "at least one word"),
    ],
)
def test_what_cannot_be_is_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(TextEncoderError, match=message):
        open_encoder("tokens", **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "config",
    [{}, {"encoder": "tokens"}, {"encoder": "tokens", "vocabulary": ["a"], "size": 3}, {"encoder": "pretrained"}],
)
def test_a_damaged_configuration_is_refused(config: dict[str, object]) -> None:
    with pytest.raises(TextEncoderError):
        build_encoder(config)


def test_an_encoder_without_a_name_is_refused() -> None:
    with pytest.raises(TextEncoderError, match="not by nothing"):
        open_encoder(" ")


def test_a_semicolon_parts_two_figures_where_commas_are_not_known() -> None:
    assert signs_as_words("star; circle", {"and"}) == "star and circle"
    assert signs_as_words("star; circle", {"and", ","}) == "star, circle"
    assert signs_as_words("star;", {"and"}) == "star;"
