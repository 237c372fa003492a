#!/usr/bin/env python3
"""Checks the requirement ids of the repository: docs/REQUIREMENTS.md lists every id in use, and no id twice.

    requirement_ids.py REPOSITORY

An id is a capital letter and a number of one or two digits that does not begin with 0. A lower-case letter may follow (F4b).
The script finds ids in these places:

1. At the beginning of a test's name: TEST(Suite, X7_… or X2_C6_… or X7CallsBeyond… or A5AndA6…), CMake's add_test(NAME F4_…),
   and JavaScript's test('A1, X9: …'). Any capital letter counts here.
2. After "requirement" or "requirements". Any capital letter counts here too.
3. As a word of its own, if docs/REQUIREMENTS.md uses its letter: in the comments of C and C++, and in the whole text of all
   other files. "A1-A4" and "A1–A4" are two ids. Not ids: %C3, U+00C2, X86-64, S3.0, F4_name, SHA256, ES256,
   E2E_KEY.

Files without readable text (pictures, test data, installed packages) are skipped.
"""
import os
import re
import sys

FOLDERS = ("src", "tests", "bench", "docs")
FILES = ("README.md",)
C_SUFFIXES = (".c", ".cpp", ".hpp", ".in")
TEXT_SUFFIXES = (".md", ".mjs", ".js", ".py", ".toml", ".html")  # and CMakeLists.txt, scripts without a suffix, docs/*.json
SKIPPED_FOLDERS = {"node_modules", "python_clients", "corpus", "testdata", "__pycache__"}

ID = r"[A-Z][1-9][0-9]?[a-z]?"
# In TEST(Suite, X7CallsBeyond…) the number must end where the next word begins.
ID_IN_NAME = r"[A-Z][1-9][0-9]?(?:[a-z](?![A-Za-z0-9]))?(?![a-z0-9])"

C_COMMENT = re.compile(
    r"""(//[^\n]*(?:\n[ \t]*//[^\n]*)*|/\*.*?\*/)"""  # the first group: a comment, with the lines that continue it
    r'''|R"([^()\\\s]*)\(.*?\)\2"'''
    r"""|"(?:\\.|[^"\\\n])*"|'(?:\\[^'\n]*|[^'\\\n])'""",
    re.DOTALL,
)
C_TEST = re.compile(r"\b(?:TYPED_)?TEST(?:_[FP])?\(\s*\w+,\s*(\w+)")
CMAKE_TEST = re.compile(r"\badd_test\(\s*NAME\s+(\w+)")
JS_TEST = re.compile(r"\btest(?:\.\w+)?\(\s*[\"'`]([^\"'`:]*):")
NAME_BEGINNING = re.compile(rf"{ID_IN_NAME}(?:(?:_|And)?{ID_IN_NAME})*")
TITLE_BEGINNING = re.compile(rf"{ID}(?:(?:, ?|-|–| and | to ){ID})*$")
AFTER_REQUIREMENT = re.compile(rf"\b[Rr]equirements?\s+(?://\s*)?((?:{ID}\b(?:, ?|-|–| and | to )?)+)")
NOT_AFTER = r"(?<![\w%+.&#$/\\-])"
WORD = re.compile(rf"(?:{NOT_AFTER}|(?<=[0-9][-–/])){ID}(?![\w+]|[-.][0-9])")


def ids_in_name(name):
    beginning = NAME_BEGINNING.match(name)
    return re.findall(ID_IN_NAME, beginning[0]) if beginning else []


def ids_in_use(path, text, letters):
    """Pairs of an id and its position in `text`."""
    is_c = path.endswith(C_SUFFIXES)
    tests = C_TEST if is_c else CMAKE_TEST if path.endswith("CMakeLists.txt") else None
    if tests:
        for test in tests.finditer(text):
            yield from ((found, test.start(1)) for found in ids_in_name(test[1]))
    if path.endswith((".mjs", ".js")):
        for test in JS_TEST.finditer(text):
            if TITLE_BEGINNING.match(test[1]):
                yield from ((found, test.start(1)) for found in re.findall(ID, test[1]))
    if is_c:
        passages = ((c[1], c.start()) for c in C_COMMENT.finditer(text) if c[1])
    else:
        passages = [(text, 0)]
    for passage, start in passages:
        for group in AFTER_REQUIREMENT.finditer(passage):
            yield from ((found, start + group.start(1)) for found in re.findall(ID, group[1]))
        for word in WORD.finditer(passage):
            if word[0][0] in letters:
                yield word[0], start + word.start()


