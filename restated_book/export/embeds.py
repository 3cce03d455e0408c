"""Small pages for other pages: one for each figure, table, number and claim, which needs no script and works offline.

``embed/<name>.html`` is a page, ``embed/<name>.json`` the same in the form of oEmbed 1.0. A number has its ledger id, a
claim ``claim-<id>``, a figure ``fig-<chapter>-<id>``, a table ``tab-<chapter>-<id>``. Pictures are not copies.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from restated_book import claims, config, entries, ledgerparts, paths, policy
from restated_book.cite import citation
from restated_book.cite.licence import licence
from restated_book.export import tables
from restated_book.export.about import text
from restated_book.sources import bibliography, settings
from restated_book.status import SUPPLIED, shown
from restated_book.templates import headline

FOLDER, REVIEWS = "embed", "claims.jsonld"
#: Size of a page inside another, in pixels: a telephone held upright, and what a figure needs below its picture.
WIDTH, HEIGHT, BELOW = 390, 260, 170
#: Rating of a verdict between 1, contradicted, and 5, agrees; a verdict without a place on the scale has no rating.
RATINGS: dict[str, int] = paths.tables(__file__)

LONGEST = 40_000  #: Most characters of a table on its page; a longer one is in its chapter only
_TABLE = re.compile(r"<table.*?</table>", re.S)
_PAGES = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined)


def items(parts: Mapping[str, Mapping], rows: Mapping[str, Mapping]) -> Iterator[dict[str, Any]]:
    """Yield all figures, tables, numbers and claims: name, title, facts, target, and its picture or table.

    `parts` has the figures of each page (:func:`restated_book.build.stage.parts_of`), `rows` are those of the ledger.
    """
    for page, part in parts.items():
        chapter = page.rsplit("/", 1)[-1]
        content = json.loads((paths.BUILD / "executed" / f"{chapter}.ipynb").read_text(encoding="utf-8"))
        for drawn in tables.collect(content):
            if drawn.status != SUPPLIED:
                found = _TABLE.search(drawn.html) if drawn.kind != "figure" else None
                yield {
                    "name": f"{drawn.anchor.partition('-')[0]}-{chapter}-{drawn.id}",
                    "title": headline(drawn.caption),
                    "facts": [("Caption", drawn.caption), ("Status", shown(drawn.status)), ("Chapter", part["title"])],
                    "target": f"{page}.html#{drawn.anchor}",
                    "picture": f"figures/{chapter}/{drawn.id}.svg" if drawn.kind == "figure" else "",
                    "table": found[0] if found and len(found[0]) <= LONGEST else "",
                    "alt": drawn.alt,
                    "said": None,
                }
    works = bibliography.load()
    for id, row in rows.items():
        target = f"book/ledger.html#{row['anchor']}"
        yield {"name": id, "title": row["quantity"], "target": target, "picture": "", **_of_number(row, works)}
    document, file = config.load().claims.document, paths.ROOT / "_config.yml"
    page = settings.value(settings.read(file), "sphinx.config.restated_claims_doc", str, file) or claims.PAGE
    for claim in claims.load("claims").itertuples():
        verdict = claims.words(str(claim.verdict), str(claim.strength))
        facts = [("Verdict", verdict), ("Reason", claim.reason), ("Where it is said", f"{document}, {claim.section}")]
        said = (claim.claim, verdict, claim.verdict, document)
        target = f"{page}.html#claim-{str(claim.id).lower()}"
        item: dict[str, Any] = {"name": f"claim-{claim.id}", "title": claim.claim, "facts": facts, "target": target}
        yield item | {"picture": "", "said": said}


def _of_number(row: Mapping, works: bibliography.Bibliography) -> dict[str, Any]:
    """Return the facts of a ledger row, and what was said by whom with which verdict where there is one."""
    published, restated, interval = entries.published_text(row), entries.restated_text(row), entries.interval_text(row)
    both = f"{restated} ({interval})" if restated and interval not in ("", restated) else restated or interval
    verdict = entries.short(entries.answer(row))
    source = works.short(row["source_key"]) if row.get("source_key") else ""
    facts = [
        ("Published", published and f"{published} ({source}, {row['locator']}; grade {row['grade']})"),
        ("Recomputed", both),
        ("Verdict", verdict),
        ("Computed from", shown(row.get("status") or "")),
        ("Why", row.get("why") or ""),
    ]
    judged = published and row["verdict"] in RATINGS and not row["by_construction"]
    said = (f"{row['quantity']}: {published}", verdict, row["verdict"], source) if judged else None
    return {"facts": [(name, text) for name, text in facts if text], "said": said}


def review(item: Mapping[str, Any], about: citation.About, root: str) -> dict[str, Any] | None:
    """Return the ClaimReview (schema.org) of an item that has a verdict; `root` is the address of the site."""
    if not item["said"]:
        return None
    text, words, verdict, author = item["said"]
    rating = {"@type": "Rating", "alternateName": words, "bestRating": 5, "worstRating": 1}
    if verdict in RATINGS:
        rating["ratingValue"] = RATINGS[verdict]
    return {
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        "url": f"{root}{item['target']}",
        "claimReviewed": text,
        "reviewBody": dict(item["facts"]).get("Reason") or dict(item["facts"]).get("Why") or words,
        "itemReviewed": {"@type": "Claim", "author": {"@type": "Organization", "name": author}, "text": text},
        "reviewRating": rating,
        "author": [{**citation.person(person), "name": citation.shown(person)} for person in about.authors],
        "datePublished": about.released.isoformat(),
    }


def correction(item: Mapping[str, Any], about: citation.About) -> tuple[str, list[tuple[str, str]]]:
    """Return the prefilled text of a correction to an item, and ways to send it: what each does, and its address.

    There is a way for a repository on GitHub or GitLab (``_config.yml``), and for a contact in ``CITATION.cff``.
    """
    name, facts = item["name"], "\n".join(f"{name}: {words}" for name, words in item["facts"])
    said = text("correction.md").format(title=item["title"], name=name, edition=about.version, facts=facts)
    subject, place = f"Correction: {name}", about.repository.removesuffix(".git")
    host, ways = place.partition("://")[2].partition("/")[0], []
    if host == "github.com":
        form = {"template": "number.yml", "title": subject, "id": name, "book": facts, "edition": about.version}
        ways.append(("fill in the form of the repository", f"{place}/issues/new?{urlencode(form)}"))
    elif "gitlab" in host:
        form = {"issue[title]": subject, "issue[description]": said}
        ways.append(("begin an issue in the repository", f"{place}/-/issues/new?{urlencode(form)}"))
    if about.contact:
        mail = urlencode({"subject": subject, "body": said}, quote_via=quote)
        ways.append(("write a mail", f"mailto:{about.contact}?{mail}"))
    return said, ways


def snippets(chapter: str, id: str, title: str, about: citation.About, kind: str = "figure") -> dict[str, str]:
    """Return what shows a figure elsewhere, its page in a frame, its picture in Markdown and LaTeX; or a table."""
    short, root = "fig" if kind == "figure" else "tab", about.address or "../"
    name, page, picture = f"{short}-{chapter}-{id}", f"{root}notebooks/{chapter}.html#{short}-{id}", f"{chapter}/{id}"
    if kind != "figure":
        return {"HTML": frame(name, title, root, HEIGHT + BELOW), "Markdown": f"[{title}]({page})"}
    masked = re.sub(r"[&%$#_{}]", r"\\\g<0>", title)
    return {
        "HTML": frame(name, title, root, HEIGHT + BELOW),
        "Markdown": f"[![{title}]({root}figures/{picture}.svg)]({page})",
        "LaTeX": f"\\includegraphics[width=\\linewidth]{{{id}.png}} % {root}downloads/{picture}.png\n"
        rf"\caption{{{masked}}}",
    }


def frame(name: str, title: str, root: str, height: int) -> str:
    """Return the HTML that shows the page of an item inside another page."""
    source = escape(f"{root}{FOLDER}/{name}.html", quote=True)
    return f'<iframe src="{source}" width="{WIDTH}" height="{height}" title="{escape(title, quote=True)}"></iframe>'


def write(folder: Path, found: Iterable[Mapping[str, Any]]) -> None:
    """Write the pages and oEmbed answers of the items `found` into the new `folder`."""
    about = citation.about()
    root, page = about.address or "../", _PAGES.get_template("embed.html")
    known = {"about": about, "policy": policy.QUIET, "licence": licence()[0]}
    folder.mkdir(parents=True)
    ledger = ledgerparts.Addresses("book/ledger", entries.load())  # its own page finds a row by a script only
    for item in found:
        said = review(item, about, root)
        # In a script a "<" could end it.
        linked = json.dumps(said, ensure_ascii=False).replace("<", "\\u003c") if said else ""
        html = page.render(item=item, linked=linked, wrong=correction(item, about), **known)
        (folder / f"{item['name']}.html").write_text(ledger.led(html), encoding="utf-8")
        answer = json.dumps(oembed(item, about, root), ensure_ascii=False)
        (folder / f"{item['name']}.json").write_text(answer + "\n", encoding="utf-8")


def write_reviews(file: Path, found: Iterable[Mapping[str, Any]]) -> None:
    """Write the reviews of all items `found` that have one into `file`."""
    about = citation.about()
    reviews = filter(None, (review(item, about, about.address or "../") for item in found))
    graph = [{key: value for key, value in of.items() if key != "@context"} for of in reviews]
    linked = {"@context": "https://schema.org", "@graph": graph}
    file.write_text(json.dumps(linked, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def oembed(item: Mapping[str, Any], about: citation.About, root: str) -> dict[str, Any]:
    """Return the answer of oEmbed 1.0 for an item, of the type rich."""
    height = HEIGHT + (BELOW if item["picture"] or item.get("table") else 0)
    size = {"html": frame(item["name"], item["title"], root, height), "width": WIDTH, "height": height}
    names = {"title": item["title"], "author_name": about.byline, "provider_name": about.title, "provider_url": root}
    return {"version": "1.0", "type": "rich", **size, **names}
