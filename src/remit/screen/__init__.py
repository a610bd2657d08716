"""Decisions about records. So far: the PRISMA 2020 flow that the log of decisions adds up to."""

from remit.screen.counting import AWAITING, Flow, flow
from remit.screen.prisma import prisma_csv

__all__ = ["AWAITING", "Flow", "flow", "prisma_csv"]
