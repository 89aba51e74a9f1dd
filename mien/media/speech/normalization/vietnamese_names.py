"""Vietnamese abbreviations: titles, initials, places, telephones."""

from __future__ import annotations

import re

from mien.media.speech.normalization.lexicon import ends_sentence, saying
from mien.media.speech.normalization.rewriting import Rule

_TITLES = {
    "PGS": "phó giáo sư", "GS": "giáo sư", "TSKH": "tiến sĩ khoa học", "TS": "tiến sĩ", "ThS": "thạc sĩ",
    "Th.S": "thạc sĩ", "Ths": "thạc sĩ", "T.S": "tiến sĩ", "BS": "bác sĩ", "BSCKI": "bác sĩ chuyên khoa một",
    "BSCKII": "bác sĩ chuyên khoa hai", "BSCK1": "bác sĩ chuyên khoa một", "BSCK2": "bác sĩ chuyên khoa hai",
    "BSNT": "bác sĩ nội trú", "KS": "kỹ sư", "LS": "luật sư", "KTS": "kiến trúc sư", "NSND": "nghệ sĩ nhân dân",
    "NSƯT": "nghệ sĩ ưu tú", "NGND": "nhà giáo nhân dân", "NGƯT": "nhà giáo ưu tú",
}  # fmt: skip
_TITLES_WITH_POINT = {
    "CKI": "chuyên khoa một", "CKII": "chuyên khoa hai", "CK1": "chuyên khoa một", "CK2": "chuyên khoa hai",
    "CN": "cử nhân", "DS": "dược sĩ", "ĐD": "điều dưỡng", "Bs": "bác sĩ", "Ts": "tiến sĩ", "Ks": "kỹ sư",
    "Gs": "giáo sư", "Pgs": "phó giáo sư",
}  # fmt: skip
"""Without a point, CN is a Sunday."""

_SURNAME = re.compile(
    r"\b(?:Nguyễn|Trần|Lê|Phạm|Hoàng|Huỳnh|Phan|Vũ|Võ|Đặng|Bùi|Đỗ|Hồ|Ngô|Dương|Lý|Đinh|Trịnh|Đoàn|Mai|Tô|Lâm|Cao|Tạ)\s$"
)
_CITIES = r"(?=[A-ZĐ][^\W\d_])"
_PLACES = {
    "TP.": "thành phố ", "Tp.": "thành phố ", "tp.": "thành phố ", "TX.": "thị xã ", "Tx.": "thị xã ", "Q.": "quận ",
    "P.": "phường ", "Đ.": "đường ",
}  # fmt: skip
_WORDS = {
    "Dr.": "tiến sĩ ", "Mr.": "ông ", "Mrs.": "bà ", "Ms.": "cô ", "e.g.": "ví dụ", "i.e.": "tức là",
    "vd.": "ví dụ", "VD.": "ví dụ", "v.d.": "ví dụ", "VD:": "ví dụ:", "vd:": "ví dụ:",
    "UBND": "ủy ban nhân dân", "VN": "Việt Nam", "St.": "Xanh ", "No.": "số ", "Nr.": "số ", "vs.": "với",
    "tr.": "trang ", "HCM": "Hồ Chí Minh", "ĐT": "điện thoại",
}  # fmt: skip
_ENDING = {"v.v.": "vân vân", "v.v": "vân vân", "etc.": "vân vân"}


def abbreviation_rules() -> list[Rule]:
    """Titles first, then initials, and places, telephones and words behind them."""
    found = [
        *_title_rules(),
        *_initial_rules(),
        (re.compile(r"(?<![\w.])(?:[Tt][Pp]\.?\s?HCM|T\.P\.?\s?HCM)(?!\w)"), saying("thành phố Hồ Chí Minh")),
        (re.compile(rf"(?<![\w.])(?:TP|Tp)\s{_CITIES}"), saying("thành phố ")),
        # 20.000 đ. is an amount
        (re.compile(r"(?<![\w.])(?<![0-9]\s)đ\.\s?(?=[A-ZĐ0-9])"), saying("đường ")),
        (re.compile(r"(?<![\w.])q\.\s?(?=[A-ZĐ0-9])"), saying("quận ")),
        (re.compile(r"(?<![\w.])p\.\s?(?=[0-9])"), saying("phường ")),
        (re.compile(r"(?<![\w.])[sS][đĐ][tT](?!\w)\.?"), saying("số điện thoại")),
        (re.compile(r"(?<![\w.])[đĐ][tT]\.?(?=\s?:?\s?[0-9+(])"), saying("điện thoại")),
        (re.compile(r"(?<![\w.])(?:(?<=số )|(?<=Số ))[đĐ][tT](?!\w)"), saying("điện thoại")),
        (re.compile(r"(?<![\w.])[đĐ][tT](?=\s?:)"), saying("điện thoại")),
        (re.compile(r"(?<![\w.])[đĐ][tT][dD][đĐ](?!\w)"), saying("điện thoại di động")),
    ]
    for short, said in {**_PLACES, **_WORDS}.items():
        after = r"\s?(?=\S|$)" if said.endswith(" ") else r"(?!\w)" if short[-1].isalpha() else ""
        found.append((re.compile(rf"(?<![\w.]){re.escape(short)}{after}"), saying(said)))
    for short, said in _ENDING.items():
        found.append((re.compile(rf"(?<![\w.]){re.escape(short)}(?!\w)"), saying(said, ending=True)))
    return found


def _title_rules() -> list[Rule]:
    """PGS.TS., GS TS, ThS. and their like: any number of titles in a row, with points, strokes or spaces."""
    every = {**_TITLES, **_TITLES_WITH_POINT}
    title = "|".join(re.escape(one) for one in sorted(every, key=len, reverse=True))
    plain = "|".join(re.escape(one) for one in sorted(_TITLES, key=len, reverse=True))
    last = rf"(?:(?:{title})\.|(?:{plain})(?=\s+[A-ZĐÀ-Ỹ]))"

    def said(match: re.Match[str]) -> str:
        words = " ".join(every[one] for one in re.findall(rf"(?:{title})(?!\w)", match.group()))
        return words + ("." if not match.string[match.end() :].strip() and ends_sentence(match) else " ")

    return [(re.compile(rf"(?<![\w.])(?:(?:{title})(?:\.\s?|\s?[-–,]\s?|\s))*{last}[ \u00a0]*"), said)]


def _initial_rules() -> list[Rule]:
    """Initials of a person: several letters in a row, or one behind a surname; Q. 1 and Đ. Nguyễn Huệ are places."""

    def letters(match: re.Match[str]) -> str:
        end = "." if match.group().endswith(".") and not match.string[match.end() :].strip() else ""
        return " ".join(re.findall(r"\w", match.group())) + end

    def behind_surname(match: re.Match[str]) -> str | None:
        before = match.string[max(0, match.start() - 9) : match.start()]
        return match[1] if _SURNAME.search(before) else None

    capital = r"[A-ZĐĂÂÊÔƠƯ]"
    return [
        (re.compile(rf"(?<![\w.]){capital}(?:\.\s?{capital}(?!\w))+\.?"), letters),
        (re.compile(rf"(?<=\s)({capital})\.(?=\s?[A-ZĐÀ-Ỹ])"), behind_surname),
    ]
