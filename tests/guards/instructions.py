#!/usr/bin/env python3
"""Fails if a hot path needs more instructions or allocations than its limit. Unlike times, these counts are exact.

  instructions.py HOT_PATHS

It runs each path twice under valgrind's callgrind, with two different counts. The difference of instructions, divided by the
difference of the counts, is the cost of one repetition. Each limit is 10 % above what was counted when the limit was set. A
change that makes a path more expensive fails here. If you make a path cheaper, lower its limit.
"""
import os
import re
import subprocess
import sys
import tempfile

# path: (small count, large count, max. instructions, max. allocations); both limits are per repetition
LIMITS = {
    "delta": (500, 2500, 7300, 0.05),
    "burst": (500, 4500, 2940, 0.05),
    "socket": (500, 2500, 7010, 0.05),
    "idle": (20, 120, 72_300, 48),
    "start": (50, 250, 192_300, 154),
}

# Where a path is a part of what the program does, only this part is counted.
COLLECTED = {"start": ["--toggle-collect=*answer_one*"]}


def walk(program, path, times):
    with tempfile.TemporaryDirectory() as scratch:
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={scratch}/out", *COLLECTED.get(path, []), program, path, str(times)],
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
    for path, (few, many, max_instructions, max_allocations) in LIMITS.items():
        instructions = (walk(program, path, many) - walk(program, path, few)) / (many - few)
        alone = subprocess.run([program, path, str(many)], stdout=subprocess.PIPE, text=True, check=True).stdout
        allocations = int(alone.split()[1]) / (many * 0.9)
        fits = instructions <= max_instructions and allocations <= max_allocations
        failed = failed or not fits
        print(
            f"{'ok' if fits else 'TOO EXPENSIVE'}  {path}: {instructions:.0f} instructions (at most {max_instructions}), "
            f"{allocations:.3f} allocations (at most {max_allocations})",
            flush=True,
        )
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
