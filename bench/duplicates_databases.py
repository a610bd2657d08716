"""Invented records as five databases print them, with documents beside them that are easily taken for the same.

`databases(n, seed)` and `lossy(n, seed)` give (record, document): about n documents, each in one to four of PubMed,
Embase, Scopus, Web of Science and CENTRAL, which disagree on what is printed: short and full names of journals, pages
cut short, article numbers, accents lost or spelt out, Greek letters, markup, `&`, DOIs with resolver, in capitals or
with a dot behind, PMIDs of some alone, initials, full names, first authors with `et al.`, groups. Titles come from few
words, as in one field, so that many differ in one. Beside them stand follow-ups, a meeting's abstracts of two years, of
one supplement with one range of pages, parts, corrections, replies, other people's reviews of one title, annual
reports, preprints, and entries of trial registers.
"""

import random
import unicodedata
from dataclasses import replace

from remit.model.source_record import SourceRecord

DRUGS = (
    *("blinatumomab", "inotuzumab ozogamicin", "tisagenlecleucel", "dasatinib", "imatinib", "ponatinib", "nelarabine"),
    *(
        "clofarabine",
        "bortezomib",
        "carfilzomib",
        "daratumumab",
        "venetoclax",
        "navitoclax",
        "ruxolitinib",
        "pegaspargase",
    ),
    *("methotrexate", "dexamethasone", "prednisolone", "mercaptopurine", "vincristine", "TGF-β1 blockade", "IFN-α2b"),
    *(
        "CD19<sup>+</sup> CAR T cells",
        "<i>Erwinia</i> asparaginase",
        "β-lactam prophylaxis",
        "H<sub>2</sub>O<sub>2</sub> lavage",
    ),
)
DISEASES = (
    *("acute lymphoblastic leukemia", "Philadelphia chromosome-positive leukemia", "relapsed B-cell leukemia"),
    *("acute myeloid leukemia", "Burkitt lymphoma", "T-cell lymphoma", "chronic graft-versus-host disease"),
    *("febrile neutropenia", "Sjögren syndrome", "Waldenström macroglobulinemia", "Guillain–Barré syndrome"),
)
PEOPLE = (
    *("children", "adolescents & young adults", "adults", "infants", "older patients", "children and adolescents"),
    *("survivors", "patients with Down syndrome"),
)
DESIGNS = (
    *("a randomized controlled trial", "a phase 1 study", "a phase 2 trial", "a phase 3 trial", "a cohort study"),
    *("a systematic review", "a meta-analysis", "results from a multicenter registry", "an open-label study"),
)
SHAPES = (
    "{0} for {2} in {3}: {4}",
    "{0} versus {1} in {3} with {2}: {4}",
    "Efficacy and safety of {0} in {3} with {2}",
    "Pharmacokinetics of {0} in {3} with {2}: {4}",
    "Outcomes of {3} with {2} treated with {0} and {1}",
    "{0} & {1} for {2} in {3}",
)
FAMILIES = (
    *(
        "Müller",
        "Björklund",
        "García-López",
        "van der Berg",
        "O'Brien",
        "Kim",
        "Li",
        "Wang",
        "Nguyen",
        "Şahin",
        "Çelik",
    ),
    *("Ødegård", "D'Angelo", "de Souza", "Łukasik", "Großmann", "Smith", "Jones", "Patel", "Rossi", "Dupré", "Horváth"),
    *("Yamamoto", "Sato", "Kowalski", "Al-Hassan", "Ben-David", "Fernández", "Schröder", "Lindqvist", "Zhang", "Chen"),
)
GIVEN = (
    "Anna",
    "Björn",
    "Chloé",
    "David",
    "Eva Maria",
    "François",
    "Giulia",
    "Hans-Peter",
    "Irene",
    "José",
    "Karl H",
    "Li",
)
GROUPS = ("Nordic Leukemia Study Group", "ALL-REZ Collaborative Group", "Inter-Continental Consortium")
JOURNALS = (
    ("New England Journal of Medicine", "N Engl J Med", "0028-4793"),
    ("The Lancet Haematology", "Lancet Haematol", "2352-3026"),
    ("Journal of Clinical Oncology", "J Clin Oncol", "0732-183X"),
    ("Blood", "Blood", "0006-4971"),
    ("Blood Advances", "Blood Adv", "2473-9529"),
    ("Pediatric Blood & Cancer", "Pediatr Blood Cancer", "1545-5009"),
    ("British Journal of Haematology", "Br J Haematol", "0007-1048"),
    ("BMJ (Clinical Research ed.)", "BMJ", "0959-8138"),
    ("Deutsche Medizinische Wochenschrift", "Dtsch Med Wochenschr", "0012-0472"),
    ("PLoS ONE", "PLoS One", "1932-6203"),
    ("Cancers", "Cancers (Basel)", "2072-6694"),
    ("Leukemia & Lymphoma", "Leuk Lymphoma", "1042-8194"),
    ("Annals of Hematology", "Ann Hematol", "0939-5555"),
    ("Haematologica", "Haematologica", "0390-6078"),
)
NUMBERED = ("PLoS ONE", "Cancers")
GREEK = {"α": "alpha", "β": "beta"}
SPELT = str.maketrans({"ü": "ue", "ö": "oe", "ä": "ae", "ø": "oe", "ß": "ss", "å": "aa"})
PLAIN = str.maketrans({"ø": "o", "Ø": "O", "ß": "ss", "Ł": "L", "ł": "l", "–": "-"})


