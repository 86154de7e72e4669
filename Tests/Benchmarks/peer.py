#!/usr/bin/env python3
"""The job of `split` as a careful script does it: lxml reads as it goes, orjson writes, gzip packs.

    python3 peer.py DETECTIONS.xml OUT.jsonl.gz LEVEL

The same logs, byte for byte, as `split` makes of a simulator's answer, as fast as these libraries let Python be: what need
not be known of other answers it does not ask.
"""
import gzip
import sys

import orjson
from lxml import etree

LISTS = {"TAGS", "QDS_FACTORS", "CLOUD_PROVIDER_TAGS", "EC2", "GOOGLE", "AZURE"}
# Asking each element for its attributes would take a quarter of the time.
WITH_ATTRIBUTES = {"QDS", "QDS_FACTOR"}


class Names(dict):
    """Qualys' names as Sumo Logic's: `LAST_FOUND_DATETIME` is `LastFoundDateTime`."""

    def __missing__(self, name):
        words = ["DateTime" if word == "DATETIME" else word.capitalize() for word in name.split("_")]
        self[name] = new = name if name in {"IP", "OS", "DNS"} else "".join(words)
        return new


names = Names()


def is_list(tag):
    return tag in LISTS or tag.endswith("_LIST")


def value(element):
    """An element as text, as a list of its children, or as a dictionary of them."""
    tag = element.tag
    if len(element) == 0:
        return element.text or ([] if is_list(tag) else "")
    if is_list(tag):
        return [member(child) for child in element]
    fields = {}
    for child in element:
        put(fields, child)
    return fields


def member(element):
    if element.tag not in WITH_ATTRIBUTES:
        return value(element)
    fields = {names[name.upper()]: text for name, text in element.items()}
    fields["Value"] = element.text or ""
    return fields


def put(fields, element):
    tag = element.tag
    name = names[tag]
    fields[name] = value(element)
    if tag in WITH_ATTRIBUTES:
        for attribute, text in element.items():
            fields[name + names[attribute.upper()]] = text


def hostname(fields):
    """The host name of the DNS data, else NETBIOS, else the first label of DNS, else IP."""
    data = fields.get("DnsData") or {}
    return (
        data.get("Hostname") or fields.get("Netbios") or fields.get("DNS", "").split(".")[0] or fields.get("IP")
    )


def main(source, target, level):
    with gzip.open(target, "wb", compresslevel=level) as out:
        lines = []
        server_time = ""
        for _, host in etree.iterparse(source, tag=("HOST", "DATETIME")):
            if host.tag == "DATETIME":
                server_time = host.text
                continue
            fields = {}
            for child in host:
                if child.tag != "DETECTION_LIST":
                    put(fields, child)
            fields["Hostname"] = hostname(fields)
            for element in host.iterfind("DETECTION_LIST/DETECTION"):
                detection = value(element)
                log = {"LogType": "vulnerabilityLogs", "Timestamp": detection.get("LastProcessedDateTime") or server_time}
                log.update(fields)
                log["Detection"] = detection
                lines.append(orjson.dumps(log))
            host.clear()
            while host.getprevious() is not None:
                del host.getparent()[0]
            if len(lines) >= 1000:
                out.write(b"\n".join(lines) + b"\n")
                lines.clear()
        if lines:
            out.write(b"\n".join(lines) + b"\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
