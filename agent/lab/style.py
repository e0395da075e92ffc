"""How the report looks. One sheet, no fonts and no pictures from elsewhere, light and dark."""

SHEET = """
:root { color-scheme: light dark;
  --paper: #faf8f4; --card: #ffffff; --ink: #20242c; --soft: #646b78; --line: #e4dfd5;
  --accent: #0e6b63; --accent-soft: #d5ebe6; --good: #2f8f5b; --bad: #bb3a2b; --bad-soft: #f8e3df;
  --warn: #b7791f; --short: #d8b28a; --track: #ece7dd; --wall: #55606e; --sight: #0e6b6318; }
@media (prefers-color-scheme: dark) { :root {
  --paper: #14171c; --card: #1c2027; --ink: #e9e7e2; --soft: #9aa2ae; --line: #2e343e;
  --accent: #5cc4b4; --accent-soft: #1d3d3a; --good: #63c08c; --bad: #ef8576; --bad-soft: #43231f;
  --warn: #e0a84e; --short: #7a6347; --track: #2a3039; --wall: #aab3bf; --sight: #5cc4b41c; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 40px 28px 80px; }
h1, h2, h3 { font-family: "Iowan Old Style", "Palatino Linotype", Palatino, Georgia, serif;
  font-weight: 600; line-height: 1.2; letter-spacing: -0.01em; text-wrap: balance; }
h1 { font-size: clamp(30px, 5.4vw, 46px); margin: 6px 0 14px; }
h2 { font-size: 25px; margin: 56px 0 6px; }
h3 { font-size: 18px; margin: 0 0 6px; }
p { margin: 0 0 14px; max-width: 68ch; }
a { color: var(--accent); }
.eyebrow { color: var(--accent); font-weight: 600; font-size: 13px; letter-spacing: .08em;
  text-transform: uppercase; margin: 0; }
.lede { font-size: 19px; color: var(--ink); }
.note, .soft { color: var(--soft); }
.note { font-size: 14px; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(215px, 1fr)); gap: 14px;
  margin: 26px 0 8px; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 14px;
  padding: 16px 18px 14px; min-width: 0; }
.card .value { font-size: 34px; font-weight: 600; line-height: 1.15; margin: 2px 0 0;
  font-variant-numeric: tabular-nums; letter-spacing: -0.02em; }
.card .value small { font-size: 15px; font-weight: 500; color: var(--soft); letter-spacing: 0; }
.card .label { font-weight: 600; margin: 0; }
.card .about { color: var(--soft); font-size: 13.5px; margin: 2px 0 8px; line-height: 1.4; }
.badge { float: right; font-size: 12.5px; font-weight: 600; border-radius: 99px; padding: 2px 10px;
  background: var(--accent-soft); color: var(--accent); }
.badge.miss, .badge.worse { background: var(--bad-soft); color: var(--bad); }
.badge.same { background: var(--track); color: var(--soft); }
.target { font-size: 13px; color: var(--soft); margin: 0; }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--soft); font-size: 12px; font-family: inherit; }
.gauge { height: 26px; } .track { fill: var(--track); }
rect.good { fill: var(--good); opacity: .35; } .range { fill: var(--ink); opacity: .22; }
.point { fill: var(--ink); } .point.better, .range.better { fill: var(--good); }
.point.worse, .range.worse { fill: var(--bad); } .mark { stroke: var(--soft); stroke-width: 1.2;
  stroke-dasharray: 3 3; } .base { stroke: var(--line); stroke-width: 1; }
.histogram rect.good { fill: var(--accent); opacity: .85; }
.histogram rect.short { fill: var(--short); }
.chart { background: var(--card); border: 1px solid var(--line); border-radius: 14px;
  padding: 18px 20px; margin: 12px 0; }
.two { display: grid; grid-template-columns: repeat(auto-fit, minmax(300px, 1fr)); gap: 14px; }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line);
  border-radius: 14px; margin: 12px 0; }
table { border-collapse: collapse; width: 100%; font-size: 14.5px;
  font-variant-numeric: tabular-nums; }
th { text-align: left; font-size: 12.5px; color: var(--soft); font-weight: 600;
  white-space: nowrap; }
th, td { padding: 9px 14px; border-bottom: 1px solid var(--line); vertical-align: middle; }
tr:last-child td { border-bottom: 0; }
td .about { color: var(--soft); font-size: 13px; display: block; }
.stacked { width: 160px; min-width: 110px; height: 10px; } .bar { width: 120px; height: 8px; }
.change { width: 140px; height: 16px; }
.s-served { fill: var(--accent); } .s-answered { fill: var(--short); } .s-lost { fill: var(--bad); }
.s-alone { fill: var(--track); } .s-sign { fill: var(--accent); opacity: .45; }
.s-shaped { fill: var(--accent); } .s-vetoed { fill: var(--warn); }
.key { display: inline-block; width: 10px; height: 10px; border-radius: 3px; margin: 0 5px 0 12px; }
.key:first-child { margin-left: 0; }
.k-served { background: var(--accent); } .k-answered { background: var(--short); }
.k-lost { background: var(--bad); } .k-alone { background: var(--track); }
.k-sign { background: var(--accent); opacity: .45; }
.k-shaped { background: var(--accent); } .k-vetoed { background: var(--warn); }
ul.norms { list-style: none; margin: 14px 0; padding: 0; columns: 2; column-gap: 34px; }
ul.norms li { break-inside: avoid; padding: 7px 0 7px 30px; position: relative;
  border-bottom: 1px solid var(--line); }
ul.norms li::before { content: "✓"; position: absolute; left: 4px; color: var(--good);
  font-weight: 700; }
ul.norms li.broken::before { content: "✕"; color: var(--bad); }
ul.norms li.broken { font-weight: 600; }
ul.norms .about { display: block; font-weight: 400; color: var(--soft); font-size: 13.5px; }
.episode { display: grid; grid-template-columns: minmax(240px, 5fr) 7fr; gap: 22px;
  background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 18px 20px;
  margin: 14px 0; }
.episode > div { min-width: 0; }
.plan { max-height: 340px; background: var(--paper); border-radius: 10px; padding: 4px; }
.plan text { font-size: .42px; fill: var(--soft); }
.wall { stroke: var(--wall); stroke-width: .09; stroke-linecap: round; }
.thing { fill: var(--track); stroke: var(--line); stroke-width: .03; } .door { fill: var(--line); }
.sight { fill: var(--sight); } .agent { fill: var(--accent); }
.nose { stroke: var(--accent); stroke-width: .14; stroke-linecap: round; }
.way { fill: none; stroke-linecap: round; stroke-linejoin: round; }
.other { stroke: var(--soft); stroke-width: .045; opacity: .45; }
.chief { stroke: var(--bad); stroke-width: .09; } .step { fill: var(--bad); }
.moment { fill: none; stroke: var(--bad); stroke-width: .07; }
.eyes { stroke: var(--bad); stroke-width: .06; stroke-linecap: round; }
.story { list-style: none; margin: 8px 0 12px; padding: 0; font-size: 14.5px; }
.story li { display: grid; grid-template-columns: 62px 1fr; gap: 8px; padding: 2px 0; }
.story time { color: var(--soft); font-variant-numeric: tabular-nums; text-align: right; }
.story .agent-says { color: var(--accent); font-weight: 600; }
.story .visitor-says { font-weight: 600; } .story .fact, .story .sign { color: var(--soft); }
.story .refused { color: var(--warn); }
.story .now { background: var(--bad-soft); border-radius: 6px; }
pre { background: var(--paper); border: 1px solid var(--line); border-radius: 9px; margin: 8px 0 0;
  padding: 9px 12px; font-size: 12.5px; line-height: 1.5; overflow-x: auto; white-space: pre-wrap;
  overflow-wrap: anywhere; }
code { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
td code, p code { font-size: .88em; overflow-wrap: anywhere; }
.change-card { background: var(--card); border: 1px solid var(--line); border-radius: 14px;
  padding: 16px 20px; margin: 12px 0; }
.change-card ul { margin: 6px 0 0; padding-left: 20px; font-size: 14.5px; }
.was { color: var(--bad); text-decoration: line-through; text-decoration-thickness: 1px; }
.is { color: var(--good); font-weight: 600; }
footer { margin-top: 60px; border-top: 1px solid var(--line); padding-top: 18px; font-size: 14px;
  color: var(--soft); }
@media (max-width: 720px) {
  main { padding: 24px 16px 60px; } .episode { grid-template-columns: 1fr; padding: 14px; }
  ul.norms { columns: 1; } h2 { margin-top: 42px; } th, td { padding: 8px 10px; }
  .lede { font-size: 17px; } }
@media print { body { background: #fff; } .card, .episode, .chart { break-inside: avoid; } }
"""
