// Filters on the page of claims. Every claim is there and readable without it.
(function () {
  "use strict";
  const form = document.querySelector(".rs-claims-filters");
  const status = document.querySelector(".rs-count");
  if (!form || !status) return;
  const claims = Array.from(document.querySelectorAll("tr.rs-claim"));
  const sections = Array.from(new Set(claims.map(function (c) { return c.closest("tbody"); })));
  const fields = Array.from(form.querySelectorAll("[data-filter]"));
  const narrow = matchMedia("(max-width: 36rem)");
  const folded = new Map(); // on a narrow screen: each part of the document and the button that opens it
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
    folded.forEach(function (button, s) { open(s, shown < claims.length); });
    status.textContent = (shown === claims.length ? "" : shown + " of ") + claims.length + (claims.length === 1 ? " claim" : " claims") + (shown === claims.length ? "" : " shown");
  }
  // --- a narrow screen begins with the parts of the document, each of which opens -------------------------------------
  function open(section, isOpen) {
    section.classList.toggle("rs-shut", !isOpen);
    folded.get(section).setAttribute("aria-expanded", String(isOpen));
  }
  function fold() {
    if (!narrow.matches || folded.size) return;
    sections.forEach(function (section) {
      const head = section.querySelector(".rs-group th");
      const button = document.createElement("button");
      const count = section.querySelectorAll(".rs-claim").length;
      button.type = "button";
      button.append(...head.childNodes, " (" + count + (count === 1 ? " claim)" : " claims)"));
      head.append(button);
      button.addEventListener("click", function () { open(section, section.classList.contains("rs-shut")); });
      folded.set(section, button);
      open(section, false);
    });
  }
  narrow.addEventListener("change", fold);
  fold();

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
    const part = target.closest("tbody");
    if (folded.has(part)) open(part, true);
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
