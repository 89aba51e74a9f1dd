"""Frame rates from files and options: exact, within bounds, and never an endless number."""

from __future__ import annotations

import re
from fractions import Fraction

_LONGEST = 60
_TEXT = re.compile(
    r"\+?(?:[0-9]{1,15}(?:\.[0-9]{0,18})?|\.[0-9]{1,18})(?:[eE][+-]?[0-9]{1,2})?|\+?[0-9]{1,15}/[0-9]{1,15}"
)


def frame_rate(value: object, least: Fraction | int = 0, most: Fraction | int = 1_000_000) -> Fraction:
    """A number, or a text such as 25, 29.97 or 30000/1001, as a Fraction in (0, 1 000 000] and [`least`, `most`].

    Raises ValueError in one sentence. `Fraction` itself would compute 1e999999999 to its last digit.
    """
    shown = str(value)[:40] if isinstance(value, str | int | float | Fraction) else type(value).__name__
    wrong = f"fps is a number or a fraction such as 30000/1001, not {shown!r}"
    try:
        if isinstance(value, str):
            value = "".join(value[:_LONGEST].split())
            if _TEXT.fullmatch(value) is None:
                raise ValueError(wrong)
        fps = Fraction(value)  # type: ignore[call-overload]
    except (TypeError, ValueError, OverflowError, ZeroDivisionError) as error:
        raise ValueError(wrong) from error
    if not max(least, 0) <= fps <= most or fps <= 0:
        raise ValueError(f"fps lies in {least} … {most:,}, not {float(fps) if fps < 10**300 else shown}")
    return fps
