"""Two arms over several studies: R's coxph with strata and frailty, changing hazard ratios, the choice of summary."""

import math

import numpy as np
import pytest

from remit.errors import InputError
from remit.stats.frailty import random_treatment, shared_frailty
from remit.stats.one_stage import hazard_summary, proportionality, stratified, two_stage
from remit.stats.time_varying import log_time, piecewise

STUDIES = [(40, 0.05, 0.5), (50, 0.08, 0.9), (60, 0.03, 0.7), (44, 0.06, 0.6), (36, 0.1, 1.1), (70, 0.04, 0.55)]


def trials() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Six studies of 300 people whose times are rounded up to halves, so that there are ties."""
    rows = []
    for j, (n, rate, ratio) in enumerate(STUDIES):
        for i in range(n):
            arm = i % 2
            u = ((i // 2 + 1) * 0.6180339887498949 + 0.37 * arm + 0.13 * j) % 1.0
            v = ((i + 1) * 0.7548776662466927 + 0.29 * j) % 1.0
            t, c = (-math.log(u) / (rate * ratio**arm)) ** 0.9, 6.0 + 30.0 * v
            rows.append((math.ceil(2.0 * min(t, c)) / 2.0, float(t <= c), float(arm), j))
    return tuple(np.array(rows).T)


def crossing(k: int = 4, n: int = 80, seed: int = 3) -> tuple[np.ndarray, ...]:
    """Studies whose hazards cross: the arm loses early and wins late."""
    rng = np.random.default_rng(seed)
    arm = np.tile(np.arange(n) % 2, k)
    t = np.where(arm == 1, 30.0 * rng.weibull(0.6, n * k), 18.0 * rng.weibull(1.8, n * k))
    c = rng.uniform(25.0, 40.0, n * k)
    return np.minimum(t, c), t <= c, arm, np.repeat(np.arange(k), n)


# R 4.2.2, survival 3.5-3, on trials(), Efron's ties, control = coxph.control(eps = 1e-11, toler.chol = 1e-13):
# coxph(Surv(time, event) ~ arm + strata(study)); cox.zph(., transform = "km"); arm + tt(arm), tt = x * log(t) and
# x * (t > 8); arm + frailty(study, distribution = "gamma" / "gaussian", sparse = FALSE)


def test_stratified_cox_is_r_s():
    got = stratified(*trials())
    assert (got.estimate, got.se) == pytest.approx((-0.3380589599, 0.1463732987), abs=1e-9)
    assert got.log_likelihood == pytest.approx(-627.6544855, abs=1e-6)
    test = proportionality(*trials())
    assert (test.shared_statistic, test.shared_p) == pytest.approx((0.3807713763, 0.5371906977), abs=1e-8)
    single = (0.01146726928, 0.03061680628, 0.01775622575, 0.2340528751, 0.01208765103, 0.1569346472)
    assert test.any_statistic == pytest.approx(sum(single), abs=1e-7)


def test_two_stages_are_r_s_single_fits_pooled_and_near_one_stage():
    got = two_stage(*trials())
    assert got.estimate == pytest.approx(
        (-0.5122161814, -0.2044878304, -0.4295573297, -0.6043218899, 0.01050938619, -0.3975087558), abs=1e-8
    )
    assert got.se[0] == pytest.approx(0.4242675988, abs=1e-8)
    assert got.common.estimate == pytest.approx(stratified(*trials()).estimate, abs=0.02)


def test_log_time_and_pieces_are_r_s_time_transforms():
    line = log_time(*trials())
    at_one = line.estimate - line.slope * math.log(line.reference)
    assert (at_one, line.slope, line.slope_se) == pytest.approx((-0.1304931747, -0.1180527366, 0.1542860219), abs=1e-8)
    assert line.log_likelihood == pytest.approx(-627.3622803, abs=1e-6)
    assert line.at(1.0)[0] == pytest.approx(at_one)
    pieces = piecewise(*trials(), [8.0])
    assert pieces.estimate == pytest.approx((-0.3030513275, -0.3030513275 - 0.08733097154), abs=1e-8)
    assert pieces.se == pytest.approx((0.1888415732, 0.2314057615), abs=1e-8)
    assert pieces.log_likelihood == pytest.approx(-627.6117229, abs=1e-6)


def test_gamma_frailty_is_r_s():
    got = shared_frailty(*trials())
    assert (got.estimate, got.se) == pytest.approx((-0.3469800504, 0.1445271939), abs=5e-6)
    assert got.variance == pytest.approx(0.1953905044, rel=2e-3)  # R's search stops when the variance moves little
    assert got.log_likelihood == pytest.approx(-972.3021947, abs=1e-5)
    assert got.log_likelihood >= -972.3021948
    assert got.variance_lower < got.variance < got.variance_upper


def test_log_normal_frailty_is_r_s():
    got = shared_frailty(*trials(), kind="log-normal")
    assert (got.estimate, got.se) == pytest.approx((-0.3472055479, 0.1445390491), abs=1e-7)
    assert got.variance == pytest.approx(0.248658198, abs=1e-6)


def test_without_variation_random_effects_are_the_common_effect():
    got, fixed = random_treatment(*trials()), stratified(*trials())
    assert got.variance == 0.0
    assert got.variance_lower == 0.0
    assert (got.estimate, got.se) == pytest.approx((fixed.estimate, fixed.se), abs=1e-5)


def test_a_treatment_effect_that_varies_is_seen():
    rng = np.random.default_rng(9)
    study, arm = np.repeat(np.arange(8), 100), np.tile(np.arange(100) % 2, 8)
    effect = np.repeat(np.tile([-1.2, 0.4], 4), 100)
    t = rng.exponential(10.0 * np.exp(-effect * arm))
    got = random_treatment(np.minimum(t, 30.0), t <= 30.0, arm, study)
    assert got.variance_lower > 0.1
    assert got.studies[0] < got.estimate < got.studies[1]
    assert got.se > stratified(np.minimum(t, 30.0), t <= 30.0, arm, study).se


def test_proportional_hazards_support_one_ratio_and_crossing_ones_do_not():
    assert hazard_summary(*trials()).supported == "hazard ratio"
    got = hazard_summary(*crossing())
    assert got.supported.startswith("restricted means")
    assert "changes over time" in got.reason
    assert got.pieces.estimate[0] > 0.0 > got.pieces.estimate[-1]
    assert got.log_time.p < 0.01
    assert got.rmst.k == (4,)
    assert "hazard_ratio" in got.to_dict()


def test_neither_the_unit_of_time_nor_the_order_of_people_matters():
    time, event, arm, study = crossing()
    order = np.random.default_rng(0).permutation(time.size)
    base = hazard_summary(time, event, arm, study)
    got = hazard_summary(30.4 * time[order], event[order], arm[order], study[order])
    assert got.hazard_ratio.estimate == pytest.approx(base.hazard_ratio.estimate, rel=1e-9)
    assert got.pieces.estimate == pytest.approx(base.pieces.estimate, rel=1e-9)
    assert got.log_time.slope == pytest.approx(base.log_time.slope, rel=1e-8)
    assert got.rmst.estimate[0] == pytest.approx(30.4 * base.rmst.estimate[0], rel=1e-6)


def test_a_study_without_events_in_an_arm_is_used_by_one_stage_and_named_by_two():
    time, event, arm, study = trials()
    event = np.where((study == 1) & (arm == 1), 0.0, event)
    got = hazard_summary(time, event, arm, [f"s{int(j)}" for j in study])
    assert got.hazard_ratio.k == 6
    assert got.two_stage.names == ("s0", "s2", "s3", "s4", "s5")
    assert "s1: an arm without events" in got.two_stage.left_out[0]
    assert math.isnan(got.proportionality.within[1])


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda t, d, a, s: stratified(t, d, a, np.zeros(300)), "expected at least two"),
        (lambda t, d, a, s: stratified(t, d, 2 * a, s), "arm must be 1"),
        (lambda t, d, a, s: stratified(t, d * a, a, s), "arm = 0 had the event"),
        (lambda t, d, a, s: shared_frailty(t, d, a, s, kind="normal"), "gamma or log-normal"),
        (lambda t, d, a, s: piecewise(t, d, a, s, [8.0, 4.0]), "in order"),
        (lambda t, d, a, s: piecewise(t, d, a, s, [0.1]), "fewer or other cuts"),
        (lambda t, d, a, s: log_time(np.where(t < 1.0, 0.0, t), d, a, s), "time 0"),
        (lambda t, d, a, s: log_time(np.full(300, 5.0), d, a, s), "at one time"),
        (lambda t, d, a, s: hazard_summary(t, d, a, s, alpha=0.0), "alpha"),
        (
            lambda t, d, a, s: hazard_summary(
                np.append(t, 5.0), np.append(d * a, 1.0), np.append(a, 0.0), np.append(s, 9)
            ),
            "is infinite",
        ),
        (lambda t, d, a, s: two_stage(t, np.where(s > 0, 0.0, d), a, s), "use one stage"),
    ],
)
def test_refusals(call, said):
    with pytest.raises(InputError, match=said):
        call(*trials())