def databases(n, seed=1):
    """Give records with the number of their document, in a random order."""
    dice = random.Random(seed)
    out, document = [], 0
    for _ in range(n):
        family = _family(dice)
        for r in family:
            document += 1
            names = dice.sample(list(PRINTS), dice.choice((1, 1, 2, 2, 3, 4)))
            out += [(PRINTS[name](r, dice), document) for name in names]
    dice.shuffle(out)
    return out


def lossy(n, seed=1):
    """The same from databases that lose fields, mistake a letter or the year, and print the first page alone."""
    dice = random.Random(seed)
    return [(_lost(r, dice), document) for r, document in databases(n, seed)]


def _lost(r, dice):
    if r.kind == "trial registration":
        return r
    chances = (("pages", 0.2), ("volume", 0.15), ("issue", 0.3), ("journal", 0.1), ("doi", 0.6), ("pmid", 0.8))
    changes = {field: "" for field, chance in (*chances, ("abstract", 0.4)) if dice.random() < chance}
    if dice.random() < 0.05:
        changes["authors"] = ()
    if dice.random() < 0.15 and not r.kind:
        changes["year"] = dice.choice((None, (r.year or 2000) - 1, (r.year or 2000) + 1))
    if r.pages and dice.random() < 0.2:
        changes.setdefault("pages", r.pages.split("-")[0])
    title = r.title
    if dice.random() < 0.1:
        at = dice.randrange(3, len(title) - 2)
        title = title[:at] + title[at + 1] + title[at] + title[at + 2 :]
    return replace(r, title=title, **changes)


def _family(dice):
    """One document, or some that look alike."""
    r = _article(dice)
    kind = dice.random()
    return [r, *BESIDE[int(kind / 0.5 * len(BESIDE))](r, dice)] if kind < 0.5 else [r]


def _article(dice):
    drugs, title = dice.sample(DRUGS, 2), dice.choice(SHAPES)
    words = title.format(*drugs, dice.choice(DISEASES), dice.choice(PEOPLE), dice.choice(DESIGNS))
    journal, year, first = dice.choice(JOURNALS), dice.randint(2004, 2025), dice.randint(2, 4_000)
    people = tuple(f"{f}, {dice.choice(GIVEN)}" for f in dice.sample(FAMILIES, dice.choice((1, 3, 4, 6, 8, 14))))
    number = dice.randrange(10**6)
    pages = f"e0{number}" if journal[0] in NUMBERED else f"{first}-{first + dice.randint(1, 14)}"
    return SourceRecord(
        title=words[0].upper() + words[1:],
        authors=people if dice.random() < 0.85 else (*people, dice.choice(GROUPS)),
        year=year,
        journal="|".join(journal),
        volume=str(year - 1950 - JOURNALS.index(journal)),
        issue=str(dice.randint(1, 24)),
        pages=pages,
        doi=f"10.{1000 + JOURNALS.index(journal)}/{year}.{number}" if dice.random() < 0.9 else "",
        pmid=str(20_000_000 + number),
        abstract=" ".join(dice.choice(DRUGS + DISEASES + PEOPLE) for _ in range(40)) if dice.random() < 0.8 else "",
    )


