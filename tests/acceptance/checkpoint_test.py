"""A checkpoint taken while a harvest goes on, restored elsewhere: the same answers at that revision."""
import sys
import time

from node import Checks, Node, ROOT


def decided(node):
    return node.cli("mappings", "list", "--set", "curator").get("mappings", [])


def main():
    checks = Checks("checkpoint")
    node = Node(sys.argv[1])
    other = Node(sys.argv[1])
    sample = ROOT / "deploy" / "sample" / "archives"
    try:
        node.start()
        node.cli("source", "add", "first", "--connector", "ro-crate", "--location", str(sample / "coastal"))
        node.cli("harvest", "first", check=False)
        node.cli("source", "add", "second", "--connector", "idr", "--location", str(sample / "idr"))
        node.cli("harvest", "second", "--no-wait")
        bridges = node.directory / "bridges.tsv"
        bridges.write_text("#mapping_set_id: urn:test:bridges\nsubject_id\tpredicate_id\tobject_id\n"
                           "MP:0000001\tskos:exactMatch\tHP:0000001\n")
        node.cli("mappings", "import", str(bridges))
        node.cli("mappings", "accept", "--field", "phenotype", "--words", "words of nobody", "--no-term",
                 "--author", "A. Curator")
        target = str(node.directory / "checkpoint")
        made = node.cli("checkpoint", target)
        checks.true("a sequence is named", int(made.get("sequence", 0)) > 0)
        deadline = time.monotonic() + 60
        while node.cli("runs", "second")["runs"][0]["state"] == "RUNNING" and time.monotonic() < deadline:
            time.sleep(0.1)
        import subprocess
        program = str(other.build / "services/node/parfocald")
        data = str(other.directory / "data")
        result = subprocess.run([program, "restore", "--from", target, "--data-dir", data], capture_output=True, text=True)
        checks.equal("restore", (result.returncode, result.stderr if result.returncode else ""), (0, ""))
        other.start()
        status = other.wait_indexed()
        # The run that the checkpoint caught in the middle goes on in the restored node; its beginning
        # is what counts: nothing acknowledged before the checkpoint is missing.
        checks.true("sequence reached", int(status["catalogueSequence"]) >= int(made["sequence"]))
        mine = other.search(filter='source = "first"', facets=["organism", "year"], page_size=100)
        theirs = node.search(filter='source = "first"', facets=["organism", "year"], page_size=100)
        for answer in (mine, theirs):
            answer.pop("revision", None)
            answer.pop("nextPageToken", None)
        checks.equal("answers about what was there", mine, theirs)
        kept = [(m["subjectLabel"], m["author"], m["date"]) for m in decided(other)]
        checks.equal("decisions of curators", kept, [(m["subjectLabel"], m["author"], m["date"]) for m in decided(node)])
        checks.equal("one of them", len(kept), 1)
        sets = [s["id"] for s in other.cli("mappings", "sets").get("sets", [])]
        checks.equal("the imported mapping set", sets, ["urn:test:bridges"])
        damaged = next(p for p in sorted((node.directory / "checkpoint").rglob("*.sst")))
        copy = damaged.read_bytes()
        damaged.unlink()
        damaged.write_bytes(bytes([copy[0] ^ 1]) + copy[1:])
        third = str(other.directory / "third")
        result = subprocess.run([program, "restore", "--from", target, "--data-dir", third], capture_output=True, text=True)
        checks.true("a damaged checkpoint is refused", result.returncode != 0 and damaged.name in result.stderr, result.stderr)
        import pathlib
        checks.true("and nothing was touched", not pathlib.Path(third).exists() or not any(pathlib.Path(third).iterdir()))
    finally:
        node.cleanup()
        other.cleanup()
    checks.finish()


main()
