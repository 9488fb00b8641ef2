#!/usr/bin/env python3
"""Counts test cases for deploy/test.sh.

count_cases.py NAME DIR COUNTS   adds the suite NAME to the file COUNTS from DIR: ctest.junit (one entry
                                 per program) and PROGRAM.xml (one entry per case, written by GoogleTest).
                                 Exits 1 if something failed.
count_cases.py --total COUNTS    prints the table of suites and `N passed, N failed, N skipped`.
                                 Exits 1 if something failed or nothing ran.

A program that is not GoogleTest's counts as one case, unless it prints `N passed, N failed` itself. A
program that ends badly counts one failed case more than its XML owns up to: it crashed or leaked.
"""

import os
import re
import sys
import xml.etree.ElementTree as ET


def cases_of_xml(path):
    """Returns (passed, failed, skipped, names of the failed) of one GoogleTest report."""
    passed = skipped = 0
    failed = []
    for case in ET.parse(path).getroot().iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            failed.append(f"{case.get('classname')}.{case.get('name')}")
        elif case.find("skipped") is not None or case.get("result") in ("skipped", "suppressed"):
            skipped += 1
        else:
            passed += 1
    return passed, len(failed), skipped, failed


def printed_counts(text):
    """Returns (passed, failed) of a program's own last `N passed, N failed`, or None."""
    found = re.findall(r"^(\d+) passed, (\d+) failed", text or "", re.MULTILINE)
    return (int(found[-1][0]), int(found[-1][1])) if found else None


def count_suite(directory):
    passed = failed = skipped = 0
    lines = []
    junit = os.path.join(directory, "ctest.junit")
    entries = list(ET.parse(junit).getroot().iter("testcase")) if os.path.exists(junit) else []
    for entry in entries:
        name = entry.get("name")
        ok = entry.get("status") == "run"
        report = os.path.join(directory, name + ".xml")
        if os.path.exists(report):
            try:
                p, f, s, names = cases_of_xml(report)
            except ET.ParseError:
                p, f, s, names = 0, 1, 0, [name + ": its report is not XML: it died while writing it"]
        elif entry.get("status") in ("notrun", "disabled"):
            p, f, s, names = (0, 1, 0, [name + ": was not run"]) if entry.get("status") == "notrun" else (0, 0, 1, [])
            if entry.find("skipped") is not None and (entry.find("skipped").get("message") or "").startswith("SKIP_"):
                p, f, s, names = 0, 0, 1, []
        else:
            own = printed_counts(entry.findtext("system-out"))
            p, f = own if own else ((1, 0) if ok else (0, 1))
            s, names = 0, []
        if entry.get("status") == "fail" and f == 0:
            f, names = 1, [name + ": ended with an error outside of any case"]
        elif f and not names:
            names = [name]
        passed, failed, skipped = passed + p, failed + f, skipped + s
        lines += ["  FAILED " + n for n in names]
    return passed, failed, skipped, lines


def main(arguments):
    if arguments[:1] == ["--total"]:
        total = [0, 0, 0]
        with open(arguments[1], encoding="utf-8") as counts:
            for line in counts:
                name, *numbers = line.rstrip("\n").split("\t")
                numbers = [int(n) for n in numbers]
                total = [a + b for a, b in zip(total, numbers)]
                print(f"  {name:24} {numbers[0]:6} passed {numbers[1]:6} failed {numbers[2]:6} skipped")
        print(f"{total[0]} passed, {total[1]} failed, {total[2]} skipped")
        return 1 if total[1] or not total[0] else 0
    name, directory, counts_path = arguments
    passed, failed, skipped, lines = count_suite(directory)
    with open(counts_path, "a", encoding="utf-8") as counts:
        counts.write(f"{name}\t{passed}\t{failed}\t{skipped}\n")
    print(f"{name}: {passed} passed, {failed} failed, {skipped} skipped")
    for line in lines:
        print(line)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
