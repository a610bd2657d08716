"""Text made comparable: entities, markup, accents, Greek letters, ligatures, case and punctuation no longer matter."""

import html
import re
import unicodedata

_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9:]{0,15}(?:\s[^<>]{0,200})?/?>")
_MARK = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f\u200b-\u200f\ufeff]"
)
_WORD = re.compile(r"[^\W_]+")
_ROMAN = {
    "i": "1",
    "ii": "2",
    "iii": "3",
    "iv": "4",
    "vi": "6",
    "vii": "7",
    "viii": "8",
    "ix": "9",
    "xi": "11",
    "xii": "12",
    "xiii": "13",
    "xiv": "14",
    "xv": "15",
}
_ROMAN.update(two="2", three="3", four="4", five="5", six="6", seven="7", eight="8", nine="9", ten="10", twelve="12")
_NUMERAL = re.compile(r"\d+")


def _letters() -> dict[int, str]:
    table: dict[int, str] = {}
    for code in (*range(0x391, 0x3AA), *range(0x3B1, 0x3CA)):
        name = unicodedata.name(chr(code), "")
        if name.startswith("GREEK ") and " LETTER " in name:
            table[code] = f" {name.rsplit(' ', 1)[-1].lower().replace('lamda', 'lambda')} "
    table.update({0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"'})
    table.update({0x3C2: " sigma ", 0xB5: " mu ", 0x3D5: " phi ", 0x3F5: " epsilon "})
    plain = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i", "ħ": "h"}
    for letter, text in plain.items():
        table[ord(letter)] = text
        if len(letter.upper()) == 1:
            table[ord(letter.upper())] = text
    table.update({ord(c): "" for c in "®™©℠"})
    return table


_LETTERS = _letters()


def text(printed: str) -> str:
    """Return `printed` in lower case without markup, entities, accents or Greek letters.

    >>> text("TNF-&alpha; in <i>Candida</i> na\u00efve \u03b2-cells")
    'tnf- alpha  in candida naive  beta -cells'
    """
    if "&" in printed:
        printed = html.unescape(html.unescape(printed))
    if "<" in printed:
        printed = _TAG.sub("", printed)
    if not printed.isascii():
        printed = _MARK.sub("", unicodedata.normalize("NFKD", printed.translate(_LETTERS)))
        if not printed.isascii():
            printed = printed.translate(_LETTERS)
    return printed.lower()


def words(folded: str) -> list[str]:
    """Return the words of folded text: runs of letters and digits, in any script."""
    return _WORD.findall(folded)


def numbers(of: list[str]) -> str:
    """Return the numbers that words hold, sorted, Roman numerals and number words among them: part I is not part II.

    >>> numbers(["phase", "ii", "trial", "of", "p16ink4a"])
    '16 2 4'
    """
    found = [_ROMAN[word] for word in of if word in _ROMAN]
    found += [n.lstrip("0") or "0" for n in _NUMERAL.findall(" ".join(of))]
    found.sort()
    return " ".join(found)
