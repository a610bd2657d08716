"""Words with wildcards in a language that lacks them: written out letter by letter, or cut where that finds more.

Our wildcards: * any letters, ? one letter, ¤ one letter or none; *³ at most three letters (Ovid's $3).

Sources: NLM Tech Bull 2024 May-Jun;(458):e5 (PubMed: * anywhere in a word after four letters, several in a phrase);
Ovid help ("$n", "#", "?"); Cochrane Library help, "Search manager" (? is one letter or none); Scopus Search Guide,
"Wildcards".
"""

import re
from dataclasses import dataclass
from itertools import product
from typing import Literal

from remit.ingest.strategy.dialects import Dialect

Effect = Literal["", "more", "fewer", "either"]
MOST = 27
_VOWELS = "aeiou"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_LIMITED = re.compile(r"\*[¹²³⁴⁵⁶⁷⁸⁹]")
_DIGITS = str.maketrans("¹²³⁴⁵⁶⁷⁸⁹", "123456789")
_ANYWHERE = ("wos", "scopus")


@dataclass(frozen=True, slots=True)
class Spelled:
    """Texts any of which is meant; none where it cannot be written. `why` and `effect` say what is not the same."""

    texts: tuple[str, ...]
    why: str = ""
    effect: Effect = ""
    split: bool = False


def spelled(aim: Dialect, text: str, strict: bool, whole: bool = False) -> Spelled:
    """Return a term's text as the aim can write it.

    `strict`: nothing that finds more, as within NOT. `whole`: words written out rather than cut, for nearness.
    """
    shown = _LIMITED.sub(lambda m: f"${m[0][1:].translate(_DIGITS)}", text).replace("¤", "?")
    if not any(c in text for c in "*?¤"):
        return Spelled((text,))
    if any(w[0] in "*?¤" for w in text.split()) and aim.name not in _ANYWHERE:
        return Spelled((), f"{shown}: {aim.title} does not truncate at the beginning: write the words out")
    notes: list[tuple[str, Effect]] = []
    if _LIMITED.search(text) and not aim.name.startswith("ovid"):
        text = _LIMITED.sub("*", text)
        notes.append((f"{shown}: {aim.title} cannot limit how many letters * stands for", "more"))
    if "?" in text and aim.name == "cochrane":
        notes.append((f"{shown}: the ? of {aim.title} stands for one letter or none", "more"))
    starred = re.sub(r"[?¤]+", "*", text)
    short = any("*" in w and w.index("*") < aim.shortest_stem for w in starred.split())
    by_star = aim.name == "pubmed" and starred != text and not (strict or whole or short)
    forms = (starred,) if by_star else _forms(aim, text)
    if by_star:
        notes.append((f"{shown}: {aim.title} has no such wildcard; written {starred}", "more"))
    elif not forms:
        cut = " ".join(re.sub(r"[?¤].*", "*", word) for word in text.split())
        if strict:
            return Spelled((), f"{shown}: {aim.title} has no such wildcard")
        forms, note = (cut,), f"{shown}: {aim.title} has no such wildcard; written {cut}"
        notes.append((note, "more"))
    elif forms != (text,) and aim.name != "scopus":
        some = ", ".join(forms[:4]) + (" …" if len(forms) > 4 else "")
        notes.append((f"{shown}: {aim.title} has no such wildcard; written out as {some}", "fewer"))
    return _cut(aim, forms, shown, notes, strict)


def _cut(aim: Dialect, forms: tuple[str, ...], shown: str, notes: list[tuple[str, Effect]], strict: bool) -> Spelled:
    """PubMed's and Europe PMC's rules on where a word may be cut."""
    split, why = False, ""
    stems = [w.index("*") for f in forms for w in f.split() if "*" in w]
    if aim.name == "pubmed" and any(n < aim.shortest_stem for n in stems):
        return Spelled((), f"{shown}: PubMed needs at least four letters before *: write the words out")
    if aim.name == "europepmc":
        split = any("*" in f and " " in f for f in forms)
        why = "Europe PMC cuts no word within a phrase"
    if split:
        if strict:
            return Spelled((), f"{shown}: {why}")
        notes.append((f"{shown}: {why}; its words are joined by AND", "more"))
    effects: set[Effect] = {e for _, e in notes}
    effect: Effect = "" if not effects else effects.pop() if len(effects) == 1 else "either"
    return Spelled(forms, "; ".join(n for n, _ in notes), effect, split)


def _forms(aim: Dialect, text: str) -> tuple[str, ...]:
    """The text with each wildcard the language lacks written out; none where there would be too many."""
    spots = [i for i, c in enumerate(text) if c in "?¤" and c not in aim.wild]
    if not spots:
        return (text,)
    each = [("", "?") if aim.name == "scopus" else _letters(text, i) for i in spots]
    count = 1
    for letters in each:
        count *= len(letters)
    if count > MOST:
        return ()
    made = []
    for chosen in product(*each):
        put = dict(zip(spots, chosen, strict=True))
        made.append("".join(put.get(i, c) for i, c in enumerate(text)))
    return tuple(dict.fromkeys(made))


def _letters(text: str, at: int) -> tuple[str, ...]:
    """What a wildcard is likely to stand for: leuk?emia a or o, tumo?r u, wom?n a vowel, randomi?ed s or z."""
    before, after = text[at - 1 : at].lower(), text[at + 1 : at + 2].lower()
    none = ("",) if text[at] == "¤" else ()
    if before in ("i", "y") and after and after in _VOWELS:
        return (*none, "s", "z")
    if none and after == "e":
        return ("", "a", "o")
    if none and before == "o":
        return ("", "u")
    if before.isalpha() and after.isalpha() and before not in _VOWELS and after not in _VOWELS:
        return (*none, *_VOWELS, "y")
    return (*none, *_LETTERS)