def listed_ids(text):
    """The ids of docs/REQUIREMENTS.md, in its order: the first cell of each table row, `| A1 | …` or `| K20, K21 | …`."""
    rows = re.findall(rf"^\| ({ID}(?:, {ID})*) \| \S.*\|$", text, re.MULTILINE)
    return [one for row in rows for one in row.split(", ")]


def texts(repository):
    paths = list(FILES)
    for folder in FOLDERS:
        for where, folders, files in os.walk(os.path.join(repository, folder)):
            folders[:] = sorted(set(folders) - SKIPPED_FOLDERS)
            paths += (os.path.relpath(os.path.join(where, file), repository) for file in sorted(files))
    for path in paths:
        is_script = "." not in os.path.basename(path)
        is_text = path.endswith(C_SUFFIXES + TEXT_SUFFIXES) or os.path.basename(path) == "CMakeLists.txt"
        if not (is_text or is_script or (path.startswith("docs/") and path.endswith(".json"))):
            continue
        if os.path.samefile(os.path.join(repository, path), __file__):  # its examples are not real ids
            continue
        with open(os.path.join(repository, path), encoding="utf-8", errors="replace") as file:
            yield path, file.read()


def check_itself():
    for path, text, wanted in (
        ("a.cpp", "TEST(JsonBody, X9_a_NUL_is_refused) {", "X9"),
        ("a.cpp", "TEST_F(HttpProviderTest, X7CallsBeyondTheLimit) {", "X7"),
        ("a.cpp", "TEST_P(Store,\n       C8ASessionEnds) {", "C8"),
        ("a.cpp", "TEST(Limits, A5AndA6StandInOrder) TEST(Run, X2_C6_once) TEST(Run, X1X4Same)", "A5 A6 X2 C6 X1 X4"),
        ("a.cpp", "TEST(Relay, F4b_costs_little) TEST(Relay, Q7_is_unknown)", "F4b Q7"),
        ("a.cpp", "TEST(Base64, It_reads_X7) TEST(Utf8, UTF8IsRead) TEST(Sha, SHA256_of_nothing)", ""),
        ("a.cpp", "// (requirements A1, A7 and A10), Q1, C++20, SHA256, UTF8, P256, ES256, 5f3A9c, X86-64", "A1 A7 A10 A1 A7 A10"),
        ("a.cpp", "// Requirement Q7. X2, X7: what ends.\n/* A13's rate */ // X8-like", "Q7 X2 X7 A13 X8"),
        ("a.hpp", "// (requirement\n// Q7).\nint x; /* requirement Q8 */", "Q7 Q8"),
        ("a.cpp", 'f("X7 // C6 %C3%A9", R"(// X9)", \'"\', 1\'000); // X1', "X1"),
        ("a.cpp", "template <class K1, int N2> void f(A9);", ""),
        ("a.mjs", "test('Q7: a model'); await t.test(`A1-A4, A9: it`); // %C3%A9 E2E_KEY -O1", "Q7 A1 A4 A9 A1 A4 A9"),
        ("a.md", "| `x` | C1–C5, X12: all | A1/A2 $A1 U+00C2 C0 F4_name", "C1 C5 X12 A1 A2"),
        ("CMakeLists.txt", "add_test(NAME F4_the_hot_paths_cost COMMAND x -O2)", "F4"),
    ):
        found = " ".join(one for one, _ in ids_in_use(path, text, set("ACFKNPSX")))
        if found != wanted:
            sys.exit(f"{path}: {text!r} gives {found!r} instead of {wanted!r}")
    if listed_ids("| id | what |\n| --- | --- |\n| A1 | It does. |\n| K20, K21 | Both. |\n| A1 | Again. |\n") != ["A1", "K20", "K21", "A1"]:
        sys.exit("the list is not read")


def main():
    check_itself()
    repository = sys.argv[1]
    with open(os.path.join(repository, "docs", "REQUIREMENTS.md"), encoding="utf-8") as file:
        listed = listed_ids(file.read())
    if not listed:
        sys.exit("docs/REQUIREMENTS.md lists no ids")
    known, letters = set(listed), {one[0] for one in listed}
    failures = [f"docs/REQUIREMENTS.md lists {one} twice" for one in sorted(known) if listed.count(one) > 1]
    used = set()
    for path, text in texts(repository):
        for found, position in ids_in_use(path, text, letters):
            if path != os.path.join("docs", "REQUIREMENTS.md"):
                used.add(found)
            if found not in known:
                line = text.count("\n", 0, position) + 1
                failures.append(f"{path}:{line}: {found} is not listed in docs/REQUIREMENTS.md")
    for failure in dict.fromkeys(failures):
        print(failure)
    print(f"{len(known)} ids are listed, {len(used & known)} of them are in use")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
