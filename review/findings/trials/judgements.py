"""Risk of bias and certainty of the evidence, as judged."""

import pandas as pd

from restated_book import paths

_TABLES = paths.tables(__file__)
#: Domains of RoB 2 and of GRADE: columns of the tables, and the headings of the figure.
DOMAINS, GRADE_DOMAINS = _TABLES["bias"], _TABLES["certainty"]
_OUTCOMES = {"BPD severity": "severity", "suicidal behaviour": "attempts"}
_UNSEEN = "none found"


def bias_grid(reports: pd.DataFrame, judged: pd.DataFrame) -> pd.DataFrame:
    """Return RoB 2 judgements per trial and outcome, and a row of "none found" for each sample without any."""
    names = reports.set_index("row_id")["study"]
    judged = judged[judged["scheme"] == "RoB 2"]
    label = judged["trial"].map(names) + ": " + judged["outcome"].map(_OUTCOMES)
    cells = judged[list(DOMAINS)].fillna(_UNSEEN).rename(columns=DOMAINS)
    seen = pd.DataFrame({"row": label, "group": "Judged in a source we could read"}).join(cells)
    own = reports[reports["relation"] == "independent sample"].sort_values("year", kind="stable")
    rest = pd.DataFrame({"row": own.loc[~own["row_id"].isin(judged["trial"]), "study"]})
    rest = rest.assign(group="No judgement with this tool obtained", **dict.fromkeys(DOMAINS.values(), _UNSEEN))
    return pd.concat([seen, rest], ignore_index=True)


def certainty_grid(certainty: pd.DataFrame) -> pd.DataFrame:
    """Return judgements of certainty for the grid: ``row`` (outcome and what is left) and one column per domain."""
    cells = certainty[list(GRADE_DOMAINS)].replace("does not apply", "").rename(columns=GRADE_DOMAINS)
    # Only the first letter is raised: BPD stays BPD.
    label = certainty["outcome"].str[:1].str.upper() + certainty["outcome"].str[1:] + ": " + certainty["certainty"]
    return pd.concat([label.rename("row"), cells], axis=1)
