"""Golden values of assignment, evidence, plans, bandits and off-policy estimates, each from somewhere else than the product's code.

Run: python3 make_ab_testing.py > ab_testing.json
Debian 12: python3-scipy 1.10.1, python3-statsmodels 0.13.5, python3-xxhash (xxhash 3.0.0 binds Yann Collet's C code), python3-numpy 1.24.2
"""
import json
import math

import numpy
import xxhash
from scipy import integrate, optimize
from scipy.special import betaln, gammaln
from scipy.stats import beta, chisquare, norm
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import NormalIndPower

MASK = (1 << 64) - 1


# Assignment: XXH64 of the unit, seeded with XXH64 of the salt; per arm Stafford's mix (twice) of it xor XXH64 of the arm's name; least -ln(u) / weight.
def mix(bits):
    for _ in range(2):
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9 & MASK
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB & MASK
        bits ^= bits >> 31
    return bits


def unit_hash(salt, unit):
    return xxhash.xxh64_intdigest(unit.encode(), seed=xxhash.xxh64_intdigest(salt.encode()))


def choose(hashed, arms):
    times = {arm: -math.log(((mix(hashed ^ xxhash.xxh64_intdigest(arm.encode())) >> 12) + 0.5) / (1 << 52)) / weight for arm, weight in arms}
    return min(times, key=times.get)


ARMS = [("control", 50.0), ("challenger", 30.0), ("third", 20.0)]
UNITS = ["user-1", "user-2", "user-3", "", "é", "漢字🙂", "a" * 300] + [f"u{i}" for i in range(100, 120)]
assignment = [
    {"salt": salt, "unit": unit, "hash": str(unit_hash(salt, unit)), "arm": choose(unit_hash(salt, unit), ARMS)}
    for salt in ("checkout:1", "ränking") for unit in UNITS
]


# Evidence: mixtures by numerical integration over the prior of the likelihood ratio, not by their closed forms.
def mixture(z, r, low=-numpy.inf):
    # With SE = 1: the effect's prior is N(0, r), the likelihood ratio of an effect t is exp(z t - t^2 / 2).
    scale = 2 if low == 0 else 1
    center, spread = z * r / (1 + r), math.sqrt(r / (1 + r))
    low, high = max(low, center - 12 * spread), max(low, center) + 12 * spread
    value, _ = integrate.quad(
        lambda t: math.exp(z * t - t * t / 2 - t * t / (2 * r)) / math.sqrt(2 * math.pi * r) * scale, low, high, epsabs=0, epsrel=1e-12, limit=500)
    return math.log(value)


pairs = [(0.0, 1.0), (1.0, 0.3), (3.0, 8.0), (-3.0, 8.0), (2.0, 100.0), (5.0, 2.0)]
evidence = [{"z": z, "ratio": r, "log": mixture(z, r), "logAbove": mixture(z, r, 0)} for z, r in pairs]


# GrowthBook's half-width, as printed in its documentation of sequential testing.
def half_width(n, se, alpha, planned):
    rho = math.sqrt((-2 * math.log(alpha) + math.log(-2 * math.log(alpha) + 1)) / planned)
    s2 = n * se * se
    return math.sqrt(s2) * math.sqrt(2 * (n * rho * rho + 1) * math.log(math.sqrt(n * rho * rho + 1) / alpha) / (n * rho) ** 2)


widths = [
    {"units": n, "standardError": se, "alpha": a, "planned": p, "halfWidth": half_width(n, se, a, p)}
    for n, se, a, p in ((5000, 0.02, 0.05, 5000), (400, 0.1, 0.05, 5000), (100000, 0.004, 0.01, 20000))
]

# The mixture SPRT as Johari et al. print it.
n, delta, V, tau2 = 1500, 0.11, 2.4, 0.01
msprt = {"n": n, "difference": delta, "pairVariance": V, "priorVariance": tau2,
         "log": 0.5 * math.log(V / (V + n * tau2)) + n * n * tau2 * delta * delta / (2 * V * (V + n * tau2))}

rng = numpy.random.default_rng(11)
x, y = rng.gamma(4, 2, (2, 200)), None
y = numpy.array([0.6 * x[0] + rng.normal(0, 1, 200), 0.6 * x[1] + 0.3 + rng.normal(0, 1, 200)])
pooled = (numpy.cov(y[0], x[0])[0, 1] * 199 + numpy.cov(y[1], x[1])[0, 1] * 199) / (x[0].var(ddof=1) * 199 + x[1].var(ddof=1) * 199)
adjusted = y - pooled * (x - x.mean())
ratio = y.mean(axis=1) / x.mean(axis=1)
# The delta method as the variance of the linearised values.
linear = (y - ratio[:, None] * x) / x.mean(axis=1)[:, None]
two_arms = {
    "x": x.tolist(), "y": y.tolist(),
    "difference": y[1].mean() - y[0].mean(), "standardError": math.sqrt((y.var(axis=1, ddof=1) / 200).sum()),
    "theta": pooled, "cupedDifference": adjusted[1].mean() - adjusted[0].mean(),
    "cupedStandardError": math.sqrt((adjusted.var(axis=1, ddof=1) / 200).sum()),
    "ratioDifference": ratio[1] - ratio[0], "ratioStandardError": math.sqrt((linear.var(axis=1, ddof=1) / 200).sum()),
}

