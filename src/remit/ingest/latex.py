"""Text written for LaTeX as plain text: accents, special letters, escaped signs and braces; mathematics stays."""

import re
import unicodedata

_ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306", ".": "\u0307",
    '"': "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "d": "\u0323", "c": "\u0327", "k": "\u0328",
    "b": "\u0331",
}  # fmt: skip
_LETTERS = {
    "ss": "ß", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "AA": "Å",
    "i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ", "textendash": "–", "textemdash": "—",
    "textquoteright": "’", "textquoteleft": "‘", "textquotedblleft": "“", "textquotedblright": "”", "textless": "<",
    "textgreater": ">", "textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^", "textbar": "|",
    "textregistered": "®", "texttrademark": "™", "textdegree": "°", "textmu": "µ", "copyright": "©", "pm": "±",
    "textpm": "±", "textunderscore": "_", "guillemotleft": "«", "guillemotright": "»", "dots": "…", "ldots": "…",
    "S": "§", "P": "¶", "pounds": "£", "euro": "€", "texteuro": "€", "textbullet": "•", "textgreek": "", "alpha": "α",
    "beta": "β", "gamma": "γ", "delta": "δ", "kappa": "κ", "lambda": "λ", "mu": "μ", "times": "×", "geq": "≥",
    "leq": "≤",
}  # fmt: skip
_SHOWN = frozenset(
    [
        "emph",
        "textit",
        "textbf",
        "textsc",
        "textsuperscript",
        "textsubscript",
        "textrm",
        "texttt",
        "textsf",
        "mathrm",
        "mathit",
        "mathbf",
    ]
)
_ACCENT = re.compile(r"\\([`'^~=.\"]|[uvHcdbkr](?=[\s{]))\s*(?:\{\s*(\\[ij]|[^\W\d_])?\s*\}|(\\[ij]\b|[^\W\d_]))")
_COMMAND = re.compile(r"\\([A-Za-z]+)\s?\*?(?:\{\})?")
_SIGN = re.compile(r"\\([&%$#_{} ,;-])")
_HELD = {"{": "\ue000", "}": "\ue001"}


def plain(text: str) -> str:
    """Return the text a reader of the typeset page would see."""
    if "\\" in text:
        text = _ACCENT.sub(_accented, text)
        text = _SIGN.sub(lambda found: _HELD.get(found[1], " " if found[1] in ",; " else found[1].strip("-")), text)
        if "\\" in text:
            text = _COMMAND.sub(_letter, text)
    if "{" in text or "}" in text:
        text = text.replace("{", "").replace("}", "")
    if "\ue000" in text or "\ue001" in text:
        text = text.replace("\ue000", "{").replace("\ue001", "}")
    if "&" in text and ";" in text:
        text = text.replace("&apos;", "'").replace("&quot;", '"').replace("&lt;", "<").replace("&gt;", ">")
        text = text.replace("&amp;", "&")
    return text.strip()


def _accented(found: re.Match[str]) -> str:
    letter = (found[2] or found[3] or "").replace("\\i", "i").replace("\\j", "j")
    return unicodedata.normalize("NFC", letter + _ACCENTS[found[1]]) if letter else ""


def _letter(found: re.Match[str]) -> str:
    name = found[1]
    if name in _SHOWN:
        return ""
    return _LETTERS.get(name, found[0])
