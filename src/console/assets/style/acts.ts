// How lists look in which things are ticked and decided about, and how far an act is.

export const acts = `
.decide{display:flex;flex-wrap:wrap;align-items:end;gap:10px 14px;margin:0 0 14px;padding:12px 14px;border:1px solid var(--hair);border-radius:var(--radius);background:var(--ground)}
.decide .field{margin:0;flex:1 1 240px;min-width:0}
.decide .field.short{flex:0 1 150px}
.decide input[type=text],.decide input[type=number]{width:100%;padding:7px 9px;border:1px solid var(--line);border-radius:6px;background:var(--paper)}
.decide button[type=submit]{padding:7px 14px}
.check{display:inline-flex;align-items:center;gap:8px;font-weight:400;margin:0}
.check input{width:17px;height:17px;accent-color:var(--accent);flex:none}
tbody th .check{font-weight:500}
.cell{min-width:210px;max-width:46ch}
.bar input[type=text]{padding:7px 9px;border:1px solid var(--line);border-radius:6px;background:var(--paper);max-width:100%}
.bar .field{min-width:0;max-width:100%}
.progress{display:flex;flex-wrap:wrap;align-items:center;gap:6px 14px}
.progress progress{accent-color:var(--good);width:min(320px,60vw);height:14px}
.sum a[aria-current]{font-weight:650;text-decoration-thickness:2px}
.facts{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:4px 20px;margin:0 0 18px}
.facts dt{color:var(--quiet)}
.facts dd{margin:0;overflow-wrap:anywhere}
.pager{display:flex;flex-wrap:wrap;gap:8px 20px;margin:0 0 18px}
.two{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));gap:0 32px;align-items:start}
.worries{list-style:none;margin:0 0 18px;padding:0;display:grid;gap:8px}
.worries li{border:1px solid var(--hair);border-radius:var(--radius);padding:9px 14px}
.meter{display:inline-block;width:90px;height:9px;vertical-align:middle;accent-color:var(--good)}
pre.command{margin:0 0 18px;padding:10px 14px;border:1px solid var(--hair);border-radius:var(--radius);background:var(--ground);white-space:pre-wrap;overflow-wrap:anywhere}
@media (max-width:560px){.facts{grid-template-columns:minmax(0,1fr);gap:0}.facts dd{margin:0 0 8px}}
@media print{.decide,.pager,.progress progress{display:none!important}}
`;
