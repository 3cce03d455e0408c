"""Which report describes which patients: samples as rows, their reports along the years."""

from __future__ import annotations

import pandas as pd

from restated.errors import RestatedError
from restated.plots import rows as layout
from restated.plots.rows import Column
from restated.plots.style import POINTS, Drawn, colour, drawing, require, text_width
from restated.plots.words import Scale, alt_text, count, plural

YEAR = Scale("year", decimals=0, steps=(1, 2, 5, 10))
#: Marks of a report, by what it is to the sample: shape and filling, so that they can be told apart without colour.
REPORT_MARKS = {
    "independent sample": ("s", True, "accent"),
    "follow-up": ("o", False, "accent"),
    "sub-sample": ("D", False, "second"),
    "protocol": ("x", True, "muted"),
}
NEEDED = ("family", "label", "group", "population", "n", "year", "relation", "developer")
#: Sideways shift, in years, of reports of one sample and year, so that none hides another.
SHIFT = 0.35


@drawing
def trial_map(reports: pd.DataFrame) -> Drawn:
    """Samples as rows, grouped, with their reports along the years and a line through reports on the same patients.

    Parameters
    ----------
    reports : DataFrame
        One row per report: `family` (the sample), `label`, `population`, `n`, `group` of the sample, `year`, `relation`
        (one of `REPORT_MARKS`), `developer` (words for the sample's last column). Label, population, n, group and
        developer are read from the first row of a family; groups and families keep their order.

    Raises
    ------
    RestatedError
        If a column is missing or a relation is unknown.
    """
    require(reports, *NEEDED)
    unknown = sorted(set(reports["relation"]) - set(REPORT_MARKS))
    if unknown:
        raise RestatedError(
            f"unknown relation '{unknown[0]}'", field="relation", remedy="Use one of " + ", ".join(REPORT_MARKS)
        )
    plan: list[tuple[str, pd.DataFrame | None]] = []
    for group, part in reports.groupby("group", sort=False):
        plan.append((group, None))
        plan += [(family, rows) for family, rows in part.groupby("family", sort=False)]
    headings = frozenset(i for i, (_, rows) in enumerate(plan) if rows is None)

    def column(name: str) -> list[str]:
        return ["" if rows is None else str(rows[name].iat[0]) for _, rows in plan]

    labels = [name if rows is None else rows["label"].iat[0] for name, rows in plan]
    sizes = ["" if rows is None else count(rows["n"].iat[0]) or "–" for _, rows in plan]
    chart = layout.row_chart(
        [
            Column("First report", labels, free=headings),
            Column("Patients", column("population")),
            Column("n", sizes, align="right"),
        ],
        [Column("Developer", column("developer"))],
        limits=(reports["year"].min() - 1.0, reports["year"].max() + 1.0),
        scale=YEAR,
        axis="year of publication",
        strong=headings,
        foot_lines=1,
    )
    ax = chart.ax
    for i, (_, rows) in enumerate(plan):
        if rows is None:
            continue
        ax.plot(ax.get_xlim(), [i, i], color=colour("grid"), linewidth=0.7, zorder=0, clip_on=False)
        rows = rows.sort_values("year", kind="stable")
        at = rows["year"].astype(float) + SHIFT * rows.groupby("year").cumcount()
        ax.plot(at, [i] * len(at), color=colour("accent"), linewidth=1.6, zorder=2, gid="family")
        for x, relation in zip(at, rows["relation"], strict=True):
            ax.plot([x], [i], zorder=3, gid=f"report-{relation.replace(' ', '-')}", **_style(relation))
    _key(chart, [r for r in REPORT_MARKS if (reports["relation"] == r).any()])
    families = reports.groupby("family", sort=False)
    linked = families.filter(lambda rows: len(rows) > 1)
    return Drawn(
        chart.fig,
        alt_text(
            f"Timeline of {plural(len(reports), 'report')} on {plural(families.ngroups, 'sample')} of patients, "
            f"{reports['year'].min()} to {reports['year'].max()}",
            f"{plural(linked['family'].nunique(), 'sample')} {'stands' if linked['family'].nunique() == 1 else 'stand'} "
            f"behind {plural(len(linked), 'report')}",
            *[
                f"{group}: {plural(part['family'].nunique(), 'sample')}"
                for group, part in reports.groupby("group", sort=False)
            ],
        ),
        pd.DataFrame(
            {
                "report": reports["report"].astype(str) if "report" in reports else reports["label"].astype(str),
                "sample of": [families.get_group(f)["label"].iat[0] for f in reports["family"]],
                "compared with": reports["group"].astype(str),
                "relation": reports["relation"].astype(str),
                "year": reports["year"].astype(str),
                "n": reports["n"].astype(float).round().astype("Int64"),
                "developer among the authors": reports["developer"].astype(str),
            }
        ).reset_index(drop=True),
    )


def _style(relation: str) -> dict:
    marker, filled, role = REPORT_MARKS[relation]
    return dict(
        linestyle="none",
        marker=marker,
        markersize=7,
        markerfacecolor=colour(role if filled else "page"),
        markeredgecolor=colour(role),
        markeredgewidth=1.6,
        clip_on=False,
    )


def _key(chart: layout.Chart, relations: list[str]) -> None:
    """What the marks mean, under the axis."""
    x = layout.MARGIN + 0.1
    for relation in relations:
        chart.ax.plot(
            [x],
            [chart.foot + layout.HALF_DIGIT * chart.size / POINTS],
            transform=chart.fig.dpi_scale_trans,
            **_style(relation),
        )
        chart.below(x + 0.12, relation)
        x += 0.42 + text_width(relation, chart.size)
