"""A node under test: starts parfocald on a free port and a directory of its own, talks to it only
through the command-line client, as a user's script would. Standard library alone."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]


def corpus():
    """The folder of real metadata, or None."""
    path = pathlib.Path(os.environ.get("PARFOCAL_CORPUS", ROOT.parent / "shared" / "data"))
    return path if path.is_dir() else None


def free_port():
    import socket
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class CliError(Exception):
    def __init__(self, arguments, result):
        super().__init__("parfocal %s: exit %d: %s" % (" ".join(arguments), result.returncode, result.stderr.strip()))
        self.code = result.returncode
        self.stderr = result.stderr


class Node:
    """One data directory and, between start() and stop(), one process on it."""

    def __init__(self, build, directory=None):
        self.build = pathlib.Path(build)
        self.own = directory is None
        self.directory = pathlib.Path(directory or tempfile.mkdtemp(prefix="parfocal-node-"))
        self.port = free_port()
        self.http = free_port()
        self.process = None
        self.log = open(str(self.directory) + ".log", "ab")

    def start(self, wait=60, ontologies=(), genes=(), extra=()):
        command = [str(self.build / "services/node/parfocald"), "--data-dir", str(self.directory / "data"),
                   "--listen", "127.0.0.1:%d" % self.port, "--http", "127.0.0.1:%d" % self.http]
        for path in ontologies:
            command += ["--ontologies", str(path)]
        for path in genes:
            command += ["--genes", str(path)]
        command += extra
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log)
        if wait:
            self.wait_ready(wait)
        return self

    def wait_ready(self, seconds):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError("parfocald ended with %d, see %s.log" % (self.process.returncode, self.directory))
            try:
                with urllib.request.urlopen("http://127.0.0.1:%d/healthz" % self.http, timeout=1) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.02)
        raise RuntimeError("parfocald not healthy after %d s" % seconds)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)

    def cli(self, *arguments, check=True, as_json=True):
        command = [str(self.build / "services/cli/parfocal"), "--node", "127.0.0.1:%d" % self.port]
        if as_json:
            command.append("--json")
        result = subprocess.run(command + list(arguments), capture_output=True, text=True)
        if check and result.returncode != 0:
            if result.returncode == 3:
                self.tell()
            raise CliError(arguments, result)
        if not as_json:
            return result
        lines = result.stdout.strip()
        return json.loads(lines) if lines else {}

    def search(self, query="", filter=None, facets=(), facet_limit=None, level="study", page_size=None, token=None,
               extra=()):
        arguments = ["search", query, "--level", level]
        if filter:
            arguments += ["--filter", filter]
        for facet in facets:
            arguments += ["--facet", facet]
        if facet_limit:
            arguments += ["--facet-limit", str(facet_limit)]
        if page_size is not None:
            arguments += ["--page-size", str(page_size)]
        if token:
            arguments += ["--page-token", token]
        return self.cli(*arguments, *extra)

    def total(self, filter=None, query="", level="study"):
        return int(self.search(query, filter, level=level, page_size=1).get("totalSize", 0))

    def facet(self, field, filter=None, query="", level="study"):
        """Every value of the facet: {value: (label, exact, rolled up)}."""
        answer = self.search(query, filter, [field], 1000, level, page_size=1)
        facet = answer["facets"][0]
        values = list(facet.get("values", []))
        while len(values) < int(facet.get("totalValues", 0)):
            more = self.search(query, filter, [field], 1000, level, page_size=1,
                               extra=["--facet-offset", str(len(values))])["facets"][0].get("values", [])
            if not more:
                raise RuntimeError("facet %s ends at %d of %s values" % (field, len(values), facet["totalValues"]))
            values += more
        return {v["value"]: (v.get("label", ""), int(v.get("exactCount", 0)), int(v.get("count", 0))) for v in values}

    def status(self):
        return self.cli("status")

    def wait_indexed(self, seconds=60):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            status = self.status()
            if int(status.get("indexSequence", 0)) >= int(status.get("catalogueSequence", 0)):
                return status
            time.sleep(0.05)
        raise RuntimeError("index behind after %d s: %s" % (seconds, status))

    def resident_bytes(self):
        with open("/proc/%d/status" % self.process.pid) as f:
            for line in f:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
        return 0

    def tell(self):
        """Says whether the process lives and what it logged last: the log is gone after cleanup."""
        code = self.process.poll() if self.process else None
        print("node %d: %s; its log ends:" % (self.port, "running" if code is None else "ended with %d" % code))
        with open(str(self.directory) + ".log", encoding="utf-8", errors="replace") as log:
            print("".join(log.readlines()[-15:]), flush=True)

    def cleanup(self):
        if self.process and self.process.poll() is None:
            self.kill()
        self.log.close()
        if self.own:
            shutil.rmtree(self.directory, ignore_errors=True)
            os.unlink(str(self.directory) + ".log")


class Checks:
    """Counts what held; prints what did not."""

    def __init__(self, name):
        self.name = name
        self.passed = 0
        self.failed = 0

    def equal(self, what, got, want):
        if got == want:
            self.passed += 1
        else:
            self.failed += 1
            print("%s: %s: got %r, want %r" % (self.name, what, got, want))

    def true(self, what, holds, detail=""):
        self.equal(what + (" (%s)" % detail if detail else ""), bool(holds), True)

    def finish(self):
        print("%d passed, %d failed" % (self.passed, self.failed))
        sys.exit(1 if self.failed or not self.passed else 0)


def skip_without_corpus():
    path = corpus()
    if path is None:
        print("skipped: no corpus")
        print("0 passed, 0 failed, 1 skipped")
        sys.exit(77)
    return path
