#!/usr/bin/env python3
"""The job of `assets` as a careful script does it: orjson reads and writes, a dictionary has the versions, gzip packs.

    python3 peer-assets.py OUT.jsonl.gz LEVEL STATE.json PAGE.json...

The ports seen since an asset came last, software as names, one log for each asset. The state is a file that is read whole
and written whole, which is durable for nobody but fast.
"""
import datetime
import gc
import gzip
import os
import sys

import orjson


def instant(date):
    """A date in either of Qualys' styles as seconds; None when it is none."""
    if not date:
        return None
    if isinstance(date, (int, float)):
        return date / 1000
    try:
        return datetime.datetime.fromisoformat(date).timestamp()
    except ValueError:
        return None


def log(asset, versions):
    """An asset as it is written; notes its version."""
    key, version = str(asset["assetId"]), asset.get("lastModifiedDate")
    known = versions.get(key)
    baseline = None if known is None else known[1] if known[0] == version else known[0]
    if known is None or known[0] != version:
        versions[key] = (version, baseline)
    ports = asset.get("openPortListData")
    if baseline and ports and ports.get("openPort") and (since := instant(baseline)) is not None:
        ports["openPort"] = [
            port for port in ports["openPort"] if (seen := instant(port.get("lastUpdated"))) is None or seen > since
        ]
    software = asset.get("softwareListData")
    if software is not None:
        names = [one.get("fullName") for one in software.get("software") or ()]
        asset["softwareListData"] = list(dict.fromkeys(name for name in names if name))
    return {"LogType": "assetInventory", "Timestamp": version, **asset}


def main(target, level, state, pages):
    # Nothing here is cyclic, and looking for cycles would take a third of its time.
    gc.disable()
    versions = {}
    if os.path.exists(state):
        with open(state, "rb") as file:
            versions = orjson.loads(file.read())
    with gzip.open(target, "wb", compresslevel=level) as out:
        for page in pages:
            with open(page, "rb") as answer:
                assets = orjson.loads(answer.read())["assetListData"]["asset"]
            out.write(b"".join(orjson.dumps(log(asset, versions), option=orjson.OPT_APPEND_NEWLINE) for asset in assets))
    with open(state, "wb") as file:
        file.write(orjson.dumps(versions))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4:])
