#!/usr/bin/env python3
"""Measures Belay, the floor and the peers on this machine, and prints the tables.

  bench/run.py [SCENARIO …] [--turns N] [--table FILE]

./dev bench builds the programs that this script needs and calls it. docs/PERFORMANCE.md explains the tables.
"""
import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from contenders import BUILD, BenchError, NotInstalled  # noqa: E402
from scenarios import ALL, Goal, Scenario  # noqa: E402


MAX_SECONDS = 900.0  # for all scenarios together; those that do not fit run fewer turns


def shown(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def spread(values) -> str:
    """The median, the lowest and the highest value."""
    middle = shown(statistics.median(values))
    low, high = shown(min(values)), shown(max(values))
    return middle if low == high else f"{middle} ({low}–{high})"


def verdict(values, goal: Goal) -> str:
    good = [value >= goal.limit if goal.at_least else value <= goal.limit for value in values]
    if all(good):
        return "reached"
    return "unresolved" if any(good) else "missed"


def goal_line(scenario: Scenario, goal: Goal, turns) -> str:
    turns = [turn for turn in turns if {goal.of, goal.against or goal.of} <= turn.keys()]
    if not turns:
        return f"| {goal.id} | {scenario.title} | – | | not measured |"
    if goal.against:
        values = [turn[goal.of][goal.figure] / turn[goal.against][goal.figure] for turn in turns]
        what = f"{scenario.units[goal.figure]}, {goal.of} ÷ {goal.against}"
    else:
        values = [turn[goal.of][goal.figure] for turn in turns]
        what = scenario.units[goal.figure]
    sign = "≥" if goal.at_least else "≤"
    return f"| {goal.id} | {scenario.title}: {what} | {spread(values)} | {sign} {shown(goal.limit)} | {verdict(values, goal)} |"


def measured(scenario: Scenario, name: str):
    """The figures of one contender, or None if it failed twice."""
    for _ in range(2):
        try:
            return scenario.contenders[name]()
        except NotInstalled as missing:
            print(f"  {scenario.name}  {name} is skipped: {missing}", file=sys.stderr, flush=True)
            return None
        except (BenchError, subprocess.TimeoutExpired) as error:
            print(f"  {scenario.name}  {name} failed: {error}", file=sys.stderr, flush=True)
    return None


def run_scenario(scenario: Scenario, turns: int, until: float):
    """Runs as many turns as fit into the time. The first turn always runs. Returns one dict of figures per turn."""
    seen = []
    longest = 0.0
    names = list(scenario.contenders)
    for turn in range(turns):
        begun = time.monotonic()
        if turn > 0 and begun + longest > until:
            print(f"  {scenario.name}: {turn} of {turns} turns: no time for more", file=sys.stderr, flush=True)
            break
        order = names[turn % len(names):] + names[:turn % len(names)]
        figures = {}
        for name in order:
            seen_now = measured(scenario, name)
            if seen_now is None:
                continue
            figures[name] = seen_now
            said = ", ".join(f"{shown(value)} {scenario.units[key]}" for key, value in figures[name].items())
            print(f"  {scenario.name} {turn + 1}/{turns}  {name}: {said}", file=sys.stderr, flush=True)
        seen.append(figures)
        longest = max(longest, time.monotonic() - begun)
    return seen


def table_of(scenario: Scenario, turns) -> str:
    lines = [f"**{scenario.title}**" + (f" {scenario.note}" if scenario.note else ""), ""]
    lines.append("| | " + " | ".join(scenario.units.values()) + " |")
    lines.append("| --- |" + " --- |" * len(scenario.units))
    for name in scenario.contenders:
        own = [turn[name] for turn in turns if name in turn]
        cells = [spread([each[key] for each in own]) if own else "–" for key in scenario.units]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def machine() -> str:
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    release = ".".join(os.uname().release.split(".")[:2])
    return f"{os.cpu_count()} × {model}, Linux {release}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help=" ".join(each.name for each in ALL))
    parser.add_argument("--turns", type=int, default=0, help="the number of turns, in place of each scenario's own")
    parser.add_argument("--table", type=Path, help="write the tables between this file's `bench` marks")
    wanted = parser.parse_args()
    unknown = set(wanted.scenarios) - {each.name for each in ALL}
    if unknown:
        parser.error(f"no scenario {', '.join(sorted(unknown))}: there are {' '.join(each.name for each in ALL)}")
    if not (BUILD / "bench/bench_load").exists() or not (BUILD / "belay").exists():
        parser.error("not built: use ./dev bench")

    begun = time.monotonic()
    busy = os.getloadavg()[0]
    tables, goals = [], []
    chosen = [each for each in ALL if not wanted.scenarios or each.name in wanted.scenarios]
    for scenario in chosen:
        print(f"{scenario.title}", file=sys.stderr, flush=True)
        still_to_come = sum(each.seconds for each in chosen[chosen.index(scenario) + 1:])
        turns = run_scenario(scenario, wanted.turns or scenario.turns, begun + MAX_SECONDS - still_to_come)
        tables.append(table_of(scenario, turns))
        goals += [goal_line(scenario, goal, turns) for goal in scenario.goals]
    text = "\n".join(
        [
            f"{time.strftime('%Y-%m-%d')}, {machine()}, load average {busy:.1f} at the start, "
            f"{time.monotonic() - begun:.0f} s in all. Median (lowest–highest of the turns).",
            "",
            "| id | work | measured | goal | |",
            "| --- | --- | --- | --- | --- |",
            *goals,
            "",
            *(line for table in tables for line in (table, "")),
        ]
    ).rstrip()
    print(text)
    if wanted.table:
        begin, end = "<!-- bench: begin -->", "<!-- bench: end -->"
        page = wanted.table.read_text()
        head, rest = page.split(begin)
        wanted.table.write_text(f"{head}{begin}\n{text}\n{end}{rest.split(end)[1]}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BenchError as error:
        sys.exit(f"bench: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
