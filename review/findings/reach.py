"""Survey, training and centre figures of the case study: counts that fit, ways to count places, meaning of figures."""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from restated.errors import RestatedError
from restated.estimate import proportions
from restated.reconstruct.counts import CountSet, counts
from restated_book import claims
from restated_book.register import PublishedNumber, Register
from review.findings.numbers import value

#: Roles as the figure shows them; two roles of one programme are shown as one.
ROLES = {
    "training held": "training held",
    "training centre": "training centre",
    "MBT-A in use": "MBT-A in use",
    "Lighthouse clinical services": "Lighthouse",
    "Lighthouse run": "Lighthouse",
    "Minding the Baby": "Minding the Baby",
    "MBT in guideline review": "guideline review",
}


@dataclass(frozen=True)
class Item:
    """One question of the survey; intervals are proportions, lower end first."""

    counts: CountSet  # every whole number of respondents that prints as the percentage
    nearest: int  # the count nearest to the printed percentage
    n: int  # respondents
    wilson: tuple[float, float]  # 95 % intervals of the nearest count
    exact: tuple[float, float]
    envelope: tuple[float, float]  # lowest and highest limit of Wilson's interval over all counts

    @property
    def share(self) -> float:
        """Nearest count as a proportion of all respondents."""
        return self.nearest / self.n


def item(percent: str, n: int) -> Item:
    """Return a printed percentage of `n` respondents as counts and intervals.

    Raises
    ------
    RestatedError
        If no whole number prints as the percentage.
    """
    found = counts(percent, n)
    if found.empty:
        raise RestatedError(found.message, field="percent")
    middle = float(percent) * n / 100
    nearest = min(found.counts.tolist(), key=lambda count: abs(count - middle))
    wilson, exact = (
        (float(low), float(high)) for low, high in (proportions.wilson(nearest, n), proportions.exact(nearest, n))
    )
    return Item(found, nearest, n, wilson, exact, proportions.envelope(found.counts, n))


def by_response(items: dict[str, Item], rates: Iterable[float]) -> pd.DataFrame:
    """Bound the share among all invited, by response rate.

    Columns: ``item, rate, invited, low, high``; `rate`, `low` and `high` in percent.

    Parameters
    ----------
    rates : iterable of float
        Response rates, above 0 and not above 1.
    """
    rates, rows = list(rates), []
    for name, one in items.items():
        for rate in rates:
            if not 0 < rate <= 1:
                raise RestatedError(f"the response rate must be above 0 and at most 1, not {rate:g}", field="rates")
            low, high = proportions.unanswered(one.nearest, one.n, one.n / rate)
            rows.append((name, 100 * rate, one.n / rate, 100 * low, 100 * high))
    return pd.DataFrame(rows, columns=["item", "rate", "invited", "low", "high"])


def located(places: pd.DataFrame) -> pd.DataFrame:
    """Return the named places with country and part of the world.

    Columns: ``place, role, region, country, part, kind, shown`` in the order of ``data/claims/geography.csv``; `shown`
    is the role as figures show it, `region` the heading under which the source lists the place.

    Parameters
    ----------
    places : pandas.DataFrame
        ``restated_book.claims.load("places")``.

    Raises
    ------
    RestatedError
        If a place is not in that table or a role not in `ROLES`.
    """
    where = claims.load("geography")
    for column, known, home in (
        ("place", set(where["place"]), "data/claims/geography.csv"),
        ("role", set(ROLES), "ROLES in review/findings/reach.py"),
    ):
        for i, name in enumerate(places[column]):
            if name not in known:
                raise RestatedError(f"'{name}' is not known", row=i + 2, field=column, remedy=f"Add it to {home}.")
    rows = (
        places[["place", "role", "region"]].merge(where, on="place", how="left").assign(shown=places["role"].map(ROLES))
    )
    order = {name: i for i, name in enumerate(where["place"])}
    return rows.sort_values("place", key=lambda names: names.map(order), kind="stable").reset_index(drop=True)


def ways(places: pd.DataFrame) -> pd.DataFrame:
    """Count the places of each role in three ways.

    Indexed by role, in the order of `ROLES`, with a last row for all together: `places` (names in the list),
    `countries` (a country counts once, a territory counts as one), `strict` (without territories).

    Parameters
    ----------
    places : pandas.DataFrame
        From `located`.
    """
    groups = {role: places[places["shown"] == role] for role in dict.fromkeys(ROLES.values())}
    groups["any role"] = places
    rows = [
        (part["place"].nunique(), part["country"].nunique(), part["country"][part["kind"] != "territory"].nunique())
        for part in groups.values()
    ]
    return pd.DataFrame(rows, index=list(groups), columns=["places", "countries", "strict"])


def centres(places: pd.DataFrame) -> dict[str, int]:
    """Count training centres by the heading under which the source lists them; those without a heading are "other"."""
    listed = places[places["role"] == "training centre"]
    counted = listed["region"].replace("", "other").value_counts()
    return {str(region): int(number) for region, number in counted.items()}


def figures(register: Register, statements: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """Return the training and family figures of ``data/claims/figures.csv`` with their meaning, source and verdict.

    Columns: ``id, short, quantity, printed, counts, value, open, cited, independence, verdict, note``; `value` is the
    number or the bound, and `open` is True where only a bound or an approximate number is printed.

    Parameters
    ----------
    statements, sources : pandas.DataFrame
        ``restated_book.claims.load("claims")`` and ``load("sources")``.
    """
    by_claim = {row["id"]: row for row in statements.to_dict("records")}
    independence = dict(zip(sources["id"], sources["independence"], strict=True))
    rows = []
    for figure in claims.load("figures").to_dict("records"):
        number, claim = register[figure["register_id"]], by_claim[figure["claim_id"]]
        exact = number.value.value is not None and number.value.kind == "exact"
        cited = claim["cited"]
        printed = (number.quantity, number.value.text, number.unit, _number_or_bound(number), not exact)
        rests_on = "; ".join(dict.fromkeys(independence[s] for s in cited)) or "–"
        checked = (", ".join(cited) or "none named", rests_on, claim["verdict"])
        rows.append((number.id, figure["short"], *printed, *checked, figure["note"]))
    columns = ["id", "short", "quantity", "printed", "counts", "value", "open", "cited", "independence", "verdict"]
    return pd.DataFrame(rows, columns=[*columns, "note"])


def _number_or_bound(number: PublishedNumber) -> float:
    """Return the number in a bound or an approximate figure: over 250 gives 250, approximately 200 gives 200."""
    if number.value.value is not None:
        return value(number.value)
    ends = [end for end in (number.value.low, number.value.high) if end is not None]
    return float(sum(ends) / len(ends))
