"""Survey, training and centre figures of the case study: counts that fit, ways to count places, meaning of figures."""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from restated.errors import RestatedError
from restated.estimate import proportions
from restated.reconstruct.counts import CountSet, counts
from restated_book import claims, paths
from restated_book.register import Register
from review.findings.numbers import value

#: Roles as the figure shows them; two roles of one programme are shown as one.
ROLES: dict[str, str] = paths.tables(__file__)


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
    """Return a printed percentage of `n` respondents as counts and intervals; refuse one that no whole number gives."""
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
    """Bound the share among all invited, by response rate (above 0, at most 1); `rate, low, high` in percent."""
    rates = list(rates)
    for rate in rates:
        if not 0 < rate <= 1:
            raise RestatedError(f"the response rate must be above 0 and at most 1, not {rate:g}", field="rates")
    rows = [
        (name, 100 * rate, one.n / rate, *(100 * x for x in proportions.unanswered(one.nearest, one.n, one.n / rate)))
        for name, one in items.items()
        for rate in rates
    ]
    return pd.DataFrame(rows, columns=["item", "rate", "invited", "low", "high"])


def located(places: pd.DataFrame) -> pd.DataFrame:
    """Return the named places with country and part of the world, in the order of ``data/claims/geography.csv``.

    `places` are ``claims.load("places")``: `region` is the heading under which the source lists the place. `shown` is
    the role as figures show it. A place that is not in that table or a role not in `ROLES` is refused.
    """
    where = claims.load("geography")
    order = {name: i for i, name in enumerate(where["place"])}
    known = {"place": set(order), "role": set(ROLES)}
    for column, home in (("place", "data/claims/geography.csv"), ("role", "review/findings/reach.toml")):
        for i, name in enumerate(places[column]):
            if name not in known[column]:
                raise RestatedError(f"'{name}' is not known", row=i + 2, field=column, remedy=f"Add it to {home}.")
    rows = places[["place", "role", "region"]].merge(where, on="place", how="left")
    rows["shown"] = rows["role"].map(ROLES)
    return rows.sort_values("place", key=lambda names: names.map(order), kind="stable", ignore_index=True)


def ways(places: pd.DataFrame) -> pd.DataFrame:
    """Count the places of each role of :func:`located` in three ways, with a last row for all together.

    `places` are names in the list; in `countries` a country counts once and a territory as one; `strict` leaves
    territories out.
    """
    groups = {role: places[places["shown"] == role] for role in ROLES.values()} | {"any role": places}
    counted = {
        "places": [part["place"].nunique() for part in groups.values()],
        "countries": [part["country"].nunique() for part in groups.values()],
        "strict": [part.loc[part["kind"] != "territory", "country"].nunique() for part in groups.values()],
    }
    return pd.DataFrame(counted, index=list(groups))


def centres(places: pd.DataFrame) -> dict:
    """Count training centres by the heading under which the source lists them; those without a heading are "other"."""
    return places[places["role"] == "training centre"]["region"].replace("", "other").value_counts().to_dict()


def figures(register: Register, statements: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """Return the training and family figures of ``data/claims/figures.csv`` with their meaning, source and verdict.

    `statements` are ``claims.load("claims")``, `sources` ``claims.load("sources")``. `value` is the number or the
    bound, and `open` is True where only a bound or an approximate number is printed.
    """
    by_claim = {row["id"]: row for row in statements.to_dict("records")}
    independence = dict(zip(sources["id"], sources["independence"], strict=True))
    rows = []
    for figure in claims.load("figures").to_dict("records"):
        number, claim = register[figure["register_id"]], by_claim[figure["claim_id"]]
        exact = number.value.value is not None and number.value.kind == "exact"
        cited = claim["cited"]
        # "Over 250" is drawn at 250, "approximately 200" at 200.
        ends = [float(end) for end in (number.value.low, number.value.high) if end is not None]
        drawn = sum(ends) / len(ends) if number.value.value is None else value(number.value)
        printed = (number.quantity, number.value.text, number.unit, drawn, not exact)
        rests_on = "; ".join(dict.fromkeys(independence[s] for s in cited)) or "–"
        checked = (", ".join(cited) or "none named", rests_on, claim["verdict"])
        rows.append((number.id, figure["short"], *printed, *checked, figure["note"]))
    columns = ["id", "short", "quantity", "printed", "counts", "value", "open", "cited", "independence", "verdict"]
    return pd.DataFrame(rows, columns=[*columns, "note"])
