import { html } from './markup.js';

/**
 * Colours are Okabe and Ito's (jfly.uni-koeln.de/color), darkened or lightened until text in them can be read: told apart
 * by people who are colour-blind, and never the only sign of anything.
 */
export const style = html`<style>
:root { color-scheme: light dark; --bg: #fff; --panel: #f7f7f5; --ink: #1b1d21; --quiet: #5b616b; --rule: #dcdee2;
  --old: #0072b2; --new: #c2500a; --other: #7a7f87; --nobody: #a3478a; --good: #00704f; --bad: #b3261e; --unsure: #7a5a00;
  --old-area: #8ec3e6; --new-area: #f2a674; --other-area: #c9ccd1; --nobody-area: #dba6cc; --on-area: #111; --observe: #d5dfe8; }
@media screen and (prefers-color-scheme: dark) {
  :root { --bg: #15171a; --panel: #1d2024; --ink: #e8e9eb; --quiet: #a2a8b2; --rule: #363b42;
    --old: #62b5ec; --new: #f49a5a; --other: #9aa0a9; --nobody: #e08cc8; --good: #45c49a; --bad: #ff8a7a; --unsure: #e3bd4f;
    --old-area: #1f5f8a; --new-area: #a4531c; --other-area: #4a4f57; --nobody-area: #7a3a68; --on-area: #fff; --observe: #33424f; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 24px; max-width: 1248px; background: var(--bg); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 26px; line-height: 1.2; margin: 0 0 4px; } h2 { font-size: 21px; margin: 0 0 2px; }
h3 { font-size: 15px; margin: 20px 0 4px; } h4 { font-size: 14px; margin: 12px 0 0; } p { margin: 4px 0; }
.lead { font-size: 16px; color: var(--quiet); } p.quiet { color: var(--quiet); font-size: 13px; }
.story { border-top: 2px solid var(--rule); margin-top: 32px; padding-top: 20px; }
.good { color: var(--good); } .bad { color: var(--bad); } .unsure { color: var(--unsure); } h4 .none { color: var(--quiet); }
.badge { font-size: 13px; font-weight: 600; white-space: nowrap; border: 1.5px solid; border-radius: 10px; padding: 1px 8px; vertical-align: 2px; }
.problems { border-left: 4px solid var(--bad); margin: 8px 0; padding: 4px 4px 4px 28px; }
.facts { font-size: 13px; color: var(--quiet); } .chip { color: var(--bg); border-radius: 4px; padding: 1px 6px; font-weight: 600; }
.chip.old { background: var(--old); } .chip.new { background: var(--new); }
table { border-collapse: collapse; width: 100%; font-size: 13px; margin: 8px 0; }
th { text-align: left; color: var(--quiet); font-weight: 500; overflow-wrap: normal; } th, td { padding: 4px 12px 4px 0; border-bottom: 1px solid var(--rule); vertical-align: top; }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; } .overview { font-size: 14px; margin-top: 16px; } .overview td { padding-block: 7px; }
@media (min-width: 1001px) { .overview td:not(.name, .should) { white-space: nowrap; } } .overview td { overflow-wrap: break-word; } .overview .name { font-weight: 600; } a { color: inherit; }
.charts { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 16px; margin: 16px 0; }
figure { margin: 0; padding: 10px 12px 4px; background: var(--panel); border-radius: 8px; min-width: 0; break-inside: avoid; }
figcaption { font-size: 14px; line-height: 1.35; } figcaption span { color: var(--quiet); font-size: 12.5px; }
.empty p { color: var(--quiet); padding: 24px 0; } svg { display: block; width: 100%; height: auto; margin-top: 8px; } .narrow { display: none; }
svg text { font-size: 12px; fill: var(--ink); } svg .tick, svg .quiet { fill: var(--quiet); } svg .strong { font-weight: 600; }
svg .halo { paint-order: stroke; stroke: var(--panel); stroke-width: 3.5px; stroke-linejoin: round; }
.grid { stroke: var(--rule); stroke-width: 1; fill: none; } .axis { stroke: var(--quiet); stroke-width: 1; fill: none; }
.line { fill: none; stroke: var(--c); stroke-width: 1.8; stroke-linejoin: round; } .dot { fill: var(--c); } .line.p50 { stroke-width: 1.1; }
.line.p95 { stroke-width: 2.1; } .line.thin { stroke-width: 0.9; opacity: 0.55; } .line.main { stroke-width: 2.2; } .area { fill: var(--a); }
.old { --c: var(--old); --a: var(--old-area); } .new { --c: var(--new); --a: var(--new-area); } .other { --c: var(--other); --a: var(--other-area); }
.nobody { --c: var(--nobody); --a: var(--nobody-area); } svg .line.harm, svg .crossing.harm, svg .bound.harm { --c: var(--bad); }
svg .line.safety, svg .crossing.safety, svg .bound.safety { --c: var(--good); } svg text.halo.old, svg text.halo.new, svg text.halo.nobody { fill: var(--c); }
svg text.harm, svg text.bad { fill: var(--bad); } svg text.safety, svg text.good { fill: var(--good); } svg text.unsure { fill: var(--unsure); }
svg text.none { fill: var(--quiet); } svg text.name { fill: var(--on-area); font-weight: 600; } .bound { stroke: var(--c); stroke-width: 1.4; stroke-dasharray: 6 3; }
.crossing { fill: var(--panel); stroke: var(--c); stroke-width: 2.5; } .event path { stroke: var(--quiet); stroke-width: 1; stroke-dasharray: 2 3; }
.event.mark path, .event.rollback path { stroke: var(--ink); stroke-dasharray: none; } svg .event.wave text, svg .event.end text { fill: var(--quiet); }
.phase, .key { fill: var(--observe); background: var(--observe); } .gate { fill: var(--rule); background: var(--rule); }
.apply, .revert { fill: var(--new); background: var(--new); } .verify { fill: var(--other); background: var(--other); } svg .inbar { font-size: 11px; }
.revert + .inbar { fill: var(--bg); } .phase.observe.bad { stroke: var(--bad); stroke-width: 1.5; } .square { stroke: var(--quiet); stroke-width: 1; }
.added { fill: var(--new); background: var(--new); } .changed { fill: var(--new-area); background: var(--new-area); } .unchanged, .planned { fill: var(--bg); background: var(--bg); } .square.planned { stroke: var(--new); stroke-dasharray: 2 1.5; }
.key { display: inline-block; width: 10px; height: 10px; margin: 0 3px 0 8px; border: 1px solid var(--quiet); border-radius: 2px; }
.texts { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 8px 32px; } .words { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 340px), 1fr)); gap: 0 32px; font-size: 13.5px; } .words ul { margin: 2px 0; padding-left: 18px; color: var(--quiet); font-size: 12.5px; }
.bar { display: grid; grid-template-columns: 150px 1fr 96px; gap: 10px; align-items: center; font-size: 13px; margin: 4px 0; } .track i { display: block; height: 14px; border-radius: 3px; background: var(--new); }
.track .estimate { background: repeating-linear-gradient(45deg, var(--other) 0 4px, var(--panel) 4px 8px); border: 1px solid var(--other); }
footer { border-top: 1px solid var(--rule); margin-top: 32px; font-size: 12.5px; color: var(--quiet); } dl { display: flex; flex-wrap: wrap; gap: 4px 24px; } dl div { display: flex; gap: 6px; } dt::after { content: ':'; } dd { margin: 0; color: var(--ink); }
@media (max-width: 1000px) { .charts, .texts { grid-template-columns: minmax(0, 1fr); } }
@media (max-width: 640px) { body { padding: 14px; } .wide { display: none; } .narrow { display: block; } figure { padding: 10px 6px 4px; } figcaption { padding: 0 4px; }
  .overview thead { display: none; } .overview, .overview tbody, .overview tr, .overview td { display: block; text-align: left; }
  .overview tr { display: grid; grid-template-columns: 1fr 1fr; gap: 2px 12px; border: 1px solid var(--rule); border-radius: 8px; padding: 8px 10px; margin: 8px 0; }
  .overview td { display: flex; gap: 8px; border: 0; padding: 0; } .overview td.name, .overview td.ok { order: -2; } .overview td.ok { justify-content: flex-end; } .overview td.should { order: -1; grid-column: 1 / -1; }
  .overview td.name::before, .overview td.ok::before, .overview td.should::before { content: none; }
  .overview td { white-space: normal; } .overview td::before { content: attr(data-label); flex: 0 0 70px; color: var(--quiet); font-weight: 400; }
  .bar { grid-template-columns: 92px 1fr 84px; } .log { font-size: 11.5px; } .log th, .log td { padding-right: 6px; } .log th:nth-child(6), .log td:nth-child(6) { display: none; } }
@media print { body { padding: 0; max-width: none; font-size: 11px; } * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } .charts, .texts { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 8px; } .wide { display: none; } .narrow { display: block; }
  h2, h3, h4 { break-after: avoid; } tr { break-inside: avoid; } .story { break-before: page; } .overview, table { font-size: 11px; } .lead { font-size: 13px; } th, td { padding-right: 8px; } .words { font-size: 11px; } .words ul, p.quiet, figcaption span { font-size: 10px; } }
</style>`;
