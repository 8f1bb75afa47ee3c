"""Golden values of the upper tail of Student's t, from SciPy.

Run: python3 make_student_t.py > student_t.json    (SciPy 1.10.1, Debian's python3-scipy)
"""
import json

from scipy.stats import t

print(json.dumps([
    {"t": x, "freedom": df, "tail": t.sf(x, df)}
    for x in (-3.0, -0.5, 0.0, 0.7, 2.0, 4.5, 8.0)
    for df in (1.0, 2.5, 19.0, 140.7, 25_000.0)
], indent=1))
