"""Coefficients of the complementary error function as NormalDistribution.cs has them, highest power first.

(1 + 2x) exp(x^2) erfc(x) for x >= 0 as a polynomial in t = (x - 3.75) / (x + 3.75), the substitution of Shepherd and Laframboise,
"Chebyshev approximation of (1 + 2x) exp(x^2) erfc x in 0 <= x < inf", Mathematics of Computation 36 (1981): interpolated at Chebyshev
nodes with scipy's erfcx.

Run: python3 make_erfc.py    (numpy 1.24.2, scipy 1.10.1 of Debian 12)
"""
import numpy
import scipy.special
from numpy.polynomial import chebyshev

K, DEGREE = 3.75, 20


def scaled(x):
    return (1 + 2 * x) * scipy.special.erfcx(x)


nodes = chebyshev.chebpts1(DEGREE + 1)
powers = chebyshev.cheb2poly(chebyshev.chebfit(nodes, scaled(K * (1 + nodes) / (1 - nodes)), DEGREE))
x = numpy.linspace(0, 30, 200_001)
t = (x - K) / (x + K)
worst = numpy.abs(numpy.polyval(powers[::-1], t) / scaled(x) - 1).max()
print(f"// largest relative error on [0, 30]: {worst:.1e}")
for power in powers[::-1]:
    print(f"        {float(power)!r},")
