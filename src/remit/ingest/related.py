"""How sources name the tie between two documents: one table for PubMed's, Europe PMC's and Crossref's words."""

import re

from remit.model.source_record import Related, Relation

_WORDS: dict[str, Relation] = {
    "retractionin": "retracted-by",
    "retractionof": "retracts",
    "retracted": "retracted-by",
    "retraction": "retracts",
    "withdrawal": "retracts",
    "removal": "retracts",
    "partialretractionin": "retracted-by",
    "partialretractionof": "retracts",
    "partialretraction": "retracts",
    "retractedandrepublishedin": "retracted-by",
    "retractedandrepublishedfrom": "retracts",
    "erratumin": "corrected-by",
    "erratumfor": "corrects",
    "erratum": "corrects",
    "corrigendum": "corrects",
    "correction": "corrects",
    "addendum": "corrects",
    "clarification": "corrects",
    "correctedandrepublishedin": "corrected-by",
    "correctedandrepublishedfrom": "corrects",
    "expressionofconcernin": "corrected-by",
    "expressionofconcernfor": "corrects",
    "expressionofconcern": "corrects",
    "commenton": "comment-on",
    "commentin": "comment-in",
    "updateof": "update-of",
    "preprintof": "other",
    "newversion": "update-of",
    "newedition": "update-of",
}
_PASSIVE: dict[Relation, Relation] = {"retracts": "retracted-by", "corrects": "corrected-by"}


def relation(word: str, passive: bool = False) -> Relation:
    """Return the relation a source's word stands for; `passive` where the other document acts on this one."""
    found = _WORDS.get(re.sub(r"[^a-z]", "", word.lower()), "other")
    return _PASSIVE.get(found, found) if passive else found


def tie(word: str, ref: str, passive: bool = False) -> Related:
    """Return the tie; a word outside the table is kept before the reference, so that nothing is lost."""
    found = relation(word, passive)
    return Related(found, f"{word}: {ref}" if found == "other" and word else ref)
