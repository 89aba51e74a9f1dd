"""Wording: numbers, dates, amounts, addresses and abbreviations are said as a person would say them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.media.speech.interface import SpokenWord, placed_pieces, split_text
from mien.media.speech.normalization.normalize import spoken_text, written_words
from mien.media.speech.normalization.numbers import english, english_ordinal, english_year, roman, vietnamese


def said(text: str, language: str) -> str:
    return " ".join(spoken_text(text, language).spoken.split())


ENGLISH = {
    "from $5-$10": "from five dollars to ten dollars",
    "on 2024/05/01": "on May first, twenty twenty-four",
    "at 00:00 or 24:00": "at midnight or midnight",
    "min. 5 people for 5 min.": "minimum five people for five minutes.",
    "Dr. Smith paid $3.50": "doctor Smith paid three dollars fifty cents",
    "at 10:30, 10:05 p.m. or 8h30": "at ten thirty, ten oh five pee em or eight thirty",
    "on 2024-05-01, e.g. 50% off": "on May first, twenty twenty-four, for example fifty percent off",
    "visit https://example.org, or a@b.org.": "visit example dot org, or a at b dot org.",
    "3.5kg, 1,000,000 and €20": "three point five kilograms, one million and twenty euros",
    "20.000 đ": "twenty thousand dong",
    "№ 5, No. 7, #1": "number five, number seven, number one",
    "the 1st, 22nd and 103rd": "the first, twenty-second and one hundred third",
    "Louis XIV in World War II": "Louis the fourteenth in World War two",
    "I said no": "I said no",
    "C++ & C#": "C plus plus and C sharp",
    "1+1=2": "one plus one equals two",
    "St. Peter, Main St. 5": "saint Peter, Main street five",
    "$5 million, $3.5M, £1.01, $0.99": (
        "five million dollars, three point five million dollars, one pound one pence, ninety-nine cents"
    ),
    "-5°C, 5–10%, 16:9": "minus five degrees Celsius, five to ten percent, sixteen to nine",
    "1/2, 3/4, 24/7": "one half, three quarters, twenty-four seven",
    "in 1999 we had 1999 cats": "in nineteen ninety-nine we had one thousand nine hundred ninety-nine cats",
    "the 1990s": "the nineteen nineties",
    "Jan. 5, 2024": "January fifth, twenty twenty-four",
    "call +84 912 or 007": "call plus eighty-four nine hundred twelve or zero zero seven",
    "192.168.1.1": "one hundred ninety-two point one hundred sixty-eight point one point one",
    "MP3": "MP three",
    "9am-5pm, 2020–2024": "nine ay em to five pee em, twenty twenty to twenty twenty-four",
    "call 1-800-555-1234 on 12/12": "call one eight zero zero five five five one two three four on December twelfth",
    "-$5, $-5, 2½": "minus five dollars, minus five dollars, two and a half",
    "good 😀 morning 👍🏽": "good morning",
    "😀": "😀",
    "It’s ‘fine’ — “yes”…": "It’s ‘fine’ — “yes”…",
}
PLACES = {
    "John's St. is wide": "John's street is wide",
    "St. Paul's St. is by St. Paul's": "saint Paul's street is by saint Paul's",
    "on 42nd St. in town": "on forty-second street in town",
    "He lives on Elm St. She left.": "He lives on Elm street. She left.",
    "Mount St. Helens, King's St. Mary": "Mount saint Helens, King's saint Mary",
    "Dr. John's Dr. is late": "doctor John's doctor is late",
}
STROKES = {
    "he is 5'11\" tall": "he is five foot eleven tall",
    "6’2” or 5′11½″": "six foot two or five foot eleven and a half",
    "a 5' pole, 3' x 12\", 5'x7'": "a five foot pole, three feet by twelve inches, five feet by seven feet",
    "at 40°26'46\"": "at forty degrees twenty-six minutes forty-six seconds",
    "he ran 12'34\"": "he ran twelve minutes thirty-four seconds",
    "\"I have 12\" and 'I have 5'": "\"I have twelve\" and 'I have five'",
    "rock 'n' roll of the '90s": "rock 'n' roll of the nineties",
}
POWERS = {
    "x² + y^2 = (a+b)²": "x squared plus y squared equals (a plus b) squared",
    "10^6, 10⁻³ and 2^n": "ten to the power of six, ten to the power of minus three and two to the power of n",
    "6.02×10^23": "six point zero two times ten to the power of twenty-three",
    "50 m², 3 km^2 and 2 cm³": "fifty square metres, three square kilometres and two cubic centimetres",
    "in km² or per m²": "in square kilometres or per square metre",
    "€100/m², 5 kg/m³": "one hundred euros per square metre, five kilograms per cubic metre",
    "H₂O, CO₂": "H two O, CO two",
    "the study² shows": "the study² shows",  # a footnote
}
LISTS = {
    "1,2,3": "one, two, three",
    "rooms 1,2 and 3": "rooms one, two and three",
    "1.5,2.5": "one point five, two point five",
    "10,20,30 kg": "ten, twenty, thirty kilograms",
    "12,34,567": "one million two hundred thirty-four thousand five hundred sixty-seven",
    "₹1,50,000.50": "one hundred fifty thousand rupees fifty paise",
    "1,00,00,000 and 1,234,567": (
        "ten million and one million two hundred thirty-four thousand five hundred sixty-seven"
    ),
    "1,5 kg": "one point five kilograms",
    "4K, an 8K video, a 5K run": "four K, an eight K video, a five K run",
    "$4K and 60K": "four thousand dollars and sixty thousand",
}
VIETNAMESE = {
    "7h30'-9h": "bảy giờ ba mươi đến chín giờ",
    "lúc 10h30ph": "lúc mười giờ ba mươi",
    "giá 20.000 đ": "giá hai mươi nghìn đồng",
    "1.000.000 đồng 50%": "một triệu đồng năm mươi phần trăm",
    "ngày 1/5/2024": "ngày một tháng năm năm hai nghìn không trăm hai mươi bốn",
    "lúc 8h30 hay 10:30": "lúc tám giờ ba mươi hay mười giờ ba mươi",
    "TP. HCM, Q.1": "thành phố Hồ Chí Minh, quận một",
    "3,5kg": "ba phẩy năm ki lô gam",
    "thế kỷ XIV, thứ 4, tháng 4": "thế kỷ mười bốn, thứ tư, tháng tư",
    "https://example.org hoặc a@b.org": "example chấm org hoặc a a còng b chấm org",
    "5tr, 20k, 2 tỷ, 0912": "năm triệu, hai mươi nghìn, hai tỷ, không chín một hai",
    "táo & cam v.v.": "táo và cam vân vân.",
    "GS. TS. Nguyễn": "giáo sư tiến sĩ Nguyễn",
    "3/4": "ba phần tư",
    "10h-12h, 3tr5, 2½": "mười giờ đến mười hai giờ, ba triệu rưỡi, hai rưỡi",
    "ĐT: 0912.345.678": "điện thoại: không chín một hai ba bốn năm sáu bảy tám",
    "vd: 5": "ví dụ: năm",
    "hôm 1/5": "hôm một tháng năm",
    "x², m², 50 km^2": "x mũ hai, mét vuông, năm mươi ki lô mét vuông",
    "10^6 hay 10⁻³": "mười mũ sáu hay mười mũ âm ba",
    "100 người/km²": "một trăm người trên ki lô mét vuông",
    "1,2,3 và 12,34,567": ("một, hai, ba và một triệu hai trăm ba mươi bốn nghìn năm trăm sáu mươi bảy"),
    "video 4K, giá 4K": "video bốn ca, giá bốn nghìn",
    "chờ 5', chạy 5'30\"": "chờ năm phút, chạy năm phút ba mươi giây",
}

VIETNAMESE_DATES = {
    "02/09": "ngày mùng hai tháng chín",
    "từ 28/08 đến 05/09": "từ ngày hai mươi tám tháng tám đến ngày mùng năm tháng chín",
    "lễ 2/9, 30/4": "lễ ngày mùng hai tháng chín, ngày ba mươi tháng tư",
    "02-09, 09/2024": "ngày mùng hai tháng chín, tháng chín năm hai nghìn không trăm hai mươi bốn",
    "02/09/75": "ngày mùng hai tháng chín năm một nghìn chín trăm bảy mươi lăm",
    "đường 3/2, Đ. 30/4, phố 19/5": "đường ba tháng hai, đường ba mươi tháng tư, phố mười chín tháng năm",
    "hẻm 12/5, tỷ số 3/1, 24/7": "hẻm mười hai trên năm, tỷ số ba trên một, hai mươi bốn trên bảy",
    "3/4 cốc, 1/6 dân số": "ba phần tư cốc, một phần sáu dân số",
    "32/10": "ba mươi hai trên mười",
}
VIETNAMESE_NAMES = {
    "Đ. T. Hùng và Nguyễn Đ.T.": "Đ T Hùng và Nguyễn Đ T.",
    "P. Q. Trần, Nguyễn Q. Hải": "P Q Trần, Nguyễn Q Hải",
    "Đ. Nguyễn Huệ, Q. 1, P.5": "đường Nguyễn Huệ, quận một, phường năm",
    "PGS.TS. Nguyễn": "phó giáo sư tiến sĩ Nguyễn",
    "GS.TSKH Lê, PGS TS Trần": "giáo sư tiến sĩ khoa học Lê, phó giáo sư tiến sĩ Trần",
    "ThS. BS. Hà, BS An": "thạc sĩ bác sĩ Hà, bác sĩ An",
    "BS.CKII. Minh, NSƯT Lan": "bác sĩ chuyên khoa hai Minh, nghệ sĩ ưu tú Lan",
    "Ông là TS.": "Ông là tiến sĩ.",
    "TP.HCM, Tp. HCM, tp.HCM, TP Huế": (
        "thành phố Hồ Chí Minh, thành phố Hồ Chí Minh, thành phố Hồ Chí Minh, thành phố Huế"
    ),
    "đt: 091, Đt 091, số đt": "điện thoại: không chín một, điện thoại không chín một, số điện thoại",
    "sđt 091, SĐT": "số điện thoại không chín một, số điện thoại",
    "đ. Lê Lợi, 5 đ.": "đường Lê Lợi, năm đồng.",
}


@pytest.mark.parametrize(("text", "words"), {**ENGLISH, **PLACES, **STROKES, **POWERS, **LISTS}.items())
def test_english(text: str, words: str) -> None:
    assert said(text, "en-us") == words


@pytest.mark.parametrize(("text", "words"), {**VIETNAMESE, **VIETNAMESE_DATES, **VIETNAMESE_NAMES}.items())
def test_vietnamese(text: str, words: str) -> None:
    assert said(text, "vi") == words


def test_only_america_writes_the_month_first() -> None:
    assert said("5/6/2024", "en-us") == "May sixth, twenty twenty-four"
    assert said("5/6/2024", "en-gb") == "the fifth of June, twenty twenty-four"
    assert said("25/12/2024", "en-us") == "December twenty-fifth, twenty twenty-four"


ABBREVIATIONS = {
    "de": {
        "Z. B. Äpfel, d.h. Obst usw.": "Zum Beispiel Äpfel, das heißt Obst und so weiter.",
        "Äpfel usw. und Nr. 5. Danach Art. 3": "Äpfel und so weiter und Nummer 5. Danach Artikel 3",
        "in dieser Art. Dann A. Maier": "in dieser Art. Dann A Maier",
        "der 3. Mai, am 21. Juni": "der dritte Mai, am einundzwanzigsten Juni",
    },
    "fr": {"M. Dupont, p. ex., etc.": "monsieur Dupont, par exemple, et cetera."},
    "es": {"La Sra. Ruiz vive en EE. UU.": "La señora Ruiz vive en Estados Unidos."},
    "it": {"il sig. Rossi, ad es. oggi": "il signor Rossi, ad esempio oggi"},
    "nl": {"d.w.z. kaas enz.": "dat wil zeggen kaas enzovoort."},
    "pt": {"a Dra. Costa, p. ex. aqui": "a doutora Costa, por exemplo aqui"},
    "pl": {"tzn. nie itd.": "to znaczy nie i tak dalej."},
    "ru": {"и т. д. на ул. Ленина, г. Москва": "и так далее на улица Ленина, город Москва"},
    "sv": {"J. R. Berg": "J R Berg"},
}


@pytest.mark.parametrize(
    ("language", "text", "words"), [(name, *pair) for name, texts in ABBREVIATIONS.items() for pair in texts.items()]
)
def test_abbreviations_of_other_languages_end_no_sentence(language: str, text: str, words: str) -> None:
    assert said(text, language) == words


def test_other_languages_are_left_to_the_engine() -> None:
    assert said("am 5.6.2024 für 3,50 €", "de") == "am 5.6.2024 für 3,50 €"
    assert said("क्\u200dष 😀", "hi") == "क्\u200dष"


def test_numbers_in_words() -> None:
    assert [english(number) for number in (0, 21, 101, 1_000_005)] == [
        "zero", "twenty-one", "one hundred one", "one million five",
    ]  # fmt: skip
    assert [english_ordinal(number) for number in (3, 12, 20, 101)] == [
        "third", "twelfth", "twentieth", "one hundred first",
    ]  # fmt: skip
    assert [english_year(year) for year in (1905, 1900, 2005, 2024)] == [
        "nineteen oh five", "nineteen hundred", "two thousand five", "twenty twenty-four",
    ]  # fmt: skip
    assert [vietnamese(number) for number in (5, 15, 21, 105, 1005, 1_000_005)] == [
        "năm", "mười lăm", "hai mươi mốt", "một trăm linh năm", "một nghìn không trăm linh năm",
        "một triệu không trăm linh năm",
    ]  # fmt: skip
    assert [roman(text) for text in ("XIV", "IIX", "MIX", "")] == [14, None, 1009, None]


@given(st.integers(1, 999), st.integers(0, 4))
def test_a_number_of_a_scale_is_said_like_its_digits(number: int, scale: int) -> None:
    names = ["", " thousand", " million", " billion", " trillion"]
    assert english(number * 1000**scale) == english(number) + names[scale]


LETTERS = st.text(st.sampled_from("aZ09 ²^m\"$€đ%.,:;/-–+&#№@'\u00a0\n×°kgXIVSt😀ờ"), max_size=40)


@given(LETTERS | st.text(max_size=40), st.sampled_from(["en-us", "vi", "de"]))
def test_whatever_is_said_the_whole_text_is_captioned_in_order(text: str, language: str) -> None:
    wording = spoken_text(text, language)
    words = [SpokenWord(piece[:3], at, at + 0.5, at) for at, piece in placed_pieces(wording.spoken, 3)]
    written = written_words(words, wording)
    if words:
        assert " ".join(word.word for word in written).split() == text.split()
    starts = [word.start for word in written]
    assert starts == sorted(starts)


@given(st.text(max_size=60), st.integers(1, 9))
def test_pieces_know_where_they_are(text: str, longest: int) -> None:
    for position, piece in placed_pieces(text, longest):
        assert text[position : position + len(piece)] == piece


def test_abbreviations_end_no_sentence() -> None:
    assert split_text("Es gibt z.B. Äpfel bzw. Birnen. Dr. A. Maier kam. Gut!") == [
        "Es gibt z.B. Äpfel bzw. Birnen.", "Dr. A. Maier kam.", "Gut!",
    ]  # fmt: skip
    assert split_text("one is it. two is me") == ["one is it.", "two is me"]


def test_a_hostile_text_of_the_greatest_length_is_worded() -> None:
    pieces = (
        "a",
        "1",
        "1.",
        "a@",
        "St. ",
        "-1",
        "www.",
        "1,000",
        "1,",
        "12,",
        "5'",
        '"',
        "x^",
        "²",
        "TS.",
        "Đ. ",
        "2/9 ",
    )
    for piece in pieces:
        text = (piece * 20_000)[:20_000]
        for language in ("en-us", "vi"):
            assert spoken_text(text, language).written == text
