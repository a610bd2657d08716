"""Effect measures against metafor and base R."""

import math

from remit.stats import effects


def test_two_by_two_tables(reference):
    measures = {"OR": effects.log_odds_ratio, "RR": effects.log_risk_ratio, "RD": effects.risk_difference}
    for case in reference.cases("effect_sizes_2x2"):
        measure, to = case.args.get("measure"), case.args.get("to")
        if case.args.get("drop00") is not False or to not in ("only0", "all") or measure not in measures:
            continue
        tables = zip(*(case.column(c).astype(int) for c in ("ai", "n1i", "ci", "n2i")), strict=True)
        got = [measures[measure](*map(int, t), only_zero=to == "only0") for t in tables]
        reference.agree(case, {"yi": [e.estimate for e in got], "vi": [e.variance for e in got]})


def test_logit_of_a_proportion(reference):
    for case in reference.cases("effect_sizes_proportion"):
        if case.args.get("measure") != "PLO" or case.args.get("to") not in ("only0", "all"):
            continue
        got = []
        for x, n in zip(case.column("xi"), case.column("ni"), strict=True):
            add = 0.5 if case.args["to"] == "all" or x in (0, n) else 0.0
            got.append(effects.logit_proportion(int(x), int(n), add))
        reference.agree(case, {"yi": [e.estimate for e in got], "vi": [e.variance for e in got]})


def test_hazard_ratio_from_its_interval(reference):
    for case in reference.cases("effect_sizes_hr_from_ci"):
        rows = zip(case.column("hr"), case.column("hr_lb"), case.column("hr_ub"), strict=True)
        got = [effects.log_hr_from_interval(*row) for row in rows]
        reference.agree(case, {"yi": [e.estimate for e in got], "vi": [e.variance for e in got]})


def test_survival_from_its_standard_error(reference):
    for case in reference.cases("survival_at_time_pool"):
        if case.args["transform"] != "cloglog":
            continue
        rows = zip(case.column("surv"), case.column("se_greenwood"), strict=True)
        got = [effects.cloglog_survival_from_se(*row) for row in rows]
        reference.agree(case, {"yi": [e.estimate for e in got], "vi": [e.variance for e in got]})
        assert math.isfinite(got[0].se)
