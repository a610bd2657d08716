"""Decisions about records: what to read next, when to stop, how far people agree, and the flow that follows."""

from remit.screen.agree import Agreement, agreement
from remit.screen.counting import AWAITING, Flow, flow
from remit.screen.identified import judged_repeats, remarks
from remit.screen.order import Ranking, Settings, Text, queue, text, words
from remit.screen.prisma import prisma_csv, prisma_notes
from remit.screen.prisma_s import search_table
from remit.screen.replay import replay, work_saved
from remit.screen.stopping import Verdict, sample_order, stop

__all__ = [
    "AWAITING",
    "Agreement",
    "Flow",
    "Ranking",
    "Settings",
    "Text",
    "Verdict",
    "agreement",
    "flow",
    "judged_repeats",
    "prisma_csv",
    "prisma_notes",
    "queue",
    "remarks",
    "replay",
    "sample_order",
    "search_table",
    "stop",
    "text",
    "words",
    "work_saved",
]
