"""Asks for detections and says how the answer ended: whole, cut or reset; then all bytes of the body that arrived."""

import base64
import http.client
import sys

connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]))
credentials = base64.b64encode(b"simulator:simulator").decode()
headers = {"Authorization": "Basic " + credentials, "X-Requested-With": "tests"}
body = b""
try:
    connection.request("GET", "/api/5.0/fo/asset/host/vm/detection/?action=list", headers=headers)
    answer = connection.getresponse()
    while piece := answer.read1(65536):
        body += piece
    ending = "whole"
except http.client.IncompleteRead as error:
    body += error.partial
    ending = "cut"
except http.client.RemoteDisconnected:
    ending = "cut"
except ConnectionResetError:
    ending = "reset"
sys.stdout.buffer.write(ending.encode() + b"\n" + body)
