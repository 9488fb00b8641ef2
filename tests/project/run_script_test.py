#!/usr/bin/env python3
"""deploy/run.sh from beginning to end, over a node and a client that are a few lines of Python: what it
calls and in which order, that a second start repeats nothing and takes under two seconds, that Ctrl-C
stops the node in order, that a running node or a taken port is noticed."""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]

NODE = """#!/usr/bin/env python3
import http.server, pathlib, signal, socketserver, sys, threading
arguments = dict(zip(sys.argv[1::2], sys.argv[2::2]))
data = pathlib.Path(arguments["--data-dir"])
if (data / "refuse").exists():
    print("parfocald: the data directory is in use", flush=True)
    sys.exit(1)
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b"ok")
    def log_message(self, *_): pass
socketserver.ThreadingTCPServer.allow_reuse_address = True
socketserver.ThreadingTCPServer.daemon_threads = True
server = socketserver.ThreadingTCPServer(("127.0.0.1", int(arguments["--http"].rsplit(":", 1)[1])), Handler)
def stop(number, frame):
    (data / "stopped").write_text(str(number))
    threading.Thread(target=server.shutdown).start()
signal.signal(signal.SIGTERM, stop)
server.serve_forever()
"""

CLIENT = """#!/usr/bin/env python3
import json, pathlib, sys, time
state_file = pathlib.Path(__file__).with_name("state.json")
state = json.loads(state_file.read_text()) if state_file.exists() else {"calls": [], "terms": "0", "sources": {}}
words = sys.argv[1:]
assert words[0] == "--node"
words = words[2:]
state["calls"].append(words)
code = 0
if words[0] == "status":
    print(json.dumps({"terms": state["terms"]}, indent=1))
elif words[:2] == ["ontology", "load"]:
    state["terms"] = "7"
elif words[:2] == ["source", "show"]:
    known = words[2] in state["sources"]
    code = 0 if known else 1
    if known: print(json.dumps({"lastCompleteRun": state["sources"][words[2]]}, indent=1))
elif words[:2] == ["source", "add"]:
    state["sources"][words[2]] = ""
elif words[0] == "harvest":
    if words[1] == state.get("slow"):
        state_file.write_text(json.dumps(state))
        time.sleep(60)
    state["sources"][words[1]] = "runs/1"
state_file.write_text(json.dumps(state))
sys.exit(code)
"""


def free_ports():
    """A port whose neighbour is free too."""
    while True:
        with socket.socket() as one, socket.socket() as two:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
            try:
                two.bind(("127.0.0.1", port + 1))
                return port
            except OSError:
                continue


