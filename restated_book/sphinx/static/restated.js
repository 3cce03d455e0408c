// Theme switch, contents drawer, tooltips, and keyboard access to regions that scroll. Pages are complete without it.
(function () {
  "use strict";
  const root = document.documentElement;
  const all = (selector) => Array.from(document.querySelectorAll(selector));

  // --- theme ---------------------------------------------------------------------------------------------------------
  const theme = document.querySelector(".rs-theme");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  function stored() {
    try { return localStorage.getItem("restated-theme"); } catch (e) { return null; }
  }
  function showTheme(name) {
    root.dataset.theme = name;
    theme.setAttribute("aria-pressed", String(name === "dark"));
  }
  if (theme) {
    theme.hidden = false;
    showTheme(root.dataset.theme);
    theme.addEventListener("click", function () {
      const name = root.dataset.theme === "dark" ? "light" : "dark";
      try { localStorage.setItem("restated-theme", name); } catch (e) { /* remembered for this page only */ }
      showTheme(name);
    });
    dark.addEventListener("change", function () {
      if (!stored()) showTheme(dark.matches ? "dark" : "light");
    });
  }

  // --- contents drawer on narrow screens -----------------------------------------------------------------------------
  const menu = document.querySelector(".rs-menu");
  const nav = document.getElementById("rs-nav");
  if (menu && nav) {
    menu.setAttribute("role", "button");
    menu.setAttribute("aria-controls", "rs-nav");
    const open = function (yes) {
      nav.classList.toggle("rs-open", yes);
      menu.setAttribute("aria-expanded", String(yes));
      if (yes) (nav.querySelector("a.current") || nav.querySelector("a")).focus();
    };
    open(false);
    menu.addEventListener("click", function (event) {
      event.preventDefault();
      open(!nav.classList.contains("rs-open"));
    });
    menu.addEventListener("keydown", function (event) {
      if (event.key === " ") { event.preventDefault(); menu.click(); }
    });
    document.addEventListener("keydown", function (event) {
      if (event.key === "Escape" && nav.classList.contains("rs-open")) { open(false); menu.focus(); }
    });
    document.addEventListener("click", function (event) {
      if (!nav.contains(event.target) && !menu.contains(event.target)) nav.classList.remove("rs-open"), menu.setAttribute("aria-expanded", "false");
    });
    nav.addEventListener("focusout", function (event) {
      if (event.relatedTarget && !nav.contains(event.relatedTarget) && event.relatedTarget !== menu) open(false);
    });
  }

  // --- contents of the page: folded on narrow screens, open beside the text on wide ones -----------------------------
  const toc = document.querySelector(".rs-toc details");
  if (toc) toc.open = matchMedia("(min-width: 75.01rem)").matches;

  // --- tooltips ------------------------------------------------------------------------------------------------------
  // CSS opens them on hover and focus; here they are kept on screen, closed by Escape, and opened by a first tap.
  const MARGIN = 8;
  function place(number) {
    const tip = number.querySelector(".rs-tip");
    number.classList.remove("rs-shut", "rs-up");
    tip.style.removeProperty("--shift");
    const box = tip.getBoundingClientRect();
    if (!box.width) return;
    const over = box.right - (root.clientWidth - MARGIN);
    if (over > 0) tip.style.setProperty("--shift", -Math.min(over, box.left - MARGIN) + "px");
    if (box.bottom > innerHeight && number.getBoundingClientRect().top > box.height + 60) number.classList.add("rs-up");
  }
  let touched = false;
  document.addEventListener("pointerdown", function (event) { touched = event.pointerType === "touch"; }, true);
  all(".rs-number").forEach(function (number) {
    const link = number.querySelector("a");
    let ready = false;
    number.addEventListener("mouseenter", function () { place(number); });
    link.addEventListener("focus", function () { place(number); });
    number.addEventListener("mouseleave", function () { number.classList.remove("rs-shut"); });
    link.addEventListener("blur", function () { number.classList.remove("rs-shut"); ready = false; });
    link.addEventListener("click", function (event) {
      if (touched && !ready) { event.preventDefault(); link.focus(); ready = true; place(number); }
    });
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    all(".rs-number:hover, .rs-number:focus-within").forEach(function (number) { number.classList.add("rs-shut"); });
  });

  // --- copying: the button says that it was done; where the clipboard is closed, the text is selected instead -----------------
  const told = document.createElement("p");
  told.className = "rs-hidden";
  told.setAttribute("role", "status");
  document.body.append(told);
  window.restatedCopy = function (text, button) {
    function done(yes) {
      told.textContent = yes ? "Copied." : "It could not be copied; select the text by hand.";
      button.classList.toggle("rs-copied", yes);
      setTimeout(function () { button.classList.remove("rs-copied"); told.textContent = ""; }, 2500);
    }
    function byHand() {
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      let yes = false;
      try { yes = document.execCommand("copy"); } catch (e) { /* told below */ }
      area.remove();
      button.focus();
      done(yes);
    }
    if (navigator.clipboard) navigator.clipboard.writeText(text).then(function () { done(true); }, byHand);
    else byHand();
  };
  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const part = document.getElementById(button.dataset.copy).cloneNode(true);
    part.querySelectorAll(".rs-tip, .rs-hidden, .rs-mark").forEach(function (aside) { aside.remove(); });
    window.restatedCopy(part.matches("pre") ? part.textContent : part.textContent.replace(/\s+/g, " ").trim(), button);
  });

  // --- text as the searches compare it: without accents, in small letters ---------------------------------------------------
  window.restatedPlain = function (text) { return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase(); };

  // --- an address inside something folded opens it --------------------------------------------------------------------------
  function unfold() {
    let id = location.hash.slice(1);
    try { id = decodeURIComponent(id); } catch (e) { /* an address with a stray percent sign */ }
    const place = id && document.getElementById(id);
    const box = place && (place.closest("details:not([open])") || (place.matches(".cell") && place.querySelector("details.rs-code:not([open])")));
    if (box) { box.open = true; place.scrollIntoView(); }
  }
  addEventListener("hashchange", unfold);
  unfold();

  // --- one switch unfolds all code of a page; without this script each cell unfolds on its own -------------------------------
  const codes = all("details.rs-code");
  if (codes.length > 1) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "rs-allcode";
    button.setAttribute("aria-pressed", "false");
    button.textContent = "Show all code";
    button.addEventListener("click", function () {
      const shown = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(shown));
      codes.forEach(function (d) { d.open = shown; });
    });
    codes[0].closest(".cell").before(button);
    root.classList.add("rs-oneswitch");
  }

  // --- summary of findings: on a narrow screen the numbers are folded away until asked for --------------------------------
  const more = document.querySelector(".rs-unfold");
  if (more) {
    more.addEventListener("click", function () {
      const shown = document.getElementById(more.getAttribute("aria-controls")).classList.toggle("rs-all");
      more.setAttribute("aria-expanded", String(shown));
      more.textContent = more.textContent.replace(/^\w+/, shown ? "Hide" : "Show");
    });
  }

  // --- tables of data can be sorted by a column: up, down, and back -----------------------------------------------------------
  function numberIn(text) {
    const found = text.replace(/[\u2212\u2013]/g, "-").replace(/(\d),(?=\d{3})/g, "$1").match(/-?(\d+\.?\d*|\.\d+)/);
    return found ? parseFloat(found[0]) : NaN;
  }
  const collator = new Intl.Collator("en", { numeric: true });
  const ORDERS = { none: "ascending", ascending: "descending", descending: "none" };
  function sortable(table) {
    const body = table.tBodies[0];
    if (table.querySelector(".rs-sort, [colspan], [rowspan]") || !table.tHead || table.tHead.rows.length !== 1 || body.rows.length < 4) return;
    const rows = Array.from(body.rows);
    const heads = Array.from(table.tHead.rows[0].cells);
    heads.forEach(function (head, column) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "rs-sort";
      button.append.apply(button, Array.from(head.childNodes));
      head.append(button);
      button.addEventListener("click", function () {
        const order = ORDERS[head.getAttribute("aria-sort") || "none"];
        heads.forEach(function (h) { h.removeAttribute("aria-sort"); });
        if (order === "none") { body.append.apply(body, rows); return; }
        head.setAttribute("aria-sort", order);
        const numeric = head.matches(".rs-n, [data-sort]");
        const keyed = rows.map(function (row) {
          const text = row.cells[column].textContent.trim();
          return { row: row, key: numeric ? numberIn(text) : text };
        });
        keyed.sort(function (a, b) {
          const none = function (k) { return k === "" || k === "–" || Number.isNaN(k); };
          if (none(a.key) || none(b.key)) return none(a.key) - none(b.key); // empty cells stay at the end
          const up = numeric ? a.key - b.key : collator.compare(a.key, b.key);
          return order === "ascending" ? up : -up;
        });
        body.append.apply(body, keyed.map(function (k) { return k.row; }));
      });
    });
  }
  // A folded table is made so when it is opened; the ledger before its own script puts lines between its rows.
  document.addEventListener("toggle", function (event) {
    if (event.target.open && event.target.matches(".rs-data")) event.target.querySelectorAll("table").forEach(sortable);
  }, true);
  all(".rs-ledger, .rs-tablefig table").forEach(sortable);

  // --- in a picture of rows, the row under the pointer ----------------------------------------------------------------------
  all("figure[data-rows] .rs-plate").forEach(function (plate) {
    const said = plate.closest("figure").dataset.rows.split(" ").map(Number); // how many rows; where they begin and end, of the whole height
    const ruler = document.createElement("div");
    ruler.className = "rs-ruler";
    ruler.hidden = true;
    plate.append(ruler);
    plate.addEventListener("pointermove", function (event) {
      const picture = Array.from(plate.querySelectorAll("img")).find(function (i) { return i.offsetHeight; });
      if (picture.currentSrc.includes("-narrow.svg")) return; // its rows are at other places
      const box = picture.getBoundingClientRect();
      const row = Math.floor(said[0] * ((event.clientY - box.top) / box.height - said[1]) / (said[2] - said[1]));
      ruler.hidden = row < 0 || row >= said[0];
      const height = picture.offsetHeight * (said[2] - said[1]) / said[0];
      ruler.style.cssText = `top:${picture.offsetTop + picture.offsetHeight * said[1] + row * height}px;height:${height}px;width:${picture.offsetWidth}px`;
    });
    plate.addEventListener("pointerleave", function () { ruler.hidden = true; });
  });

  // --- formulas, code and tables that are wider than the page can be reached and scrolled by keyboard ------------------------
  const reach = new ResizeObserver(function (changed) {
    changed.forEach(function (change) {
      const box = change.target;
      if (box.scrollWidth <= box.clientWidth + 1) return;
      box.tabIndex = 0;
      const what = box.tagName === "PRE" ? "Code" : box.matches(".math") ? "Formula" : "Table";
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", `${what}, scrolls sideways`);
    });
  });
  all("div.math, pre, .pst-scrollable-table-container").forEach(function (box) { reach.observe(box); });

  // --- a folded table is printed open, unless it would fill more than about a page --------------------------------------------------------------------------------
  let folded = [];
  addEventListener("beforeprint", function () {
    folded = all("details.rs-data:not([open])").filter(function (d) { return d.querySelectorAll("tbody tr").length <= 40; });
    folded.forEach(function (d) { d.open = true; });
  });
  addEventListener("afterprint", function () { folded.forEach(function (d) { d.open = false; }); });
})();
