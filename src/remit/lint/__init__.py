"""What needs meaning to be seen: mixtures, overlaps and gaps that no single file can show.

`problems` is the room's door. Text, schema and references are the store's; docs/reference/checks.md lists every rule.
"""

from remit.lint.problems import problems

__all__ = ["problems"]
