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
.one-line{white-space:nowrap}
`;
