"""Survey, training and centre figures of the case study: what counts fit, how places can be counted, what each figure is of."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from restated.errors import RestatedError
from restated.estimate import proportions
from restated.reconstruct.counts import CountSet, counts
from restated_book.register import Register

HOME = "United Kingdom"
#: Part of the world and country of every place that is named, in the order in which figures show them. Hong Kong is listed
#: by the source beside countries and kept as a place of its own.
GEOGRAPHY = {
    "UK and parts of it": {
        HOME: HOME,
        **dict.fromkeys(
            (
                "England",
                "Scotland",
                "N. Ireland",
                "Oxford",
                "Wiltshire",
                "Bath & North East Somerset",
                "Buckinghamshire",
            ),
            HOME,
        ),
    },
    "Other Europe": {
        name: name
        for name in (
            "Austria",
            "Belgium",
            "Denmark",
            "Finland",
            "Germany",
            "Ireland",
            "Italy",
            "The Netherlands",
            "Poland",
            "Spain",
            "Sweden",
            "Switzerland",
        )
    },
    "North America": {
        "Canada": "Canada",
        **dict.fromkeys(("United States", "Boston", "Connecticut", "Florida", "Los Angeles"), "United States"),
    },
    "Elsewhere": {name: name for name in ("Australia", "Chile", "Hong Kong", "Japan", "New Zealand")},
}
#: Listed beside countries without being one.
NOT_A_COUNTRY = ("Hong Kong",)
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
TRAINING = ("training held", "training centre")

#: The claim each printed figure belongs to, a short name, and what a reader must know about how it counts.
FIGURES = {
    "reach-practitioners-summary": ("A03", "trained, section 1", "undated; one person in two courses may count twice"),
    "reach-practitioners-text": ("I02", "trained, section 4", "undated; one person in two courses may count twice"),
    "reach-community-practitioners": ("I10", "community services", "part of the total; the sentence names 2019"),
    "reach-under5s-practitioners": ("I18", "CAMHS Under 5s", "since 2015; not said whether part of the total"),
    "reach-mtb-trained": ("M24", "Minding the Baby training", "undated; not said whether part of the total"),
    "reach-mtb-webinars": ("M25", "Minding the Baby webinars", "registrations in recent months, not people trained"),
    "reach-mtb-us-families": ("M19", "Minding the Baby, US", "undated; served, not studied"),
    "reach-mtb-uk-families": ("M20", "Minding the Baby, UK", "undated; served, not studied"),
    "reach-mtb-dk-families": ("M23", "Minding the Baby, Denmark", "undated; served, not studied"),
    "reach-lighthouse-parents": ("L04", "Lighthouse", "since 2015"),
}


@dataclass(frozen=True)
class Item:
    """One question of the survey.

    Attributes
    ----------
    counts : CountSet
        Every whole number of respondents that prints as the percentage.
    nearest : int
        The count nearest to the printed percentage.
    n : int
        Respondents.
    wilson, exact : (low, high)
        95 % intervals of `nearest`, proportions.
    envelope : (low, high)
        Lowest and highest limit of Wilson's interval over all counts, proportions.
    """

    counts: CountSet
    nearest: int
    n: int
    wilson: tuple[float, float]
    exact: tuple[float, float]
    envelope: tuple[float, float]

    @property
    def share(self) -> float:
        """Proportion that the nearest count is of all respondents."""
        return self.nearest / self.n


def item(percent: str, n: int) -> Item:
    """A printed percentage of `n` respondents as counts and intervals.

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
    wilson, exact = (tuple(map(float, interval(nearest, n))) for interval in (proportions.wilson, proportions.exact))
    return Item(found, nearest, n, wilson, exact, proportions.envelope(found.counts, n))


def by_response(items: dict[str, Item], rates) -> pd.DataFrame:
    """Bounds of the share among all invited, by response rate.

    Parameters
    ----------
    items : dict of str to Item
    rates : iterable of float
        Response rates, above 0 and not above 1.

    Returns
    -------
    pandas.DataFrame
        ``item, rate, invited, low, high``; `rate`, `low` and `high` in percent.
    """
    rows = []
    for name, one in items.items():
        for rate in rates:
            if not 0 < rate <= 1:
                raise RestatedError(f"a response rate of {rate:g} is not above 0 and at most 1", field="rates")
            low, high = proportions.unanswered(one.nearest, one.n, one.n / rate)
            rows.append((name, 100 * rate, one.n / rate, 100 * low, 100 * high))
    return pd.DataFrame(rows, columns=["item", "rate", "invited", "low", "high"])


