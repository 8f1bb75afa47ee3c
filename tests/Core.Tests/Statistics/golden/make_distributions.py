"""Golden values of special functions and distributions, from SciPy.

Run: python3 make_distributions.py > distributions.json    (SciPy 1.10.1, Debian's python3-scipy)
"""
import json

from scipy.special import betainc, betaln, gammaincc, gammaln
from scipy.stats import chi2, norm

print(json.dumps({
    "logGamma": [{"x": x, "value": gammaln(x)} for x in (0.01, 0.5, 1.7, 3.0, 42.0, 1234.5, 1e6, 1e9)],
    "logBeta": [{"a": a, "b": b, "value": betaln(a, b)} for a in (0.5, 3.0, 100.5, 1e5) for b in (0.5, 7.0, 2e4)],
    "beta": [
        {"a": a, "b": b, "x": x, "value": betainc(a, b, x)}
        for a, b, x in (
            (0.5, 0.5, 0.3), (2, 5, 0.1), (2, 5, 0.9), (1, 1, 0.42), (120, 900, 0.11), (120, 900, 0.15), (5e4, 5e4, 0.501),
            (3e5, 7e5, 0.2995), (1, 1000, 0.004))
    ],
    "upperGamma": [
        {"a": a, "x": x, "value": gammaincc(a, x)}
        for a, x in ((0.5, 0.1), (0.5, 30), (3, 1), (3, 12), (50, 40), (50, 90), (1000, 1010))
    ],
    "chiSquared": [
        {"x": x, "freedom": k, "value": chi2.sf(x, k)} for x, k in ((0.0, 1), (3.84, 1), (10.83, 1), (80.0, 1), (5.0, 4), (44.3, 9))
    ],
    "normalQuantile": [{"chance": p, "value": norm.isf(p)} for p in (1e-12, 1e-5, 0.025, 0.2, 0.5, 0.8, 0.999)],
}, indent=1))
