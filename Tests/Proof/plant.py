#!/usr/bin/env python3
"""Plants bugs that would lose data, one after another, each in a test build of its own, and sees that tests find them.

    python3 Tests/Proof/plant.py [NAME…]

Works on a copy of the tree in a temporary folder, with a build of its own there. Two bugs more, "state before sink" and
"no fsync of the folder", are planted by DeliveryTests themselves on every run.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

PARSER = "Sources/XMLEvents/XMLPushParser.swift"
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
        "RecordsTests|QualysTests",
    ),
    "WARNING followed as given": (
        "Sources/Qualys/NextPage.swift", "next > first, next > last, next <= largestID", "next > 0", "QualysTests",
    ),
    "local clock as window": (
        "Sources/Pipelines/StreamRun.swift", "await keeper.began ?? round.recordedTime", "Optional(round.time)",
        "PipelinesTests|QualysTests|DeliveryTests.Clock|CommandTests.Live",
    ),
    "4xx dropped": (
        "Sources/Sinks/HTTPSending.swift", "case 400, 413, 422: .refused", "case 400, 413, 422: .accepted", "SinksTests",
    ),
}


def main():
    root = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
    names = sys.argv[1:] or list(BUGS)
    folder = tempfile.mkdtemp(prefix="sluice-plant-")
    tree = f"{folder}/main"
    missed = []
    try:
        shutil.copytree(root, tree, ignore=shutil.ignore_patterns(".build", ".git"), symlinks=True)
        if os.path.exists(f"{root}/../shared"):
            os.symlink(os.path.realpath(f"{root}/../shared"), f"{folder}/shared")
        for name in names:
            path, old, new, tests = BUGS[name]
            with open(f"{tree}/{path}") as file:
                text = file.read()
            if old not in text:
                sys.exit(f"{path}: the place of '{name}' is not there any more")
            with open(f"{tree}/{path}", "w") as file:
                file.write(text.replace(old, new))
            built = subprocess.run(["swift", "build", "--build-tests"], cwd=tree, capture_output=True, text=True)
            if built.returncode != 0:
                sys.exit(f"'{name}' does not build:\n{built.stdout[-2000:]}")
            run = subprocess.run(
                ["swift", "test", "--skip-build", "--filter", tests], cwd=tree, capture_output=True, text=True
            )
            found = set(re.findall(r"✘ Test (.*?) recorded an issue", run.stdout))
            print(f"figure: planted: {name} | " + (f"found by {len(found)} tests" if found else "NOT FOUND"), flush=True)
            if not found:
                missed.append(name)
            with open(f"{tree}/{path}", "w") as file:
                file.write(text)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