class RunScriptTest(unittest.TestCase):

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="parfocal-run-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        shutil.copytree(ROOT / "deploy", self.folder / "deploy")
        build = self.folder / "build/release"
        for path, text in (("services/node/parfocald", NODE), ("services/cli/parfocal", CLIENT)):
            (build / path).parent.mkdir(parents=True)
            (build / path).write_text(text)
            (build / path).chmod(0o755)
        (build / "build.ninja").write_text("build parfocald: phony\nbuild parfocal: phony\n")
        self.state_file = build / "services/cli/state.json"
        self.data = self.folder / "data"
        self.port = free_ports()
        self.processes = []
        self.addCleanup(self.end_all)

    def end_all(self):
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.stdout.close()

    def start(self, *arguments):
        process = subprocess.Popen([self.folder / "deploy/run.sh", "--port", str(self.port), "--data-dir", self.data,
                                    *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                   start_new_session=True)
        self.processes.append(process)
        return process

    def until(self, process, words):
        """Reads what it prints up to a line with `words`."""
        lines = []
        for line in process.stdout:
            lines.append(line)
            if words in line:
                return "".join(lines)
        self.fail(f"ended without '{words}': {''.join(lines)}")

    def stop(self, process, number=signal.SIGINT):
        os.killpg(process.pid, number)
        code = process.wait(timeout=10)
        return code, process.stdout.read()

    def calls(self):
        return json.loads(self.state_file.read_text())["calls"]

    def test_fills_the_node_once_and_stops_it_in_order(self):
        process = self.start()
        text = self.until(process, "Ctrl-C stops it.")
        self.assertIn(f"127.0.0.1:{self.port}", text)
        self.assertEqual(text.count(" search "), 2)
        names = [" ".join(c[:2]) for c in self.calls()]
        for name in ("coastal", "highland", "moorland"):
            self.assertIn("harvest " + name, names)
        # Of one archive a later state is harvested too.
        self.assertEqual(names.count("harvest highland"), 2)
        self.assertLess(names.index("ontology load"), names.index("harvest coastal"))
        code, _ = self.stop(process)
        self.assertEqual(code, 0)
        self.assertEqual((self.data / "stopped").read_text(), str(int(signal.SIGTERM)))

        self.state_file.write_text(json.dumps({**json.loads(self.state_file.read_text()), "calls": []}))
        begin = time.monotonic()
        process = self.start()
        self.until(process, "Ctrl-C stops it.")
        took = time.monotonic() - begin
        names = [c[0] for c in self.calls()]
        self.assertNotIn("harvest", names)
        self.assertNotIn("ontology", names)
        # Of the two seconds this leaves one to the node itself, on a machine that also runs other tests.
        self.assertLess(took, 2.0)
        self.assertEqual(self.stop(process, signal.SIGTERM)[0], 0)

    def test_a_second_run_on_a_running_node_says_so(self):
        first = self.start()
        self.until(first, "Ctrl-C stops it.")
        second = self.start()
        text = self.until(second, "The node is up")
        self.assertIn("A node already runs here", text)
        self.assertEqual(second.wait(timeout=10), 0)
        self.assertIsNone(first.poll())
        self.stop(first)

    def test_a_port_that_is_taken_is_named(self):
        with socket.socket() as other:
            other.bind(("127.0.0.1", self.port))
            other.listen()
            process = self.start()
            self.assertEqual(process.wait(timeout=20), 1)
            self.assertIn("--port", process.stdout.read())

    def test_a_node_that_does_not_start_shows_its_reason(self):
        self.data.mkdir()
        (self.data / "refuse").touch()
        process = self.start()
        self.assertEqual(process.wait(timeout=20), 1)
        self.assertIn("the data directory is in use", process.stdout.read())

    def test_ctrl_c_during_a_harvest_stops_at_once(self):
        self.state_file.write_text(json.dumps({"calls": [], "terms": "7", "sources": {}, "slow": "coastal"}))
        process = self.start()
        self.until(process, "Harvesting coastal")
        time.sleep(0.5)
        begin = time.monotonic()
        code, _ = self.stop(process)
        self.assertEqual(code, 130)
        self.assertLess(time.monotonic() - begin, 5)
        self.assertTrue((self.data / "stopped").exists())

    def test_the_corpus_gives_its_two_sources_and_the_listed_ontologies(self):
        corpus = self.folder / "corpus"
        listed = [line for line in (ROOT / "deploy/corpus-ontologies.txt").read_text().splitlines()
                  if line and not line.startswith("#")]
        for path in ["sources/gide/crates.tar.gz", "idr/README.md", *listed[1:]]:
            (corpus / path).parent.mkdir(parents=True, exist_ok=True)
            (corpus / path).touch()
        process = self.start("--corpus", str(corpus))
        text = self.until(process, "Ctrl-C stops it.")
        self.assertIn("left out: " + listed[0], text)
        calls = self.calls()
        loaded = next(c for c in calls if c[:2] == ["ontology", "load"])
        self.assertEqual(loaded[2:], [str(corpus / path) for path in listed[1:]])
        self.assertIn(["harvest", "gide"], calls)
        self.assertIn(["harvest", "idr"], calls)
        added = {c[2]: c[c.index("--connector") + 1] for c in calls if c[:2] == ["source", "add"]}
        self.assertEqual(added, {"gide": "ro-crate", "idr": "idr"})
        self.stop(process)


if __name__ == "__main__":
    result = unittest.main(exit=False, verbosity=0).result
    bad = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - bad} passed, {bad} failed")
    sys.exit(1 if bad else 0)
