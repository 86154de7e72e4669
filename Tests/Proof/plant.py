#!/usr/bin/env python3
"""Plants bugs that would lose data, one after another, each in a test build of its own, and sees that tests find them.

    python3 Tests/Proof/plant.py [NAME…]
    python3 Tests/Proof/plant.py --check    only looks whether the places are there

Works in this tree and its .build, since a build elsewhere begins from nothing: leave both alone meanwhile. Each bug is one
replacement in one file. The file as it was is kept in .build/planted and put back when the tests have ended, when this
is interrupted or told to end, and, had it no time for that, when it is started again. At the end it builds once more, so
that no build with a bug stays behind.

A bug is found when a test fails, the tests crash, or they do not end within half an hour. Exit code 1: one was not. Two
bugs more, "state before sink" and "no fsync of the folder", are planted by DeliveryTests themselves on every run.
"""
import os
import re
import signal
import subprocess
import sys
import tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
KEPT = f"{ROOT}/.build/planted"
SECONDS = 1800
ENVIRONMENT = dict(os.environ, CI="1")
FAILED = re.compile(r'^✘ Test (".*?"|\w+\(.*?\))(?: with .*?)? (?:recorded an issue|failed after)', re.MULTILINE)

PARSER = "Sources/XMLEvents/XMLPushParser.swift"
# name: file, what stands there once, what is planted in its place, which tests are to find it
BUGS = {
    "XML_PARSE_RECOVER": (
        PARSER, "Int32(XML_PARSE_NONET.rawValue)", "Int32(XML_PARSE_NONET.rawValue | XML_PARSE_RECOVER.rawValue)",
        "RecordsTests|XMLEventsTests",
    ),
    "XML_PARSE_HUGE": (
        PARSER, "Int32(XML_PARSE_NONET.rawValue)", "Int32(XML_PARSE_NONET.rawValue | XML_PARSE_HUGE.rawValue)",
        "RecordsTests|XMLEventsTests",
    ),
    "end of stream taken for complete": (
        PARSER, "    guard unsafe context.pointee.isRootClosed else { throw error(.truncated) }\n", "",
        "QualysTests.DetectionPages",
    ),
    "WARNING followed as given": (
        "Sources/Qualys/NextPage.swift", "next > first, next > last, next <= largestID", "next > 0",
        "QualysTests.FaultMatrix",
    ),
    "local clock as window": (
        "Sources/Pipelines/StreamRun.swift", "await keeper.began ?? round.recordedTime", "Optional(round.time)",
        "PipelinesTests.(LiveRun|Status)",
    ),
    "4xx dropped": (
        "Sources/Sinks/HTTPSending.swift", "case 400, 413, 422: .refused", "case 400, 413, 422: .accepted", "SinksTests",
    ),
    "an answer read ahead that breaks off taken for complete": (
        "Sources/Qualys/ReadAheadRange.swift", "    if let broken { throw broken }\n", "    _ = broken\n",
        "QualysTests.ReadAhead",
    ),
    "bytes read ahead given up unread": (
        "Sources/Qualys/ReadAheadSpool.swift", "guard state.isRead, state.read == state.written else",
        "guard state.isRead else", "QualysTests.ReadAhead",
    ),
    "a wait that was not stated taken for none": (
        "Sources/Qualys/Refusal.swift", "hint.map { .wait(seconds: $0) } ?? .waitForOthers\n    case \"999\"",
        ".wait(seconds: hint ?? 0)\n    case \"999\"", "QualysTests.Refusal",
    ),
    "a reset without its window": (
        "Sources/Pipelines/StreamReset.swift",
        "let window = [Windows.entry(stream, since: since)]", "let window: [(key: [UInt8], value: [UInt8])] = []",
        "PipelinesTests.Status",
    ),
    "a reset that leaves what is committed in .part": (
        "Sources/Pipelines/StreamRun.swift",
        "forgets: forgets, positions)\n    for output in outputs { try await output.publish() }\n",
        "forgets: forgets, positions)\n", "CommandTests.Status",
    ),
}


def swift(*arguments, seconds=None):
    """What it printed, and its exit code: None when it did not end in time."""
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        command = subprocess.Popen(
            ["swift", *arguments], cwd=ROOT, env=ENVIRONMENT, stdout=output, stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            code = command.wait(seconds)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            if command.poll() is None:
                # Interrupted it ends the test process, too; killed it would leave it behind.
                command.send_signal(signal.SIGINT)
                command.wait(60)
        output.seek(0)
        return output.read(), code


def text(path):
    with open(f"{ROOT}/{path}") as file:
        return file.read()


def write(path, content):
    with open(path, "w") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def plant(path, old, new):
    whole = text(path)
    write(f"{KEPT}.new", f"{path}\n{whole}")
    os.rename(f"{KEPT}.new", KEPT)
    write(f"{ROOT}/{path}", whole.replace(old, new))


def restore():
    if os.path.exists(KEPT):
        with open(KEPT) as file:
            path, whole = file.read().split("\n", 1)
        write(f"{ROOT}/{path}", whole)
        os.remove(KEPT)


def build(what):
    output, code = swift("build", "--build-tests")
    if code != 0:
        sys.exit(f"{what} does not build:\n{output[-3000:]}")


def look(name):
    """Whether the tests find a bug; says which do."""
    path, old, new, tests = BUGS[name]
    try:
        plant(path, old, new)
        build(f"with '{name}' it")
        output, code = swift(
            "test", "--skip-build", "--experimental-maximum-parallelization-width", "6", "--filter", tests,
            seconds=SECONDS,
        )
    finally:
        restore()
    found = sorted(set(FAILED.findall(output)))
    if found:
        result = f"found by {len(found)} test" + ("s" if len(found) > 1 else "")
    elif code is None:
        result = "found: the tests do not end"
    elif code != 0 and re.search(r"unexpected signal|Fatal error", output):
        result = "found: the tests crash"
    else:
        result = "NOT FOUND"
    print(f"figure: planted: {name} | {result}", *(f"  {test}" for test in found), sep="\n", flush=True)
    return result != "NOT FOUND"


def main():
    is_check = sys.argv[1:] == ["--check"]
    names = list(BUGS) if is_check else sys.argv[1:] or list(BUGS)
    for name in names:
        if name not in BUGS:
            sys.exit(f"there is no '{name}'; there are: {', '.join(BUGS)}")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit("interrupted"))
    restore()
    for name in names:
        path, old = BUGS[name][:2]
        if text(path).count(old) != 1:
            sys.exit(f"{path}: the place of '{name}' is not there any more, or more than once")
    if is_check:
        return 0
    os.makedirs(os.path.dirname(KEPT), exist_ok=True)
    results = [look(name) for name in names]
    build("without bugs it")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
