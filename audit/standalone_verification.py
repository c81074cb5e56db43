"""What lies in a case's ZIP so that it can be verified without our program: a script that needs Python alone."""

from typing import Final

VERIFY_PY: Final = '''"""Verify this case with nothing but Python: python verify.py CASE.zip [HEADS.txt]"""

import hashlib
import json
import sys
import zipfile

GENESIS = "0" * 64


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def canonical(content):
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def row_is_right(row):
    left_out = {"hash", "previous"} | ({"sequence"} if row.get("chain") else {"chain", "position"})
    content = {key: row[key] for key in row if key not in left_out}
    return sha256((row["previous"] + "\\n" + canonical(content)).encode()) == row["hash"]


def climbed(leaf, path):
    for step in path:
        pair = (step["hash"], leaf) if step["is_left"] else (leaf, step["hash"])
        leaf = sha256(b"\\x01" + bytes.fromhex(pair[0]) + bytes.fromhex(pair[1]))
    return leaf


def chain_is_wrong(told, rows, heads):
    previous = GENESIS
    for position, row in enumerate(rows, 1):
        if row["position"] != position or row["previous"] != previous:
            yield "journal row %s does not follow on the one before" % row["sequence"]
        previous = row["hash"]
    if len(rows) != told["rows"]:
        yield "the chain has %s rows, and %s are here" % (told["rows"], len(rows))
    if "root" not in told:
        return
    leaf, root = told["leaf"], dict(told["root"])
    if leaf["chain"] != told["chain"] or leaf["hash"] not in [row["hash"] for row in rows[leaf["position"] - 1 :][:1]]:
        yield "journal row that root %s took in" % root["number"]
    if climbed(sha256(b"\\x00" + canonical(leaf).encode()), told["path"]) != root["tree"]:
        yield "path to root %s" % root["number"]
    carried = root.pop("hash")
    if sha256(b"\\x02" + canonical(root).encode()) != carried:
        yield "root %s" % root["number"]
    mine = [line.split()[2] for line in heads if line.split()[1:2] == ["root-%s" % root["number"]]]
    if heads and carried not in mine or set(mine) - {carried}:
        yield "root %s is not the one that was written outside" % root["number"]


def content(case, name):
    try:
        return case.read(name)
    except Exception:  # its bytes do not even unpack
        return b""


def journal_is_wrong(case, heads):
    rows = [json.loads(line) for line in content(case, "journal/journal.jsonl").decode().splitlines()]
    yield from ("journal row %s" % row["sequence"] for row in rows if not row_is_right(row))
    if "journal/chain.json" in case.namelist():
        told = json.loads(content(case, "journal/chain.json"))
        yield from chain_is_wrong(told, [row for row in rows if row.get("chain") == told["chain"]], heads)
        if told["newer_than_root"]:
            print("Rows newer than the newest root, which the next one takes in:", told["newer_than_root"])


def files_changed(case):
    manifest = content(case, "manifest.json")
    if sha256(manifest).encode() != case.comment:
        yield "manifest.json"
    for each in json.loads(manifest)["files"]:
        if sha256(content(case, each["name"])) != each["sha256"]:
            yield each["name"]


def main(path, heads_path=None):
    bad = []
    heads = [line for line in open(heads_path).read().splitlines() if line.strip()] if heads_path else []
    try:
        with zipfile.ZipFile(path) as case:
            for look in (files_changed(case), journal_is_wrong(case, heads)):
                try:
                    bad.extend(look)
                except Exception:  # what is changed beyond reading is named already, or here
                    bad.append("what the journal and the manifest say cannot be read")
    except (OSError, zipfile.BadZipFile) as error:
        bad.append("%s cannot be opened: %s" % (path, error))
    for name in bad:
        print("CHANGED:", name)
    print("NOT AS IT WAS" if bad else "Everything is as it was when the case was handed out.")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
'''

READ_ME: Final = """Ett helt ärende / A complete case

documents/in    suppliers' documents as they came, byte for byte
documents/out   our orders and answers as they were sent, byte for byte
events          what the decision systems told
matches         how each document was judged, to read (txt) and for programs (json)
journal         who did what, when and why: journal.jsonl has the rows of the case's chain, whole, each with the hash
                of the row before it, and rows about its documents from other chains; chain.json has the path from the
                chain's head to the newest root that took it in, and says how many rows are newer than that
index.json      what each file is
manifest.json   the sha256 of every file; the ZIP's comment is the sha256 of the manifest

Kontrollera / verify:  billing audit verify CASE.zip   or, without our program:  python verify.py CASE.zip
With lines that were written outside on the day (--heads HEADS.txt, or python verify.py CASE.zip HEADS.txt) the root is
held against them too. The manifest's sha256 stands in our journal under the action audit.exported.
"""
