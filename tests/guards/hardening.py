#!/usr/bin/env python3
"""Reads the ELF file of the release build and checks that the hardening options of the compiler and the linker took effect.

    hardening.py BINARY
"""
import re
import subprocess
import sys


def readelf(binary, *options):
    return subprocess.run(
        ["readelf", "--wide", *options, binary], check=True, capture_output=True, text=True
    ).stdout


def main():
    binary = sys.argv[1]
    header = readelf(binary, "--file-header")
    segments = readelf(binary, "--program-headers")
    dynamic = readelf(binary, "--dynamic")
    symbols = readelf(binary, "--dyn-syms")
    notes = readelf(binary, "--notes")
    loads = re.findall(r"^ +LOAD +\S+ +\S+ +\S+ +\S+ +\S+ +([RWE ]{3}) ", segments, re.M)
    stack = re.search(r"^ +GNU_STACK .* ([RWE ]{3}) +\S+$", segments, re.M)
    fortified = sorted(set(re.findall(r" (__\w+_chk)@", symbols)) - {"__stack_chk_fail"})
    checks = {
        "it is a position-independent executable": "DYN" in header and re.search(r"FLAGS_1.*\bPIE\b", dynamic),
        "relocations are read-only after the start (RELRO)": "GNU_RELRO" in segments,
        "all symbols are bound at the start, so that RELRO is full": re.search(r"\b(BIND_NOW|NOW)\b", dynamic),
        "the stack is not executable": stack and "E" not in stack.group(1),
        "no segment is writable and executable": loads and not any("W" in flags and "E" in flags for flags in loads),
        "code has segments of its own": any(flags.strip() == "R" for flags in loads),
        "stacks are protected": "__stack_chk_fail" in symbols,
        f"library calls are fortified ({', '.join(fortified) or 'none'})": len(fortified) >= 3,
        "no run-time search path": not re.search(r"\((RPATH|RUNPATH)\)", dynamic),
    }
    if "X86-64" in header:
        checks["control flow is protected (IBT, SHSTK)"] = re.search(r"x86 feature:.*IBT.*SHSTK", notes)
    for what, holds in checks.items():
        print(f"{'ok  ' if holds else 'FAIL'} {what}")
    return 0 if all(checks.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
