#!/usr/bin/env python3
"""A million detections from a simulated Qualys to gzip files and to an HTTP source at once: nothing lost, flat memory.

    swift build -c release && python3 Tests/Proof/load.py [--detections N] [--one-host] [--faults SEED]
                                                       [--sluice .build/release/sluice]

Prints figures as `name | value`. Everything stays on the loopback interface and in a temporary folder.
"""
import argparse
import glob
import gzip
import hashlib
import http.server
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import zlib

PIPELINE = """
name: load
state: state
qualys:
  server: {server}
  gateway: {server}
  username: ${{SLUICE_LOAD_USER}}
  password: ${{SLUICE_LOAD_PASSWORD}}
source: {{ detections: {{ truncation_limit: {page}, show_tags: true, show_igs: true }} }}
start: all
stages: [decode-detections, split-detections, add-event-id, encode-json, guard-size]
sinks:
  - gzip-file: {{ path: "{folder}/live-{{n}}.jsonl.gz", level: 1 }}
  - http: {{ url: "${{SLUICE_LOAD_URL}}", gzip: 1 }}
"""


class Sum:
    """Lines, each with its event_id: how many, how many more than once, and a sum that no order changes."""

    def __init__(self):
        self.lines = 0
        self.sums = set()

    def add(self, lines):
        for line in lines:
            if not line:
                continue
            self.lines += 1
            self.sums.add(hashlib.blake2b(line, digest_size=8).digest())

    @property
    def distinct(self):
        return len(self.sums)

    @property
    def total(self):
        return sum(int.from_bytes(digest, "big") for digest in self.sums) % (1 << 64)


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    bodies = []

    def do_POST(self):
        # Looked at after the run, so that the receiver costs it little.
        Receiver.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def run(command, environment=None, folder=None):
    """Runs to the end; returns the exit code, wall seconds, CPU seconds, peak MiB, and what was said."""
    start = time.monotonic()
    process = subprocess.Popen(
        command, env={**os.environ, **(environment or {})}, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    outputs = [b"", b""]

    def drain(index, stream):
        outputs[index] = stream.read()

    # The peak that wait4 tells would be ours: a process begins as a copy of the one that starts it.
    peak = [0]

    def watch():
        while True:
            try:
                with open(f"/proc/{process.pid}/status") as status:
                    peak[0] = max([peak[0], *(int(line.split()[1]) for line in status if line.startswith("VmHWM"))])
            except OSError:
                return
            if process.returncode is not None:
                return
            time.sleep(0.02)

    threads = [threading.Thread(target=drain, args=pair) for pair in enumerate([process.stdout, process.stderr])]
    threads.append(threading.Thread(target=watch))
    for thread in threads:
        thread.start()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    for thread in threads:
        thread.join()
    return process.returncode, wall, usage.ru_utime + usage.ru_stime, peak[0] / 1024, outputs


def figure(name, value):
    print(f"{name} | {value}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--detections", type=int, default=1_000_000)
    parser.add_argument("--per-host", type=int, default=50)
    parser.add_argument("--one-host", action="store_true", help="all detections are one host's")
    parser.add_argument("--page", type=int, default=1000)
    parser.add_argument("--sluice", default=".build/release/sluice")
    parser.add_argument("--concurrency", type=int, default=2, help="calls that the account allows at once")
    parser.add_argument("--faults", type=int, help="a seed: calls go wrong")
    arguments = parser.parse_args()
    sluice = os.path.abspath(arguments.sluice)
    per_host = arguments.detections if arguments.one_host else arguments.per_host
    hosts = arguments.detections // per_host
    made = ["--hosts", str(hosts), "--detections-per-host", str(per_host), "--seed", "11"]
    folder = tempfile.mkdtemp(prefix="sluice-load-")
    problems = []

    def demand(holds, what):
        if not holds:
            problems.append(what)

    try:
        # The same hosts offline: what must come, and how fast they go without a network.
        capture = f"{folder}/capture"
        subprocess.run(
            [sluice, "simulate", "--write", capture, "--hosts-per-page", str(arguments.page), *made],
            check=True, stderr=subprocess.DEVNULL,
        )
        receiver = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        threading.Thread(target=receiver.serve_forever, daemon=True).start()
        secrets = {
            "SLUICE_LOAD_USER": "simulator", "SLUICE_LOAD_PASSWORD": "simulator",
            "SLUICE_LOAD_URL": f"http://127.0.0.1:{receiver.server_address[1]}/code",
        }
        offline = f"{folder}/offline.yaml"
        with open(offline, "w") as file:
            file.write(PIPELINE.format(server="http://127.0.0.1:1", page=arguments.page, folder=f"{folder}/offline"))
        code, wall_offline, cpu_offline, peak, outputs = run(
            [sluice, "run", offline, "--replay", capture, "--send"], secrets, folder
        )
        Receiver.bodies.clear()
        demand(code == 0, f"the offline run ended with {code}: {outputs[1].decode()}")
        expected = Sum()
        for path in sorted(glob.glob(f"{folder}/offline/*.jsonl.gz")):
            with gzip.open(path) as file:
                expected.add(line.rstrip(b"\n") for line in file)
        shutil.rmtree(capture)
        figure("detections", expected.lines)
        figure("offline: seconds, CPU seconds, peak MiB", f"{wall_offline:.1f}, {cpu_offline:.1f}, {peak:.0f}")

        serving = [sluice, "simulate", "--port", "0", "--gzip", "--rate-limit", "100000"]
        serving += ["--concurrency", str(arguments.concurrency), *made]
        if arguments.faults is not None:
            serving += ["--fault-seed", str(arguments.faults), "--fault-rate", "20%"]
        simulator = subprocess.Popen(serving, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        server = simulator.stdout.readline().decode().split()[-1]
        words = simulator.stdout.readline().decode().replace(",", "").split()
        secrets |= {"SLUICE_LOAD_USER": words[2], "SLUICE_LOAD_PASSWORD": words[4]}
        live = f"{folder}/live.yaml"
        with open(live, "w") as file:
            file.write(PIPELINE.format(server=server, page=arguments.page, folder=folder))
        code, wall, cpu, peak, outputs = run(
            [sluice, "run", live, "--state", f"{folder}/state", "--json"], secrets, folder
        )
        simulator.send_signal(signal.SIGTERM)
        simulator.wait()
        receiver.shutdown()
        demand(code == 0, f"the live run ended with {code}: {outputs[1].decode()}")
        files, sent = Sum(), Sum()
        for path in sorted(glob.glob(f"{folder}/live-*.jsonl.gz")):
            with gzip.open(path) as file:
                files.add(line.rstrip(b"\n") for line in file)
        for body in Receiver.bodies:
            sent.add(zlib.decompress(body, 31).split(b"\n"))
        for name, found in [("files", files), ("HTTP", sent)]:
            same = found.distinct == expected.distinct and found.total == expected.total
            figure(f"{name}: lines, lost, repeated", f"{found.lines}, {expected.distinct - found.distinct}, {found.lines - found.distinct}")
            demand(same, f"{name}: not what the offline run gave")
        demand(files.lines == files.distinct, "files: something stands twice")
        figure("live: seconds, CPU seconds, peak MiB", f"{wall:.1f}, {cpu:.1f}, {peak:.0f}")
        figure("live throughput as a share of offline, wall; CPU", f"{wall_offline / wall:.2f}; {cpu_offline / cpu:.2f}")
        demand(peak <= 128, f"peak {peak:.0f} MiB is over 128 MiB")
        if outputs[0]:
            calls = json.loads(outputs[0]).get("calls")
            calls = calls and sum(calls.values())
            if calls is not None:
                # A first round says how much there is, by one call; ranges are cut by Host List, 10,000 hosts a call.
                least = 1 + -(-hosts // arguments.page) + (-(-hosts // 10_000) if arguments.concurrency > 2 else 0)
                figure("calls, share of the least possible", f"{calls}, {calls / least:.3f}")
                demand(arguments.faults is not None or calls <= 1.02 * least, "more calls than 1.02 times the least")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for problem in problems:
        print(f"FAILED: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
