// Search over the data in search-data.js: no request, so it works from disk and under any address.
(function () {
  "use strict";
  const data = window.RESTATED_SEARCH || [];
  const list = document.getElementById("rs-results");
  const status = document.getElementById("rs-found");
  const input = document.getElementById("rs-query");
  const form = document.querySelector(".rs-searchform");
  const MOST = 60; // results shown
  const AROUND = 90; // characters of context on each side of the first hit

  const plain = window.restatedPlain;
  const placed = (d) => ({ href: d[0], title: d[1], page: d[2], text: d[3], t: plain(d[1]), x: plain(d[3]) });
  const places = data.map(placed);

  function score(place, words, phrase) {
    let points = 0;
    for (const word of words) {
      const inTitle = place.t.includes(word);
      const inText = place.x.includes(word);
      if (!inTitle && !inText) return 0;
      points += (inTitle ? 10 : 0) + (inText ? 2 : 0) + (place.t === word ? 40 : 0);
    }
    return points + (place.t === phrase ? 60 : 0) + (place.x.includes(phrase) ? 5 : 0);
  }

  function marked(target, text, words) {
    // Folding accents may change the length of a text; then it is shown unmarked.
    const folded = plain(text);
    if (folded.length !== text.length) { target.append(text); return; }
    let at = 0;
    while (at < text.length) {
      let next = -1, length = 0;
      for (const word of words) {
        const i = folded.indexOf(word, at);
        if (i >= 0 && (next < 0 || i < next)) { next = i; length = word.length; }
      }
      if (next < 0) break;
      target.append(text.slice(at, next));
      const m = document.createElement("mark");
      m.textContent = text.slice(next, next + length);
      target.append(m);
      at = next + length;
    }
    target.append(text.slice(at));
  }

  function excerpt(place, words) {
    const hits = words.map((w) => place.x.indexOf(w)).filter((i) => i >= 0);
    const hit = hits.length ? Math.min.apply(null, hits) : 0;
    const from = Math.max(0, hit - AROUND), to = Math.min(place.text.length, hit + 2 * AROUND);
    return (from > 0 ? "…" : "") + place.text.slice(from, to) + (to < place.text.length ? "…" : "");
  }

  function run(query) {
    const phrase = plain(query).trim();
    const words = Array.from(new Set(phrase.split(/\s+/).filter(Boolean)));
    list.replaceChildren();
    if (!words.length) { status.textContent = ""; return; }
    const hits = places
      .map((p, i) => ({ p: p, i: i, s: score(p, words, phrase) }))
      .filter((h) => h.s > 0)
      .sort((a, b) => b.s - a.s || a.i - b.i);
    const n = hits.length;
    status.textContent = (n === 0 ? "Nothing found for “" + query + "”." : n + (n === 1 ? " place" : " places") + " found" + (n > MOST ? ", the best " + MOST + " are shown" : "") + ".");
    for (const hit of hits.slice(0, MOST)) {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = list.dataset.root + hit.p.href;
      marked(link, hit.p.title, words);
      item.append(link);
      if (hit.p.page !== hit.p.title) {
        const where = document.createElement("span");
        where.className = "rs-where";
        where.textContent = hit.p.page;
        item.append(where);
      }
      const text = document.createElement("p");
      marked(text, excerpt(hit.p, words), words);
      item.append(text);
      list.append(item);
    }
  }

  input.value = new URLSearchParams(location.search).get("q") || "";
  run(input.value);
  let timer = 0;
  input.addEventListener("input", function () { clearTimeout(timer); timer = setTimeout(function () { run(input.value); }, 120); });
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    run(input.value);
    try { history.replaceState(null, "", "?q=" + encodeURIComponent(input.value)); } catch (e) { /* not from disk */ }
  });
  if (!input.value) input.focus();
})();
