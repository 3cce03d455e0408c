// Filters on the page of claims. Every claim is there and readable without it.
(function () {
  "use strict";
  const form = document.querySelector(".rs-claims-filters");
  const status = document.querySelector(".rs-count");
  if (!form || !status) return;
  const claims = Array.from(document.querySelectorAll("tr.rs-claim"));
  const sections = Array.from(new Set(claims.map(function (c) { return c.closest("tbody"); })));
  const fields = Array.from(form.querySelectorAll("[data-filter]"));
  let words = null; // lower-case text of each claim, made when first needed

  function apply() {
    const want = {};
    fields.forEach(function (f) { want[f.dataset.filter] = f.value.trim(); });
    const parts = want.text.toLowerCase().split(/\s+/).filter(Boolean);
    if (parts.length && !words) words = claims.map(function (c) { return c.textContent.toLowerCase(); });
    let shown = 0;
    claims.forEach(function (claim, i) {
      const fits =
        (!want.verdict || claim.classList.contains("v-" + want.verdict)) &&
        (!want.cited || claim.classList.contains("m-" + want.cited)) &&
        (!want.section || claim.closest("tbody").id === want.section) &&
        parts.every(function (p) { return words[i].includes(p); });
      claim.hidden = !fits;
      if (fits) shown += 1;
    });
    sections.forEach(function (s) { s.hidden = !s.querySelector(".rs-claim:not([hidden])"); });
    status.textContent = (shown === claims.length ? "" : shown + " of ") + claims.length + (claims.length === 1 ? " claim" : " claims") + (shown === claims.length ? "" : " shown");
  }
  // --- the choices are in the address, so that a view can be linked to and sent ---------------------------------------
  function remember() {
    const asked = new URLSearchParams();
    fields.forEach(function (f) { if (f.value.trim()) asked.set(f.dataset.filter, f.value.trim()); });
    const view = asked.size ? "?" + asked : "";
    if (view !== location.search) try { history.replaceState(null, "", location.pathname + view); } catch (e) { /* not from disk */ }
  }
  function choose() { apply(); remember(); }
  let timer = 0;
  form.addEventListener("input", function () { clearTimeout(timer); timer = setTimeout(choose, 120); });
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  form.addEventListener("reset", function () { setTimeout(choose, 0); });

  // --- the claim or part an address points to is shown, whatever the filters say; a claim is opened ---------------------
  function show() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (target.closest("[hidden]")) {
      form.reset();
      apply();
    }
    if (target.matches("tr.rs-claim")) target.querySelector("details").open = true;
    target.scrollIntoView();
  }
  const asked = new URLSearchParams(location.search);
  fields.forEach(function (f) { if (asked.has(f.dataset.filter)) f.value = asked.get(f.dataset.filter); });
  apply(); // a browser may also have kept the choices of an earlier visit
  if (asked.size && !location.hash) form.scrollIntoView();
  addEventListener("hashchange", show);
  if (location.hash) show();
})();
