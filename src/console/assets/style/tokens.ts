// Colours, type and spaces of the console, by name; light and dark follow the reader's system.

const light = `--paper:#fff;--ground:#f6f8fa;--ink:#1b2330;--quiet:#546071;--hair:#d3d9e0;--line:#8b97a6;--accent:#0b5cad;--on-accent:#fff;
--good:#0a6b4b;--bad:#b3261e;--warn:#8a5a00;--good-soft:#e3f4ed;--bad-soft:#fcebea;--warn-soft:#fdf3dc;--accent-soft:#e6f0fa;--focus:#0b5cad`;
const dark = `--paper:#12161c;--ground:#191f27;--ink:#e8edf3;--quiet:#a3afbd;--hair:#333d4a;--line:#6f7d8e;--accent:#7cbcf5;--on-accent:#10161d;
--good:#4cc89b;--bad:#ff8a80;--warn:#e9b44c;--good-soft:#14302a;--bad-soft:#3a1f1f;--warn-soft:#372c17;--accent-soft:#1a2b3d;--focus:#9fd0ff`;

export const tokens = `
:root{color-scheme:light dark;${light};--radius:8px;--gap:16px;font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
@media (prefers-color-scheme:dark){:root{${dark}}}
@media print{:root{color-scheme:light;${light}}}
`;