def _elsewhere(r, dice, **changes):
    """Another document of the same people: another journal, volume, pages, and identifiers of its own."""
    other = _article(dice)
    place = {f: getattr(other, f) for f in ("journal", "volume", "issue", "pages", "year", "doi", "pmid", "abstract")}
    return replace(r, **{**place, **changes})


def _followed(r, dice):
    more = dice.choice(
        (": 3-year follow-up", ": long-term outcomes", ": final results", ": quality of life", " (update)")
    )
    return [_elsewhere(r, dice, title=r.title + more)]


def _yearly(r, dice):
    """A meeting's abstract, brought up to date a year later under the same title."""
    year, page = dice.randint(2010, 2023), dice.randint(100, 5_000)
    first = {"kind": "Conference Abstract", "journal": "|".join(JOURNALS[3]), "pmid": "", "issue": "Supplement 1"}
    one = replace(
        r, **first, year=year, volume=str(2 * year - 3900), pages=str(page), doi=f"10.1182/blood-{year}-{page}"
    )
    page = dice.choice((page, dice.randint(100, 5_000)))
    two = {
        "year": year + 1,
        "volume": str(2 * year - 3898),
        "pages": str(page),
        "doi": f"10.1182/blood-{year + 1}-{page}",
    }
    return [one, replace(one, **two)]


def _supplement(r, dice):
    """Abstracts of one supplement: one range of pages, or one page, no DOI or the supplement's."""
    place = dice.choice(("S1-S214", "S1-S214", f"S{dice.randint(1, 300)}"))
    same = _elsewhere(r, dice, kind="Conference Abstract", pages=place, pmid="", issue="S1", abstract="")
    same = replace(same, doi=same.doi if dice.random() < 0.5 else "")
    ends = (": efficacy", ": safety", ": pharmacokinetics")
    return [replace(same, title=r.title.split(":")[0] + end) for end in dice.sample(ends, 2)]


def _parts(r, dice):
    first, size = dice.randint(5_000, 8_000), dice.randint(4, 9)
    stem = replace(r, doi="", pmid="", abstract="")
    return [
        replace(stem, title=f"{r.title}. Part {p}", pages=f"{first + i * size}-{first + i * size + size - 1}")
        for i, p in enumerate(("I", "II"))
    ]


def _corrected(r, dice):
    said = dice.choice(
        ("Correction: {}", "Erratum: {}", "Corrigendum to “{}”", "{} (vol 12, pg 44, 2019)", "{} [Erratum]")
    )
    page = str(dice.randint(5_000, 8_000))
    return [
        replace(
            r,
            title=said.format(r.title),
            pages=page,
            doi=r.doi and r.doi + ".c",
            pmid=str(int(r.pmid) + 7),
            abstract="",
        )
    ]


def _answered(r, dice):
    said = dice.choice(("Reply to: {}", "Comment on: {}", "{}: reply", "Re: {}", "In response to “{}”"))
    people = dice.choice((r.authors, (f"{dice.choice(FAMILIES)}, Eve",)))
    return [_elsewhere(r, dice, title=said.format(r.title), authors=people, journal=r.journal, abstract="")]


def _others(r, dice):
    """The same title by other people, years away."""
    other = _article(dice)
    return [replace(other, title=r.title)]


def _annual(r, dice):
    """A group's reports of two years; the group has one in a year and a field."""
    year, stem = dice.randint(2008, 2020), f"Registry of {r.title.split(':')[0]}: annual report"
    report = replace(r, authors=(dice.choice(GROUPS),), doi="", pmid="", abstract="", issue="", pages="1-88")
    return [replace(report, title=f"{stem} {y}", year=y, volume=str(y - 1990)) for y in (year, year + 1)]


def _preprint(r, dice):
    place = {"kind": "Preprint", "journal": "medRxiv|medRxiv|", "volume": "", "issue": "", "pages": "", "pmid": ""}
    year = (r.year or 2020) - dice.choice((0, 1))
    return [replace(r, **place, doi=f"10.1101/{year}.{dice.randrange(10**8)}", year=year)]


def _registered(r, dice):
    """The trial in its register, and its sister trial, of one title."""
    numbers = [f"NCT0{dice.randint(10**6, 10**7 - 1)}" for _ in range(2)]
    entry = replace(r, kind="trial registration", doi="", pmid="", abstract="", volume="", issue="", pages="")
    return [
        replace(entry, authors=(n,), registry=(n,), journal=f"https://clinicaltrials.gov/show/{n}||") for n in numbers
    ]


