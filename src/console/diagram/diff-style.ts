// How marks of a comparison look on a page; a diagram that is saved as a file never has any.

const light = '--added:#0072b2;--removed:#b3261e;--changed:#8a5a00';
const dark = '--added:#56b4e9;--removed:#ff8a80;--changed:#e9b44c';

export const diffStyle = `
.il-diagram,.marks{${light}}
@media (prefers-color-scheme:dark){.il-diagram,.marks{${dark}}}
@media print{.il-diagram,.marks{${light}}}
.il-diagram .mark{fill:none;stroke-width:3}
.il-diagram .mark.added{stroke:var(--added)}
.il-diagram .mark.removed{stroke:var(--removed);stroke-dasharray:8 5}
.il-diagram .mark.changed{stroke:var(--changed);stroke-dasharray:2 5;stroke-linecap:round}
.il-diagram .mark-line{fill:none;stroke-width:7;opacity:.45;stroke-linejoin:round}
.il-diagram .mark-line.added{stroke:var(--added)}
.il-diagram .mark-line.removed{stroke:var(--removed);stroke-dasharray:9 6}
.il-diagram .mark-line.changed{stroke:var(--changed);stroke-dasharray:2 9;stroke-linecap:round}
.il-diagram .mark-tag rect{fill:var(--card);stroke-width:2}
.il-diagram .mark-tag.added rect{stroke:var(--added)}
.il-diagram .mark-tag.removed rect{stroke:var(--removed);stroke-dasharray:4 3}
.il-diagram .mark-tag.changed rect{stroke:var(--changed)}
.il-diagram .mark-text{font-size:11px;font-weight:650}
.marks .change{font-weight:650;white-space:nowrap}
.marks .change.added{color:var(--added)}
.marks .change.removed{color:var(--removed)}
.marks .change.changed{color:var(--changed)}
.marks del{color:var(--quiet)}
.marks ins{text-decoration:none;font-weight:600}
`;
