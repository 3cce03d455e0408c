"""The environment of notebook kernels and of the typesetter."""

import os

from restated_book import paths
from restated_book.epoch import epoch


def environment() -> dict[str, str]:
    """Return the environment of kernels and typesetter, the same on every machine; the book's packages come first."""
    named = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return os.environ | {
        "PYTHONPATH": os.pathsep.join(dict.fromkeys([str(paths.ROOT), *filter(None, named)])),
        "PYTHONHASHSEED": "0",
        "RESTATED_ROOT": str(paths.ROOT),
        "RESTATED_WATCH": "1",
        "SOURCE_DATE_EPOCH": epoch(),
        "TZ": "UTC",
        "LC_ALL": "C.UTF-8",
        # As in JupyterLab: a figure that a cell leaves open becomes an output, and outputs are checked.
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        # One thread per kernel: sums do not depend on the number of cores, and kernels do not fight over them.
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
