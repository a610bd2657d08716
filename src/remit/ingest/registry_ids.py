"""Trial numbers: what each registry's look like, found in any text."""

import re

_PATTERNS = (
    r"NCT\d{8}",
    r"\d{4}-5\d{5}-\d{2}-\d{2}",
    r"\d{4}-\d{6}-\d{2}(?!-?\d)",
    r"ISRCTN\d{8}",
    r"ACTRN\d{14}",
    r"ChiCTR-?[A-Z]{0,5}-?\d{8,10}",
    r"DRKS\d{8}",
    r"UMIN\d{9}",
    r"JapicCTI-\d{6}",
    r"jRCTs?\d{9,10}",
    r"CTRI/\d{4}/\d{2,3}/\d{6}",
    r"IRCT\d{11,14}(?:N\d{1,2})?",
    r"PACTR\d{15,16}",
    r"KCT\d{7}",
    r"TCTR\d{11}",
    r"RBR-[0-9a-z]{5,7}",
    r"SLCTR/\d{4}/\d{3}",
    r"NTR\d{2,4}",
    r"U1111-\d{4}-\d{4}",
)
_ANY = re.compile(r"(?<![A-Za-z0-9-])(?:" + "|".join(_PATTERNS) + r")(?![A-Za-z0-9])", re.IGNORECASE)
_UPPER = ("NCT", "ISRCTN", "ACTRN", "DRKS", "UMIN", "PACTR", "KCT", "TCTR", "NTR", "CTRI", "IRCT", "SLCTR")


def found_in(*texts: str) -> tuple[str, ...]:
    """Return every trial number in `texts`, each once, in order. A EudraCT or CTIS number is bare: 2014-002606-20."""
    out: dict[str, None] = {}
    for text in texts:
        for match in _ANY.finditer(text):
            number = match[0]
            upper = number.upper()
            out[upper if upper.startswith(_UPPER) else number] = None
    return tuple(out)
