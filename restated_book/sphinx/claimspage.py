"""The claims page: every claim of the document with its verdict, matters printed in two places, and links to claims.

Claims are texts and not numbers: they are shown as a list of entries, which reads well on a narrow screen, and not as a
table.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from html import escape

from docutils import nodes
from sphinx.util.docutils import SphinxDirective, SphinxRole

from restated.errors import RestatedError
from restated_book import claims, config, entries, paths
from restated_book.sources import bibliography
from restated_book.sphinx import markup
from restated_book.sphinx.ledgerpage import citation_links
from restated_book.sphinx.otherbuilders import OTHERS, nothing
from restated_book.sphinx.roles import only_text, refuse, tip_id

#: Words for the column ``public`` of a source.
PUBLIC = {"yes": "public", "in part": "public in part", "no": "not public"}

#: Words for the column ``independence`` of a source.
STANDING = {
    "independent": "independent",
    "in part": "independent in part",
    "not assessed": "independence not assessed",
    "own research": "own research",
    "not independent": "not independent of the programme",
}

#: Value of the filter for claims to which no source is attached.
NONE_CITED = "none"


class claims_block(nodes.General, nodes.Element):
    """Generated HTML. Attributes: ``make`` (``filters``, ``list`` or ``places``) and, for a list, ``section``.

    The HTML is made when the page is written; other builders print the child paragraph.
    """


class claim_link(nodes.Inline, nodes.TextElement):
    """The id of a claim as a link to it. Attribute: ``claim``. Its only child is the id as text."""


@dataclass(frozen=True)
class Links:
    """Addresses of what claims refer to, relative to the page.

    `ledger` is the ledger page, `cite` gives the bibliography entry of a source key or None, `work` the short name of a
    source key, `chapter` the address and title of a chapter by its name, `rows` the ledger rows by id.
    """

    ledger: str
    cite: Callable[[str], str | None]
    work: Callable[[str], str]
    chapter: Callable[[str], tuple[str, str]]
    rows: Mapping[str, Mapping]


@cache
def _works() -> bibliography.Bibliography:
    return bibliography.load()


def links(builder, docname: str) -> Links:
    """Return the addresses as seen from the page `docname`."""

    def chapter(name: str) -> tuple[str, str]:
        doc = f"notebooks/{name}"
        title = builder.env.titles[doc].astext() if doc in builder.env.titles else name
        return builder.get_relative_uri(docname, doc), title

    ledger = builder.get_relative_uri(docname, builder.config.restated_ledger_doc)
    return Links(ledger, citation_links(builder, docname), _works().short, chapter, entries.load())


@cache
def statements() -> dict[str, dict]:
    """Return the claims by id."""
    return {claim["id"]: claim for claim in claims.load("claims").to_dict("records")}


@cache
def _sources() -> dict[str, dict]:
    return {source["id"]: source for source in claims.load("sources").to_dict("records")}


@cache
def _comparisons() -> dict[str, list[dict]]:
    """Rows of ``checks`` by the claims they bear on."""
    by_claim: dict[str, list[dict]] = {}
    for row in claims.load("checks").to_dict("records"):
        for id in row["claim_ids"]:
            by_claim.setdefault(id, []).append(row)
    return by_claim


def badge(verdict: str, strength: str) -> str:
    """Return the verdict on a claim as a decorative shape and words."""
    sign = claims.shape(verdict, strength)
    words = escape(claims.words(verdict, strength))
    shape = f'<span class="rs-shape" aria-hidden="true">{sign}</span>'
    return f'<span class="rs-verdict rs-c-{escape(verdict)}">{shape} {words}</span>'


def _link(href: str | None, text: str) -> str:
    return f'<a href="{escape(href)}">{escape(text)}</a>' if href else escape(text)


def _works_html(keys: Iterable[str], to: Links) -> str:
    return "; ".join(_link(to.cite(key), to.work(key)) for key in keys)


def _cited_html(markers: Iterable[str], sources: Mapping[str, Mapping], to: Links) -> str:
    """Return the sources the document attaches, each with its description, access and independence."""
    items = []
    for marker in markers:
        source = sources[marker]
        about = f"{source['description']} ({PUBLIC[source['public']]}; {STANDING[source['independence']]})"
        # The key of a source that is not public names the work that describes it, not the source.
        href = to.cite(source["source_key"]) if source["public"] == "yes" and source["source_key"] else None
        items.append(f"{_link(href, marker)}: {escape(about)}")
    return "; ".join(items) or "no source is attached"


def _number_item(id: str, to: Links) -> str:
    row = to.rows.get(id)
    href = escape(f"{to.ledger}#{id}")
    if row is None:
        return f'<li><a href="{href}">{escape(id)}</a></li>'
    about = "; ".join(filter(None, [entries.source_text(row), row.get("note")]))
    printed = entries.published_text(row)
    grade = f" {markup.grade_badge(row['grade'])}" if row["grade"] else ""
    return (
        f'<li><a href="{href}">{escape(str(row["quantity"]))}</a>: <b>{escape(printed)}</b> '
        f"<small>{escape(about)}</small>{grade}</li>"
    )


def _sentence(text: str) -> str:
    """Return a note as a sentence."""
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _pairs(pairs: Iterable[tuple[str, str]], css: str) -> str:
    """Return terms and their texts (HTML), without those that are empty."""
    items = "".join(f"<div><dt>{escape(term)}</dt><dd>{text}</dd></div>" for term, text in pairs if text)
    return f'<dl class="{css}">{items}</dl>'


def _comparison_html(row: Mapping, to: Links) -> str:
    keys = [key for key in row["source_key"].split(claims.SEPARATOR) if key]
    source = ", ".join(filter(None, [_works_html(keys, to), escape(row["locator"])]))
    return _pairs(
        [
            (f"The {config.load().claims.document} says", escape(row["document_says"])),
            ("The source says", escape(row["source_says"])),
            ("Relation", escape(row["relation"])),
            ("Source and place", source or "none found"),
            ("Seen", markup.grade_badge(row["grade"])),
            ("Note", escape(row["note"])),
        ],
        "rs-facts",
    )


def claim_html(claim: Mapping, *, sources: Mapping[str, Mapping], comparisons: Iterable[Mapping], to: Links) -> str:
    """Return one claim as an item of a list.

    `claim` is a row of the table ``claims``, `sources` are the rows of ``sources`` by marker, `comparisons` those of
    ``checks`` that bear on the claim.
    """
    comparisons = list(comparisons)
    anchor = escape(claims.anchor(claim["id"]))
    checkable = claim["checkable_from"] if claim["verdict"] == "not-publicly-checkable" else ""
    checkable = config.load().claims.checkable.get(checkable, checkable)
    chapters = "; ".join(_link(*to.chapter(name)) for name in claim["chapters"])
    facts = _pairs(
        [
            ("Printed", escape(claims.printed(claim))),
            ("Cites", _cited_html(claim["cited"], sources, to)),
            ("Compared with", _works_html(claim["source_keys"], to)),
            ("Could be checked from", escape(checkable)),
            ("Chapters", chapters),
        ],
        "rs-facts",
    )
    more = ""
    if comparisons:
        n = len(comparisons)
        inside = "".join(_comparison_html(row, to) for row in comparisons)
        words = f"Beside {'its source' if n == 1 else 'its sources'} ({n})"
        more += f'<details class="rs-data"><summary>{words}</summary>{inside}</details>'
    if claim["numbers"]:
        items = "".join(_number_item(id, to) for id in claim["numbers"])
        words = f"Printed numbers that bear on it ({len(claim['numbers'])})"
        more += f"<details><summary>{words}</summary><ul>{items}</ul></details>"
    css = [f"v-{claim['verdict']}", *(f"m-{marker}" for marker in claim["cited"] or [NONE_CITED])]
    return (
        f'<li id="{anchor}" class="rs-claim {escape(" ".join(css))}">'
        f'<p class="rs-claim-head"><a href="#{anchor}"><span class="rs-hidden">Claim </span>{escape(claim["id"])}</a> '
        f"{badge(claim['verdict'], claim['strength'])}</p>"
        f'<p class="rs-claim-says">{escape(claim["claim"])}</p>'
        f"<p>{escape(claim['reason'])}</p>{facts}{more}</li>"
    )


def filters_html(rows: Iterable[Mapping], sources: Mapping[str, Mapping]) -> str:
    """Return the form above the claims and their count. Without its script the style sheet hides the form."""
    rows = list(rows)
    verdicts = {row["verdict"] for row in rows}
    sections = {row["section"] for row in rows}
    cited = {marker for row in rows for marker in row["cited"]}
    markers = [(m, f"{m}: {source['description']}") for m, source in sources.items() if m in cited]
    if not all(row["cited"] for row in rows):
        markers.append((NONE_CITED, "no source attached"))
    shapes = ((v, f"{claims.SHAPES[v]} {v.replace('-', ' ')}") for v in claims.VERDICTS if v in verdicts)
    parts = ((section_id(s), title) for s, title in _sections(rows).items() if s in sections)
    return (
        '<form class="rs-filters rs-claims-filters" role="search" aria-label="Filter the claims">'
        '<label for="rs-f-text">Text'
        '<input id="rs-f-text" type="search" autocomplete="off" data-filter="text"></label>'
        + markup.select("verdict", "Verdict", shapes)
        + markup.select("section", "Part", parts)
        + markup.select("cited", "Cited source", markers)
        + '<button type="reset">Show all</button></form>'
        f'<p class="rs-count" role="status">{markup.counted(len(rows), "claim")}</p>'
    )


def list_html(rows: Iterable[Mapping], *, sources: Mapping, comparisons: Mapping, to: Links) -> str:
    """Return the claims of one part of the document."""
    items = "\n".join(
        claim_html(row, sources=sources, comparisons=comparisons.get(row["id"], ()), to=to) for row in rows
    )
    return f'<ul class="rs-claims">\n{items}\n</ul>\n'


def places_html(rows: Iterable[Mapping]) -> str:
    """Return what the document prints in two places, side by side."""
    items = []
    for row in rows:
        places = "".join(
            f"<div><dt>{escape(row[f'place_{i}'])}</dt><dd>{escape(row[f'text_{i}'])}</dd></div>" for i in (1, 2)
        )
        about = ", ".join(_link(f"#{claims.anchor(id)}", id) for id in row["claim_ids"])
        plural = "s" if len(row["claim_ids"]) > 1 else ""
        matter, note = row["matter"][:1].upper() + row["matter"][1:], _sentence(row["note"])
        items.append(
            f'<li id="{escape(row["id"])}"><p class="rs-claim-says">{escape(matter)}</p>'
            f'<dl class="rs-places">{places}</dl><p>{escape(note)} <small>Claim{plural} {about}</small></p></li>'
        )
    return f'<ul class="rs-claims rs-two-places">\n{"".join(items)}\n</ul>\n'


def link_html(claim: Mapping, *, href: str, tip: str) -> str:
    """Return the id of a claim as a link, with the claim and its verdict in a tooltip."""
    facts = [("Verdict", claims.words(claim["verdict"], claim["strength"])), ("Why", claim["reason"])]
    lines = "".join(
        f'<span class="rs-fact"><span class="rs-term">{term}: </span>{escape(text)}</span> ' for term, text in facts
    )
    return (
        f'<span class="rs-number"><a class="rs-num" href="{escape(href)}" aria-describedby="{escape(tip)}">'
        f"{escape(claim['id'])}</a>"
        f'<span class="rs-tip" role="tooltip" id="{escape(tip)}"><span class="rs-what">{escape(claim["claim"])}</span> '
        f"{lines}</span></span>"
    )


def section_id(section: str) -> str:
    """Return the anchor of a part of the document on the page of claims: ``claims-summary``."""
    return nodes.make_id("claims-" + section.partition(" ")[2])


def _sections(rows: Iterable[Mapping]) -> dict[str, str]:
    """Return the parts of the document with their titles; those of the claims themselves where none are configured."""
    return claims.sections() or {row["section"]: row["section"] for row in rows}


class ClaimsList(SphinxDirective):
    """``{claims-list}``: a form to filter by, and a section of claims for each part of the document."""

    def run(self):
        for name in ("claims", "checks", "sources"):
            self.env.note_dependency(str(paths.DATA / "claims" / f"{name}.csv"))
        if not statements():
            return []
        found = [claims_block("", make="filters")]
        used = {claim["section"] for claim in statements().values()}
        for name, title in _sections(statements().values()).items():
            if name in used:
                section = nodes.section(ids=[section_id(name)], names=[])
                section += nodes.title("", title)
                section += claims_block(
                    "", nodes.paragraph("", "The claims are in data/claims/claims.csv."), make="list", section=name
                )
                found.append(section)
        return found


class TwoPlaces(SphinxDirective):
    """``{two-places}``: what the document prints in two places, side by side."""

    def run(self):
        self.env.note_dependency(str(paths.DATA / "claims" / "inconsistencies.csv"))
        rows = claims.load("inconsistencies").to_dict("records")
        if not rows:
            return []
        text = "; ".join(f"{r['matter']}: {r['text_1']} ({r['place_1']}), {r['text_2']} ({r['place_2']})" for r in rows)
        return [claims_block("", nodes.paragraph("", text), make="places")]


class ClaimRole(SphinxRole):
    """``{claim}`A03```: the id of a claim as a link to it."""

    def run(self):
        id = self.text.strip()
        try:
            known = statements()
        except RestatedError as error:
            return refuse(self, "claim", str(error))
        if id not in known:
            close = entries.close_matches(id.upper(), known)
            hint = f"; did you mean {' or '.join(repr(c) for c in close)}?" if close else ""
            return refuse(self, "claim", f"there is no claim '{id}'{hint}")
        node = claim_link(self.rawtext, "", nodes.Text(id), claim=id)
        self.set_source_info(node)
        return [node], []


def visit_claims_block(self, node: claims_block) -> None:
    """HTML visitor."""
    if node["make"] == "filters":
        self.body.append(filters_html(statements().values(), _sources()))
    elif node["make"] == "places":
        self.body.append(places_html(claims.load("inconsistencies").to_dict("records")))
    else:
        rows = [claim for claim in statements().values() if claim["section"] == node["section"]]
        to = links(self.builder, self.builder.current_docname)
        self.body.append(list_html(rows, sources=_sources(), comparisons=_comparisons(), to=to))
    raise nodes.SkipNode


def visit_claim_link(self, node: claim_link) -> None:
    """HTML visitor."""
    if only_text(self, node):
        self.body.append(escape(node.astext()))
        raise nodes.SkipNode
    claim = statements()[node["claim"]]
    page = self.builder.get_relative_uri(self.builder.current_docname, self.builder.config.restated_claims_doc)
    self.body.append(link_html(claim, href=f"{page}#{claims.anchor(claim['id'])}", tip=tip_id(self)))
    raise nodes.SkipNode


def setup(app) -> None:
    """Register directives, role and nodes."""
    app.add_node(claims_block, html=(visit_claims_block, nothing), **OTHERS)
    app.add_node(claim_link, html=(visit_claim_link, nothing), **OTHERS)
    app.add_directive("claims-list", ClaimsList)
    app.add_directive("two-places", TwoPlaces)
    app.add_role("claim", ClaimRole())
