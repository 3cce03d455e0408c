"""Write the reference values again: runs each R script of this folder with Rscript.

R and the packages named in the scripts must be installed; the versions used are inside each JSON file. A JSON
that changes although its script did not shows a change of R or of a package: look at it before accepting it.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
SCRIPTS = sorted(path.name for path in FOLDER.glob("*.R") if path.name != "common.R")

if __name__ == "__main__":
    for script in SCRIPTS:
        print(script)
        subprocess.run(["Rscript", script], cwd=FOLDER, check=True)
