"""What `Pipelines/assets.yaml` does, in Python: asset answers in, a gzip file of logs out.

A second opinion for the tests, and a peer to measure against (`python3 assets.py OUT.gz PAGE...`): orjson where it is
installed, gzip level 6, the ports of each asset's versions in a dictionary. guard-size is left out.
"""

import datetime
import gzip
import sys

try:
    import orjson

    loads, dumps = orjson.loads, orjson.dumps
except ImportError:
    import json

    loads = json.loads

    def dumps(value):
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def instant(date):
    """A date in either of Qualys' styles as seconds, or None when it is none."""
    if date is None or date == "":
        return None
    if isinstance(date, (int, float)) or date.isdigit():
        return int(date) / 1000 or None
    try:
        return datetime.datetime.fromisoformat(date.replace("Z", "+00:00")).timestamp()
    except ValueError:
        return None


def reduce(asset, versions):
    """Takes out the ports that nobody has seen since the version before, and makes software names."""
    version = asset.get("lastModifiedDate")
    known = versions.get(asset["assetId"])
    if known is None:
        baseline = None
    elif known[0] == version:
        baseline = known[1]
    else:
        baseline = known[0]
    versions[asset["assetId"]] = (version, baseline)
    ports = asset.get("openPortListData")
    since = instant(baseline)
    if ports and ports.get("openPort") and since is not None:
        ports["openPort"] = [
            port for port in ports["openPort"] if (instant(port.get("lastUpdated")) or since + 1) > since
        ]
    software = asset.get("softwareListData")
    if software is not None:
        names = [one.get("fullName") for one in software.get("software") or []]
        asset["softwareListData"] = list(dict.fromkeys(name for name in names if name))
    return {"LogType": "assetInventory", "Timestamp": version, **asset}


def main(output, pages):
    versions = {}
    with gzip.open(output, "wb", compresslevel=6) as file:
        for page in pages:
            with open(page, "rb") as answer:
                for asset in loads(answer.read())["assetListData"]["asset"]:
                    file.write(dumps(reduce(asset, versions)) + b"\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
