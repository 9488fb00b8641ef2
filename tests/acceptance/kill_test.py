"""kill -9 at random moments of harvest and index, then the same answers as an undisturbed run.

  kill_test.py BUILD [--kills N] [--seed S] [--corpus idr|sample] [--sabotage]

Oracle: the catalogue sequence that the node has reported may never be lost (it reports what it has
acknowledged), every record is there once, the ledger of the run that is resumed again and again adds
up, and the answers to a list of questions equal those of a run that nobody disturbed. --sabotage
deletes a file of the catalogue after a kill: the test must then fail."""
import argparse
import json
import os
import pathlib
import random
import sys
import time

from node import Checks, CliError, Node, ROOT, corpus

QUESTIONS = [
    dict(), dict(query="cell"), dict(query="nucleus OR actin"), dict(filter='organism = "Homo sapiens"'),
    dict(filter="phenotype:*", level="imageset"), dict(filter="NOT organism:*"),
    dict(query="mitotic", level="imageset"), dict(filter='control_type = "negative"', level="imageset"),
]
FACETS = ["organism", "imaging_method", "phenotype", "perturbed_gene", "control_type", "study"]


def answers(node):
    """What a person would see, without revisions and run times."""
    out = []
    for question in QUESTIONS:
        answer = node.search(facets=FACETS, facet_limit=100, page_size=50, **question)
        for key in ("revision", "nextPageToken", "freshness"):
            answer.pop(key, None)
        for hit in answer.get("hits", []):
            for record in hit.get("record", {}).values():
                for time_of in ("firstSeen", "lastChanged"):
                    record.get("provenance", {}).pop(time_of, None)
        out.append(answer)
    return out


def add_source(node, location, connector):
    node.cli("source", "add", "archive", "--connector", connector, "--location", str(location))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--kills", type=int, default=int(os.environ.get("PARFOCAL_KILLS", "12")))
    parser.add_argument("--seed", type=int, default=int(os.environ.get("PARFOCAL_SEED", "1")))
    parser.add_argument("--corpus", default="sample")
    parser.add_argument("--sabotage", action="store_true")
    options = parser.parse_args()
    if options.corpus == "idr":
        if corpus() is None:
            print("skipped: no corpus")
            print("0 passed, 0 failed, 1 skipped")
            sys.exit(77)
        location = corpus() / "idr"
    else:
        location = ROOT / "deploy" / "sample" / "archives" / "idr"
    checks = Checks("kill")
    chance = random.Random(options.seed)

    calm = Node(options.build).start()
    began = time.monotonic()
    add_source(calm, location, "idr")
    undisturbed = calm.cli("harvest", "archive", check=False)
    calm.wait_indexed(300)
    span = time.monotonic() - began
    want = answers(calm)
    records = calm.status()
    calm.stop()
    calm.cleanup()

    node = Node(options.build)
    acknowledged = kills = 0
    try:
        node.start()
        add_source(node, location, "idr")
        node.cli("harvest", "archive", "--no-wait")
        while kills < options.kills:
            # Mostly while pages are committed and indexed, now and then right after the start.
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
            runs = node.cli("runs", "archive").get("runs", [])
            if runs and runs[0].get("state") != "RUNNING" and kills < options.kills:
                # The harvest is through: begin another, of a source that must then be found unchanged.
                checks.true("ledger adds up", runs[0].get("ledger", {}).get("addsUp"), json.dumps(runs[0]))
                node.cli("harvest", "archive", "--no-wait")
        deadline = time.monotonic() + 600
        while time.monotonic() < deadline:
            runs = node.cli("runs", "archive").get("runs", [])
            if runs and runs[0].get("state") != "RUNNING":
                break
            time.sleep(0.2)
        checks.equal("last run's state", runs[0].get("state"), undisturbed.get("state"))
        checks.true("last ledger adds up", runs[0].get("ledger", {}).get("addsUp"))
        status = node.wait_indexed(300)
        for key in ("studies", "imageSets", "tombstones", "values"):
            if key != "values":
                checks.equal(key, status.get(key, "0"), records.get(key, "0"))
        got = answers(node)
        for question, mine, theirs in zip(QUESTIONS, got, want):
            checks.equal("answer to %s" % question, mine, theirs)
        node.cli("index", "check")
        checks.equal("graceful stop", node.stop(), 0)
    finally:
        node.cleanup()
    print("kill: %d kills, seed %d, at least %d acknowledged changes watched" % (kills, options.seed, acknowledged))
    checks.finish()


main()
