"""The words a pooled table is printed with: its method, the same in R, and what a reader must know."""

from collections import Counter
from collections.abc import Sequence

from remit.model.finding import Pooled
from remit.model.table import StudyTable, TableStudy
from remit.synthesise.table_rows import APPROXIMATE, CORRECTED

SCALES = {
    "PLO": "logits of proportions",
    "OR": "log odds ratios",
    "RR": "log risk ratios",
    "RD": "risk differences",
    "HR": "log hazard ratios",
    "MD": "differences",
    "survival": "survival on the complementary log-log scale",
    "effect": "effects as given",
}
MODELS = {
    "REML": "restricted maximum likelihood",
    "DL": "DerSimonian–Laird",
    "PM": "Paule–Mandel",
    "ML": "maximum likelihood",
    "EB": "empirical Bayes",
    "HE": "Hedges",
    "HS": "Hunter–Schmidt",
    "SJ": "Sidik–Jonkman",
}
INTERVALS = {
    "profile": "profile-likelihood",
    "wald": "Wald",
    "t": "t, k − 1 degrees of freedom",
    "hartung-knapp-adhoc": "Hartung–Knapp, never narrower than the normal one",
    "hartung-knapp": "Hartung–Knapp",
    "normal": "normal",
}
TESTS = {"hartung-knapp-adhoc": "adhoc", "hartung-knapp": "knha", "normal": "z", "t": "t"}


def method_words(table: StudyTable, model: str, interval: str, prediction: str, level: float, k: int) -> str:
    """Return how the table was pooled, in a sentence or two."""
    if k < 2:
        return "One study: its own estimate and interval; nothing was pooled."
    ends = f"{100 * level:g} % interval: {INTERVALS[interval]}"
    if model == "GLMM":
        return (
            "Proportions pooled by their exact likelihood: binomial within studies, normal logits between them "
            f"(GLMM, maximum likelihood), no continuity correction; {ends}. The estimate is the median true "
            "proportion. Prediction interval: t on k − 2 degrees of freedom."
        )
    scale = SCALES[table.measure]
    if model == "CE":
        return f"Common effect of {scale}, inverse-variance weights; {ends}. No prediction interval."
    ahead = "Hartung–Knapp form on k − 1" if prediction == "hartung-knapp" else f"t on {prediction.replace('-', ' − ')}"
    return (
        f"Random effects of {scale}, inverse-variance weights, tau2 by {MODELS[model]}; {ends}. "
        f"Prediction interval: {ahead} degrees of freedom; interval of tau2: Q-profile."
    )


def in_r(table: StudyTable, model: str, interval: str, level: float) -> str:
    """Return the nearest calls of metafor, for `d <- read.csv(FILE)`; its prediction interval may be another form."""
    percent = f", level = {100 * level:g}" if level != 0.95 else ""
    named = "".join(f"d${field} <- d${name}; " for name, field in table.read_as if field != "study")
    if model == "GLMM":
        test = ', test = "t"' if interval == "t" else ""
        return f'{named}rma.glmm(measure = "PLO", xi = events, ni = total, data = d{test}{percent})'
    prepared = {
        "proportion": 'd <- escalc(measure = "PLO", xi = events, ni = total, data = d)',
        "two-arm": (
            f'd <- escalc(measure = "{table.measure}", ai = events, n1i = total, ci = events2, n2i = total2, '
            f"data = d{', drop00 = TRUE' if table.measure != 'RD' else ''})"
        ),
        "interval": _from_interval(table),
        "effect": "d$yi <- d$effect; d$vi <- " + ("d$variance" if "variance" in table.columns else "d$se^2"),
        "survival": "d$yi <- log(-log(d$survival)); " + _survival_variance(table),
    }[table.form]
    method = {"CE": "EE"}.get(model, model)
    trans = ", transf = exp" if table.measure in ("OR", "RR", "HR") else ""
    trans = {"PLO": ", transf = transf.ilogit", "survival": ", transf = function(x) exp(-exp(x))"}.get(
        table.measure, trans
    )
    fit = f'fit <- rma(yi, vi, data = d, method = "{method}", test = "{TESTS[interval]}"{percent})'
    return f"{named}{prepared}; {fit}; predict(fit{trans})"


def _from_interval(table: StudyTable) -> str:
    z = "qnorm(1 - (1 - d$level) / 2)" if "level" in table.columns else "qnorm(0.975)"
    if table.measure == "MD":
        return f"d$yi <- d$estimate; d$vi <- ((d$upper - d$lower) / (2 * {z}))^2"
    return f"d$yi <- log(d$estimate); d$vi <- (log(d$upper / d$lower) / (2 * {z}))^2"


def _survival_variance(table: StudyTable) -> str:
    if {"lower", "upper"} <= set(table.columns):
        z = "qnorm(1 - (1 - d$level) / 2)" if "level" in table.columns else "qnorm(0.975)"
        return f"d$vi <- ((log(-log(d$lower)) - log(-log(d$upper))) / (2 * {z}))^2"
    if "se" in table.columns:
        return "d$vi <- (d$se / (d$survival * log(d$survival)))^2"
    return "d$vi <- (1 - d$survival) / (d$n * d$survival * log(d$survival)^2)"


def warnings_of(
    table: StudyTable, studies: Sequence[TableStudy], empty: Sequence[str], pooled: Pooled | None, moved: bool
) -> tuple[str, ...]:
    """Return what a reader must know, most important first."""
    out: list[str] = []
    k = len(studies)
    if k == 1:
        out.append("one study: nothing is pooled")
    if k == 2:
        out.append("two studies say almost nothing about how much studies differ: read the interval with care")
    if pooled is not None and table.form == "proportion" and pooled.method.partition("; ")[2]:
        out.append(pooled.method.partition("; ")[2])
    if moved:
        out.append("the prediction interval fell inside the interval of the average and was widened to hold it")
    zero = [s.study for s in studies if s.events is not None and s.total2 is None and s.events in (0, s.total)]
    if zero and pooled is not None:
        how = "as they are (exact likelihood)" if _is_exact(pooled) else "with half an event added, which pulls to 50 %"
        out.append(f"cells at 0 % or 100 % enter {how}: {', '.join(zero)}")
    corrected = [s.study for s in studies if CORRECTED in s.marks]
    if corrected:
        out.append(f"half an event was added where a cell is empty: {', '.join(corrected)}")
    rough = [s.study for s in studies if APPROXIMATE in s.marks]
    if rough:
        out.append(f"variance from n with censoring ignored, so these weigh somewhat too much: {', '.join(rough)}")
    out.extend(empty)
    twice = [name for name, count in Counter(s.study for s in studies).items() if count > 1]
    if twice:
        out.append(f"named twice: {', '.join(twice)}; people must not be counted twice")
    if table.unused:
        out.append(f"columns not used: {', '.join(table.unused)}")
    return tuple(out)


def _is_exact(pooled: Pooled) -> bool:
    return "GLMM" in pooled.method or "exact" in pooled.method
