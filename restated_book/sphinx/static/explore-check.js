// Check a published number: percentages, means, test statistics, intervals, agreement and kappa, pooled effects.
(function () {
  "use strict";
  const x = window.restatedExplore;
  const is = function () { const kinds = Array.from(arguments); return function (now) { return kinds.includes(now.check); }; };
  const P = [0, 1], SIZE = [0, Infinity], R = [-1, 1];
  const MOST_PEOPLE = 1000000; // counts of a percentage that are listed at once
  const MOST_CASES = 1000; // cases of a table that are tried, here and in the library

  const TAILS = {
    t: function (v, df) { return 2 * x.tTail(v, df[0]); },
    r: function (v, df) { return Math.abs(v) < 1 ? 2 * x.tTail(v * Math.sqrt(df[0] / (1 - v * v)), df[0]) : 0; },
    z: function (v) { return 2 * x.normalTail(v); },
    F: function (v, df) { return x.fTail(v, df[0], df[1]); },
    chi2: function (v, df) { return x.chiTail(v, df[0]); },
    Q: function (v, df) { return x.chiTail(v, df[0]); },
  };
  const DEGREES = { t: 1, r: 1, z: 0, F: 2, chi2: 1, Q: 1 }, SIGNED = ["t", "r", "z"];
  function pOf(kind, statistic, df) {
    if (df.length !== DEGREES[kind] || df.some(function (d) { return !(d > 0); })) {
      const shown = df.map(function (d) { return x.show(d, 6); }).join(", ");
      const needs = ["no", "one positive number of", "two positive numbers of"][DEGREES[kind]];
      throw x.fault("df", kind + " needs " + needs + " degrees of freedom, not " + shown, "Separate them with commas, and write decimals with points");
    }
    const tail = function (v) { return Number.isFinite(v) ? TAILS[kind](v, df) : 0; };
    let low = statistic.low, high = statistic.high;
    if (!SIGNED.includes(kind)) return [tail(high), Math.min(1, tail(Math.max(low, 0)))];
    if (statistic.sign.startsWith("<") && high > 0) low = -high;
    const least = low <= 0 && high >= 0 ? 0 : Math.min(Math.abs(low), Math.abs(high));
    return [tail(Math.max(Math.abs(low), Math.abs(high))), tail(least)];
  }
  function againstP(kind, name, now, df) {
    const statistic = x.printed(name, now.statistic, kind === "r" ? R : SIGNED.includes(kind) ? null : SIZE);
    const p = x.printed("p", now.p, P), found = pOf(kind, statistic, df);
    const own = [Math.max(p.low, 0), Math.min(p.high, 1)], fits = x.overlap(found, own);
    let detail = "the statistic implies p = " + x.span(found[0], found[1]);
    if (!fits) {
      const unit = 2 * Number(p.half) / Number(p.grain);
      if (!p.sign && x.overlap(found, [p.value > 0 ? p.value : p.value - unit, p.value + unit].map(function (e) { return Math.min(1, Math.max(0, e)); }))) {
        detail += "; the published number would fit if its digits were cut off instead of rounded";
      }
      const oneSided = SIGNED.includes(kind) || df[0] === 1;
      if (oneSided && x.overlap([found[0] / 2, found[1] / 2], own)) {
        detail += "; half of it, as in a one-sided test, is " + x.span(found[0] / 2, found[1] / 2) + " and would fit";
      }
      if ((found[0] > 0.05 && own[1] <= 0.05) || (found[1] < 0.05 && own[0] >= 0.05)) detail += "; the two lie on different sides of .05";
    }
    return { fits: fits, low: found[0], high: found[1], detail: detail };
  }

  const floor = function (a, b) { const q = a / b; return a % b !== 0n && (a < 0n) !== (b < 0n) ? q - 1n : q; };
  const ceil = function (a, b) { return -floor(-a, b); };
  function counts(now) {
    const percent = x.bounded("percent", now.percent, [0, 100]), n = x.whole("n", now.n, 1, MOST_PEOPLE), size = BigInt(n), all = 100n * percent.grain;
    const first = Number(ceil(percent.whole[0] * size, all)), last = Number(floor(percent.whole[1] * size, all));
    const list = [];
    for (let c = Math.max(0, first); c <= Math.min(n, last); c++) list.push(c);
    if (list.length) {
      const named = list.length <= 3 ? list.map(function (c) { return c + " of " + n; }).join(", ") : list.length + " counts";
      return { fits: true, low: 100 * list[0] / n, high: 100 * list[list.length - 1] / n, detail: "fits " + named, count: list.length };
    }
    const below = Math.floor(percent.value * n / 100 + 1e-9), share = function (c) { return c + " of " + n + " (" + x.show(100 * c / n) + " %)"; };
    let detail = "no whole count fits; the nearest are " + share(below) + " and " + share(below + 1);
    const cut = ceil(percent.middle * size, all); // digits cut off: from the value up to one unit more
    if (percent.value > 0 && cut * all < (percent.middle + 2n * percent.half) * size) detail += "; " + cut + " of " + n + " gives the published number if digits are cut off instead of rounded";
    return { fits: false, low: 100 * below / n, high: 100 * (below + 1) / n, detail: detail, count: 0 };
  }
  function grim(now) {
    const mean = x.bounded("mean", now.mean), n = x.whole("n", now.n, 1), items = x.whole("items", now.items, 1, 1000), grain = BigInt(n * items);
    const low = Number(floor(mean.middle * grain, mean.grain)) / (n * items), high = Number(ceil(mean.middle * grain, mean.grain)) / (n * items);
    const fits = ceil(mean.whole[0] * grain, mean.grain) <= floor(mean.whole[1] * grain, mean.grain);
    return { fits: fits, low: low, high: high, detail: "the nearest possible means are " + x.show(low, 5) + " and " + x.show(high, 5) };
  }
  function agreement(now) {
    const percent = x.bounded("percent", now.percent, [0, 100]), kappa = x.bounded("kappa", now.kappa, R), n = x.whole("n", now.n, 1, MOST_CASES);
    const size = BigInt(n), all = 100n * percent.grain, box = [kappa.low, kappa.high];
    let low = Infinity, high = -Infinity, tables = 0;
    const last = Math.min(n, Number(floor(percent.whole[1] * size, all)));
    for (let agreed = Math.max(0, Number(ceil(percent.whole[0] * size, all))); agreed <= last; agreed++) {
      for (let both = 0; both <= agreed; both++) {
        for (let only = 0; only <= n - agreed; only++) {
          const first = both + only, second = both + n - agreed - only;
          const chance = (first * second + (n - first) * (n - second)) / (n * n);
          if (chance >= 1) continue;
          const k = (agreed / n - chance) / (1 - chance);
          if (k < low) low = k;
          if (k > high) high = k;
          if (k >= box[0] - 1e-12 && k <= box[1] + 1e-12) tables += 1;
        }
      }
    }
    if (low === Infinity) return { fits: false, low: NaN, high: NaN, count: 0, detail: "no count of " + n + " rounds to the percentage" };
    low = Math.round(low * 1e9) / 1e9; // as the library does: equal kappas are computed in different ways
    high = Math.round(high * 1e9) / 1e9;
    return { fits: tables > 0, low: low, high: high, count: tables, detail: "tables with this agreement have a kappa from " + x.span(low, high) };
  }

  const ROUTES = {
    plain: [Number, Number],
    log: [function (v) { return v > 0 ? Math.log(v) : -Infinity; }, Math.exp],
    "fisher-z": [function (v) { return v > -1 && v < 1 ? Math.atanh(v) : v > 0 ? Infinity : -Infinity; }, Math.tanh],
  };
  const VALUES = { log: SIZE, "fisher-z": R };
  function ends(now, scale) {
    const found = ["estimate", "low", "high"].map(function (name) { return x.bounded(name, now[name], VALUES[scale]); });
    if (found[1].high > found[2].high) throw x.fault("", "the interval from " + now.low + " to " + now.high + " runs downwards", "Give the lower end first");
    return found;
  }
  const SCALES = { plain: "", log: " on the logarithmic scale", "fisher-z": "" };
  function centred(now) {
    const found = ends(now, now.scale), to = ROUTES[now.scale][0], back = ROUTES[now.scale][1];
    const low = back((to(found[1].low) + to(found[2].low)) / 2), high = back((to(found[1].high) + to(found[2].high)) / 2);
    const fits = x.overlap([low, high], [found[0].low, found[0].high]);
    let detail = "the middle of the interval" + SCALES[now.scale] + " is " + x.span(low, high);
    if (!fits) detail += "; an interval from resampling, a profile likelihood or an exact method need not be centred";
    return { fits: fits, low: low, high: high, detail: detail };
  }
  const FEWEST_DF = 10;
  function intervalP(now) {
    const found = ends(now, now.scale), p = x.printed("p", now.p, P), to = ROUTES[now.scale][0];
    const sizes = [to(found[0].low), to(found[0].high)];
    const least = sizes[0] <= 0 && sizes[1] >= 0 ? 0 : Math.min(Math.abs(sizes[0]), Math.abs(sizes[1]));
    const most = Math.max(Math.abs(sizes[0]), Math.abs(sizes[1]));
    const widths = [to(found[2].low) - to(found[1].high), to(found[2].high) - to(found[1].low)];
    const ratio = function (size, width) { return width === Infinity ? 0 : width > 0 ? size / (width / 2) : Infinity; };
    const all = [];
    [x.normalTail, function (v) { return x.tTail(v, FEWEST_DF); }].forEach(function (tail) {
      const q = x.quantile(tail, 0.025);
      [ratio(least, widths[1]), ratio(most, widths[0])].forEach(function (r) { all.push(Number.isFinite(r) ? 2 * tail(q * r) : 0); });
    });
    const low = Math.min(...all), high = Math.max(...all);
    return {
      fits: x.overlap([low, high], [Math.max(p.low, 0), Math.min(p.high, 1)]), low: low, high: high,
      detail: "estimate and interval imply p = " + x.span(low, high, 3),
    };
  }
  function pooled(now) {
    const found = ends(now), k = x.whole("k", now.k, 3), n = x.whole("n", now.n, 1), r = now.measure === "r";
    if (n / k <= 3) throw x.fault("n", n + " members are too few for " + k + " studies");
    const boxes = found.map(function (f) { return [f.low, f.high]; });
    if (r && boxes.some(function (b) { return b[0] <= -1 || b[1] >= 1; })) throw x.fault("estimate, low, high", "a correlation is not between -1 and 1");
    const on = r ? boxes.map(function (b) { return b.map(Math.atanh); }) : boxes;
    const v = r ? 1 / (n / k - 3) : 4 * k / n, z = x.quantile(x.normalTail, 0.025);
    const errors = [on[2][0] - on[1][1], on[2][1] - on[1][0]].map(function (w) { return Math.max(0, w) / (2 * z); });
    const tau2 = errors.map(function (se) { return Math.max(0, k * se * se - v); });
    const df = k - 2, reach = x.quantile(function (t) { return x.tTail(t, df); }, 0.025) * Math.sqrt(tau2[1] + errors[1] * errors[1]);
    const spread = [on[0][0] - reach, on[0][1] + reach].map(function (e) { return r ? Math.tanh(e) : e; });
    return {
      tau2: tau2, prediction: spread,
      answer: "Between studies, tau² is " + x.span(tau2[0], tau2[1]) + (r ? " (on Fisher's z)" : "") + ". The true effect of a new study is expected from " + x.show(spread[0]) + " to " + x.show(spread[1]) + ", if all studies had the same size.",
      rows: [["tau²", x.span(tau2[0], tau2[1])], ["95 % prediction interval, widest over the rounding", x.show(spread[0]) + " to " + x.show(spread[1])], ["size of each study, if all were equal", x.show(n / k)]],
    };
  }

  const CHECKS = {
    t: function (now) { return againstP("t", "t", now, x.degrees(now.df)); },
    F: function (now) { return againstP("F", "F", now, x.degrees(now.df)); },
    chi2: function (now) { return againstP("chi2", "chi2", now, x.degrees(now.df)); },
    z: function (now) { return againstP("z", "z", now, []); },
    r: function (now) {
      const n = x.whole("n", now.n, 1);
      if (n <= 2) throw x.fault("n", "'" + now.n + "' is not a whole number of at least 3");
      return againstP("r", "r", now, [n - 2]);
    },
    percent: counts, grim: grim, agreement: agreement, interval: centred, "interval-p": intervalP,
  };
  const TESTS = ["t", "F", "chi2", "z", "r"], INTERVALS = ["interval", "interval-p", "pooled"];
  window.restatedExplore.add("check", {
    fields: function () {
      return [
        { name: "check", label: "What to check", type: "select", value: "t", options: [
          ["t", "t and p"], ["F", "F and p"], ["chi2", "chi² and p"], ["z", "z and p"], ["r", "correlation r and p"],
          ["percent", "percentage and n"], ["grim", "mean of whole numbers and n (GRIM)"], ["agreement", "agreement and kappa of two raters"],
          ["interval", "estimate in the middle of its interval"], ["interval-p", "interval and p"], ["pooled", "pooled effect: spread between studies"]] },
        { name: "statistic", label: "Test statistic, as published", value: "2.20", when: is(...TESTS) },
        { name: "df", label: "Degrees of freedom (two for F, with a comma)", value: "28", when: is("t", "F", "chi2") },
        { name: "percent", label: "Percentage, as published", value: "62.6", when: is("percent", "agreement") },
        { name: "kappa", label: "Kappa, as published", value: ".49", when: is("agreement") },
        { name: "mean", label: "Mean, as published", value: "3.51", when: is("grim") },
        { name: "items", label: "Items averaged into each score", value: "1", inputmode: "numeric", when: is("grim") },
        { name: "estimate", label: "Estimate, as published", value: ".31", when: is(...INTERVALS) },
        { name: "low", label: "Lower end of its 95 % interval", value: ".23", when: is(...INTERVALS) },
        { name: "high", label: "Upper end of its 95 % interval", value: ".39", when: is(...INTERVALS) },
        { name: "scale", label: "Kind of estimate", type: "select", value: "plain", options: [["plain", "difference, mean, d"], ["log", "ratio (odds, risks, hazards)"], ["fisher-z", "correlation"]], when: is("interval", "interval-p") },
        { name: "measure", label: "Kind of effect", type: "select", value: "r", options: [["r", "correlation"], ["d", "standardised mean difference"]], when: is("pooled") },
        { name: "k", label: "Studies", value: "8", inputmode: "numeric", when: is("pooled") },
        { name: "n", label: "Cases in all (n)", value: "107", inputmode: "numeric", when: is("r", "percent", "grim", "agreement", "pooled") },
        { name: "p", label: "p, as published", value: ".04", when: is(...TESTS, "interval-p") },
      ];
    },
    compute: function (now) {
      if (now.check === "pooled") return pooled(now);
      const found = CHECKS[now.check](now);
      found.answer = (found.fits ? "Consistent as published: " : "Inconsistent as published: ") + found.detail + ".";
      found.rows = [["what the other numbers allow", Number.isFinite(found.low) ? x.span(found.low, found.high) : "nothing"]];
      if ("count" in found) found.rows.push([now.check === "agreement" ? "tables of two raters with both numbers" : "whole counts that fit", String(found.count)]);
      return found;
    },
  });
})();
