from __future__ import annotations

import json
import subprocess
import sys

from restated import paths, provenance

CODE = """
import json, os
os.environ["RESTATED_WATCH"] = "1"
from restated import show, studies, provenance
studies.load("stability", originals=False)
print(json.dumps(provenance.opened()))
"""


def test_what_a_process_reads_is_observed():
    run = subprocess.run([sys.executable, "-c", CODE], cwd=paths.ROOT, capture_output=True, text=True, check=True)
    found = json.loads(run.stdout)
    assert "data/studies/stability.csv" in found and "data/datapackage.json" in found
    assert "data/studies/twin-pairs.csv" not in found
    assert not any(f.endswith(".py") for f in found)


def test_the_list_is_read_back_from_a_notebook():
    cell = {"outputs": [{"data": {provenance.MIME: ["data/a.csv"]}}]}
    assert provenance.files({"cells": [{}, cell]}) == ["data/a.csv"]
    assert provenance.files({"cells": [{"outputs": [{"text": "x"}]}]}) == []
