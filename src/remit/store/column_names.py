"""What other programs call the columns of a table of studies: metafor, meta, RevMan and common usage.

A name is read as another only where all of its program's columns are there and none of them is taken, so that `n` is
the total of `event, n` and stays the people of `survival, n`.
"""

from collections.abc import Mapping, Sequence

PROGRAMS: tuple[Mapping[str, str], ...] = (
    {"ai": "events", "n1i": "total", "ci": "events2", "n2i": "total2"},
    {"event.e": "events", "n.e": "total", "event.c": "events2", "n.c": "total2"},
    {"events1": "events", "total1": "total", "events2": "events2", "total2": "total2"},
    {"xi": "events", "ni": "total"},
    {"event": "events", "n": "total"},
    {"events": "events", "n": "total"},
    {"yi": "effect", "vi": "variance"},
    {"yi": "effect", "sei": "se"},
    {"te": "effect", "sete": "se"},
)
ENDS: Mapping[str, tuple[str, ...]] = {
    "lower": ("ci.lb", "ci_lower", "lower_ci", "lowerci", "lcl", "lower95", "ci_low"),
    "upper": ("ci.ub", "ci_upper", "upper_ci", "upperci", "ucl", "upper95", "ci_high"),
}
STUDY = ("trial", "slab", "studlab", "author", "authors", "label", "name", "paper", "reference", "study_id", "id")
RATIOS: Mapping[str, str] = {"hr": "HR", "or": "OR", "rr": "RR"}


def read_as(header: Sequence[str]) -> dict[str, str]:
    """Return what each foreign name of the header, in lower case, is read as."""
    have, found = set(header), dict[str, str]()
    if "study" not in have:
        found |= dict.fromkeys([n for n in STUDY if n in have][:1], "study")
    for field, names in ENDS.items():
        if field not in have:
            found |= dict.fromkeys([n for n in names if n in have][:1], field)
    ends = have | set(found.values())
    if {"lower", "upper"} <= ends and not ends & {"estimate", "survival", "effect"}:
        ratios = [name for name in RATIOS if name in have]
        if len(ratios) == 1:
            found[ratios[0]] = "estimate"
    for program in PROGRAMS:
        foreign = {name: field for name, field in program.items() if name != field}
        if set(program) <= have and not set(foreign.values()) & (have | set(found.values())) and "survival" not in have:
            return found | foreign
    return found
