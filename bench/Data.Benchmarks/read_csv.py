#!/usr/bin/python3
"""How fast pandas.read_csv reads the files that Data.Benchmarks has written: /usr/bin/python3 read_csv.py <folder>"""

import pathlib
import sys
import time

import pandas

print(f"pandas {pandas.__version__}")
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.csv")):
    wall, processor = [], []
    for _ in range(6):
        started, used = time.perf_counter(), time.process_time()
        pandas.read_csv(path)
        wall.append(time.perf_counter() - started)
        processor.append(time.process_time() - used)
    megabytes = path.stat().st_size / 1e6
    print(f"{path.name}: {megabytes / sorted(wall[1:])[2]:.0f} MB/s ({megabytes / min(processor[1:]):.0f} per processor second)")