# --- places -----------------------------------------------------------------------------------------------------------


def located(places: pd.DataFrame) -> pd.DataFrame:
    """The named places with country and part of the world.

    Parameters
    ----------
    places : pandas.DataFrame
        ``restated_book.claims.load("places")``.

    Returns
    -------
    pandas.DataFrame
        ``place, country, part, role, shown, region`` in the order of `GEOGRAPHY`; `shown` is the role as figures show it,
        `region` the heading under which the source lists the place.

    Raises
    ------
    RestatedError
        If a place or a role has no entry here.
    """
    order, where = {}, {}
    for part, names in GEOGRAPHY.items():
        for name, country in names.items():
            order[name] = len(order)
            where[name] = (country, part)
    for column, known in (("place", where), ("role", ROLES)):
        for i, value in enumerate(places[column]):
            if value not in known:
                raise RestatedError(
                    f"'{value}' is not known", row=i + 2, field=column, remedy="add it to restated/findings/reach.py"
                )
    out = places[["place", "role", "region"]].assign(
        country=[where[p][0] for p in places["place"]],
        part=[where[p][1] for p in places["place"]],
        shown=places["role"].map(ROLES),
    )
    return out.sort_values("place", key=lambda names: names.map(order), kind="stable").reset_index(drop=True)


def ways(places: pd.DataFrame) -> pd.DataFrame:
    """How many there are by each way of counting.

    Parameters
    ----------
    places : pandas.DataFrame
        From `located`.

    Returns
    -------
    pandas.DataFrame
        Indexed by role, in the order of `ROLES`, with a last row for all together: `places` (names in the list), `countries` (a
        country counts once, Hong Kong counts as one), `strict` (without Hong Kong).
    """
    groups = {role: places[places["shown"] == role] for role in dict.fromkeys(ROLES.values())}
    groups["any role"] = places
    return pd.DataFrame(
        {
            role: (
                part["place"].nunique(),
                part["country"].nunique(),
                part.loc[~part["country"].isin(NOT_A_COUNTRY), "country"].nunique(),
            )
            for role, part in groups.items()
        },
        index=["places", "countries", "strict"],
    ).T


def centres(places: pd.DataFrame) -> dict[str, int]:
    """Named training centres by the heading under which the source lists them; those without a heading under "other"."""
    listed = places[places["role"] == "training centre"]
    return listed["region"].replace("", "other").value_counts().to_dict()


# --- figures on training and families ---------------------------------------------------------------------------------


def figures(register: Register, claims: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """Every training and family figure with what it counts and what it rests on.

    Parameters
    ----------
    register : Register
    claims, sources : pandas.DataFrame
        ``restated_book.claims.load("claims")`` and ``load("sources")``.

    Returns
    -------
    pandas.DataFrame
        ``id, short, quantity, printed, counts, value, open, cited, independence, verdict, note``; `value` is the number or the bound, and
        `open` is True where only a bound or an approximate number is printed.
    """
    by_claim, by_source = claims.set_index("id"), sources.set_index("id")
    rows = []
    for id, (claim, short, note) in FIGURES.items():
        number = register[id]
        exact = number.value.value is not None and number.value.kind == "exact"
        cited = by_claim.loc[claim, "cited"]
        rows.append(
            (
                id,
                short,
                number.quantity,
                number.value.text,
                number.unit,
                float(number.value.value if exact else _middle(number)),
                not exact,
                ", ".join(cited) or "none named",
                "; ".join(dict.fromkeys(by_source.loc[s, "independence"] for s in cited)) or "–",
                by_claim.loc[claim, "verdict"],
                note,
            )
        )
    return pd.DataFrame(
        rows,
        columns=[
            "id",
            "short",
            "quantity",
            "printed",
            "counts",
            "value",
            "open",
            "cited",
            "independence",
            "verdict",
            "note",
        ],
    )


def _middle(number) -> float:
    """The number in a bound or an approximate figure: over 250 gives 250, approximately 200 gives 200."""
    ends = [end for end in (number.value.low, number.value.high) if end is not None]
    return float(number.value.value) if number.value.value is not None else float(sum(ends) / len(ends))
