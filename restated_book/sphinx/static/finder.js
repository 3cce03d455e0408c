// Finding numbers of the ledger: by address, by words, by what is known of them. Without it, the list of parts leads to every row.
(function () {
  "use strict";
  // --- the address of a number: this page, "#" and its id ------------------------------------------------------------
  const parts = Array.from(document.querySelectorAll(".rs-index a"));
  function follow() {
    const id = decodeURIComponent(location.hash.slice(1));
    if (!id || document.getElementById(id)) return;
    // Ids are in alphabetical order: the last part that does not begin after this one holds it.
    const part = parts.filter(function (a) { return a.dataset.first <= id; }).pop() || parts[0];
    location.replace(part.href + "#" + encodeURIComponent(id));
  }
  addEventListener("hashchange", follow);
  follow();

  const form = document.querySelector(".rs-filters");
  const list = document.querySelector(".rs-hits");
  const status = document.querySelector(".rs-count");
  const more = document.querySelector(".rs-more");
  const root = form.dataset.root;
  const AT_ONCE = 100; // hits shown, and added by each "Show more"

  // --- the form ------------------------------------------------------------------------------------------------------
  const fields = Array.from(form.querySelectorAll("[data-filter]"));
  const FACETS = ["finding", "verdict", "basis", "grade", "kind", "check", "side"]; // in the order of the search data
  const plain = window.restatedPlain;
  let numbers = null; // rows of the search data that are numbers, once loaded
  let hits = [];

  function loaded(then) {
    if (numbers) { then(); return; }
    const script = document.createElement("script");
    script.src = root + "_static/search-data.js";
    script.onload = function () {
      numbers = window.RESTATED_SEARCH.filter(function (d) { return d[4]; });
      numbers.forEach(function (d) { d.push(plain(d[1] + " " + d[3])); });
      then();
    };
    script.onerror = function () { status.textContent = "The data of the search could not be loaded; the parts below hold every number."; };
    document.head.append(script);
  }

  const words = {}; // what a reader reads for each verdict
  Array.from(form.querySelector('[data-filter="verdict"]').options).forEach(function (o) { words[o.value] = o.textContent; });

  function item(d) {
    const li = document.createElement("li");
    const link = document.createElement("a");
    const badge = document.createElement("span");
    const text = document.createElement("p");
    link.href = root + d[0];
    link.textContent = d[1];
    badge.className = "rs-verdict rs-v-" + d[4][1];
    badge.textContent = words[d[4][1]];
    text.textContent = d[3].slice(0, -(words[d[4][1]].length + 2)); // the verdict is last; here it is the badge
    li.append(link, " ", badge, text);
    return li;
  }
  function show() {
    const from = list.children.length;
    list.append.apply(list, hits.slice(from, from + AT_ONCE).map(item));
    more.hidden = list.children.length === hits.length;
  }
  function find() {
    const want = {};
    fields.forEach(function (f) { want[f.dataset.filter] = f.value.trim(); });
    const asked = new URLSearchParams();
    Object.keys(want).forEach(function (k) { if (want[k]) asked.set(k, want[k]); });
    try { history.replaceState(null, "", location.pathname + (asked.size ? "?" + asked : "")); } catch (e) { /* not from disk */ }
    list.replaceChildren();
    more.hidden = true;
    if (!asked.size) { status.textContent = ""; return; }
    loaded(function () {
      const parts = plain(want.text).split(/\s+/).filter(Boolean);
      hits = numbers.filter(function (d) {
        return FACETS.every(function (f, i) { return !want[f] || d[4][i] === want[f]; }) && parts.every(function (p) { return d[5].includes(p); });
      });
      status.textContent = hits.length.toLocaleString("en") + " of " + numbers.length.toLocaleString("en") + " numbers found";
      list.replaceChildren();
      show();
    });
  }
  let timer = 0;
  form.addEventListener("input", function () { clearTimeout(timer); timer = setTimeout(find, 120); });
  form.addEventListener("submit", function (event) { event.preventDefault(); find(); });
  form.addEventListener("reset", function () { setTimeout(find, 0); });
  more.addEventListener("click", function () {
    const first = list.children.length;
    show();
    list.children[first].querySelector("a").focus();
  });
  const asked = new URLSearchParams(location.search);
  if (asked.size) {
    fields.forEach(function (f) { f.value = asked.get(f.dataset.filter) || ""; });
    find();
  }
})();
