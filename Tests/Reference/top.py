"""Runs `sluice top` against a status that is served here, in a pipe or on a terminal, and says what became of it.

Usage: top.py PROGRAM once|token|q|SIGINT|SIGTERM|SIGHUP < status.json
"""

import fcntl
import http.server
import json
import os
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time

program, mode = sys.argv[1:]
status = json.load(sys.stdin)


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        wanted = "Bearer open sesame" if mode == "token" else None
        isAllowed = self.path == "/status" and self.headers.get("Authorization") == wanted
        status["now"] += 1
        body = json.dumps(status).encode() if isAllowed else b"no"
        self.send_response(200 if isAllowed else 401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_address[1]}"


def run(*arguments):
    result = subprocess.run([program, "top", *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return {"status": result.returncode, "output": result.stdout, "errors": result.stderr}


def on_terminal():
    master, slave = os.openpty()

    def resize(lines, columns):
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def take_terminal():
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    resize(40, 120)
    before = termios.tcgetattr(slave)
    process = subprocess.Popen(
        [program, "top", url], stdin=slave, stdout=slave, stderr=slave, preexec_fn=take_terminal
    )
    output = b""
    deadline = time.monotonic() + 30

    def read_until(words, start=0):
        nonlocal output
        while words not in output[start:]:
            if time.monotonic() > deadline:
                process.kill()
                sys.exit(f"{words} was not drawn: {output[start:]}")
            if select.select([master], [], [], 0.1)[0]:
                output += os.read(master, 65536)
        return len(output)

    read_until(b"detections")
    read_until(b"q quits")
    start = len(output)
    resize(30, 60)
    # What does not fit is cut at the new width.
    read_until("…".encode(), start)
    os.write(master, b"p")
    read_until(b"paused")
    os.write(master, b"p")
    start = len(output)
    read_until(b"q quits, p", start)
    if mode == "q":
        os.write(master, b"q")
    else:
        process.send_signal(getattr(signal, mode))
    while process.poll() is None and time.monotonic() < deadline:
        if select.select([master], [], [], 0.1)[0]:
            output += os.read(master, 65536)
    while select.select([master], [], [], 0.1)[0]:
        output += os.read(master, 65536)
    process.kill()
    return {
        "status": process.wait(),
        "output": output.decode(),
        "errors": "" if termios.tcgetattr(slave) == before else "the terminal is not as it was",
    }


if mode == "once":
    result = run(url, "--once")
elif mode == "token":
    with tempfile.NamedTemporaryFile("w") as file:
        file.write("open sesame\n")
        file.flush()
        result = run(url + "/", "--token-file", file.name)
    result["errors"] += run(url)["errors"]
else:
    result = on_terminal()
print(json.dumps(result))
