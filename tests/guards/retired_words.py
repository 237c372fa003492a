#!/usr/bin/env python3
"""Finds words that Belay no longer uses: names that were replaced, and words that are hard to read.

It reads src/, docs/ and README.md. In C++ it checks identifiers and comments. It does not check string literals and
the names of tests: string literals are on the wire, in logs or in metrics, where names do not change.
docs/REQUIREMENTS.md and docs/adr/ may quote an old name in backticks. The API description (openapi.json) contains
names that are on the wire, so it is not checked.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Key: a regular expression that matches a whole word. Value: what to write instead.
REPLACED = {
    # old names in the code
    r"[Hh]ouse\w*|\w+House": "server, context, fixture, maintenance",
    r"[Rr]ooms?|belay_room": "module; of a disk or a buffer: space",
    r"most_\w+|\w+_most_\w+|kMost\w*|\w+_a_user": "max_…, …_per_user",
    r"EventStore|EventWriter|RunLog|RunHead|LogOwner": "EventLog, LogWriter, LogBuffer, LogHead, CommitListener",
    r"room_for_runs|on_pinned|give_back\w*": "accepts_writes, on_pressure, retry_or_reject or release",
    r"[Ff]lights?|[Uu]nseat|[Ss]eats?|settle_up|payers?": "shared generation, participant, leave, cost_share",
    r"told|told_\w*|\w+_told": "sent, delivered, notified, said",
    r"taken_up\w*|take_up|go_on|goes_on|abandon_runs": "taken over, take_over, continue, hand_over",
    r"NobodysSink|nobody_came|fetch_ahead|keep_house|\w*weather\w*": "NullSink, never_opened, prefetch, run_maintenance, faults",
    r"Identity|ChatMessage|ready_answer|interject|Outlet": "Caller, Message, precomputed_answer, write_between_messages, ByteChannel",
    r"LiveSettings|Workers|DialectKind|ChatReader|\w+ReaderHouse": "RuntimeConfig, ThreadPool, AnswerDecoder, ProtocolKind",
    r"ResponseCache|response_cache": "AnswerCache",
    r"LimitRule|LimitCheck|Reservation|reserve_all": "Limit, LimitStatus, ReserveResult, reserve",
    r"Intake|IdempotentAsk|claim_key|release_claim": "StartRun, StartingRun, IdempotencyKey, reserve",
    r"Frame|SseFrame|append_sse\w*": "MessageWriter, Framing",
    # words that must be read twice
    r"anew|afresh": "again",
    r"nobody'?s|somebody'?s": "name who",
    r"in vain|of its own accord|by and by|thereupon|withal|hither|thither|whence|hence": "plain words",
}

WORD = re.compile(r"(?<![\w-])(?:" + "|".join(f"(?P<w{i}>{words})" for i, words in enumerate(REPLACED)) + r")(?![\w])")
ADVICE = list(REPLACED.values())

CODE = re.compile(
    r'R"(?P<tag>[^()\\ ]{0,16})\(.*?\)(?P=tag)"'  # a raw string
    r'|"(?:\\.|[^"\\\n])*"'  # a string
    r"|'(?:\\.|[^'\\\n])+'",  # a character
    re.DOTALL,
)
COMMENT_OR_STRING = re.compile(r"//[^\n]*|/\*.*?\*/|" + CODE.pattern, re.DOTALL)
QUOTED = re.compile(r"`[^`\n]*`")


def blank(match):
    return re.sub(r"[^\n]", " ", match.group(0))


TEST_NAME = re.compile(r"\b(?:TYPED_)?TEST(?:_[FP])?\([^)]*\)")


def of_cpp(text):
    """The identifiers and comments of C++ text: everything except string literals and the names of tests."""
    text = TEST_NAME.sub(blank, text)
    return COMMENT_OR_STRING.sub(lambda m: m.group(0) if m.group(0).startswith("/") else blank(m), text)


def text_of(path):
    text = path.read_text(encoding="utf-8", errors="replace")
    if path.suffix in (".cpp", ".hpp"):
        return of_cpp(text)
    if path.name == "REQUIREMENTS.md" or path.parent.name == "adr":
        return QUOTED.sub(blank, text)
    return text


def findings(paths):
    for path in paths:
        for number, line in enumerate(text_of(path).split("\n"), 1):
            for match in WORD.finditer(line):
                yield path, number, match.group(0), ADVICE[int(match.lastgroup[1:])]


def sources():
    suffixes = {".cpp", ".hpp", ".md", ".toml", ".txt", ".html"}
    for folder in ("src", "docs"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and path.suffix in suffixes and "corpus" not in path.parts:
                yield path
    yield ROOT / "README.md"


def self_test():
    def words(text):
        return [match.group(0) for match in WORD.finditer(of_cpp(text))]

    assert words("int most_bytes;  // told anew") == ["most_bytes", "told", "anew"]
    assert words('log("told");  // "told"') == ["told"]
    assert words('auto x = R"(room)"; Room y;') == ["Room"]
    assert words("bytes_in_flight almost_all mostly bedroom") == []


def main():
    self_test()
    found = 0
    for path, number, word, advice in findings(sources()):
        found += 1
        print(f"{path.relative_to(ROOT)}:{number}: \"{word}\" is retired; write: {advice}")
    if found:
        print(f"{found} retired words.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
