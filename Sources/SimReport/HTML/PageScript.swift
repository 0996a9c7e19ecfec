/// The page's script: it reads values out, filters and switches; nothing is drawn by it.
enum PageScript {
    static let text = """

        (() => {
        "use strict";
        const $ = id => document.getElementById(id);
        const all = (selector, root) => [...(root || document).querySelectorAll(selector)];
        const data = JSON.parse($("data").textContent);
        const end = data.begin + data.step * data.count;

        """ + words + cursor + topology + logs + keys + "})();\n"

    private static let words = """
        const three = value => value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1)
          : value.toFixed(2);
        const time = ns => ns >= 1e9 ? three(ns / 1e9) + "s" : ns >= 1e6 ? three(ns / 1e6) + "ms"
          : ns >= 1e3 ? three(ns / 1e3) + "us" : ns + "ns";
        const bytes = n => n >= 1073741824 ? three(n / 1073741824) + " GiB"
          : n >= 1048576 ? three(n / 1048576) + " MiB" : n >= 1024 ? three(n / 1024) + " KiB"
          : n + " B";
        const written = (value, unit) => value === null ? "-" : unit === "ns" ? time(value)
          : unit === "B" ? bytes(value) : unit === "%" ? value + "%" : String(value);
        const instant = ns => "t" + (ns < 0 ? "-" : "+") + (Math.floor(Math.abs(ns) / 1e6) / 1e3)
          .toFixed(3) + "s";

        """

    private static let cursor = """
        const charts = all("[data-chart],[data-spans]");
        const range = chart => "begin" in chart.dataset
          ? [Number(chart.dataset.begin), Number(chart.dataset.end)] : [data.begin, end];
        const active = (at, kinds) => data.spans.filter(
          span => span.b <= at && at < span.e && kinds.test(span.k)).map(
          span => span.k === "fault" || span.k === "phase" ? span.k + " " + span.n
          : span.n + " " + span.k);
        const told = (chart, at) => {
          const lanes = "spans" in chart.dataset;
          const parts = [];
          if (!lanes) {
            const place = Math.min(data.count - 1, Math.max(0, Math.floor(
              (at - data.begin) / data.step)));
            for (const series of data.charts[Number(chart.dataset.chart)])
              parts.push(series.n + " " + written(series.v[place], series.u));
          }
          const spans = active(at, lanes ? /./ : /fault|phase/);
          parts.push(...spans.slice(0, 8));
          if (spans.length > 8) parts.push("and " + (spans.length - 8) + " more");
          if (lanes && !spans.length) parts.push("nothing is wrong");
          return instant(at) + ": " + parts.join(" · ");
        };
        let now = data.begin;
        const move = (at, source) => {
          now = at;
          for (const chart of charts) {
            const line = chart.querySelector(".cursor");
            const [from, to] = range(chart);
            line.hidden = at < from || at > to;
            line.style.left = (at - from) / (to - from) * 100 + "%";
            if (chart !== source) chart.querySelector(".readout").textContent = "";
          }
          source.querySelector(".readout").textContent = told(source, at);
        };
        for (const chart of charts) {
          const plot = chart.querySelector(".plot");
          chart.addEventListener("pointermove", event => {
            const box = plot.getBoundingClientRect();
            const share = (event.clientX - box.left) / box.width;
            if (share < 0 || share > 1) return;
            const [from, to] = range(chart);
            move(from + share * (to - from), chart);
          });
          chart.addEventListener("focus", () => {
            const [from, to] = range(chart);
            move(Math.min(to - data.step / 2, Math.max(from + data.step / 2, now)), chart);
          });
          chart.addEventListener("keydown", event => {
            const [from, to] = range(chart);
            const step = data.step * (event.shiftKey ? 10 : 1);
            const target = { ArrowLeft: now - step, ArrowRight: now + step, Home: from, End: to };
            if (!(event.key in target)) return;
            event.preventDefault();
            const first = from + data.step / 2;
            move(Math.min(to - data.step / 2, Math.max(first, target[event.key])), chart);
            $("spoken").textContent = chart.querySelector(".readout").textContent;
          });
        }

        """

    private static let topology = """
        const drawing = document.querySelector(".topology");
        if (drawing) {
          const detail = $("topology-detail");
          const silent = detail.textContent;
          const nodes = all(".node", drawing);
          const edges = all(".edge", drawing);
          const light = name => {
            drawing.classList.toggle("lit", name !== null);
            const near = new Set([name]);
            const told = [];
            for (const edge of edges) {
              const on = edge.dataset.a === name || edge.dataset.b === name;
              edge.classList.toggle("on", on);
              if (!on) continue;
              const other = edge.dataset.a === name ? edge.dataset.b : edge.dataset.a;
              near.add(other);
              told.push(other + " (" + edge.dataset.words + ")");
            }
            for (const node of nodes) node.classList.toggle("on", near.has(node.dataset.node));
            const shown = told.slice(-6).reverse().join("; ");
            const rest = told.length > 6 ? "; and " + (told.length - 6) + " more" : "";
            detail.textContent = name === null ? silent
              : name + " – " + (told.length ? shown + rest : "no links were used");
          };
          for (const node of nodes) {
            node.addEventListener("pointerenter", () => light(node.dataset.node));
            node.addEventListener("pointerleave", () => light(null));
            node.addEventListener("focus", () => light(node.dataset.node));
            node.addEventListener("blur", () => light(null));
          }
        }

        """

