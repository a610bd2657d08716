"""How sure a body of evidence makes us, in steps and in words, and what becomes of the claims.

Suggestions by written rules; a person's signature replaces them. Nothing here recommends a treatment.
"""

from remit.grade.certainty import graded
from remit.grade.claims import claims
from remit.grade.wording import sentence

__all__ = ["claims", "graded", "sentence"]
