// How alerts, their rules and channels look.

export const alerts = `
.readings{list-style:none;margin:0;padding:0}
.readings .figures{font-variant-numeric:tabular-nums;font-weight:600}
.notice .readings{margin-top:4px}
.beneath{display:block;font-size:.88rem;max-width:34ch}
.deeds{display:flex;gap:14px}
.deeds form{margin:0}
.tick{display:flex;gap:8px;align-items:baseline;margin:0 0 8px}
.fields .tick input:not([type=hidden]){width:auto}
.tick label{font-weight:400;margin:0}
fieldset{border:1px solid var(--hair);border-radius:6px;padding:8px 12px 4px}
legend{font-weight:600;font-size:.92rem;padding:0 4px}
.side-by-side{display:grid;grid-template-columns:repeat(auto-fit,minmax(280px,1fr));gap:8px 40px;max-width:920px}
`;
