// Pages on which readers change what was assumed: fields, answer, address, citation and download. Each kind of page adds
// itself with `restatedExplore.add(kind, {fields, compute, draw})`; the numbers agree with the Python library.
(function () {
  "use strict";
  const MINUS = "\u2212";

  // --- numbers as they are published, read like restated.printed --------------------------------------------------------
  const AS_PRINTED = "Write it as published, for example .31, 12.5 or <.001";
  function fault(field, message, remedy) {
    const error = new Error((field ? "field '" + field + "': " : "") + message + "." + (remedy ? " " + remedy + "." : ""));
    error.ours = true;
    return error;
  }
  // Marks that look alike in one spelling, as restated.printed reads them.
  const ALIKE = [["\u00a0\u2007\u2008\u2009\u200a\u202f", " "], ["\u2212\u2010\u2011\u2012\ufe63", "-"], ["\ufe52", "."], ["\u060c\ufe50", ","], ["\u2018\u2019\u02bc\u066c", "'"], ["\u066b\u2219\u22c5\u2027\u0387", "\u00b7"], ["\u2715\u2a2f", "\u00d7"], ["\u066a", "%"], ["\u2014", "\u2013"]];
  const RAISED = "\u207a\u207b\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079";
  function digit(c) { // digits of any script come in tens
    let zero = c.codePointAt(0);
    while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
    return String((c.codePointAt(0) - zero) % 10);
  }
  function clean(text) {
    text = text.replace(new RegExp("[" + RAISED + "]+", "g"), function (run) {
      return "^" + Array.from(run, function (c) { return "+-0123456789"[RAISED.indexOf(c)]; }).join("");
    });
    ALIKE.forEach(function (pair) { text = text.replace(new RegExp("[" + pair[0] + "]", "g"), pair[1]); });
    text = text.replace(/[\uff01-\uff5e]/g, function (c) { return String.fromCharCode(c.charCodeAt(0) - 0xfee0); });
    return text.trim().toLowerCase().replace(/(?![0-9])\p{Nd}/gu, digit);
  }
  const POWER = "([-\u2013][12]?\\d{1,2}|\\+?\\d{1,2})";
  const NUMBER = "([-+\u2013]?)\\s?(?:10\\^" + POWER + "|([.,\u00b7]?\\d+(?:[ .,'\u00b7]\\d+)*)(?:\\s?(?:e|[\u00d7x*\u00b7]\\s?10\\s?\\^)" + POWER + ")?)(?:\\s?%|\\s?percent|\\s?per cent)?$";
  const PLAIN = new RegExp("^=?\\s*" + NUMBER);
  const BOUND = /^(?:(<=|<|\u2264|less than|fewer than|below|under|up to|at most)|(?:>=|>|\u2265|more than|over|above|at least))\s*(.+)$/;
  // Digits and point of a numeral whose decimals follow `mark`, or null.
  function reading(numeral, mark) {
    if (numeral.includes("\u00b7")) mark = "\u00b7";
    const at = numeral.indexOf(mark), whole = at < 0 ? numeral : numeral.slice(0, at), decimals = at < 0 ? null : numeral.slice(at + 1);
    const apart = /[^0-9]/.exec(whole);
    if (apart && !(/^[1-9][0-9]{0,2}([^0-9][0-9]{3})+$/.test(whole) && whole.split(apart[0]).length === whole.split(/[^0-9]/).length)) return null;
    if (decimals !== null && !/^[0-9]+$/.test(decimals)) return null;
    return whole.replace(/[^0-9]/g, "") + (decimals === null ? "" : "." + decimals);
  }
  // Whether printed numbers of a page give away a decimal comma: next to it, the point of 1.250 is doubtful.
  let comma = false;
  function look(now) {
    const marks = new Set();
    Object.keys(now).filter(function (name) { return name !== "df"; }).forEach(function (name) {
      (clean(now[name]).match(/[.,\u00b7]?\d+(?:[ .,'\u00b7]\d+)*/g) || []).forEach(function (numeral) {
        const fit = [".", ","].filter(function (mark) { return reading(numeral, mark) !== null; });
        if (fit.length === 1) marks.add(fit[0]);
      });
    });
    comma = marks.size === 1 && marks.has(",");
  }
  function chosen(name, text, numeral, exact) {
    const found = Array.from(new Set([".", ","].map(function (mark) { return reading(numeral, mark); }))).filter(function (r) { return r !== null; });
    if (!found.length) throw fault(name, "'" + text + "' is not a number", "Thousands are groups of three digits; decimals follow one comma or point");
    if (found.length === 1) return found[0];
    if (exact) return found.find(function (r) { return !r.includes("."); });
    if (numeral.includes(comma ? "," : ".")) return reading(numeral, comma ? "," : ".");
    throw fault(name, "the " + (comma ? "point" : "comma") + " of '" + text + "' can separate decimals or thousands: " + found.sort().join(" or "), "Write the one that is meant");
  }
  // A number with its rounding interval as whole numbers over `grain`, so that nothing is lost to binary fractions.
  function read(name, text, exact) {
    const plain = clean(text), bound = BOUND.exec(plain), parts = PLAIN.exec(plain) || (bound && PLAIN.exec(bound[2]));
    if (!parts) throw fault(name, "'" + text + "' is not a number", AS_PRINTED);
    if (/[0-9](?:[ .,'\u00b7]?[0-9]){28}/.test(plain)) throw fault(name, "'" + text + "' has more than 28 digits", "Give the number as it is printed");
    const digits = parts[3] ? chosen(name, text, parts[3], exact) : "1", minus = /[-\u2013]/.test(parts[1]);
    const power = Number((parts[2] || parts[4] || "0").replace("\u2013", "-")) - (digits.includes(".") ? digits.length - digits.indexOf(".") - 1 : 0);
    const grain = 2n * 10n ** BigInt(Math.max(0, -power)), half = 10n ** BigInt(Math.max(0, power));
    const middle = BigInt(digits.replace(".", "")) * 2n * half * (minus ? -1n : 1n), value = Number(middle) / Number(grain);
    const sign = PLAIN.test(plain) ? "" : bound[1] ? "<" : ">", whole = sign || exact ? [middle, middle] : [middle - half, middle + half];
    return {
      text: text, value: sign ? null : value, grain: grain, half: half, middle: middle, whole: whole, sign: sign,
      low: sign === "<" ? -Infinity : Number(whole[0]) / Number(grain), high: sign === ">" ? Infinity : Number(whole[1]) / Number(grain),
    };
  }
  const PERCENT_SIGN = /[%\uff05\u066a]|per ?cent/i;
  function printed(name, text, range) {
    const found = read(name, text), ends = range || [-Infinity, Infinity];
    if (ends[1] === 1 && PERCENT_SIGN.test(text)) throw fault(name, "'" + text + "' is in percent", "Write it as a proportion");
    if (found.sign ? found.high < ends[0] || found.low > ends[1] : found.value < ends[0] || found.value > ends[1]) {
      const words = Number.isFinite(ends[1]) ? "from " + ends[0] + " to " + ends[1] : "of at least " + ends[0];
      throw fault(name, "'" + text + "' is not a number " + words.replace(/-/g, MINUS));
    }
    return found;
  }
  function bounded(name, text, range) {
    if (read(name, text).sign) throw fault(name, "'" + text + "' is not a number", AS_PRINTED);
    return printed(name, text, range);
  }
  const MOST = 1000000000;
  function whole(name, text, least, most) {
    let found = null;
    try { found = read(name, text, true).value; } catch (error) { if (!error.ours) throw error; }
    if (!Number.isInteger(found) || found < least || PERCENT_SIGN.test(text)) throw fault(name, "'" + text + "' is not a whole number of at least " + least);
    const limit = found > MOST ? MOST : most || MOST;
    if (found > limit) throw fault(name, "'" + text + "' is more than can be tried (" + limit + ")");
    return found;
  }
  function degrees(text) {
    return text.split(",").map(function (part) { return bounded("df", part).value; });
  }

  // --- distributions -----------------------------------------------------------------------------------------------------
  const LANCZOS = [676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7];
  function lnGamma(x) {
    if (x < 0.5) return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * x))) - lnGamma(1 - x);
    let sum = 0.99999999999980993;
    LANCZOS.forEach(function (c, i) { sum += c / (x + i); });
    const t = x + LANCZOS.length - 1.5;
    return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
  }
  const TINY = 1e-300, ENOUGH = 1e-16;
  // Sums and fractions need about the square root of their largest parameter.
  const steps = function (a) { return 500 + 20 * Math.ceil(Math.sqrt(a)); };
  function beta(a, b, x) { // regularised incomplete beta by Lentz's continued fraction
    if (x <= 0) return 0;
    if (x >= 1) return 1;
    if (x > (a + 1) / (a + b + 2)) return 1 - beta(b, a, 1 - x);
    const front = Math.exp(lnGamma(a + b) - lnGamma(a) - lnGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
    let c = 1, d = 1 / (1 - (a + b) * x / (a + 1) || TINY), f = d;
    for (let m = 1, most = steps(Math.max(a, b)); m <= most; m++) {
      for (const term of [m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)), -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))]) {
        d = 1 / (1 + term * d || TINY);
        c = 1 + term / c || TINY;
        f *= c * d;
      }
      if (Math.abs(c * d - 1) < ENOUGH) break;
    }
    return front * f / a;
  }
  function gammaTail(a, x) { // regularised upper incomplete gamma
    if (x <= 0) return 1;
    const front = Math.exp(a * Math.log(x) - x - lnGamma(a));
    if (x < a + 1) {
      let term = 1 / a, sum = term;
      for (let n = 1, most = steps(a); n < most && term > sum * ENOUGH; n++) { term *= x / (a + n); sum += term; }
      return 1 - front * sum;
    }
    let b = x + 1 - a, c = 1 / TINY, d = 1 / b, f = d;
    for (let i = 1, most = steps(a); i <= most; i++) {
      const an = -i * (i - a);
      b += 2;
      d = 1 / (an * d + b || TINY);
      c = b + an / c || TINY;
      f *= c * d;
      if (Math.abs(c * d - 1) < ENOUGH) break;
    }
    return front * f;
  }
  const normalTail = function (z) { return z >= 0 ? gammaTail(0.5, z * z / 2) / 2 : 1 - gammaTail(0.5, z * z / 2) / 2; };
  const normal = function (z) { return normalTail(-z); };
  const MANY = 1e8; // degrees of freedom beyond which the limit is more exact
  function tTail(t, df) {
    if (df > MANY) return normalTail(t);
    const tail = beta(df / 2, 0.5, df / (df + t * t)) / 2;
    return t >= 0 ? tail : 1 - tail;
  }
  const chiTail = function (x, df) { return gammaTail(df / 2, x / 2); };
  const fTail = function (x, a, b) { return x <= 0 ? 1 : b > MANY ? chiTail(a * x, a) : beta(b / 2, a / 2, b / (b + a * x)); };
  function quantile(tail, p) { // the value beyond which `tail` is p, for p up to one half
    let low = 0, high = 1;
    while (tail(high) > p && high < 1e12) high *= 2;
    for (let i = 0; i < 200 && high - low > 1e-15 * high; i++) {
      const middle = (low + high) / 2;
      if (tail(middle) > p) low = middle; else high = middle;
    }
    return (low + high) / 2;
  }
  // Nodes and weights of Gauss-Legendre with 20 points, the half above zero.
  const GAUSS = [[0.0765265211334973, 0.1527533871307258], [0.2277858511416451, 0.1491729864726037], [0.3737060887154195, 0.1420961093183820], [0.5108670019508271, 0.1316886384491766], [0.6360536807265150, 0.1181945319615184], [0.7463319064601508, 0.1019301198172404], [0.8391169718222188, 0.0832767415767048], [0.9122344282513259, 0.0626720483341091], [0.9639719272779138, 0.0406014298003869], [0.9931285991850949, 0.0176140071391521]];
  function bivariate(h, k, rho) { // P(X <= h, Y <= k): Drezner and Wesolowsky's integral over the correlation's angle
    const top = Math.asin(rho), pieces = 12;
    let sum = 0;
    for (let piece = 0; piece < pieces; piece++) {
      const middle = top * (piece + 0.5) / pieces, width = top / (2 * pieces);
      GAUSS.forEach(function (g) {
        [middle - width * g[0], middle + width * g[0]].forEach(function (angle) {
          const s = Math.sin(angle), c = Math.cos(angle);
          sum += g[1] * width * Math.exp(-(h * h + k * k - 2 * h * k * s) / (2 * c * c));
        });
      });
    }
    return sum / (2 * Math.PI) + normal(h) * normal(k);
  }

  // --- numbers for sentences ---------------------------------------------------------------------------------------------
  const grouped = function (whole) { return whole.replace(/\B(?=(\d{3})+(?!\d))/g, ","); };
  function show(x, digits) {
    if (!Number.isFinite(x)) return x > 0 ? "inf" : x < 0 ? MINUS + "inf" : "nan";
    digits = digits || 4;
    if (Math.abs(x) >= Math.pow(10, digits)) {
      let whole = BigInt(Math.floor(x));
      const rest = x - Math.floor(x);
      if (rest > 0.5 || (rest === 0.5 && whole % 2n)) whole += 1n;
      return grouped(String(whole)).replace("-", MINUS);
    }
    // A tie goes to the even digit, as in the library: toExponential would round it up.
    const long = x.toExponential(digits + 20), tail = long.slice(long.indexOf(".") + digits, long.indexOf("e"));
    if (/^50*$/.test(tail) && /[02468]/.test(long[long.indexOf(".") + digits - 1])) x = Number(long.replace(tail, ""));
    let text = x.toExponential(digits - 1);
    const power = Number(text.split("e")[1]);
    if (x === 0) text = "0";
    else if (power < -4 || power >= digits) {
      const parts = text.split("e");
      const size = String(Math.abs(power)).padStart(2, "0");
      text = (parts[0].includes(".") ? parts[0].replace(/\.?0+$/, "") : parts[0]) + "e" + (power < 0 ? "-" : "+") + size;
    } else {
      text = x.toFixed(Math.max(0, digits - 1 - power));
      if (text.includes(".")) text = text.replace(/\.?0+$/, "");
    }
    return text.replace(/^-?\d+/, grouped).replace(/-/g, MINUS);
  }
  function span(low, high, digits) {
    const first = show(low, digits), last = show(high, digits);
    return first === last ? first : first + " to " + last;
  }
  const SLACK = 1e-11;
  function overlap(a, b) {
    const slack = SLACK * Math.max(1, ...[a[0], a[1], b[0], b[1]].filter(Number.isFinite).map(Math.abs));
    return a[0] <= b[1] + slack && b[0] <= a[1] + slack;
  }
  const percent = function (share) { return share < 0.0005 ? "less than 0.1\u00a0%" : (100 * share).toFixed(1).replace(/\.0$/, "") + "\u00a0%"; };

  // --- the page ----------------------------------------------------------------------------------------------------------
  const kinds = {};
  const make = function (tag, attrs, text) {
    const node = document.createElement(tag);
    Object.keys(attrs || {}).forEach(function (name) { node.setAttribute(name, attrs[name]); });
    if (text !== undefined) node.textContent = text;
    return node;
  };
  const SVG = "http://www.w3.org/2000/svg";
  function svg(width, height, label) {
    const node = document.createElementNS(SVG, "svg");
    node.setAttribute("viewBox", "0 0 " + width + " " + height);
    node.setAttribute("role", "img");
    node.setAttribute("aria-label", label);
    node.setAttribute("class", "rs-tryimage");
    node.put = function (tag, attrs, text) {
      const part = document.createElementNS(SVG, tag);
      Object.keys(attrs).forEach(function (name) { part.setAttribute(name, attrs[name]); });
      if (text !== undefined) part.textContent = text;
      node.append(part);
    };
    return node;
  }
  function field(def, id, value) {
    const row = make("p", { class: "rs-try-field" });
    row.append(make("label", { for: id }, def.label));
    let control;
    if (def.type === "select") {
      control = make("select", { id: id });
      def.options.forEach(function (option) { control.append(make("option", { value: option[0] }, option[1])); });
    } else if (def.type === "range") {
      control = make("input", { id: id, type: "range", min: def.min, max: def.max, step: def.step });
    } else {
      control = make("input", { id: id, type: "text", inputmode: def.inputmode || "decimal", autocomplete: "off", spellcheck: "false" });
    }
    control.value = value;
    row.append(control);
    if (def.type === "range") {
      const shown = make("output", { for: id, class: "rs-try-value" });
      row.append(shown);
      row.refresh = function () { shown.textContent = control.value.replace("-", MINUS) + (def.unit || ""); };
      row.refresh();
    }
    if (def.hint) row.append(make("small", { id: id + "-hint" }, def.hint)), control.setAttribute("aria-describedby", id + "-hint");
    row.control = control;
    return row;
  }
  function start(box) {
    const kind = kinds[box.dataset.kind], given = JSON.parse(box.dataset.start), cite = box.dataset.cite;
    const words = given.words || {}, fields = kind.fields(words), prefix = "try-", initial = {}, rows = {};
    fields.forEach(function (def) { initial[def.name] = String(given.start && def.name in given.start ? given.start[def.name] : def.value); });
    const form = make("form", { class: "rs-try-form", "aria-label": "What you assume" });
    fields.forEach(function (def) { rows[def.name] = field(def, prefix + def.name, initial[def.name]); form.append(rows[def.name]); });
    const answer = make("p", { class: "rs-try-answer", role: "status", "aria-live": "polite" });
    const table = make("table", { class: "rs-table rs-try-table" });
    table.append(make("caption", { class: "rs-hidden" }, "The result in numbers"), make("tbody"));
    const place = make("div", { class: "rs-try-image" });
    const buttons = make("p", { class: "rs-try-buttons" });
    const values = function () {
      const found = {};
      fields.forEach(function (def) { found[def.name] = rows[def.name].control.value; });
      return found;
    };
    const used = function (now) { return fields.filter(function (def) { return !def.when || def.when(now); }); };
    let result = null;
    function update(event) {
      const now = values();
      fields.forEach(function (def) {
        rows[def.name].hidden = Boolean(def.when && !def.when(now));
        if (rows[def.name].refresh) rows[def.name].refresh();
        rows[def.name].control.removeAttribute("aria-invalid");
      });
      table.tBodies[0].replaceChildren();
      place.replaceChildren();
      try {
        look(now);
        result = kind.compute(now, words);
      } catch (error) {
        if (!error.ours) throw error;
        result = null;
        answer.textContent = error.message;
        answer.classList.add("rs-try-fault");
        const name = (/^field '([^']+)'/.exec(error.message) || [])[1], wrong = rows[name] || (name && rows.statistic);
        if (wrong) wrong.control.setAttribute("aria-invalid", "true");
      }
      if (result) {
        answer.classList.remove("rs-try-fault");
        answer.textContent = result.answer;
        result.rows.forEach(function (row) {
          const line = make("tr");
          line.append(make("th", { scope: "row" }, row[0]), make("td", {}, row[1]));
          table.tBodies[0].append(line);
        });
        if (kind.draw) place.append(kind.draw(result, now, words));
      }
      if (event) {
        const state = used(now).map(function (def) { return def.name + "=" + encodeURIComponent(now[def.name]); }).join("&");
        try { history.replaceState(null, "", "#" + prefix + state); } catch (e) { /* the address stays as it was */ }
      }
    }
    function fromAddress() {
      if (!location.hash.startsWith("#" + prefix)) return;
      location.hash.slice(prefix.length + 1).split("&").forEach(function (pair) {
        const parts = pair.split("=");
        if (!Object.hasOwn(rows, parts[0])) return;
        const control = rows[parts[0]].control;
        try { control.value = decodeURIComponent(parts[1] || ""); } catch (e) { /* not an address of ours */ }
        if (control.tagName === "SELECT" && !control.value) control.value = initial[parts[0]];
      });
    }
    const copy = function (words, text) {
      const button = make("button", { type: "button" }, words);
      button.addEventListener("click", function () { update(true); window.restatedCopy(text(), button); });
      buttons.append(button);
    };
    copy("Copy a link to this state", function () { return location.href; });
    copy("Cite this state", function () {
      const now = values();
      const state = used(now).map(function (def) { return def.label + ": " + now[def.name]; }).join("; ");
      return cite + " State: " + state + ". Result: " + answer.textContent + " " + location.href;
    });
    const save = make("button", { type: "button" }, "Download as CSV");
    save.addEventListener("click", function () {
      const quote = function (text) { return '"' + String(text).replace(/"/g, '""') + '"'; };
      const now = values();
      const lines = [["part", "name", "value"], ["status", "", "computed from what a reader assumed; not observed data"]];
      used(now).forEach(function (def) { lines.push(["assumed", def.label, now[def.name]]); });
      lines.push(["result", "answer", answer.textContent]);
      (result ? result.rows : []).forEach(function (row) { lines.push(["result", row[0], row[1]]); });
      const text = "\ufeff" + lines.map(function (line) { return line.map(quote).join(","); }).join("\r\n") + "\r\n";
      const link = make("a", { href: URL.createObjectURL(new Blob([text], { type: "text/csv" })), download: "restated-" + box.dataset.kind + ".csv" });
      link.click();
      URL.revokeObjectURL(link.href);
    });
    const reset = make("button", { type: "button" }, "Back to the start");
    reset.addEventListener("click", function () {
      fields.forEach(function (def) { rows[def.name].control.value = initial[def.name]; });
      update(true);
    });
    buttons.append(save, reset);
    form.addEventListener("submit", function (event) { event.preventDefault(); });
    form.addEventListener("input", update);
    addEventListener("hashchange", function () { fromAddress(); update(); });
    box.replaceChildren(form, answer, place, table, buttons);
    fromAddress();
    update();
  }

  window.restatedExplore = {
    add: function (name, kind) {
      kinds[name] = kind;
      document.querySelectorAll('.rs-explorer[data-kind="' + name + '"]').forEach(start);
    },
    // For the tests: the result of a kind, or its message, without a page.
    compute: function (name, values, words) {
      look(values);
      try { return kinds[name].compute(values, words || {}); } catch (error) { if (!error.ours) throw error; return { fault: error.message }; }
    },
    fault, printed, bounded, whole, degrees, show, span, overlap, percent, svg, quantile, bivariate, normal, normalTail, tTail, chiTail, fTail,
  };
})();
