"""Reads any document of UBL with ublkit, and says all it holds by the names of the elements."""

import json
import sys
import tempfile
from pathlib import Path

# Its log goes to standard output, which is for what it read.
said, sys.stdout = sys.stdout, sys.stderr
import ublkit

with tempfile.TemporaryDirectory() as folder:
    document, settings = Path(folder) / "document.xml", Path(folder) / "ublkit.yaml"
    document.write_bytes(sys.stdin.buffer.read())
    settings.write_text("{}\n", encoding="utf-8")
    read = ublkit.convert_file(str(document), "json", str(settings))
assert read["success"], read["error_message"]
json.dump({"kind": read["ubl_document_type"], "content": read["content"]}, said, default=str)
