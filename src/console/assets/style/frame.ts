// How the frame and plain text look: header, navigation, headings, links, focus.

export const frame = `
*,*::before,*::after{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink)}
main{max-width:1180px;margin:0 auto;padding:24px 20px 64px}
main.wide{max-width:1720px}
main:focus{outline:none}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 6px;font-weight:650;text-wrap:balance}
h2{font-size:1.12rem;line-height:1.3;margin:32px 0 10px;font-weight:650}
h3{font-size:1rem;margin:20px 0 6px;font-weight:650}
p{margin:0 0 12px;max-width:72ch}
a{color:var(--accent);text-underline-offset:2px}
a:hover{text-decoration-thickness:2px}
code{font:0.92em/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px;border-radius:3px}
.lead{color:var(--quiet);font-size:1.02rem}
.quiet{color:var(--quiet)}
.heard{position:absolute;width:1px;height:1px;margin:-1px;padding:0;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.skip{position:absolute;left:12px;top:-60px;background:var(--accent);color:var(--on-accent);padding:8px 14px;border-radius:0 0 var(--radius) var(--radius);z-index:10}
.skip:focus{top:0}
.top{display:flex;flex-wrap:wrap;align-items:center;gap:4px 24px;padding:8px 20px;border-bottom:1px solid var(--hair);background:var(--ground)}
.brand{display:inline-flex;align-items:center;gap:10px;font-weight:700;font-size:1.05rem;color:var(--ink);text-decoration:none;padding:6px 0}
.mark{fill:none;stroke:var(--accent);stroke-width:3}
.mark circle:last-child{stroke:var(--quiet)}
.top nav ul{display:flex;flex-wrap:wrap;gap:2px;list-style:none;margin:0;padding:0}
.top nav a,.menu summary{display:block;padding:7px 11px;border-radius:6px;color:var(--ink);text-decoration:none}
.top nav a:hover,.menu summary:hover{background:var(--accent-soft)}
.menu{position:relative}
.menu summary{cursor:pointer;list-style:none;white-space:nowrap}
.menu summary::-webkit-details-marker{display:none}
.menu summary::after{content:"";display:inline-block;width:7px;height:7px;margin-left:8px;border:solid var(--quiet);border-width:0 2px 2px 0;transform:translateY(-3px) rotate(45deg)}
.menu[open] summary::after{transform:translateY(1px) rotate(225deg)}
.menu summary.here{background:var(--accent-soft);font-weight:650;box-shadow:inset 0 -2px 0 var(--accent)}
.menu .inside{font-weight:400;margin-left:6px}
.menu .inside::before{content:"· "}
.top nav .menu ul{position:absolute;z-index:5;top:calc(100% + 4px);left:0;flex-direction:column;min-width:190px;padding:6px;border:1px solid var(--line);border-radius:var(--radius);background:var(--paper);box-shadow:0 8px 30px rgb(0 0 0/.2)}
.keys{max-width:min(460px,92vw);max-height:86vh;padding:18px 22px;border:1px solid var(--line);border-radius:var(--radius);background:var(--paper);color:var(--ink)}
.keys h2{margin:0 0 12px}
.keys::backdrop{background:rgb(0 0 0/.4)}
kbd{display:inline-block;min-width:1.7em;padding:1px 6px;text-align:center;font:0.88em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;border:1px solid var(--line);border-bottom-width:2px;border-radius:5px;background:var(--ground)}
.terms{margin:0 0 18px;max-width:90ch}
.terms div{display:grid;grid-template-columns:minmax(150px,240px) 1fr;gap:4px 18px;padding:7px 0;border-top:1px solid var(--hair)}
.terms dt{font-weight:600;overflow-wrap:anywhere}
.terms dd{margin:0}
.top nav a[aria-current]{background:var(--accent-soft);font-weight:650;box-shadow:inset 0 -2px 0 var(--accent)}
.account{display:flex;align-items:center;gap:12px;margin-left:auto}
.account a{color:var(--ink)}
.account form{margin:0}
.problem{max-width:64ch;margin:8vh auto 0}
.narrow{max-width:460px;margin:6vh auto 0}
.narrow-left{max-width:460px}
.bar{display:flex;flex-wrap:wrap;align-items:end;gap:10px 14px;margin:14px 0 18px}
.bar .field{margin:0}
.bar button[type=submit]{padding:6px 14px}
.tabs{display:flex;flex-wrap:wrap;gap:4px;margin:0 0 14px;padding:0;list-style:none;border-bottom:1px solid var(--hair)}
.tabs a{display:block;padding:8px 14px;color:var(--quiet);text-decoration:none;border-bottom:3px solid transparent;margin-bottom:-1px}
.tabs a:hover{color:var(--ink)}
.tabs a[aria-current]{color:var(--ink);font-weight:650;border-bottom-color:var(--accent)}
@media (max-width:560px){
main{padding:16px 12px 48px}
.top{padding:6px 12px}
.top nav{order:3;width:100%;position:relative}
.top nav a,.menu summary{padding:7px 8px}
.menu{position:static}
.menu .inside{display:none}
.top nav .menu ul{left:0;right:0;display:grid;grid-template-columns:1fr 1fr}
.account{gap:10px}
.terms div{grid-template-columns:1fr}
.tabs a{padding:8px 9px}
}
`;