BESIDE = (*(_followed, _yearly, _supplement, _parts, _corrected, _answered, _others, _annual, _preprint, _registered),)


def _greek(title, form):
    for letter, name in GREEK.items():
        title = title.replace(letter, form.format(letter=letter, name=name))
    return title


def _bare(title):
    for tag in ("sup", "sub", "i"):
        title = title.replace(f"<{tag}>", "").replace(f"</{tag}>", "")
    return title


def _unaccented(text):
    return "".join(c for c in unicodedata.normalize("NFKD", text.translate(PLAIN)) if not unicodedata.combining(c))


def _short(pages):
    first, _, last = pages.partition("-")
    return f"{first}-{last[-1:]}" if len(first) == len(last) and first[:-1] == last[:-1] else pages


def _initials(author, form):
    """`Family|G|H` put together by a form; groups and registry numbers as they are."""
    family, comma, given = author.partition(", ")
    return form(family, [w[0] for w in given.replace("-", " ").split()]) if comma else author


def _pubmed(r, dice):
    full, short, issn = r.journal.split("|")
    title = r.title.replace("<sup>+</sup>", "(+)") if dice.random() < 0.5 else r.title
    return replace(
        r,
        title=_bare(title) + ".",
        authors=tuple(a for a in r.authors if ", " in a or dice.random() < 0.5) or r.authors,
        journal=short if dice.random() < 0.7 else full,
        issn=(issn,) if issn else (),
        pages=_short(r.pages),
    )


def _embase(r, dice):
    full, _, issn = r.journal.split("|")
    spelt = r.authors if dice.random() < 0.5 else tuple(a.translate(SPELT) for a in r.authors)
    return replace(
        r,
        title=_greek(_bare(r.title), "{name}")
        .replace("&", "and")
        .replace("leukemia", dice.choice(("leukemia", "leukaemia"))),
        authors=tuple(_unaccented(_initials(a, lambda f, g: f"{f} {'.'.join(g)}.")) for a in spelt),
        journal=full,
        issn=(issn,) if issn else (),
        doi=f"https://dx.doi.org/{r.doi}" if r.doi and dice.random() < 0.8 else "",
        pmid=r.pmid if dice.random() < 0.3 else "",
    )


def _scopus(r, dice):
    full, _, _ = r.journal.split("|")
    return replace(
        r,
        title=_bare(r.title),
        authors=tuple(_initials(a, lambda f, g: f"{f}, {'.'.join(g)}.") for a in r.authors),
        journal=full,
        pages="" if r.pages.startswith("e0") else r.pages,
        pmid="",
    )


def _wos(r, dice):
    full, _, _ = r.journal.split("|")
    title = _greek(_bare(r.title), "{name}")
    return replace(
        r,
        title=_unaccented(title.title() if dice.random() < 0.5 else title),
        authors=tuple(_unaccented(_initials(a, lambda f, g: f"{f}, {''.join(g)}")) for a in r.authors),
        journal=full.upper().replace(" (CLINICAL RESEARCH ED.)", "-BRITISH MEDICAL JOURNAL"),
        issue="" if dice.random() < 0.3 else r.issue,
        pages=r.pages.removeprefix("e0") if r.pages.startswith("e0") else r.pages,
        doi=(r.doi.upper() + dice.choice(("", "."))) if dice.random() < 0.8 else "",
        pmid=r.pmid if dice.random() < 0.3 else "",
    )


def _central(r, dice):
    full, _, _ = r.journal.split("|")
    people = tuple(_initials(a, lambda f, g: f"{f} {''.join(g)}") for a in r.authors)
    return replace(
        r,
        key=f"CN-{dice.randrange(10**8):08d}",
        title=_greek(_bare(r.title), dice.choice(("{letter}", "{name}", "{{{name}}}"))),
        authors=(*people[:1], "et al.") if len(people) > 6 and dice.random() < 0.5 else people,
        journal=full,
        kind={"Conference Abstract": "Conference abstract"}.get(r.kind, r.kind),
        doi=r.doi if dice.random() < 0.4 else "",
        pmid=r.pmid if dice.random() < 0.3 else "",
        abstract="" if dice.random() < 0.5 else r.abstract,
    )


PRINTS = {"pubmed": _pubmed, "embase": _embase, "scopus": _scopus, "wos": _wos, "central": _central}
