#!/usr/bin/env python3
"""Holds the hot paths to a number of instructions and allocations: exact where time is noisy.

  instructions.py HOT_PATHS

Each path is walked by valgrind's callgrind with two counts; the difference is what one more costs. The limits stand a tenth
above what was counted when they were set: whoever makes a path dearer sees it here, and whoever makes it cheaper lowers
the limit.
"""
import os
import re
import subprocess
import sys
import tempfile

# path: (few, many, most instructions, most allocations) of one more
LIMITS = {
    "delta": (500, 2500, 8560, 0.05),
    "burst": (500, 4500, 4730, 0.05),
    "idle": (20, 120, 94_000, 48),
}


def walk(program, path, times):
    with tempfile.TemporaryDirectory() as scratch:
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={scratch}/out", program, path, str(times)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "TMPDIR": scratch},
        )
    counted = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or not counted:
        sys.exit(f"{path} {times} could not be counted:\n{done.stdout}{done.stderr[-2000:]}")
    return int(counted[1])


def main():
    program = sys.argv[1]
    failed = False
    for path, (few, many, most_instructions, most_allocations) in LIMITS.items():
        instructions = (walk(program, path, many) - walk(program, path, few)) / (many - few)
        alone = subprocess.run([program, path, str(many)], stdout=subprocess.PIPE, text=True, check=True).stdout
        allocations = int(alone.split()[1]) / (many * 0.9)
        fits = instructions <= most_instructions and allocations <= most_allocations
        failed = failed or not fits
        print(
            f"{'ok' if fits else 'TOO DEAR'}  {path}: {instructions:.0f} instructions (at most {most_instructions}), "
            f"{allocations:.3f} allocations (at most {most_allocations})",
            flush=True,
        )
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
