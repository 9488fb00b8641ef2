"""The engine beside Lucene 8 (Debian: liblucene8-java, a JDK): the same rows, the same questions, in one
session, by turns; processor time of the thread that answers. One command:

    python3 tests/bench/peers/engine_peers.py build/release --rows 1000000 --work DIR [--rounds 15]

Before anything is timed, every total and every facet count of every question must be equal; otherwise it ends
with code 1. Prints medians and ratios. DIR keeps index and rows for the next run (about 3 GB a million rows)."""
import argparse
import glob
import pathlib
import statistics
import subprocess
import sys


class Peer:
    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.read_until("ready")

    def read_until(self, end):
        lines = []
        while True:
            line = self.process.stdout.readline()
            if not line:
                sys.exit("a peer has ended")
            if line.strip() == end:
                return lines
            lines.append(line.rstrip("\n"))

    def ask(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return self.read_until("done")

    def round(self):
        out = {}
        for line in self.ask("round"):
            name, took = line.split("\t")
            out[name] = float(took)
        return out


def lucene_command(source, work):
    jars = []
    for name in ("core", "analyzers-common"):
        found = sorted(glob.glob(f"/usr/share/java/lucene-{name}-8*.jar"))
        if not found:
            sys.exit(f"no lucene-{name} 8 in /usr/share/java: apt-get install liblucene8-java")
        jars.append(found[-1])
    classes = work / "classes"
    classes.mkdir(exist_ok=True)
    subprocess.run(["javac", "-cp", ":".join(jars), "-d", str(classes), str(source / "LucenePeer.java")], check=True)
    path = ":".join([str(classes), *jars])
    return ["java", "-Xmx3g", "-cp", path, "LucenePeer", str(work / "lucene"), str(work / "rows.tsv")]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--rows", type=int, default=1000000)
    parser.add_argument("--work", required=True)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    work = pathlib.Path(options.work)
    work.mkdir(parents=True, exist_ok=True)
    # The engine's half writes the rows that the other reads.
    ours = Peer([f"{options.build}/tests/bench/engine_peer", "--rows", str(options.rows), "--dir", str(work / "index"),
                 "--dump", str(work / "rows.tsv")])
    lucene = Peer(lucene_command(pathlib.Path(__file__).parent, work))

    ours.ask(f"answers {work}/ours.tsv")
    lucene.ask(f"answers {work}/lucene.tsv")
    a = sorted((work / "ours.tsv").read_text().splitlines())
    b = sorted((work / "lucene.tsv").read_text().splitlines())
    if a != b:
        for line in list(set(a) ^ set(b))[:20]:
            print("only ours:" if line in set(a) else "only lucene:", line)
        sys.exit("the answers differ: nothing was timed")
    print(f"{options.rows} rows, {len(a)} totals and facet counts equal")

    times = {}
    for number in range(options.rounds + 3):
        for who, peer in (("ours", ours), ("lucene", lucene)):
            for name, took in peer.round().items():
                if number >= 3:  # The first rounds warm caches and the compiler of the JVM.
                    times.setdefault(name, {}).setdefault(who, []).append(took)
    print(f"{'ms of processor, median':48} {'parfocal':>10} {'lucene':>10} {'ratio':>7}")
    for name, by in times.items():
        mine, theirs = statistics.median(by["ours"]), statistics.median(by["lucene"])
        print(f"{name:48} {mine:10.3f} {theirs:10.3f} {theirs / mine:7.1f}")
    for peer in (ours, lucene):
        peer.process.stdin.write("quit\n")
        peer.process.stdin.flush()
        peer.process.wait()


if __name__ == "__main__":
    main()
