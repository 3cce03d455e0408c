"""Statuses of rows and numbers in words for readers: one list for notebooks, figures, files and pages."""

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
    # About the accuracy and speed of the book's own code, not about research.
    "measured when the book was built": "measured",
    "measured on another day": "measured-earlier",
}
