// How the page of one subject looks: where it stands, what is in the way, the lanes; and the acts that pages offer.

export const timeline = `
.subject-facts{display:flex;flex-wrap:wrap;gap:4px 20px;margin:0 0 14px;padding:0;list-style:none;font-size:.95rem}
.standing{border-left:4px solid var(--accent);padding:12px 16px;margin:0 0 18px;max-width:none;font-size:1.08rem;border-radius:0 var(--radius) var(--radius) 0;background:var(--ground)}
.standing.bad{border-color:var(--bad);background:var(--bad-soft)}
.standing.good{border-color:var(--good);background:var(--good-soft)}
.standing .when{white-space:normal}
.obstacles{margin:0 0 18px;padding:0;list-style:none;display:grid;gap:10px}
.obstacles>li{border:1px solid var(--hair);border-left:4px solid var(--bad);border-radius:var(--radius);padding:12px 16px}
.does{margin:0;max-width:none}
.more{margin:2px 0 0;color:var(--quiet);max-width:none}
.acts{display:flex;flex-wrap:wrap;align-items:flex-start;gap:8px;margin:10px 0 0}
.act{max-width:100%}
.act>summary{display:inline-block;padding:7px 14px;border:1px solid var(--accent);border-radius:6px;color:var(--accent);font-weight:600;cursor:pointer;list-style:none}
.act>summary::-webkit-details-marker{display:none}
.act>summary::after{content:" ▾";font-size:.8em}
.act.first>summary{background:var(--accent);color:var(--on-accent)}
.act[open]{flex-basis:100%}
.act-body{border:1px solid var(--line);border-radius:var(--radius);padding:14px 16px;margin:8px 0 4px;max-width:560px;background:var(--paper)}
.act-body p{margin-bottom:10px}
.act-body textarea,.act-body select{width:100%}
textarea{font:inherit;color:inherit;padding:9px 11px;border:1px solid var(--line);border-radius:6px;background:var(--paper)}
.fields .check input:not([type=hidden]){width:17px}
.lane-list{display:grid;grid-template-columns:repeat(auto-fill,minmax(230px,1fr));gap:10px;margin:0 0 18px;padding:0;list-style:none}
.lane-list>li{border:1px solid var(--hair);border-radius:var(--radius);padding:10px 14px;display:flex;flex-direction:column;gap:8px;min-width:0}
.lane-list .act>summary{padding:3px 10px;font-size:.9rem;font-weight:500;border-color:var(--line)}
.lane-head{display:flex;flex-direction:column;gap:4px}
.lane-title{font-weight:650;overflow-wrap:anywhere}
.lane-chips{display:flex;flex-wrap:wrap;gap:5px}
.filters{display:flex;flex-wrap:wrap;gap:0 28px}
.lanes{min-width:720px;table-layout:auto}
.lanes td{vertical-align:top;border-left:1px solid var(--hair);padding:6px 10px;min-width:150px}
.lanes tbody th{vertical-align:top;font-weight:400;color:var(--quiet);white-space:nowrap}
.lanes .day th{background:var(--ground);color:var(--ink);font-weight:600;font-size:.92rem}
.lanes .lane-name{display:none}
.entry{padding:1px 0 1px 9px;border-left:3px solid transparent;margin:0 0 6px}
.entry:last-child{margin-bottom:0}
.entry.good{border-color:var(--good)}
.entry.bad{border-color:var(--bad)}
.entry.warn{border-color:var(--warn)}
.entry.open{border-color:var(--accent);border-left-style:dashed}
.entry.move{border-color:var(--ink)}
.entry .more,.entry details{font-size:.9rem}
.entry .claim{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.92em;overflow-wrap:anywhere}
.entry code{white-space:normal}
.entry summary{cursor:pointer;color:var(--quiet)}
.attempts{margin:2px 0 0;padding:0;list-style:none;color:var(--quiet)}
.attempts time{font-variant-numeric:tabular-nums}
.value{overflow-wrap:anywhere}
.why-cell{min-width:260px;max-width:62ch;white-space:normal}
.why-cell .more{font-size:.92rem}
.why-cell code,td code.wraps{white-space:normal}
.two-values{display:grid;grid-template-columns:repeat(auto-fit,minmax(230px,1fr));gap:12px;margin:0 0 18px}
.two-values>section{border:1px solid var(--hair);border-radius:var(--radius);padding:12px 16px;min-width:0}
.two-values h3{margin:0 0 6px}
.two-values .value{display:block;font-size:1.15rem;font-weight:600;margin:0 0 6px}
.notes{margin:0 0 14px;padding:0;list-style:none;display:grid;gap:8px}
.notes li{border-left:3px solid var(--hair);padding:2px 0 2px 12px;overflow-wrap:anywhere}
@media (max-width:560px){.why-cell{min-width:150px}}
@media (max-width:760px){
.lanes{min-width:0}
.lanes,.lanes tbody,.lanes tr,.lanes td,.lanes tbody th{display:block}
.lanes thead{display:none}
.lanes tr{border-top:1px solid var(--hair);padding:6px 0}
.lanes tr.day{padding:0}
.lanes th,.lanes td{border:0;padding:2px 12px}
.lanes tbody th{white-space:normal}
.lanes .vacant{display:none}
.lanes .lane-name{display:block;font-weight:600;font-size:.88rem;color:var(--quiet);margin:4px 0 1px}
.lanes-box{overflow:visible}
}
@media print{
.act,.acts,.filters,.pager{display:none}
.entry details>*{display:block}
.entry details::details-content{content-visibility:visible;display:block}
.lanes{min-width:0;font-size:8.5pt}
.lanes .entry .more,.lanes .entry details,.lanes .chip{font-size:inherit}
.lane-list .when{white-space:normal}
.lanes td{min-width:0;padding:3px 5px}
.standing{border:1px solid}
.obstacles>li,.lane-list>li{break-inside:avoid}
}
`;