    private static let logs = """
        const filter = $("log-filter");
        if (filter) {
          const lines = all("#log li").map(line => [line, line.textContent.toLowerCase()]);
          const choice = $("log-process");
          const silent = $("log-count").textContent;
          const apply = () => {
            const wanted = filter.value.toLowerCase();
            let shown = 0;
            for (const [line, text] of lines) {
              const fits = text.includes(wanted)
                && (choice.value === "" || line.dataset.p === choice.value);
              line.hidden = !fits;
              if (fits) shown += 1;
            }
            $("log-count").textContent = wanted || choice.value ? shown + " of " + lines.length
              + " lines here" : silent;
          };
          filter.addEventListener("input", apply);
          choice.addEventListener("change", apply);
        }

        """

    private static let keys = """
        const links = all("nav a");
        const sections = all("main > section");
        const go = place => {
          const section = sections[place];
          if (!section) return;
          section.scrollIntoView();
          section.querySelector("h2").focus({ preventScroll: true });
        };
        const watcher = new IntersectionObserver(() => {
          let current = 0;
          sections.forEach((section, place) => {
            if (section.getBoundingClientRect().top < innerHeight / 3) current = place;
          });
          links.forEach((link, place) => place === current
            ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current"));
        }, { threshold: [0, .05, .1, .2, .4, .6, .8, 1] });
        sections.forEach(section => watcher.observe(section));
        const here = () => Math.max(0, links.findIndex(link => link.hasAttribute("aria-current")));
        const openTarget = () => {
          const target = location.hash.length > 1
            && document.getElementById(decodeURIComponent(location.hash.slice(1)));
          if (target && target.tagName === "DETAILS") target.open = true;
        };
        addEventListener("hashchange", openTarget);
        openTarget();
        const store = (name, value) => { try { localStorage.setItem(name, value); } catch (_) {} };
        const stored = name => { try { return localStorage.getItem(name); } catch (_) { return \
        null; } };
        const root = document.documentElement;
        const isDark = () => (root.dataset.theme
          || (matchMedia("(prefers-color-scheme:dark)").matches ? "dark" : "light")) === "dark";
        const saved = stored("commy-theme");
        if (saved === "dark" || saved === "light") root.dataset.theme = saved;
        const theme = () => {
          root.dataset.theme = isDark() ? "light" : "dark";
          store("commy-theme", root.dataset.theme);
        };
        const copy = () => {
          const text = $("again").textContent;
          const done = () => {
            $("copy").textContent = "Copied";
            $("spoken").textContent = "Copied";
            setTimeout(() => { $("copy").textContent = "Copy"; }, 1500);
          };
          const select = () => {
            const range = document.createRange();
            range.selectNodeContents($("again"));
            getSelection().removeAllRanges();
            getSelection().addRange(range);
            if (document.execCommand("copy")) done();
          };
          if (navigator.clipboard) navigator.clipboard.writeText(text).then(done, select);
          else select();
        };
        const dialog = $("keys");
        const help = () => { if (dialog.open) dialog.close(); else dialog.showModal(); };
        const unfold = () => {
          const folds = all("ol.verdicts details");
          const open = !folds.every(fold => fold.open);
          folds.forEach(fold => { fold.open = open; });
        };
        const nextChart = () => {
          const seen = charts.filter(chart => chart.offsetParent !== null);
          const place = seen.indexOf(document.activeElement);
          const after = place >= 0 ? place + 1 : seen.findIndex(
            chart => chart.getBoundingClientRect().top > 60);
          const chart = seen[after >= 0 && after < seen.length ? after : 0];
          if (chart) { chart.focus(); chart.scrollIntoView({ block: "nearest" }); }
        };
        $("theme").addEventListener("click", theme);
        $("keys-button").addEventListener("click", help);
        $("copy").addEventListener("click", copy);
        addEventListener("beforeprint", () => all("ol.verdicts details, .source").forEach(
          fold => { fold.open = true; }));
        addEventListener("keydown", event => {
          if (event.ctrlKey || event.metaKey || event.altKey) return;
          if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) {
            if (event.key === "Escape") event.target.blur();
            return;
          }
          const actions = {
            "?": help, t: theme, c: copy, e: unfold, n: nextChart,
            j: () => go(Math.min(sections.length - 1, here() + 1)),
            k: () => go(Math.max(0, here() - 1)), "/": () => filter && filter.focus(),
          };
          const action = /^[1-9]$/.test(event.key) ? () => go(Number(event.key) - 1)
            : Object.hasOwn(actions, event.key) ? actions[event.key] : null;
          if (!action) return;
          event.preventDefault();
          action();
        });
        root.dataset.ready = "true";

        """
}
