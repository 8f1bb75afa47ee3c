"""The table of SobolDirections.cs and golden points of the unscrambled Sobol sequence.

Run: python3 make_sobol.py table        prints the table: per dimension the primitive polynomial and the initial direction numbers of
     S. Joe and F. Y. Kuo, "Constructing Sobol sequences with better two-dimensional projections", SIAM J. Sci. Comput. 30 (2008),
     file new-joe-kuo-6.21201, as scipy ships them
     python3 make_sobol.py > sobol.json the first 64 points of scipy.stats.qmc.Sobol(scramble=False), in 64ths, a row per point
(scipy 1.10.1 of Debian 12)
"""
import json
import pathlib
import sys

import numpy
import scipy.stats

DIMENSIONS = 128

if sys.argv[1:] == ["table"]:
    table = numpy.load(pathlib.Path(scipy.stats.__file__).parent / "_sobol_direction_numbers.npz")
    for polynomial, initial in zip(table["poly"][1:DIMENSIONS], table["vinit"][1:DIMENSIONS]):
        degree = int(polynomial).bit_length() - 1
        print(polynomial, *initial[:degree])
else:
    points = scipy.stats.qmc.Sobol(DIMENSIONS, scramble=False).random(64)
    print("[" + ",\n".join(json.dumps((row * 64).astype(int).tolist(), separators=(",", ":")) for row in points) + "]")
