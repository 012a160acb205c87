// Colours and type of the diagram. Hues are Okabe and Ito's, which all readers can tell apart; no meaning hangs on colour alone.

const light = `--paper:#fff;--ink:#1b2330;--quiet:#5b6675;--hair:#c4ccd6;--card:#fff;--room:#f6f8fa;--room-in:#eef2f6;--line:#4a5667;--back:#8a5a00;
--ats:#0072b2;--screening:#d55e00;--scheduling:#009e73;--hris:#a4508b;--portal:#8a7500;--operator:#5b6675;--warning:#f0c14b;--alarm:#b3261e;--on-alarm:#fff`;
const dark = `--paper:#12161c;--ink:#e8edf3;--quiet:#a3afbd;--hair:#3c4756;--card:#1e2630;--room:#171d25;--room-in:#1b222c;--line:#9fb0c3;--back:#e0a93b;
--ats:#56b4e9;--screening:#ff8f4a;--scheduling:#2bc99b;--hris:#dd8fc4;--portal:#e6d34a;--operator:#a3afbd;--warning:#e0a93b;--alarm:#ff8a80;--on-alarm:#1b2330`;

export const style = `
.il-diagram{${light};font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;max-width:100%;height:auto}
@media (prefers-color-scheme:dark){.il-diagram{${dark}}}
[data-theme=light] .il-diagram{${light}}
[data-theme=dark] .il-diagram{${dark}}
@media print{.il-diagram{${light}}}
.il-diagram text{fill:var(--ink)}
.il-diagram .paper{fill:var(--paper)}
.il-diagram .heading{font-size:20px;font-weight:650}
.il-diagram .subheading{font-size:12.5px;fill:var(--quiet)}
.il-diagram .room rect{fill:var(--room);stroke:var(--hair);stroke-width:1.2}
.il-diagram .room.depth-1 rect,.il-diagram .room.depth-2 rect{fill:var(--room-in)}
.il-diagram .room-name{font-size:15px;font-weight:650}
.il-diagram .room-text,.il-diagram .owner,.il-diagram .due,.il-diagram .system{font-size:11.5px;fill:var(--quiet)}
.il-diagram .card{fill:var(--card);stroke:var(--line);stroke-width:1.2}
.il-diagram .card-inner{fill:none;stroke:var(--line);stroke-width:1}
.il-diagram .name{font-size:14px;font-weight:600}
.il-diagram .system{font-size:10.5px;letter-spacing:.02em}
.il-diagram .clock{fill:none;stroke:var(--quiet);stroke-width:1.1;stroke-linecap:round}
.il-diagram .dot{fill:var(--ink)}
.il-diagram .history circle{fill:var(--card);stroke:var(--line);stroke-width:1.2}
.il-diagram .history-letter{font-size:12px;font-weight:600}
.il-diagram .line{fill:none;stroke:var(--line);stroke-width:1.4}
.il-diagram .line.guarded{stroke-dasharray:1.5 4;stroke-linecap:round;stroke-width:1.8}
.il-diagram .line.back{stroke:var(--back);stroke-dasharray:6 4}
.il-diagram .head{fill:var(--line)}
.il-diagram .head-back{fill:var(--back)}
.il-diagram .jump{fill:none;stroke:var(--alarm);stroke-width:2;stroke-dasharray:9 5}
.il-diagram .head-jump{fill:var(--alarm)}
.il-diagram .event{font-size:11px}
.il-diagram .guard{font-size:11px;font-style:italic;fill:var(--quiet)}
.il-diagram .badge rect{fill:var(--card);stroke:var(--line)}
.il-diagram .badge.warning rect{fill:var(--warning);stroke:var(--warning)}
.il-diagram .badge.alarm rect{fill:var(--alarm);stroke:var(--alarm)}
.il-diagram .badge-text{font-size:11px;font-weight:650}
.il-diagram .badge.warning .badge-text{fill:#1b2330}
.il-diagram .badge.alarm .badge-text{fill:var(--on-alarm)}
.il-diagram .legend,.il-diagram .legend-head{font-size:12px;fill:var(--quiet)}
.il-diagram .legend-head{font-weight:600}
.il-diagram .of-ats{fill:var(--ats)}
.il-diagram .of-screening{fill:var(--screening)}
.il-diagram .of-scheduling{fill:var(--scheduling)}
.il-diagram .of-hris{fill:var(--hris)}
.il-diagram .of-portal{fill:var(--portal)}
.il-diagram .of-operator{fill:var(--operator)}
`.replaceAll('\n', '');
