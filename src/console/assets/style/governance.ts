// How signatures, lists of choices, and facts about one thing look.

export const governance = `
.signatures{list-style:none;margin:0 0 16px;padding:0;display:grid;gap:8px;grid-template-columns:repeat(auto-fill,minmax(min(260px,100%),1fr))}
.signatures li{border:1px solid var(--hair);border-radius:var(--radius);padding:10px 12px}
.signatures li p{margin:2px 0 0}
.checks{border:0;margin:0 0 14px;padding:0}
.checks legend{font-weight:600;font-size:.92rem;margin:0 0 4px;padding:0}
.checks label{display:flex;gap:8px;align-items:baseline;font-weight:400;margin:3px 0}
.fields .checks input[type=checkbox]{width:auto}
.fields textarea{width:100%;min-height:5em;padding:9px 11px;border:1px solid var(--line);border-radius:6px;background:var(--paper);color:inherit;font:inherit}
.secret{font-size:1.02rem;overflow-wrap:anywhere}
.key-values{display:grid;grid-template-columns:max-content 1fr;gap:4px 16px;margin:0 0 16px}
.key-values dt{color:var(--quiet)}
.key-values dd{margin:0;overflow-wrap:anywhere}
@media (max-width:560px){.key-values{grid-template-columns:1fr}.key-values dd{margin:0 0 6px}}
.wrap{overflow-wrap:anywhere}
.bar input[type=text]{padding:7px 9px;border:1px solid var(--line);border-radius:6px;background:var(--paper);max-width:100%}
`;
