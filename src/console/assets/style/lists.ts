// How long lists look: filters in one line, views beside them, and rows whose cells begin on one line.

export const lists = `
.bar.lists select{max-width:210px}
.views{display:flex;flex-wrap:wrap;align-items:center;gap:8px 16px;margin:0 0 14px}
.views .sum{margin:0}
.views .act{margin:0}
.views .fields{display:flex;flex-wrap:wrap;align-items:end;gap:8px 14px;margin:0 0 12px}
.views .fields .field{margin:0;flex:1 1 220px}
.views .fields .check{padding:8px 0}
tbody .check:has(.cell){align-items:baseline}
.check:has(.cell) input{position:relative;top:3px}
.one-line,:is(td,th) a[href^="/connections/"]{white-space:nowrap}
table:has(thead th:nth-child(9)) :is(th,td){padding-inline:7px}
.plain-list{list-style:none;margin:0;padding:0}
.scope{display:grid;gap:12px;margin:0 0 12px}
.scope .checks,.scope .hint{margin:0}
.fields .check input[type=checkbox]{width:17px}
.fields .check{display:flex;margin:0 0 10px}
`;
