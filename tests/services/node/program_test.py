"""The real parfocald on a directory of its own: how it starts, refuses, stops, and what a kill in the middle
of a harvest leaves. The archive is invented here."""
import json

import pathlib
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "acceptance"))
from node import Checks, Node  # noqa: E402

ORGANISMS = [("Mus musculus", "10090"), ("Homo sapiens", "9606"), ("Danio rerio", "7955")]


def crate(number, title):
    name, taxon = ORGANISMS[number % 3]
    study = "https://example.org/study/EX%05d" % number
    organism = "http://purl.obolibrary.org/obo/NCBITaxon_" + taxon
    return {
        "@context": "https://w3id.org/ro/crate/1.1/context",
        "@graph": [
            {"@id": "ro-crate-metadata.json", "@type": "CreativeWork", "about": {"@id": study},
             "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"}},
            {"@id": study, "@type": "Dataset", "name": title, "identifier": "EX%05d" % number,
             "description": "Invented study number %d about %s" % (number, name),
             "datePublished": "20%02d-03-04" % (number % 25),
             "license": "https://creativecommons.org/licenses/by/4.0/", "about": [{"@id": organism}]},
            {"@id": organism, "@type": "Taxon", "scientificName": name},
        ],
    }


def write_archive(folder, count):
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        path = folder / ("EX%05d-ro-crate-metadata.json" % number)
        path.write_text(json.dumps(crate(number, "Study %d" % number)))


def parfocald(build, *arguments):
    return subprocess.run([str(build / "services/node/parfocald"), *arguments], capture_output=True, text=True, timeout=60)


