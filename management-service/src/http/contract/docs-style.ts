// pure
/**
 * The looks of the page that describes the API, light or dark as the reader's system is.
 */

/** Rules for its `style` element. */
export const docsStyle = `
:root { color-scheme: light dark;
 --line: light-dark(#d5d9e0, #363c47); --soft: light-dark(#f4f6f9, #1d2129);
 --ink: light-dark(#1b1f27, #e4e7ec); --dim: light-dark(#596273, #98a2b3);
 --link: light-dark(#0b57c2, #7db2ff) }
body { margin: 0 auto; max-width: 62rem; padding: 1.5rem;
 font: 15px/1.5 system-ui, sans-serif; color: var(--ink);
 background: light-dark(#fff, #14171d) }
a { color: var(--link) }
h1 { font-size: 1.6rem; margin: 0 } h2 { font-size: 1.2rem; margin: 2rem 0 0 }
h3 { font-size: .95rem; margin: 1rem 0 .3rem }
nav { display: flex; flex-wrap: wrap; gap: .3rem 1rem;
 padding: .8rem 0; border-bottom: 1px solid var(--line) }
code, pre { font: 13px/1.45 ui-monospace, monospace }
pre { background: var(--soft); border: 1px solid var(--line); border-radius: 6px;
 padding: .6rem .8rem; overflow: auto }
details { border: 1px solid var(--line); border-radius: 6px; margin: .4rem 0; padding: .4rem .7rem }
details.members { border: 0; padding: 0 }
summary { cursor: pointer; overflow-wrap: anywhere } summary span { color: var(--dim); margin-left: .6rem }
summary b { display: inline-block; min-width: 4.2rem; font-size: 12px }
.get { color: light-dark(#0b6b3a, #6fd69f) } .post { color: light-dark(#0b57c2, #7db2ff) }
.put { color: light-dark(#8a5a00, #f0c060) } .delete { color: light-dark(#b3261e, #ff8f86) }
table { border-collapse: collapse; width: 100%; margin: .4rem 0 }
th, td { text-align: left; vertical-align: top; padding: .25rem .6rem .25rem 0;
 border-bottom: 1px solid var(--line) }
th { color: var(--dim); font-weight: 500 }
`.trim()
