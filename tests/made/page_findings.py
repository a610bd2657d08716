"""Invented findings for pages: of no study, one, two and eight."""

import math

from page_studies import HOSTILE, analysis, at

from remit.model.certainty import Certainty, Step
from remit.model.finding import Finding, LeftOut, Pooled, Subgroup, SubgroupLevel, Used


def used(data, key, estimate, lower, upper, weight, events=None, total=None, table="counts", **more):
    return Used(
        study=data.study.id,
        family=data.study.family,
        arm="main",
        report=data.study.reports[0].id,
        key=key,
        place=at(f"studies/{data.study.id}/{table}.csv", 2),
        label=data.study.name,
        year=data.study.year,
        basis="infused",
        scale="",
        months=None,
        events=events,
        total=total,
        estimate=estimate,
        lower=lower,
        upper=upper,
        effect=0.1234,
        variance=0.0456,
        weight=weight,
        route="counts",
        **more,
    )


def pooled(items, estimate, is_ratio=False):
    step = 0.8 if is_ratio else 0.9
    return Pooled(
        k=len(items),
        n=sum(u.total or 0 for u in items),
        events=sum(u.events or 0 for u in items),
        estimate=estimate,
        lower=estimate * step,
        upper=min(estimate / step, 0.999) if not is_ratio else estimate / step,
        prediction_lower=estimate * 0.5 if len(items) > 2 else None,
        prediction_upper=(0.99 if not is_ratio else estimate * 2) if len(items) > 2 else None,
        tau2=0.42,
        tau2_lower=0.1,
        tau2_upper=1.9,
        i2=61.3,
        q=18.1,
        q_df=len(items) - 1,
        q_p=0.012,
        common_estimate=estimate,
        common_lower=estimate * 0.95,
        common_upper=min(estimate * 1.05, 0.999) if not is_ratio else estimate * 1.05,
        effect=0.5,
        se=0.1,
        p=0.0001,
        method="binomial-normal model on the logit",
        interval="profile likelihood",
    )


def proportion_used(data):
    events, total = data.counts[0].events, data.counts[0].total
    p = events / total
    half = 1.96 * math.sqrt(max(p * (1 - p), 0.02) / total)
    return used(data, "c1", p, max(0.0, p - half), min(1.0, p + half), float(total), events, total)


def findings_of(studies):
    certainty = Certainty(
        level="low",
        route="rate",
        start="high",
        steps=(
            Step(domain="risk-of-bias", change=-1, reason="uncontrolled"),
            Step(domain="inconsistency", change=-1, reason=HOSTILE),
        ),
    )
    eight = [proportion_used(d) for d in studies[:8]]
    split = Subgroup(
        by="costimulation",
        levels=tuple(
            SubgroupLevel(
                level=name,
                k=4,
                n=120,
                estimate=e,
                lower=e - 0.1,
                upper=e + 0.1,
                effect=0.1,
                se=0.1,
                studies=tuple(d.study.id for i, d in enumerate(studies[:8]) if i % 2 == odd),
            )
            for name, odd, e in (("CD28", 0, 0.7), ("4-1BB", 1, 0.8))
        ),
        q=2.3,
        df=1,
        p=0.13,
    )
    left = tuple(
        LeftOut(
            study=d.study.id,
            arm="main",
            report=d.study.reports[0].id,
            key="c2",
            place=at(f"studies/{d.study.id}/counts.csv", 3),
            reason="family",
            detail="another data cut was preferred",
        )
        for d in studies[:3]
    )
    hr = [used(d, "h1", 0.33 + i / 10, 0.18, 0.9, 1.0, table="contrasts") for i, d in enumerate(studies[9:11])]
    landmark = [used(studies[0], "s1", 0.5, 0.35, 0.64, 1.0, total=79, table="survival")]
    two = [proportion_used(d) for d in studies[8:10]]
    return (
        Finding(
            analysis=analysis("car-t-cr", "car-t", "cr", subgroups=("costimulation",)),
            used=tuple(eight),
            left_out=left,
            pooled=pooled(eight, 0.78),
            subgroups=(split,),
            certainty=certainty,
            sentence="About 8 of 10 may reach remission.",
        ),
        Finding(
            analysis=analysis("car-t-efs-12", "car-t", "efs", "survival", measure="cloglog", months=12.0, window=1.0),
            used=tuple(landmark),
            left_out=(),
            pooled=None,
            certainty=certainty,
            sentence="One study: half.",
        ),
        Finding(
            analysis=analysis("car-t-crs", "car-t", "crs-grade3plus", scale="penn"), used=(), left_out=left, pooled=None
        ),
        Finding(
            analysis=analysis("bispecific-cr", "bispecific", "cr"),
            used=tuple(two),
            left_out=(),
            pooled=pooled(two, 0.45),
            certainty=certainty,
            sentence="The evidence is very uncertain.",
        ),
        Finding(
            analysis=analysis("bispecific-efs-12", "bispecific", "efs", "survival", months=12.0),
            used=(),
            left_out=(),
            pooled=None,
        ),
        Finding(
            analysis=analysis(
                "first-relapse-efs",
                "",
                "efs",
                "contrast",
                measure="HR",
                question="first-relapse",
                versus={"class": ("chemotherapy",)},
                where={"class": ("bispecific",), "population": ("first-relapse",)},
            ),
            used=tuple(hr),
            left_out=(),
            pooled=pooled(hr, 0.41, True),
            sentence="Blinatumomab probably prolongs survival.",
        ),
    )
