// A part of the ledger: the row an address points to, and citing its numbers. The table is complete and readable without it.
(function () {
  "use strict";
  const table = document.querySelector(".rs-ledger");
  const status = document.querySelector(".rs-count");
  if (!table) return;
  const body = table.tBodies[0];

  // --- the row an address points to ----------------------------------------------------------------------------------
  function show() {
    const id = decodeURIComponent(location.hash.slice(1));
    const row = document.getElementById(id);
    status.textContent = row ? "" : "The ledger has no number with the id “" + id + "”.";
    if (!row || !body.contains(row)) return;
    row.scrollIntoView({ block: "center" });
    offer(row);
    if (location.search === "?cite") line.querySelector("button").focus({ preventScroll: true });
  }

  // --- citing a number: the row whose id is followed gets a line of buttons -------------------------------------------
  const forms = document.querySelector("template.rs-number-forms");
  const INTO = {
    // What would end a title early, or mean something, in each form; the texts are written by the book's citation processor.
    "BibTeX": function (s) {
      const masks = { "\\": "\\textbackslash ", "~": "\\textasciitilde ", "^": "\\textasciicircum ", '"': '{"}', "{": "(", "}": ")" };
      return s.replace(/[\\~^"&%$#_{}]/g, function (c) { return masks[c] || "\\" + c; }).replace(/\b\w*[A-Z]\w*[A-Z]\w*\b/g, "{$&}");
    },
    "CSL-JSON": function (s) { return JSON.stringify(s).slice(1, -1); },
  };
  function citation(row, button) {
    const quantity = row.cells[1].firstChild.textContent.trim();
    const into = INTO[button.dataset.name] || String;
    return button.dataset.form
      .replaceAll("Qnumbertitle", function () { return into(quantity + " (ledger entry " + row.id + ")"); })
      .replaceAll("qnumberid", row.id);
  }
  let line = null;
  function offer(row) {
    if (line) line.remove();
    line = document.createElement("tr");
    line.className = "rs-cite-row";
    const cell = line.insertCell();
    cell.colSpan = table.tHead.rows[0].cells.length;
    cell.append(forms.content.cloneNode(true));
    const address = document.createElement("button");
    address.type = "button";
    address.dataset.name = "Address";
    address.textContent = "Address";
    cell.querySelector("p").append(address);
    row.after(line);
  }
  body.addEventListener("click", function (event) {
    const link = event.target.closest("th a");
    if (link) offer(link.closest("tr"));
    const button = event.target.closest(".rs-cite-row button");
    if (!button) return;
    const row = line.previousElementSibling;
    // Its permanent address is that of the ledger: the ledger knows the part.
    const text = button.dataset.form ? citation(row, button) : new URL(table.dataset.home + "#" + row.id, location.href).href;
    restatedCopy(text, button);
  });
  table.tHead.addEventListener("click", function () { if (line) { line.remove(); line = null; } });

  addEventListener("hashchange", show);
  if (location.hash) show();
})();
