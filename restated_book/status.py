"""What rows and numbers are, in the words a reader meets. One list for notebooks, figures, files and pages."""

from __future__ import annotations

#: Words of each status, and the class that styles its badge.
STATUSES = {
    "observed, open data": "observed",
    "enumerated": "enumerated",
    "moment-matched": "moment-matched",
    "arithmetic on printed numbers": "arithmetic",
    "assumed": "assumed",
    "printed": "printed",
    "observed, original file supplied by the reader": "original",
    "recalled, not verified": "recalled",
    # About the book's own code, not about research: how close and how fast it is.
    "measured when the book was built": "measured",
    "measured on another day": "measured-earlier",
}
