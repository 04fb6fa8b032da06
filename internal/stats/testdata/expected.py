"""Writes expected.json: inputs and the values that other programs give for them.

Needs numpy, scipy, scikit-learn and statsmodels; delong.R (R with pROC) adds
delong.json for the same scores. The versions used are stored in the file. Run
both only to extend the cases: the stored numbers are the reference.

    python3 expected.py && Rscript delong.R
"""
import json
import numpy as np
import scipy
import sklearn
import statsmodels
from scipy import stats
from sklearn import metrics
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import ttost_ind

rng = np.random.default_rng(20260301)


def scored(n, separation, decimals=None):
    y = (rng.random(n) < 0.3).astype(int)
    y[:3] = 1
    y[3:6] = 0
    a = 1 / (1 + np.exp(-(rng.normal(size=n) + separation * y)))
    b = 1 / (1 + np.exp(-(rng.normal(size=n) + separation / 2 * y)))
    if decimals is not None:
        a, b = a.round(decimals), b.round(decimals)
    return y, a, b


def classification(name, y, a, b):
    fpr, tpr, threshold = metrics.roc_curve(y, a, drop_intermediate=False)
    tn, fp, fn, tp = metrics.confusion_matrix(y, a >= 0.5).ravel()
    return {
        "name": name, "positive": [bool(v) for v in y], "a": a.tolist(), "b": b.tolist(),
        "auroc_a": metrics.roc_auc_score(y, a), "auroc_b": metrics.roc_auc_score(y, b),
        "auprc_a": metrics.average_precision_score(y, a), "auprc_b": metrics.average_precision_score(y, b),
        "brier_a": metrics.brier_score_loss(y, a),
        "fpr": fpr.tolist(), "tpr": tpr.tolist(),
        "sensitivity_at_0.2": float(np.interp(0.2, *upper(fpr, tpr))),
        "confusion_at_half": [int(tp), int(fp), int(tn), int(fn)],
        "youden_index": float(np.max(tpr - fpr)),
    }


def upper(fpr, tpr):
    """The curve with the highest point of each vertical step last, for interp."""
    keep = np.append(np.diff(fpr) > 0, True)
    return fpr[keep], tpr[keep]


x = rng.gamma(2.0, 4.0, 31)
z = rng.gamma(2.0, 5.0, 17)
tied_x, tied_z = x.round(0), z.round(0)
small_x, small_z = x[:5], z[:7]


def rank(name, u, v, method):
    r = stats.mannwhitneyu(u, v, alternative="two-sided", method=method, use_continuity=True)
    return {"name": name, "x": u.tolist(), "y": v.tolist(), "u": float(r.statistic), "p": float(r.pvalue), "exact": method == "exact"}


def tost(u, v, margin):
    p, low, high = ttost_ind(u, v, -margin, margin, usevar="unequal")
    return {"x": u.tolist(), "y": v.tolist(), "margin": margin, "p": float(p),
            "p_lower": float(low[1]), "p_upper": float(high[1]), "df": float(low[2])}


def mid_p(b, c):
    """The definition: two-sided binomial with half the weight of the observed count."""
    k, n = min(b, c), b + c
    return float(2 * stats.binom.cdf(k - 1, n, 0.5) + stats.binom.pmf(k, n, 0.5))


p_values = [0.01, 0.04, 0.03, 0.005, 0.5, 0.03]
boot_sample = rng.gamma(1.5, 3.0, 40)
bca = stats.bootstrap((boot_sample,), np.mean, n_resamples=200_000, method="BCa", rng=np.random.default_rng(1))
percentile = stats.bootstrap((boot_sample,), np.mean, n_resamples=200_000, method="percentile", rng=np.random.default_rng(1))

out = {
    "versions": {"numpy": np.__version__, "scipy": scipy.__version__, "scikit-learn": sklearn.__version__,
                 "statsmodels": statsmodels.__version__},
    "classification": [
        classification("distinct", *scored(60, 1.5)),
        classification("ties", *scored(80, 1.2, 1)),
        classification("perfect", np.array([0, 0, 0, 1, 1, 1]), np.array([.1, .2, .3, .6, .7, .8]), np.array([.4, .2, .3, .35, .7, .8])),
    ],
    "quantiles": [{"values": x.tolist(), "p": p, "want": float(np.quantile(x, p))} for p in (0, 0.1, 0.25, 0.5, 0.9, 1)],
    "wilson": [{"k": k, "n": n, "level": level, "low": float(lo), "high": float(hi)}
               for k, n, level in ((0, 10, .95), (3, 10, .95), (10, 10, .95), (41, 187, .9), (1, 1, .95))
               for lo, hi in [proportion_confint(k, n, 1 - level, "wilson")]],
    "mann_whitney": [rank("normal", x, z, "asymptotic"), rank("ties", tied_x, tied_z, "asymptotic"), rank("exact", small_x, small_z, "exact")],
    "tost": [tost(x, z, 5.0), tost(x, z, 1.0)],
    "mcnemar": [{"b": b, "c": c, "exact": float(mcnemar([[0, b], [c, 0]], exact=True).pvalue), "mid_p": mid_p(b, c)}
                for b, c in ((9, 2), (5, 5), (0, 6), (1, 0), (30, 14))],
    "holm": {"p": p_values, "adjusted": multipletests(p_values, method="holm")[1].tolist()},
    "bootstrap_mean": {"values": boot_sample.tolist(),
                       "bca": [float(v) for v in bca.confidence_interval], "percentile": [float(v) for v in percentile.confidence_interval],
                       "standard_error": float(bca.standard_error)},
}
with open("expected.json", "w", encoding="utf-8") as f:
    json.dump(out, f, indent=1)
    f.write("\n")
