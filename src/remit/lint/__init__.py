"""What needs meaning to be seen: mixtures, overlaps and gaps that no single file can show.

`problems` is the room's door; `notices` adds what sources told of reports in use. Text, schema and references are the
store's; docs/reference/checks.md lists every rule.
"""

from remit.lint.notices import notices
from remit.lint.problems import problems

__all__ = ["notices", "problems"]