# Sample ratio.
srm = []
for counts, shares in (([26000, 24000], [1, 1]), ([25100, 24900], [1, 1]), ([500, 310, 190], [5, 3, 2]), ([90, 10], [0.95, 0.05])):
    total, theta = sum(counts), numpy.array(shares) / sum(shares)
    row = {"counts": counts, "shares": shares, "p": chisquare(counts, total * theta).pvalue}
    for concentration in (2.0, 100.0):
        a = concentration * theta
        row[f"log{int(concentration)}"] = float(
            gammaln(a.sum()) - gammaln(a.sum() + total) + (gammaln(a + counts) - gammaln(a)).sum() - (numpy.array(counts) * numpy.log(theta)).sum())
    srm.append(row)

power = NormalIndPower()
plans = [
    {"sd": sd, "effect": d, "alpha": a, "power": w, "units": math.ceil(power.solve_power(d / sd, alpha=a, power=w, alternative="two-sided") - 1e-6)}
    for sd, d, a, w in ((1, 0.1, 0.05, 0.8), (15, 2, 0.01, 0.9), (0.4, 0.004, 0.05, 0.95))
]

p_values = [0.001, 0.02, 0.03, 0.0004, 0.6]
holm = multipletests(p_values, method="holm")[1].tolist()

# Closed testing by brute force over all sets.
log_e = [1.2, 4.0, -2.0, 3.9, 4.0]
closed = [
    min(
        math.log(numpy.mean([math.exp(log_e[j]) for j in range(5) if s >> j & 1])) for s in range(1, 32) if s >> i & 1)
    for i in range(5)
]


# Chances to be best, by adaptive quadrature.
def best(dists):
    return [
        integrate.quad(
            lambda t: dists[i].pdf(t) * math.prod(d.cdf(t) for j, d in enumerate(dists) if j != i), max(0, dists[i].ppf(1e-14)), dists[i].isf(1e-14),
            epsabs=1e-13, epsrel=1e-11, limit=1000, points=[d.mean() for d in dists if dists[i].ppf(1e-14) < d.mean() < dists[i].isf(1e-14)])[0]
        for i in range(len(dists))
    ]


bests = [
    {"successes": s, "failures": f, "best": best([beta(1 + a, 1 + b) for a, b in zip(s, f)])}
    for s, f in (([0, 0, 0], [0, 0, 0]), ([1, 3], [9, 8]), ([12, 20, 15], [288, 280, 301]), ([0, 2000], [1, 38000]), ([50000, 50300], [950000, 949700]), ([0, 0], [1000, 40]))
]

# Real rewards: normal beliefs as the product's remarks state them.
weights, means, squares = [40, 25, 10], [1.0, 1.3, 0.9], [55.0, 31.0, 14.0]
sigma2 = sum(squares) / (sum(weights) - 3)
grand = sum(w * m for w, m in zip(weights, means)) / sum(weights)
beliefs = [norm((w * m + grand) / (w + 1), math.sqrt(sigma2 / (w + 1))) for w, m in zip(weights, means)]
reals = {"weights": weights, "means": means, "squares": squares, "best": [
    integrate.quad(lambda t: beliefs[i].pdf(t) * math.prod(d.cdf(t) for j, d in enumerate(beliefs) if j != i), -3, 5, epsabs=1e-13, limit=1000)[0] for i in range(3)]}

# Off-policy.
logs = [{"propensity": float(p), "target": float(t), "reward": float(r), "ofArm": float(a), "ofPolicy": float(v)}
        for p, t, r, a, v in zip(rng.uniform(0.05, 1, 60), rng.uniform(0, 1, 60), rng.normal(1, 1, 60), rng.normal(1, 0.3, 60), rng.normal(1, 0.3, 60))]
w = numpy.array([l["target"] / l["propensity"] for l in logs])
r, a, v = (numpy.array([l[k] for l in logs]) for k in ("reward", "ofArm", "ofPolicy"))


def estimate(terms):
    return {"value": terms.mean(), "standardError": terms.std(ddof=1) / math.sqrt(len(terms))}


snips = (w * r).sum() / w.sum()
off_policy = {
    "logs": logs, "ips": estimate(w * r), "doublyRobust": estimate(v + w * (r - a)),
    "selfNormalized": {"value": snips, "standardError": estimate(w * (r - snips) / w.mean())["standardError"]},
    "effective": w.sum() ** 2 / (w ** 2).sum(), "clippedIps": estimate(numpy.minimum(w, 2) * r), "clipped": int((w > 2).sum()),
    "z": norm.isf(0.025),
}

print(json.dumps({
    "arms": [{"arm": arm, "weight": weight} for arm, weight in ARMS], "assignment": assignment, "evidence": evidence, "widths": widths, "msprt": msprt,
    "twoArms": two_arms, "sampleRatio": srm, "plans": plans, "pValues": p_values, "holm": holm, "logE": log_e, "closed": closed, "bests": bests,
    "reals": reals, "offPolicy": off_policy,
}, indent=1, ensure_ascii=False))
