"""Fixtures of an invented review and its pages."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "made"))


from page_findings import findings_of
from page_review import build_review, mechanism_of
from page_studies import at

from remit.model.finding import ClaimResult
from remit.model.place import Problem


@pytest.fixture(scope="session")
def mechanism(review):
    return mechanism_of(review)


@pytest.fixture(scope="session")
def review():
    return build_review()


@pytest.fixture(scope="session")
def findings(review):
    return findings_of(review.studies)


@pytest.fixture(scope="session")
def claims():
    return (
        ClaimResult(
            claim="c-remission",
            verdict="supported",
            findings=("car-t-cr",),
            estimate=0.78,
            lower=0.702,
            upper=0.867,
            certainty="low",
            reason="the interval lies above 50%",
            recorded="uncertain",
        ),
    )


@pytest.fixture(scope="session")
def problems():
    return (
        Problem(
            at("studies/trial-03/counts.csv", 3),
            "secondary-only",
            "a <b>secondary</b> source",
            "a primary one",
            "look it up",
            "warning",
        ),
    )


FLOW = {
    "citations_results": 13,
    "other_sought_reports": 13,
    "other_assessed": 13,
    "other_excluded": 1,
    "new_studies": 12,
    "new_reports": 12,
}


@pytest.fixture(scope="session")
def pages(review, findings, claims, problems, mechanism):
    from remit import report

    return report.site(review, findings, claims, problems, mechanism, FLOW, ("car-t-cr moved from 0.75 to 0.78",))
