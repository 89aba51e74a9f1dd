"""Numbers as people write them."""

from __future__ import annotations

import re

_COMMA = re.compile(r"(?<![\w.,])([-+]?[0-9]+),([0-9]+)(?![.,]?[0-9])")


def decimal_comma(text: str) -> str:
    """What to say of a decimal comma in `text`: `'0,5' has a decimal comma: write 0.5`; empty without one.

    A comma between digits is also a comma where more numbers follow it, such as `1,2,3`: then nothing is said.
    """
    found = _COMMA.search(text)
    return f"{found.group()!r} has a decimal comma: write {found[1]}.{found[2]}" if found else ""
