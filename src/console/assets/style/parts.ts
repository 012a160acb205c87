// How the parts of pages look: tiles, tables, forms, notices, explanations.

export const parts = `
.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(168px,1fr));gap:var(--gap);margin:18px 0}
.tile{border:1px solid var(--hair);border-radius:var(--radius);padding:14px 16px 10px;background:var(--paper);display:flex;flex-direction:column;min-width:0}
.tile h2{font-size:.92rem;font-weight:600;color:var(--quiet);margin:0}
.tile .figure{font-size:1.85rem;line-height:1.2;font-weight:650;margin:4px 0 2px;font-variant-numeric:tabular-nums;letter-spacing:-.01em}
.tile .figure a{color:inherit;text-decoration-color:var(--line)}
.tile .note{color:var(--quiet);font-size:.88rem;margin:auto 0 0}
.tile.bad{border-color:var(--bad);box-shadow:inset 4px 0 0 var(--bad)}
.tile.good{box-shadow:inset 4px 0 0 var(--good)}
.sign{font-size:.7em;margin-left:.4em;color:var(--bad);vertical-align:.2em}
.sparkline{display:block;margin:2px 0 4px;max-width:100%}
.sparkline polyline{fill:none;stroke:var(--accent);stroke-width:1.8;stroke-linejoin:round;stroke-linecap:round}
.sparkline circle{fill:var(--accent)}
.explained{display:inline-flex;align-items:baseline;gap:6px}
.why{font:inherit;font-size:.78em;line-height:1;width:18px;height:18px;padding:0;border-radius:50%;border:1px solid var(--line);background:none;color:var(--quiet);cursor:help;flex:none}
.why:hover{background:var(--accent-soft);color:var(--ink)}
.meaning{max-width:min(420px,90vw);padding:14px 16px;border:1px solid var(--line);border-radius:var(--radius);background:var(--paper);color:var(--ink);font-size:.95rem;font-weight:400;box-shadow:0 8px 30px rgb(0 0 0/.2)}
.scroll{overflow-x:auto;margin:0 0 18px;border:1px solid var(--hair);border-radius:var(--radius)}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
caption{text-align:left;padding:10px 12px;color:var(--quiet);caption-side:top}
caption.heard{position:absolute}
th,td{padding:7px 12px;text-align:left;vertical-align:baseline;border-top:1px solid var(--hair)}
thead th{border-top:0;color:var(--quiet);font-weight:600;font-size:.88rem;background:var(--ground);white-space:nowrap}
tbody th{font-weight:500}
tbody tr:hover{background:var(--ground)}
.numeric{text-align:right;white-space:nowrap}
.when,td code,th code{white-space:nowrap}
tfoot th,tfoot td{border-top:2px solid var(--line);font-weight:650}
.empty{border:1px dashed var(--line);border-radius:var(--radius);padding:22px;color:var(--quiet);text-align:center;max-width:none}
.notice{border-left:4px solid var(--accent);background:var(--accent-soft);padding:10px 14px;border-radius:0 var(--radius) var(--radius) 0;max-width:80ch}
.notice.good{border-color:var(--good);background:var(--good-soft)}
.notice.bad{border-color:var(--bad);background:var(--bad-soft)}
.field{margin:0 0 14px}
label{display:block;font-weight:600;font-size:.92rem;margin:0 0 3px}
.hint{color:var(--quiet);font-size:.88rem;margin:4px 0 0}
input,select,button,.button{font:inherit;color:inherit}
.fields input:not([type=hidden]){width:100%;padding:9px 11px;border:1px solid var(--line);border-radius:6px;background:var(--paper)}
select{padding:7px 9px;border:1px solid var(--line);border-radius:6px;background:var(--paper);max-width:100%}
button[type=submit],.button{display:inline-block;padding:8px 16px;border:1px solid var(--accent);border-radius:6px;background:var(--accent);color:var(--on-accent);font-weight:600;cursor:pointer;text-decoration:none}
button[type=submit]:hover,.button:hover{filter:brightness(1.08)}
button.second,.button.second{background:none;color:var(--accent)}
button.plain{border:0;background:none;color:var(--quiet);padding:4px 0;font-weight:400;text-decoration:underline;text-underline-offset:2px}
.chip{display:inline-block;padding:1px 9px;border-radius:99px;border:1px solid var(--line);font-size:.88rem;white-space:nowrap}
.chip.bad{border-color:var(--bad);color:var(--bad)}
.chip.good{border-color:var(--good);color:var(--good)}
.chip.warn{border-color:var(--warn);color:var(--warn)}
.sum{display:flex;flex-wrap:wrap;align-items:baseline;gap:6px 10px;margin:0 0 14px;padding:0;list-style:none}
.sum li{display:inline-flex;gap:6px;align-items:baseline}
.sum .operator{color:var(--quiet)}
.sum b{font-variant-numeric:tabular-nums}
`;