def http(node, path):
    try:
        with urllib.request.urlopen("http://127.0.0.1:%d%s" % (node.http, path), timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def answers(node):
    """What a user sees of the archive, without what differs from run to run."""
    answer = node.search(facets=["organism", "licence", "year"], page_size=100, extra=["--order-by", "name"])
    # Freshness says when the node has last looked.
    for key in ("revision", "nextPageToken", "freshness"):
        answer.pop(key, None)
    for hit in answer["hits"]:
        hit.pop("score", None)
        for time_of in ("firstSeen", "lastChanged"):
            hit["record"]["study"]["provenance"].pop(time_of)
    return json.dumps(answer, sort_keys=True)


def refusals(checks, node):
    build = node.build
    second = time.monotonic()
    result = parfocald(build, "--data-dir", str(node.directory / "data"), "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0")
    checks.true("a second node on the directory is refused", result.returncode != 0)
    checks.true("in less than a second", time.monotonic() - second < 1)
    checks.true("and told who has it", "process %d" % node.process.pid in result.stderr, result.stderr)
    result = parfocald(build, "--data-dir", str(node.directory / "x"), "--listen", "0.0.0.0:0")
    checks.true("another address than loopback is refused", result.returncode != 0 and "loopback" in result.stderr, result.stderr)
    result = parfocald(build, "--data-dir", str(node.directory / "x"), "--listen", "127.0.0.1:%d" % node.port,
                       "--http", "127.0.0.1:0")
    checks.true("a taken port is refused", result.returncode != 0 and "cannot listen" in result.stderr, result.stderr)
    config = node.directory / "node.yaml"
    config.write_text("data_dir: x\nlissten: y\n")
    result = parfocald(build, "--config", str(config))
    checks.true("a wrong key is named with its line", result.returncode != 0 and "node.yaml:2:" in result.stderr, result.stderr)
    result = parfocald(build, "checkpoint", "--data-dir", str(node.directory / "none"), "--to", str(node.directory / "c"))
    checks.true("no checkpoint of nothing", result.returncode != 0 and not (node.directory / "none").exists(), result.stderr)


def kill_in_the_middle(checks, build, archive, undisturbed):
    for delay in (0.0, 0.05, 0.12, 0.25, 0.5):
        node = Node(build)
        try:
            node.start()
            node.cli("source", "add", "ex", "--connector", "ro-crate", "--location", str(archive))
            node.cli("harvest", "ex", "--no-wait")
            time.sleep(delay)
            node.kill()
            node.start()
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline:
                runs = node.cli("runs", "ex")["runs"]
                if runs[0]["state"] != "RUNNING":
                    break
                time.sleep(0.05)
            checks.equal("after a kill at %.2f s: runs" % delay, [r["state"] for r in runs], ["COMPLETE"])
            checks.true("the ledger adds up", runs[0]["ledger"].get("addsUp"))
            checks.equal("fetched", int(runs[0]["ledger"]["fetched"]), 600)
            node.wait_indexed()
            checks.true("the same answers", answers(node) == undisturbed)
            problems = node.cli("index", "check").get("problems", [])
            checks.equal("index check", problems, [])
        finally:
            node.cleanup()


def main():
    checks = Checks("parfocald")
    build = pathlib.Path(sys.argv[1])
    node = Node(build)
    try:
        archive = node.directory / "archive"
        write_archive(archive, 600)
        node.start()
        checks.equal("healthz", http(node, "/healthz")[0], 200)
        checks.equal("nothing else over HTTP", http(node, "/")[0], 404)
        node.cli("source", "add", "ex", "--connector", "ro-crate", "--location", str(archive))
        node.cli("harvest", "ex")
        node.wait_indexed()
        checks.equal("readyz", http(node, "/readyz"), (200, "ready\n"))
        undisturbed = answers(node)
        checks.equal("studies", int(json.loads(undisturbed)["totalSize"]), 600)
        metrics = http(node, "/metrics")[1]
        checks.true("metrics: studies", "\nparfocal_studies 600\n" in metrics)
        checks.true("metrics: calls", 'parfocal_rpc_calls_total{method="parfocal.v1.SearchService/Search",code="OK"}' in metrics)
        checks.true("metrics: run", 'parfocal_run_state{source="ex",state="COMPLETE"} 1' in metrics)
        bad = [l for l in metrics.splitlines() if not re.match(r'(#.*|[a-z_]+(\{[^}]*\})? [-+0-9.e]+)$', l)]
        checks.equal("metrics: every line is well formed", bad, [])
        refusals(checks, node)

        began = time.monotonic()
        checks.equal("SIGTERM ends it in order", node.stop(), 0)
        checks.true("within 5 s", time.monotonic() - began < 5)
        node.start()
        checks.true("the same answers after a restart", answers(node) == undisturbed)
        node.cli("harvest", "ex")
        checks.equal("a second harvest changes nothing", int(node.status()["catalogueSequence"]), 600)
        node.process.send_signal(signal.SIGINT)
        checks.equal("SIGINT ends it in order", node.process.wait(timeout=30), 0)
        result = parfocald(build, "verify", "--data-dir", str(node.directory / "data"))
        checks.equal("verify", (result.returncode, result.stderr), (0, ""))
        copy = str(node.directory / "checkpoint")
        result = parfocald(build, "checkpoint", "--data-dir", str(node.directory / "data"), "--to", copy)
        checks.equal("checkpoint", (result.returncode, result.stderr), (0, ""))
        other = Node(build)
        try:
            result = parfocald(build, "restore", "--from", copy, "--data-dir", str(other.directory / "data"))
            checks.equal("restore", (result.returncode, result.stderr), (0, ""))
            result = parfocald(build, "restore", "--from", copy, "--data-dir", str(other.directory / "data"))
            checks.true("never over a node that is there", result.returncode != 0)
            other.start()
            other.wait_indexed()
            checks.true("the same answers from the checkpoint", answers(other) == undisturbed)
        finally:
            other.cleanup()
        log = pathlib.Path(str(node.directory) + ".log").read_text()
        checks.true("the log has one line for each event", all(re.match(r"(grpc |http |\d{4}-\d\d-\d\dT)", l) for l in log.splitlines()))
        kill_in_the_middle(checks, build, archive, undisturbed)
    finally:
        node.cleanup()
    checks.finish()


if __name__ == "__main__":
    main()
