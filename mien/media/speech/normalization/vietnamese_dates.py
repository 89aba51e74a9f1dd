"""Vietnamese dates, and what is no date though it looks like one: fractions, scores, numbers of houses."""

from __future__ import annotations

import re

from mien.media.speech.normalization.numbers import vietnamese
from mien.media.speech.normalization.rewriting import Rule

_ALONE = r"(?<![\w./-])"
_NO_DATE = re.compile(
    r"(?i)\b(?:điểm|tỷ số|tỉ số|tỷ lệ|tỉ lệ|xác suất|số|hẻm|ngõ|ngách|nhà|kiệt|huyết áp|thị lực|thắng|thua|hòa|hoà|"
    r"đạt|được|khoảng|hơn|gần|chiếm|bài|câu|trang|phòng|lớp|tổ|nhịp)\s*:?\s$"
)
"""What stands before a score, a share or the number of a house."""

_NAMED = re.compile(
    r"(?i)(?:\b(?:đường|phố|đại lộ|quảng trường|công viên|ngã tư|ngã ba|ngã sáu|cầu|trường|bệnh viện|khu|"
    r"phường|xã|chợ|rạp|nhà hát)|(?<!\w)đ\.)\s?$"
)
"""What is named after a day: đường 3/2 is Ba Tháng Hai."""

_DAY = re.compile(
    r"(?i)(?:\b(?:lễ|quốc khánh|dịp|sáng|trưa|chiều|tối|đêm|từ|đến|tới|trước|sau|vào|sinh|hết|cuối tuần|kỷ niệm|"
    r"(?:thứ\s(?:hai|ba|tư|năm|sáu|bảy|[2-7])|chủ nhật),?)|[0-9][hg][0-9]*,?)\s$"
)
"""What stands before a day."""

_AFTER = re.compile(r"(?i)\s(?:này|tới|năm|hằng năm|hàng năm|vừa qua|vừa rồi|sắp tới|âm lịch|dương lịch)\b")


def date_rules() -> list[Rule]:
    """Days with and without a year, months with a year, and at last fractions."""
    day, month = r"(?P<day>[0-9]{1,2})", r"(?P<month>[0-9]{1,2})"
    return [
        (re.compile(rf"{_ALONE}(?P<year>[12][0-9]{{3}})-(?P<month>[01]?[0-9])-(?P<day>[0-3]?[0-9])(?![\w-])"), _date),
        (re.compile(rf"{_ALONE}{day}(?P<mark>[/.-]){month}(?P=mark)(?P<year>[12][0-9]{{3}})(?![\w/-])"), _date),
        (re.compile(rf"{_ALONE}{day}/{month}/(?P<year>[0-9]{{2}})(?![\w/-])"), _date),
        (
            re.compile(rf"(?i)(?:(?<=ngày )|(?<=mùng )|(?<=mồng )|(?<=hôm )){day}[/-]{month}(?P<year>(?!))?(?![\w/-])"),
            _date,
        ),
        (
            re.compile(r"(?i)(?<=tháng )([0-9]{1,2})[/-]([12][0-9]{3})(?![\w/-])"),
            lambda match: f"{vietnamese(int(match[1]))} năm {vietnamese(int(match[2]))}",
        ),
        (
            re.compile(rf"{_ALONE}(0?[1-9]|1[0-2])/([12][0-9]{{3}})(?![\w/-])"),
            lambda match: f"tháng {_month(int(match[1]))} năm {vietnamese(int(match[2]))}",
        ),
        (re.compile(r"(?i)(?<=tháng )4(?![\w/-])"), lambda _: "tư"),
        (re.compile(rf"{_ALONE}{day}(?P<mark>[/-]){month}(?P<year>(?!))?(?![\w/-]|[.,][0-9])"), _undated),
        (re.compile(rf"{_ALONE}([0-9]{{1,3}})/([0-9]{{1,3}})(?![\w/])"), _fraction),
    ]


def _month(number: int) -> str:
    return "tư" if number == 4 else vietnamese(number)


def _date(match: re.Match[str]) -> str | None:
    day, month, year = int(match["day"]), int(match["month"]), match["year"]
    if not (1 <= day <= 31 and 1 <= month <= 12):
        return None
    first = "mùng " if day <= 10 else ""
    # the word "ngày" before the date is often written
    before = (
        ""
        if re.search(r"(?i)\b(?:ngày|mùng|mồng|hôm)\s$", match.string[max(0, match.start() - 10) : match.start()])
        else f"ngày {first}"
    )
    if year and len(year) == 2:
        year = f"{'19' if int(year) > 50 else '20'}{year}"
    named = f"{before}{vietnamese(day)} tháng {_month(month)}"
    return named + (f" năm {vietnamese(int(year))}" if year else "")


def _undated(match: re.Match[str]) -> str | None:
    """A day and its month without a word that says so, where it is more likely one than a fraction or a range."""
    day, month = int(match["day"]), int(match["month"])
    before = match.string[max(0, match.start() - 24) : match.start()]
    if not (1 <= day <= 31 and 1 <= month <= 12):
        return None
    if match["mark"] == "/" and _NAMED.search(before):
        return f"{vietnamese(day)} tháng {_month(month)}"
    zero = len(match["day"]) == len(match["month"]) == 2 and "0" in (match["day"][0], match["month"][0])
    if match["mark"] == "-":
        return _date(match) if zero else None
    if _NO_DATE.search(before) or ((day, month) == (24, 7) and not _DAY.search(before)):
        return None
    told = zero or day > month or _DAY.search(before) or _AFTER.match(match.string, match.end())
    return _date(match) if told else None


def _fraction(match: re.Match[str]) -> str:
    above, below = int(match[1]), int(match[2])
    word = "phần" if 0 < above < below else "trên"
    return f"{vietnamese(above)} {word} {'tư' if below == 4 and word == 'phần' else vietnamese(below)}"
