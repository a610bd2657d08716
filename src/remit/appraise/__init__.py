"""Judge a study before it is pooled: bias tools as data, and the rules from answers to judgements."""

from remit.appraise.judging import appraised, judge, problems
from remit.appraise.tools import TOOLS, tool

__all__ = ["TOOLS", "appraised", "judge", "problems", "tool"]
