"""kill -9 at random moments while eight sources are harvested at once, then the same state as of a node
that nobody disturbed.

  kill_sources_test.py BUILD [--kills N] [--seed S] [--sabotage]

Oracle, for each source: the run that is resumed again and again ends as the undisturbed one did, with the
same ledger to the last count (a page that was applied twice would be fetched twice, one that was lost not
at all); the same records; the sequence that the node had reported is never lost. When a harvest is through
before the kills are, the next one begins and must find everything unchanged. --sabotage empties the newest
log of the catalogue after a kill: the test must then fail."""
import argparse
import json
import os
import random
import sys
import time

from node import Checks, CliError, Node, ROOT

ARCHIVES = ROOT / "deploy" / "sample" / "archives"
SOURCES = {
    "screens-a": ("idr", ARCHIVES / "idr"), "screens-b": ("idr", ARCHIVES / "idr"),
    "coast-a": ("ro-crate", ARCHIVES / "coastal"), "coast-b": ("ro-crate", ARCHIVES / "coastal"),
    "coast-c": ("ro-crate", ARCHIVES / "coastal"), "high-a": ("ro-crate", ARCHIVES / "highland-1.tar.gz"),
    "high-b": ("ro-crate", ARCHIVES / "highland-1.tar.gz"), "high-c": ("ro-crate", ARCHIVES / "highland-2.tar.gz"),
}
# Small pages, so that there is something to be killed between.
OPTIONS = {"ro-crate": ["--option", "page_size=3"], "idr": []}


def add_sources(node):
    for name, (connector, location) in SOURCES.items():
        node.cli("source", "add", name, "--connector", connector, "--location", str(location), *OPTIONS[connector])


def begin_all(node):
    for name in SOURCES:
        node.cli("harvest", name, "--no-wait")


def newest(node, name):
    runs = node.cli("runs", name).get("runs", [])
    return runs[0] if runs else {}


def await_ends(node, seconds=600):
    deadline = time.monotonic() + seconds
    waiting = set(SOURCES)
    while waiting and time.monotonic() < deadline:
        waiting = {name for name in waiting if newest(node, name).get("state") in (None, "RUNNING")}
        time.sleep(0.1)
    return waiting


def outcome(run):
    ledger = dict(run.get("ledger", {}))
    return run.get("state"), ledger


def counts(node):
    return {name: [node.total('source = "%s"' % name, level=level) for level in ("study", "imageset")]
            for name in SOURCES}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--kills", type=int, default=int(os.environ.get("PARFOCAL_SOURCE_KILLS", "4")))
    parser.add_argument("--seed", type=int, default=int(os.environ.get("PARFOCAL_SEED", "1")))
    parser.add_argument("--sabotage", action="store_true")
    options = parser.parse_args()
    checks = Checks("kill_sources")
    chance = random.Random(options.seed)

    calm = Node(options.build).start()
    add_sources(calm)
    began = time.monotonic()
    begin_all(calm)
    checks.equal("undisturbed runs that did not end", await_ends(calm), set())
    calm.wait_indexed(300)
    span = time.monotonic() - began
    first = {name: outcome(newest(calm, name)) for name in SOURCES}
    begin_all(calm)
    await_ends(calm)
    again = {name: outcome(newest(calm, name)) for name in SOURCES}
    calm.wait_indexed(300)
    want = counts(calm)
    calm.stop()
    calm.cleanup()

    node = Node(options.build)
    kills = acknowledged = ended = 0
    through = dict.fromkeys(SOURCES, False)  # Whether its first harvest has ended.
    judged = set()

    def judge():
        """Every run that has ended since is what the undisturbed one was."""
        nonlocal ended
        for name in SOURCES:
            run = newest(node, name)
            if run.get("state") in (None, "RUNNING") or run["name"] in judged:
                continue
            judged.add(run["name"])
            ended += 1
            checks.equal("%s after %d kills" % (run["name"], kills), outcome(run),
                         again[name] if through[name] else first[name])
            checks.true("ledger of %s" % run["name"], run.get("ledger", {}).get("addsUp"), json.dumps(run))
            through[name] = True

    try:
        node.start()
        add_sources(node)
        begin_all(node)
        while kills < options.kills:
            time.sleep(chance.random() ** 2 * min(3.0, span))
            try:
                acknowledged = max(acknowledged, int(node.status().get("catalogueSequence", 0)))
            except CliError:
                pass
            node.kill()
            kills += 1
            if options.sabotage and acknowledged:
                for path in sorted((node.directory / "data" / "catalogue").rglob("*.log"))[-1:]:
                    path.write_bytes(b"")
                options.sabotage = False
            node.start(wait=120)
            reported = int(node.status().get("catalogueSequence", 0))
            if reported < acknowledged:
                checks.true("kill %d lost acknowledged pages" % kills, False, "%d < %d" % (reported, acknowledged))
            judge()
            for name in SOURCES:
                if kills < options.kills and newest(node, name).get("state") not in (None, "RUNNING"):
                    node.cli("harvest", name, "--no-wait")
        checks.equal("runs that did not end", await_ends(node), set())
        judge()
        node.wait_indexed(300)
        checks.equal("records of each source", counts(node), want)
        node.cli("index", "check")
        checks.equal("graceful stop", node.stop(), 0)
    finally:
        node.cleanup()
    print("kill_sources: %d kills, seed %d, %d runs judged, at least %d acknowledged changes watched" %
          (kills, options.seed, ended, acknowledged))
    checks.finish()


main()
