// Filters on the page of claims. Every claim is there and readable without it.
(function () {
  "use strict";
  const form = document.querySelector(".rs-claims-filters");
  const status = document.querySelector(".rs-count");
  if (!form || !status) return;
  const claims = Array.from(document.querySelectorAll(".rs-claims > .rs-claim"));
  const sections = Array.from(new Set(claims.map(function (c) { return c.closest("section"); })));
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
        (!want.section || claim.closest("section").id === want.section) &&
        parts.every(function (p) { return words[i].includes(p); });
      claim.hidden = !fits;
      if (fits) shown += 1;
    });
    sections.forEach(function (s) { s.hidden = !s.querySelector(".rs-claim:not([hidden])"); });
    status.textContent = (shown === claims.length ? "" : shown + " of ") + claims.length + (claims.length === 1 ? " claim" : " claims") + (shown === claims.length ? "" : " shown");
  }
  let timer = 0;
  form.addEventListener("input", function () { clearTimeout(timer); timer = setTimeout(apply, 120); });
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  form.addEventListener("reset", function () { setTimeout(apply, 0); });

  // --- the claim or part an address points to is shown, whatever the filters say --------------------------------------
  function show() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target || !target.closest("[hidden]")) return;
    form.reset();
    apply();
    target.scrollIntoView();
  }
  apply(); // a browser may have kept the choices of an earlier visit
  addEventListener("hashchange", show);
  show();
})();
