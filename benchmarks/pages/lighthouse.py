"""Lighthouse scores; ``npm ci`` in this folder installs Lighthouse into ``node_modules``."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from restated_book.export import pdf

HERE = Path(__file__).parent
COMMAND = HERE / "node_modules" / ".bin" / "lighthouse"

#: Lowest allowed score by form factor and category.
BARS = {
    "desktop": {"performance": 0.95, "accessibility": 1.0, "best-practices": 0.95, "seo": 1.0},
    "mobile": {"performance": 0.90, "accessibility": 1.0, "best-practices": 0.95, "seo": 1.0},
}

#: Chromium as root, without requests of its own.
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu "
    "--disable-background-networking --disable-component-update --disable-sync"
)


def scores(address: str, form: str) -> tuple[dict[str, float], list[str]]:
    """Return the score of each category, and the names of the audits that lower one."""
    preset = ["--preset=desktop"] if form == "desktop" else []
    run = subprocess.run(
        [
            COMMAND,
            address,
            *preset,
            "--quiet",
            "--output=json",
            f"--chrome-flags={FLAGS}",
            f"--only-categories={','.join(BARS[form])}",
        ],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"CHROME_PATH": pdf.browser()},
    )
    if run.returncode:
        raise SystemExit(f"Lighthouse failed on {address}: {run.stderr.strip()[-500:]}")
    report = json.loads(run.stdout)
    found = {name: category["score"] for name, category in report["categories"].items()}
    low = [
        f"{audit} ({report['audits'][audit].get('displayValue') or report['audits'][audit]['score']})"
        for category in report["categories"].values()
        for audit, weight in ((ref["id"], ref["weight"]) for ref in category["auditRefs"])
        if weight
        and (report["audits"][audit]["score"] or 0) < 0.9
        and report["audits"][audit]["scoreDisplayMode"] in ("numeric", "binary", "metricSavings")
    ]
    return found, low
