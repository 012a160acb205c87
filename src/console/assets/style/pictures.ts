// How diagrams and charts sit on a page, what of them can be reached by keyboard, and how pages print.

export const pictures = `
.diagram{margin:0 0 20px;padding:8px;border:1px solid var(--hair);border-radius:var(--radius);background:var(--paper);overflow:auto;max-height:none}
.diagram .il-diagram{display:block;margin:0 auto}
.il-diagram .il-link{cursor:pointer;outline:none}
.il-diagram .il-link:hover .card,.il-diagram .il-link:focus-visible .card{stroke:var(--accent);stroke-width:3}
.il-diagram .il-link:focus-visible .dot{stroke:var(--accent);stroke-width:4}
.il-diagram .il-link:hover .badge rect,.il-diagram .il-link:focus-visible .badge rect{stroke:var(--ink);stroke-width:2.4}
.legend-list{display:flex;flex-wrap:wrap;gap:6px 20px;margin:0 0 12px;padding:0;list-style:none;color:var(--quiet);font-size:.92rem}
.legend-list .pill{display:inline-block;min-width:26px;text-align:center;padding:0 7px;border-radius:99px;border:1px solid var(--line);font-size:.8rem;font-weight:650;margin-right:6px;color:var(--ink)}
.legend-list .pill.alarm{background:var(--bad);border-color:var(--bad);color:var(--paper)}
.legend-list .pill.warning{background:#f0c14b;border-color:#f0c14b;color:#1b2330}
.legend-list .dash{display:inline-block;width:30px;border-top:2px dashed var(--bad);vertical-align:.3em;margin-right:6px}
.chart-box{overflow-x:auto;margin:0 0 8px}
.chart{display:block;width:100%;min-width:640px;height:auto}
.fingerprint{font-size:.9rem}
.actions{display:flex;flex-wrap:wrap;gap:10px;margin:0 0 18px}
@media (max-width:900px){.diagram .il-diagram{max-width:none;width:900px}}
@media (prefers-reduced-motion:no-preference){.tile,a,button{transition:background-color .12s,filter .12s}}
@media (forced-colors:active){.menu summary.here{border-bottom:3px solid}.tile.bad,.tile.good{border-width:3px}.top nav a[aria-current]{border-bottom:3px solid}}
@media print{
.top,.bar,.actions,.tabs,.skip,.why,.meaning,.no-print{display:none!important}
main,main.wide{max-width:none;padding:0}
body{font-size:10pt}
a{color:inherit;text-decoration:none}
.diagram{border:0;padding:0;margin:0;overflow:visible;break-inside:avoid}
.diagram:not(.last){break-after:page}
.diagram .il-diagram{width:auto;max-width:100%;height:auto;max-height:88vh}
.legend-list{margin:0 0 4px}
.scroll{overflow:visible;border:0}
tr,.tile{break-inside:avoid}
thead{display:table-header-group}
.when::after{content:" (" attr(title) ")"}
h2{break-after:avoid}
.when,thead th,td code,th code,.one-line,.chip{white-space:normal}
table{font-size:8.5pt}
thead th,:is(td,th) :is(.chip,.check){font-size:8pt}
:is(td,th) code{font-size:7pt}
td,th,table:has(thead th:nth-child(9)) :is(th,td){padding:4px 6px}
:is(td,th) a[href^="/connections/"]{white-space:normal}
td code,th code{overflow-wrap:anywhere}
.cell{min-width:0}
.check input{display:none}
.tile .figure{font-size:1.5rem}
.tiles{grid-template-columns:repeat(4,1fr);gap:8px}
}
`;
