#!/usr/bin/env python3
"""A service on a disk of 8 MiB that is full: it says so, loses nothing, and goes on when there is room.

full_disk.py SLUICE RESERVE STATE: run it as root in a mount namespace of its own (unshare -m), in an empty folder, in which
STATE is a folder for the state: disk/state for one on the full disk.
"""

import glob, gzip, json, os, signal, subprocess, sys, time, urllib.request

sluice, reserve, state = sys.argv[1:]
token = "a-token-of-some-length"
environment = os.environ | {"SIM_USER": "simulator", "SIM_PASSWORD": "simulator"}


def wait(words, what):
    """What comes of looking, as soon as it is something; at most five minutes."""
    for _ in range(3000):
        if found := what():
            return found
        time.sleep(0.1)
    print(open("log").read()[-4000:])
    sys.exit(f"{words}: it did not come to that")


def write(name, text, mode=0o600):
    with os.fdopen(os.open(name, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, mode), "w") as file:
        file.write(text)


def ask(path, method="GET"):
    request = urllib.request.Request(url + path, method=method, headers={"Authorization": f"Bearer {token}"})
    return urllib.request.urlopen(request).read()


def stream():
    return json.loads(ask("/status"))["pipelines"][0]["streams"][0]


def logs(folder):
    lines = []
    for path in glob.glob(f"{folder}/*.gz"):
        with gzip.open(path, "rt") as file:
            lines += file.readlines()
    return sorted(lines)


def trackers():
    events = [json.loads(line) for line in open("events.jsonl")]
    return [(event["details"]["name"], event["status"] == "Healthy") for event in events]


simulator = subprocess.Popen([sluice, "simulate", "--port", "0", "--hosts", "150", "--seed", "7"], stdout=subprocess.PIPE)
try:
    port = simulator.stdout.readline().decode().rsplit(":", 1)[1].strip()
    pipeline = f"""name: full
qualys: {{ server: "http://127.0.0.1:{port}", gateway: "http://127.0.0.1:{port}", username: "${{SIM_USER}}", password: "${{SIM_PASSWORD}}" }}
start: all
events: events.jsonl
every: 1h
source: {{ detections: {{ truncation_limit: 100 }} }}
stages: [decode-detections, split-detections, encode-json]
sinks: [gzip-file: {{ path: "{{FOLDER}}/out/{{n}}.gz", level: 1, member: 4KiB }}]
"""
    write("whole.yaml", pipeline.replace("{FOLDER}", "whole"))
    subprocess.run([sluice, "run", "whole.yaml", "--state", "whole/state"], env=environment, check=True)

    os.mkdir("disk")
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", "disk"], check=True)
    write("full.yaml", pipeline.replace("{FOLDER}", "disk") + f"reserve: {reserve}\nstate: {state}\n")
    write("token", token)
    write("disk/filler", "")
    if os.path.exists("events.jsonl"): os.remove("events.jsonl")
    with open("log", "wb") as log:
        serve = subprocess.Popen(
            [sluice, "serve", "full.yaml", "--listen", "127.0.0.1:0", "--token-file", "token"],
            env=environment, stderr=log,
        )
    listening = lambda: [line for line in open("log").read().split('"') if line.startswith("listening on ")]
    # Its state is there before the disk is full.
    with open("disk/filler", "wb") as filler:
        filler.write(bytes(5 << 20))
    url = wait("listening", listening)[0].split()[-1].rstrip("\\")
    if reserve == "0":
        with open("disk/filler", "ab", buffering=0) as filler:
            try:
                while filler.write(bytes(4096)): pass
            except OSError: pass
    # A first round is put off by a little.
    ask("/streams/full/full/restart", "POST")
    if reserve == "0":
        said = wait("the disk is full", lambda: (now := stream())["state"] == "Error" and now)["message"]
        assert ("no room for the state" if "disk" in state else "No space left on device") in said, said
        assert said.endswith("free space on that file system"), said
        expected = "FirstPartyGenericError"
    else:
        said = wait("it waits", lambda: stream().get("waitingFor"))
        assert f"MiB free, less than 'reserve: {reserve}'" in said, said
        assert stream()["message"] == said and stream()["health"] == "yellow"
        expected = "DiskReserve"
    print(said)
    time.sleep(2)
    assert not stream()["rounds"]
    assert (expected, False) in trackers(), trackers()
    os.remove("disk/filler")
    ask("/streams/full/full/restart", "POST")
    wait("a whole round", lambda: stream()["rounds"] > 0 and stream()["health"] == "green")
    assert (expected, True) in trackers(), trackers()
    serve.send_signal(signal.SIGTERM)
    assert serve.wait(300) == 0
    whole, full = logs("whole/out"), logs("disk/out")
    assert whole and whole == full, (len(whole), len(full))
    print(f"{len(full)} logs, each once: {trackers()}")
finally:
    simulator.kill()
    if "serve" in globals() and serve.poll() is None: serve.kill()
