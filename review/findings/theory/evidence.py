"""Evidence for each arrow of the theory: estimates, the arrows as drawn, and the table of best evidence."""

from collections.abc import Callable, Iterable, Mapping

import numpy as np
import pandas as pd

from restated_book.register import PublishedNumber, Register
from review.findings import numbers
from review.findings.theory.links import link

ASSOCIATIONS = ("r", "d", "OR", "proportion")  #: Statistics that are an association of two variables
_SYMBOLS = {"proportion": "r²", "a2": "a²", "e2": "e²", "path": "β", "percent": ""}


def edge_rows(edges: pd.DataFrame, register: Register, arrows: Iterable[str], names: Mapping[str, str]) -> pd.DataFrame:
    """Return the estimates of the named arrows, from ``theory-edges``, on the scale of r, for the figure of estimates.

    Groups have the order of `arrows` and headings from `names`. Rows without a number, or of a kind that is not an
    association (a share of variance, a path with another variable held constant), are left out.
    """
    rows = []
    for arrow in arrows:
        for row in edges[edges["edge"] == arrow].to_dict("records"):
            number = register.number(row["register_id"])
            if number.statistic not in ASSOCIATIONS or number.grade == "U":
                continue
            one = link(number)
            size = f"{int(row['n']):,}" if not np.isnan(row["n"]) and row["scope"] == "estimate" else ""
            shown = (names[arrow], row["label"], printed_text(number), size)
            rows.append((*shown, one.value, *one.interval, row["design_class"]))
    return pd.DataFrame(rows, columns=["group", "label", "printed", "n", "y", "low", "high", "design"])


def rows_on_scale(
    edges: pd.DataFrame, register: Register, row_ids: Iterable[str], convert: Mapping[str, Callable]
) -> pd.DataFrame:
    """Return verified rows of ``theory-edges`` on the scale to which `convert` has a function for each statistic."""
    rows = []
    for row in edges.set_index("row_id").loc[list(row_ids)].to_dict("records"):
        number = numbers.verified(register.number(row["register_id"]))
        to = convert[number.statistic]
        y = (np.nan if np.isnan(x) else float(to(x)) for x in numbers.estimate(number))
        rows.append((row["label"], printed_text(number), *y, row["design_class"]))
    return pd.DataFrame(rows, columns=["label", "printed", "y", "low", "high", "design"])


def printed_text(number: PublishedNumber) -> str:
    """Return statistic and value as printed: 'd 1.68', 'a² 46 %'."""
    if not number.is_number:
        return ""
    symbol = _SYMBOLS.get(number.statistic, number.statistic)
    percent = " %" if number.unit.startswith("percent") else ""
    return f"{symbol} {number.value.text}{percent}".strip().replace("-", "−")


def drawn_arrows(graph: pd.DataFrame, register: Register) -> pd.DataFrame:
    """Return the arrows for the graph figure; paths of several arrows are not drawn."""
    rows = graph[graph["kind"].isin(["arrow", "rival cause"])].reset_index(drop=True)
    shown = rows[["row_id", "from_box", "to_box"]].set_axis(["edge", "from", "to"], axis=1)
    estimates = [_best_text(best, register) for best in rows["best"]]
    return shown.assign(sign=rows["sign"].str.replace("-", "−"), estimate=estimates, design=rows["design"])


def boxes(graph: pd.DataFrame) -> dict[str, str]:
    """Return every box with its kind: boxes that only another explanation names are rival causes."""
    own = {*graph["to_box"], *graph.loc[graph["kind"] != "rival cause", "from_box"]}
    return {box: "theory" if box in own else "rival cause" for box in graph[["from_box", "to_box"]].to_numpy().flat}


def _ids(best) -> list[str]:
    """Return the register ids in a cell of the column `best`."""
    return [i.strip() for i in best.split(";")] if isinstance(best, str) and best else []


def _best_text(best, register: Register) -> str:
    """Return the estimates of an arrow: 'd 0.36 to 1.68'; empty where no number was seen."""
    found = [register.number(i) for i in _ids(best)]
    if not found:
        return ""
    first = printed_text(found[0])
    return f"{first} to {found[-1].value.text}" if len(found) > 1 else first


def evidence_table(graph: pd.DataFrame, edges: pd.DataFrame, register: Register) -> pd.DataFrame:
    """Return every arrow and path with its best evidence: design, k, N, interval, weak point, rating."""
    by_id = edges.drop_duplicates("register_id").set_index("register_id").to_dict("index")

    def joined(texts: Iterable[str]) -> str:
        return "; ".join(dict.fromkeys(texts)) or "–"

    rows = []
    for row in graph.to_dict("records"):
        best = _ids(row["best"])
        found = [register.number(i) for i in best]
        seen = "; ".join(filter(None, map(printed_text, found))) or ("no number" if best else "none")
        arrow = f"{row['from_box']} → {row['to_box']} ({row['sign'].replace('-', '−')})"
        ends = ((n.ci_low, n.ci_high) for n in found if n.is_number)
        interval = joined(f"{a.text} to {b.text}".replace("-", "−") if a and b else "not published" for a, b in ends)
        sizes = [joined(_size(by_id[i], name) for i in best) for name in ("k", "n")]
        last = (row["design"], joined(n.study for n in found), row["weak_point"], row["support"])
        rows.append((row["row_id"], arrow, seen, interval, *sizes, *last))
    columns = ["Arrow", "From → to (sign)", "Best evidence obtained", "Interval", "k", "N", "Design", "Source"]
    return pd.DataFrame(rows, columns=[*columns, "Weak point", "Support (our rating)"])


def _size(row: Mapping, name: str) -> str:
    """Return the number of studies or people of an estimate in words."""
    whole = " in the whole review" if str(row["scope"]).startswith("whole") else ""
    if name == "n" and np.isnan(row["n"]) and not np.isnan(row["n_group1"]):
        return f"{int(row['n_group1']):,} and {int(row['n_group2']):,}{whole}"
    if np.isnan(row[name]):
        return "not published" if name == "n" or row["design_class"].startswith("pooled") else "one sample"
    unit = f" {row['k_unit']}" if name == "k" and isinstance(row["k_unit"], str) and row["k_unit"] else ""
    return f"{int(row[name]):,}{unit}{whole}"
