#!/usr/bin/env python3
"""The job of `split` as a careful script does it: lxml reads as it goes, orjson writes, gzip packs.

    python3 peer.py DETECTIONS.xml OUT.jsonl.gz LEVEL

One log for each detection, with its host's fields and `LogType`, as fast as these libraries let Python be.
"""
import gzip
import sys

import orjson
from lxml import etree


def value(element):
    """An element as text, or as a dictionary of its children; of children with the same name the list."""
    if len(element) == 0:
        return element.text or ""
    fields = {}
    for child in element:
        if child.tag in fields:
            others = fields[child.tag]
            if not isinstance(others, list):
                others = fields[child.tag] = [others]
            others.append(value(child))
        else:
            fields[child.tag] = value(child)
    return fields


def main(source, target, level):
    with gzip.open(target, "wb", compresslevel=level) as out:
        lines = []
        for _, host in etree.iterparse(source, tag="HOST"):
            fields = {"LogType": "vulnerabilityLogs"}
            for child in host:
                if child.tag != "DETECTION_LIST":
                    fields[child.tag] = value(child)
            for detection in host.iterfind("DETECTION_LIST/DETECTION"):
                lines.append(orjson.dumps({**fields, "DETECTION": value(detection)}))
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
