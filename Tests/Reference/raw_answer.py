"""Asks for detections by hand and says how the connection ended: closed, reset, torn (TLS without its end) or refused;
then all bytes that arrived, head and body as they stood on the wire."""

import base64
import socket
import ssl
import sys

port, parameters, fields = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
credentials = base64.b64encode(b"simulator:simulator").decode()
request = f"GET /api/5.0/fo/asset/host/vm/detection/?action=list{parameters} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
request += f"Authorization: Basic {credentials}\r\nX-Requested-With: tests\r\n"
received = b""
try:
    connection = socket.create_connection(("127.0.0.1", port), timeout=60)
    if "tls" in fields:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        for field in fields:
            if field.startswith("certificate "):
                context.load_cert_chain(*field.split(" ")[1:])
        connection = context.wrap_socket(connection, suppress_ragged_eofs=False)
    for field in fields:
        request += f"{field}\r\n" if ":" in field else ""
    connection.sendall((request + "\r\n").encode())
    while piece := connection.recv(65536):
        received += piece
    ending = "closed"
except ssl.SSLError:
    ending = "torn"
except ConnectionRefusedError:
    ending = "refused"
except ConnectionResetError:
    ending = "reset"
sys.stdout.buffer.write(ending.encode() + b"\n" + received)
