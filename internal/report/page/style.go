package page

import "html/template"

// StyleSheet is the whole style: light, dark and paper. Series colors are Okabe and
// Ito's; s0 to s5 also differ in their dashes.
const StyleSheet template.CSS = `
:root{
--paper:#ffffff;--ink:#1b1f24;--soft:#4d5661;--line:#c9d0d8;--faint:#eef1f4;--accent:#0b5a8f;--warn:#fff3d6;--warnline:#a86500;
--c0:#0072b2;--c1:#d55e00;--c2:#007a5a;--c3:#a8487f;--c4:#8a5f00;--c5:#2f6f95;--none:#6b7480}
@media (prefers-color-scheme:dark){:root{
--paper:#14181d;--ink:#e8ecf0;--soft:#b2bcc6;--line:#404a55;--faint:#1e242b;--accent:#7cc4f0;--warn:#3a2e10;--warnline:#e69f00;
--c0:#56b4e9;--c1:#f08a4b;--c2:#2fbf95;--c3:#e39cc4;--c4:#e6b94a;--c5:#9fc9e6;--none:#96a1ad}}
@media print{:root{
--paper:#ffffff;--ink:#000000;--soft:#333333;--line:#bbbbbb;--faint:#f4f4f4;--accent:#003f66;--warn:#ffffff;--warnline:#000000;
--c0:#0072b2;--c1:#d55e00;--c2:#007a5a;--c3:#a8487f;--c4:#8a5f00;--c5:#2f6f95;--none:#666666}}
*{box-sizing:border-box}
html{background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Liberation Sans",sans-serif}
body{margin:0 auto;padding:2rem 1.25rem 4rem;max-width:70rem}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 1rem}
h2{font-size:1.4rem;line-height:1.25;margin:3rem 0 .75rem;padding-bottom:.35rem;border-bottom:2px solid var(--line)}
h3{font-size:1.05rem;line-height:1.35;margin:0 0 .5rem}
p{margin:.5rem 0;max-width:46rem}
a{color:var(--accent)}
.skip{position:absolute;left:-100rem}
.skip:focus{position:static}
a:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.notice{max-width:none;border:2px solid var(--warnline);border-left-width:.6rem;background:var(--warn);padding:.7rem 1rem;border-radius:.3rem}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1.1rem;list-style:none;padding:0;margin:1rem 0 0;font-size:.92rem}
.answers{display:grid;gap:1.25rem}
.points{columns:2 24rem;column-gap:2.25rem}
.points>div{break-inside:avoid}
.points h4{margin:.75rem 0 .1rem;font-size:.93rem}
.answer{border:1px solid var(--line);border-top:.35rem solid var(--accent);border-radius:.35rem;padding:1rem 1.2rem;background:var(--faint);break-inside:avoid}
.answer h3{color:var(--soft)}
.answer p{max-width:56rem}
.answer .headline{font-size:1.2rem;font-weight:600;line-height:1.4}
.answer ul{padding-left:1.1rem;margin:0}
section>ul{padding-left:1.1rem;margin:.75rem 0 0}
.answer li,section>ul>li{margin:.3rem 0;max-width:46rem}
.answer li{font-size:.93rem}
dl{display:grid;grid-template-columns:max-content minmax(0,46rem);gap:.5rem 1.25rem;margin:.75rem 0}
dt{font-weight:600}
dd{margin:0}
figure{margin:1.5rem 0;break-inside:avoid}
figcaption,.note{color:var(--soft);font-size:.9rem;max-width:46rem}
figcaption{margin:.4rem 0}
.packed{columns:20.5rem;column-gap:1.5rem}
.packed .chart{display:block;break-inside:avoid;margin-bottom:1.25rem}
.charts{display:flex;flex-wrap:wrap;gap:1rem 1.5rem;align-items:flex-start}
.chart{max-width:100%;height:auto;font-size:13px}
.scroll{overflow-x:auto;margin:1rem 0 .25rem}
table{min-width:min(20rem,100%);border-collapse:collapse;font-size:.86rem;font-variant-numeric:tabular-nums}
caption{text-align:left;font-weight:600;padding:0 0 .4rem;font-size:.95rem}
th,td{padding:.3rem .9rem .3rem 0;text-align:right;vertical-align:top;white-space:nowrap}
th:first-child,.text th,.text td{text-align:left}
.text td,.text tbody th{white-space:normal;overflow-wrap:anywhere;min-width:6.6rem}
thead th{white-space:normal;border-bottom:2px solid var(--line);color:var(--soft);font-weight:600;vertical-align:bottom}
tbody tr{border-bottom:1px solid var(--line)}
tbody th{font-weight:500}
details{margin:.3rem 0}
summary{cursor:pointer;color:var(--accent);font-size:.9rem}
text{fill:var(--ink);stroke:none}
.mid{text-anchor:middle}.end{text-anchor:end}.soft{fill:var(--soft)}.strong{font-weight:600}
.axis{stroke:var(--soft);stroke-width:1;fill:none}
.grid{stroke:var(--line);stroke-width:1;fill:none;opacity:.6}
.zero{stroke:var(--ink);stroke-width:1.2;fill:none}
.chance{stroke:var(--none);stroke-width:1.2;stroke-dasharray:3 4;fill:none}
.margin{fill:var(--none);opacity:.16;stroke:none}
.s{fill:none;stroke-width:2.4;stroke-linejoin:round}
.s0{stroke:var(--c0)}.s1{stroke:var(--c1);stroke-dasharray:8 4}.s2{stroke:var(--c2);stroke-dasharray:2.5 3}.s3{stroke:var(--c3);stroke-dasharray:10 3 2.5 3}
.s4{stroke:var(--c4);stroke-dasharray:5 2 1.5 2 1.5 2}.s5{stroke:var(--c5);stroke-dasharray:14 5}.sn{stroke:var(--none);stroke-dasharray:3 4}
.band{stroke:none;opacity:.13}
.f0{fill:var(--c0)}.f1{fill:var(--c1)}.f2{fill:var(--c2)}.f3{fill:var(--c3)}.f4{fill:var(--c4)}.f5{fill:var(--c5)}.fn{fill:var(--none)}
.box{fill-opacity:.22;stroke-width:1.6;stroke-dasharray:none}
.whisker{stroke-width:1.6;stroke-dasharray:none;fill:none}
.median{stroke-width:3.2;stroke-dasharray:none;fill:none}
.frame{fill:var(--faint);stroke:var(--line);stroke-width:1.2}.arrow{stroke:var(--soft);stroke-width:1.4;fill:none}
.open{fill:var(--paper);stroke-width:1.8;stroke-dasharray:none}
.dots{fill:none;stroke-width:5;stroke-linecap:round;stroke-dasharray:none;opacity:.75}
.crosses{fill:none;stroke-width:1.5;stroke-dasharray:none;opacity:.8}
.bar{stroke:none}.hatch{stroke:var(--c1);stroke-width:1.4;fill:var(--c1);fill-opacity:.25}
.findings{list-style:none;padding:0!important;display:grid;gap:.6rem}
.findings li{border-left:.35rem solid var(--line);background:var(--faint);padding:.5rem .9rem;max-width:60rem!important;border-radius:.2rem;overflow-wrap:anywhere}
.findings .problem{border-color:var(--warnline);background:var(--warn)}
.pairs{display:grid;grid-template-columns:repeat(auto-fill,minmax(19rem,1fr));gap:1.5rem 2rem;list-style:none;padding:0!important}
.pairs .gallery{grid-template-columns:1fr 1fr}
.pairs>li{break-inside:avoid;max-width:30rem!important}
.gallery{display:grid;grid-template-columns:repeat(auto-fill,minmax(12.5rem,1fr));gap:1.25rem;list-style:none;padding:0!important}
.gallery li{min-width:0}
.gallery figure{margin:0}
.gallery figcaption{overflow-wrap:anywhere}
.gallery svg{display:block;width:100%;height:19rem;background:#000;border-radius:.25rem}
.gallery.small{grid-template-columns:repeat(auto-fill,minmax(9.6rem,1fr));gap:1rem .8rem}
.gallery.small svg{height:12rem}
.gallery.small figcaption{font-size:.78rem;line-height:1.35}
.gallery .patch{display:block;width:7rem;margin-top:.4rem;border:2px dashed #f0e442;background:#000}
.gallery path{fill:none}
.truth{stroke:#56b4e9}.guess{stroke:#ff9a4d}.crop{stroke:#f0e442;stroke-dasharray:6% 3%}
.gallery .halo{stroke:#000;stroke-dasharray:none;opacity:.75}
@media (max-width:40rem){dl{grid-template-columns:1fr}dd{margin-bottom:.5rem}}
@media print{
html{font-size:11px}
body{max-width:none;padding:0}
nav,.skip{display:none}
h2{break-after:avoid;margin-top:1.6rem}
section{break-inside:auto}
table,figure,.answer,li{break-inside:avoid}
.scroll{overflow:visible}
details::details-content{content-visibility:visible}
.chart{max-width:48%}.chart.wide,.packed .chart{max-width:100%}.packed{columns:3}
}
`
