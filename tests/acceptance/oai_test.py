"""Recorded answers of an OAI-PMH server, played back over HTTP on loopback, through parfocald to
`parfocal search`: a list of three pages, a kill in the middle of it, a second run that asks for what
changed, and answers that are no list."""
import pathlib
import subprocess
import sys
import tempfile
import time

from node import Checks, CliError, Node, skip_without_corpus

BASE = "/oai2d?verb="
FIRST = BASE + "ListRecords&metadataPrefix=oai_dc"
SECOND = BASE + "ListRecords&resumptionToken=.eJwlzEuOgjAAANC7dG0mbc*"
THIRD = BASE + "ListRecords&resumptionToken=.eJwlzEuOgjAAANC7dG0mLe*"


class Answers:
    """The recorded-answers server on a folder."""

    def __init__(self, build, folder, lines):
        self.manifest = tempfile.NamedTemporaryFile("w", suffix=".tsv")
        self.manifest.write("\n".join("\t".join(line) for line in lines) + "\n")
        self.manifest.flush()
        self.process = subprocess.Popen(
            [str(pathlib.Path(build) / "tests/support/recorded_answers"), str(folder), self.manifest.name],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def counts(self):
        self.process.stdin.write("?\n")
        self.process.stdin.flush()
        return dict(zip(("requests", "bodies", "not_modified", "unknown"),
                        map(int, self.process.stdout.readline().split())))

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.manifest.close()


def main():
    data = skip_without_corpus()
    folder = data / "sources" / "oai-pmh"
    checks = Checks("oai")
    answers = Answers(sys.argv[1], folder, [
        (BASE + "Identify", "zenodo/identify-02.xml", "gzip"),
        (BASE + "ListMetadataFormats", "zenodo/list-metadata-formats-00.xml"),
        (FIRST, "zenodo/list-records-05.xml", "gzip"),
        (SECOND, "zenodo/list-records-09.xml", "gzip", "chunked"),
        # Slow at first, so that there is time to kill the node.
        (THIRD, "zenodo/list-records-08.xml", "first=1", "silence=20000"),
        (THIRD, "zenodo/list-records-08.xml"),
        (FIRST + "&from=*", "zenodo/list-records-02-noRecordsMatch.xml", "status=422"),
        ("/html?verb=Identify", "nasty/identify-answered-with-html-and-200.html"),
        ("/busy?verb=Identify", "-", "status=403"),
    ])
    node = Node(sys.argv[1])
    try:
        config = node.directory / "config.yaml"
        config.write_text("fetch:\n  allow_http: true\n  ports: [%d]\n  allow_networks: [127.0.0.1/32]\n" % answers.port)
        node.start(extra=["--config", str(config)])
        url = "http://127.0.0.1:%d" % answers.port
        node.cli("source", "add", "zenodo", "--connector", "oai-pmh", "--location", url + "/oai2d",
                 "--option", "metadata_prefix=oai_dc")
        node.cli("harvest", "zenodo", "--no-wait")
        deadline = time.monotonic() + 30
        while answers.counts()["requests"] < 4 and time.monotonic() < deadline:
            time.sleep(0.05)
        node.wait_indexed()
        # One of the nine records of these pages is marked deleted.
        checks.equal("two pages acknowledged before the kill", node.total(), 5)
        node.kill()

        node.start(extra=["--config", str(config)])
        while node.total() < 8 and time.monotonic() < deadline + 30:
            time.sleep(0.1)
        run = node.cli("runs", "zenodo")["runs"][0]
        checks.equal("the run that was killed went on", (run["state"], run["ledger"]["pages"], run["ledger"]["fetched"]),
                     ("COMPLETE", "3", "8"))
        checks.equal("Identify was asked once", answers.counts()["unknown"], 0)
        node.wait_indexed()
        checks.equal("studies", node.total(), 8)
        checks.equal("with a licence", node.total('licence:*'), 8)

        again = node.cli("harvest", "zenodo")
        ledger = again.get("ledger", {})
        checks.equal("the second run asks for what changed: nothing",
                     (int(ledger.get("fetched", 0)), int(ledger.get("deleted", 0))), (0, 0))
        checks.equal("and nothing is gone", node.total(), 8)

        for name, path, code in (("html", "/html", "HTML"), ("busy", "/busy", "403")):
            node.cli("source", "add", name, "--connector", "oai-pmh", "--location", url + path)
            try:
                node.cli("harvest", name)
                checks.true(name + " fails", False)
            except CliError as error:
                checks.true(name + " says why", code in error.stderr, error.stderr)
        checks.equal("answers unchanged", node.total(), 8)
        checks.equal("graceful stop", node.stop(), 0)
    finally:
        node.cleanup()
        answers.close()
    checks.finish()


if __name__ == "__main__":
    main()
