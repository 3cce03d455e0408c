// Two groups of skewed values such as costs: which differences could a test of their means show?
(function () {
  "use strict";
  const x = window.restatedExplore;
  const ALPHA = 0.05, STEP = 0.0005; // level of the test; ratios of means are tried in these steps, as in the library

  function error(ratio, cv1, cv2, n1, n2, test) { // standard error and degrees of freedom, in units of the second mean
    const v1 = (ratio * cv1) ** 2, v2 = cv2 ** 2;
    if (test === "Student") {
      const df = n1 + n2 - 2;
      return [Math.sqrt(((n1 - 1) * v1 + (n2 - 1) * v2) / df * (1 / n1 + 1 / n2)), df];
    }
    const a = v1 / n1, b = v2 / n2;
    return [Math.sqrt(a + b), (a + b) ** 2 / (a * a / (n1 - 1) + b * b / (n2 - 1))];
  }
  function pOf(ratio, cv, n1, n2, test) {
    const found = error(ratio, cv, cv, n1, n2, test);
    return 2 * x.tTail(Math.abs(ratio - 1) / found[0], found[1]);
  }
  function mostSpread(ratio, n1, n2, test) { // largest SD/mean at which the test still shows this ratio
    const found = error(ratio, 1, 1, n1, n2, test);
    return Math.abs(ratio - 1) / (x.quantile(function (t) { return x.tTail(t, found[1]); }, ALPHA / 2) * found[0]);
  }
  function limit(cv, n1, n2, test) { // largest ratio below 1 that the test shows, on the grid of steps
    let low = 0, high = Math.round(1 / STEP);
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (mostSpread(middle * STEP, n1, n2, test) >= cv) low = middle; else high = middle;
    }
    return low * STEP;
  }

  window.restatedExplore.add("groups", {
    fields: function (words) {
      const first = words.first || "the first group", second = words.second || "the second group";
      return [
        { name: "spread", label: "Standard deviation, as a multiple of the mean (both groups)", type: "range", min: "0.1", max: "3", step: "0.05", value: "1" },
        { name: "ratio", label: "True ratio of the means, " + first + " to " + second, type: "range", min: "0.05", max: "1", step: "0.01", value: "0.5" },
        { name: "n1", label: "Size: " + first, value: "22", inputmode: "numeric" },
        { name: "n2", label: "Size: " + second, value: "19", inputmode: "numeric" },
        { name: "test", label: "Test", type: "select", value: "Welch", options: [["Welch", "Welch"], ["Student", "Student"]] },
      ];
    },
    compute: function (now, words) {
      const first = words.first || "the first group", second = words.second || "the second group";
      const n1 = x.whole("n1", now.n1, 2), n2 = x.whole("n2", now.n2, 2), spread = Number(now.spread), ratio = Number(now.ratio), test = now.test;
      const p = pOf(ratio, spread, n1, n2, test), most = mostSpread(ratio, n1, n2, test), of = limit(spread, n1, n2, test), other = limit(spread, n2, n1, test);
      const reach = of > 0 ? "must be below " + x.percent(of) + " of that of " + second : "would not differ enough at any size";
      return {
        p: p, most: most, limit: of, other: other,
        answer: "If the standard deviation is " + (spread === 1 ? "equal to" : x.show(spread) + " times") + " the mean, the mean of " + first + " " + reach + " before the test detects a difference. A ratio of " + x.show(ratio) +
          (p < ALPHA ? " would be significant" : " would not be significant") + " (p = " + x.show(p, 2) + ").",
        rows: [
          ["largest ratio that the test detects", of > 0 ? x.percent(of) : "none"],
          ["largest ratio the other way round", other > 0 ? x.percent(other) : "none"],
          ["p if the groups show exactly this ratio", x.show(p, 3)],
          ["largest spread at which this ratio is significant", x.show(most, 3)],
        ],
      };
    },
    draw: function (result, now) {
      const wide = 340, line = 62, ratio = Number(now.ratio);
      const at = function (share) { return 10 + share * (wide - 20); };
      const image = x.svg(wide, 104, "Ratios of two means from 0 to 1. The test shows ratios below " + x.percent(result.limit) + "; the one chosen is " + x.percent(ratio) + ".");
      image.put("rect", { x: at(0), y: line - 8, width: at(1) - at(0), height: 16, class: "rs-try-ground" });
      image.put("rect", { x: at(0), y: line - 8, width: Math.max(0, at(result.limit) - at(0)), height: 16, class: "rs-try-fill" });
      image.put("circle", { cx: at(ratio), cy: line, r: 7, class: "rs-try-dot" });
      image.put("text", { x: at(0), y: 20, class: "rs-try-text" }, "filled: the test detects it");
      image.put("text", { x: at(0), y: 40, class: "rs-try-text" }, "dot: the ratio you chose");
      [0, 0.25, 0.5, 0.75, 1].forEach(function (tick) {
        image.put("text", { x: at(tick), y: 94, class: "rs-try-text", "text-anchor": tick === 0 ? "start" : tick === 1 ? "end" : "middle" }, String(tick));
      });
      return image;
    },
  });
})();
