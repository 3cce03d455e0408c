"""Reports by the patients they describe: samples as rows, their reports along the years."""

import pandas as pd

from restated.plots import marks
from restated.plots.marks import dots
from restated.plots.rows import MARGIN, Column, cells, row_chart, under_headings
from restated.plots.style import Drawn, colour, drawing
from restated.plots.words import Scale, alt_text, count, plural
from review.figures.tables import checked, known, parts

YEAR = Scale("year", decimals=0, steps=(1, 2, 5, 10))
REPORT_MARKS = marks.of("reports", __file__)  #: Marks of a report by its relation to the sample
#: Names of the columns of the data.
NAMES = ["report", "sample of", "compared with", "relation", "year", "n", "developer among the authors"]
SHIFT = 0.35  # sideways shift, in years, of reports of one sample and year, which would hide each other


@drawing
def trial_map(reports: pd.DataFrame) -> Drawn:
    """Draw samples as rows, grouped, with their reports along the years, those on the same patients joined by a line.

    `reports`, one row each: `family` (the sample), `report`, `label`, `population`, `n`, `group` of the sample, `year`,
    `relation` (one of `REPORT_MARKS`), `developer` (words for the last column). The columns on the sample are read from
    the first row of a family; groups and families keep their order.
    """
    columns = ["report", "family", "group", "relation", "year", "n", "developer"]
    reports = checked(reports, *columns, "label", "population")
    known(reports, "relation", REPORT_MARKS)
    samples = [own for part in parts(reports, "group").values() for own in parts(part, "family").values()]
    first = pd.DataFrame([own.iloc[0] for own in samples])
    at, headings = under_headings(first["group"].tolist())
    rows, strong = len(at) + len(headings), frozenset(headings)
    labels = cells(rows, [*at, *headings], [*first["label"], *headings.values()])
    sizes = cells(rows, at, [count(n) or "–" for n in first["n"]])
    patients, developers = (cells(rows, at, first[name]) for name in ("population", "developer"))
    chart = row_chart(
        [Column("First report", labels, free=strong), Column("Patients", patients), Column("n", sizes, align="right")],
        [Column("Developer", developers)],
        limits=(reports["year"].min() - 1.0, reports["year"].max() + 1.0),
        scale=YEAR,
        axis="year of publication",
        strong=strong,
        foot_lines=1,
    )
    ax = chart.ax
    for i, own in zip(at, samples):
        ax.plot(ax.get_xlim(), [i, i], color=colour("grid"), linewidth=0.7, zorder=0, clip_on=False)
        own = own.sort_values("year", kind="stable")
        at_years = own["year"].astype(float) + SHIFT * own.groupby("year").cumcount()
        ax.plot(at_years, [i] * len(own), color=colour("accent"), linewidth=1.6, zorder=2, gid="family")
        for x, relation in zip(at_years, own["relation"]):
            gid = f"report-{relation.replace(' ', '-')}"
            dots(ax, [x], [i], REPORT_MARKS[relation], size=7, edge=1.6, zorder=3, gid=gid)
    key = chart.key(MARGIN + 0.1, role="muted", mark=(7, 1.6))
    for relation, mark in REPORT_MARKS.items():
        if (reports["relation"] == relation).any():
            key.add(relation, mark, width=0.0, space=0.12)
    data = reports.astype({"report": str, "group": str, "relation": str, "year": str, "developer": str})
    data["family"] = reports["family"].map(first.set_index("family")["label"])
    data["n"] = reports["n"].astype(float).round().astype("Int64")
    families, years = reports.groupby("family", sort=False), reports["year"]
    linked = families.filter(lambda own: len(own) > 1)
    alt = alt_text(
        f"Timeline of {plural(len(reports), 'report')} on {plural(families.ngroups, 'sample')} of patients, "
        f"{years.min()} to {years.max()}",
        f"{plural(linked['family'].nunique(), 'sample')} with more than one report ({plural(len(linked), 'report')})",
        *[f"{group}: {plural(part['family'].nunique(), 'sample')}" for group, part in parts(reports, "group").items()],
    )
    return Drawn(chart.fig, alt, data[columns].set_axis(NAMES, axis=1))
