"""The style sheet of the report: light, dark, small and printed."""

from tinyml.visualize.network_drawing.network import DARK, LIGHT

_MORE_LIGHT = {
    "page": "#f6f7f9",
    "accent": "#2f6fde",
    "training": "#0072B2",
    "validation": "#D55E00",
    "heat": "47,111,222",
}
_MORE_DARK = {
    "page": "#17181b",
    "accent": "#6ea3ff",
    "training": "#56B4E9",
    "validation": "#E69F00",
    "heat": "110,163,255",
}


def variable(name: str) -> str:
    """Return the CSS variable of a colour of the network's drawing.

    Arguments:
        name: of the colour; the empty name is that of layers without a family.

    >>> variable("card"), variable("")
    ('var(--card)', 'var(--none)')
    """
    return f"var(--{name or 'none'})"


DRAWING_COLOURS = {name: variable(name) for name in LIGHT}
"""The colours of a drawing on the page: variables, so that they follow the light and the dark look."""


def _variables(colours: dict[str, str]) -> str:
    return "".join(f"--{name or 'none'}:{colour};" for name, colour in colours.items())


STYLE = (
    f":root{{color-scheme:light dark;{_variables(LIGHT | _MORE_LIGHT)}}}\n"
    f"@media screen and (prefers-color-scheme:dark){{:root{{{_variables(DARK | _MORE_DARK)}}}}}\n"
    + """
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:1120px;margin:0 auto;padding:40px 28px 64px}
header{margin-bottom:28px}
h1{font-size:30px;line-height:1.2;margin:0 0 6px;overflow-wrap:anywhere;letter-spacing:-.01em}
h2{font-size:18px;margin:0 0 14px}
h3{font-size:14px;margin:0 0 8px;font-weight:600}
p{margin:0 0 12px}
.lead,.note,.legend,figcaption small,.tile small{color:var(--muted)}
.lead{font-size:16px;margin:0}
.note{font-size:14px;max-width:75ch}
section{background:var(--card);border:1px solid var(--border);border-radius:12px;padding:22px 24px;margin:0 0 20px}
.stats{display:grid;grid-template-columns:repeat(auto-fit,minmax(118px,1fr));gap:12px;margin-top:22px}
.stat{background:var(--card);border:1px solid var(--border);border-radius:12px;padding:14px 16px}
.stat b{display:block;font-size:24px;font-weight:650;letter-spacing:-.01em;font-variant-numeric:tabular-nums;
 white-space:nowrap}
.stat:first-child b{color:var(--accent)}
.stat span{color:var(--muted);font-size:13px}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(270px,1fr));gap:20px}
figure{margin:0}
figcaption{font-weight:600;font-size:14px;margin-bottom:6px}
svg.chart{display:block;width:100%;height:auto}
.grid{stroke:var(--border);stroke-width:1}
.tick{fill:var(--muted);font-size:11px}
.best{stroke:var(--muted);stroke-width:1;stroke-dasharray:2 3}
.curve{fill:none;stroke-width:2;stroke-linejoin:round}
.curve.training,.curve.single{stroke:var(--training)}
.curve.validation{stroke:var(--validation);stroke-dasharray:6 4}
.point{fill:var(--training);fill-opacity:.65}
.point.validation{fill:var(--validation)}
.legend{font-size:13px;margin:4px 0 0;display:flex;flex-wrap:wrap;gap:4px 16px}
.key::before{content:"";display:inline-block;width:18px;height:0;border-top:2px solid var(--training);
 vertical-align:middle;margin-right:6px}
.key.validation::before{border-top:2px dashed var(--validation)}
.key.best::before{border-top:1px dashed var(--muted)}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(300px,1fr));gap:28px}
table{border-collapse:collapse;font-size:14px;font-variant-numeric:tabular-nums}
.definitions{width:100%}
.definitions th,.definitions td{text-align:left;padding:5px 0;border-bottom:1px solid var(--border);vertical-align:top;
 overflow-wrap:anywhere}
.definitions th{font-weight:400;color:var(--muted);padding-right:16px;width:45%}
.numbers{width:100%}
.numbers th,.numbers td{text-align:right;padding:4px 8px;border-bottom:1px solid var(--border)}
.numbers th:first-child{text-align:left;padding-left:0;overflow-wrap:anywhere}
.numbers thead th{color:var(--muted);font-weight:500}
.scroll{overflow-x:auto}
.confusion{margin:0 auto 0 0}
.confusion th{font-weight:400;color:var(--muted);font-size:12px;padding:2px 6px;max-width:9em;overflow:hidden;
 text-overflow:ellipsis;white-space:nowrap}
.confusion tbody th{text-align:right}
.confusion td{min-width:34px;height:32px;text-align:center;font-size:13px;border:1px solid var(--card);padding:0 4px}
.confusion td.zero{color:transparent;background:var(--track)}
.confusion td.right{outline:2px solid var(--accent);outline-offset:-3px}
.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(116px,1fr));gap:14px}
.tile{font-size:13px;line-height:1.35;overflow-wrap:anywhere}
.tile img{display:block;width:100%;max-width:128px;height:auto;margin-bottom:6px}
.tiles.large{grid-template-columns:repeat(auto-fill,minmax(230px,1fr))}
.tiles.large img{max-width:none}
img{image-rendering:pixelated;border-radius:6px;background:var(--track)}
.tile b{font-weight:600}
.wrong{color:var(--validation)}
.maps{display:grid;grid-template-columns:repeat(auto-fill,minmax(232px,1fr));gap:22px}
.maps .pair{display:flex;gap:8px}
.maps img{width:calc(50% - 4px);height:auto}
.network svg{display:block;width:100%;max-width:720px;height:auto;margin:0 auto}
.trouble{border-left:4px solid var(--validation)}
footer{color:var(--muted);font-size:13px;padding:4px}
@media (max-width:640px){main{padding:22px 14px 40px}section{padding:16px}h1{font-size:24px}}
@page{size:A4;margin:14mm}
@media print{
 *{print-color-adjust:exact;-webkit-print-color-adjust:exact}
 body{background:#fff;font-size:11px}
 main{max-width:none;padding:0}
 section,.stat{border-color:#ddd;padding:12px 14px}
 section{break-inside:auto;margin-bottom:12px}
 h2,.note{break-after:avoid}
 .note{break-inside:avoid;orphans:4}
 .tiles,.maps{break-before:avoid}
 section.whole{break-inside:avoid}
 figure,.tile,.maps>div,tr,.stat,.numbers,.definitions,.confusion{break-inside:avoid}
 .charts{grid-template-columns:repeat(3,1fr);gap:10px}
 .stats{grid-template-columns:repeat(6,1fr);gap:8px}
 .stat b{font-size:17px}
 .tiles{grid-template-columns:repeat(8,1fr);gap:8px}
 .maps{grid-template-columns:repeat(4,1fr);gap:12px}
 table,.note,.legend{font-size:10px}
 .tile,.stat span{font-size:9px}
 .network svg{max-width:520px}
 .scroll{overflow:visible}
 .columns{display:flex;flex-wrap:wrap;gap:18px}
 .columns>*{flex:1 1 240px;min-width:min-content}
 .confusion td{min-width:16px;height:22px;font-size:10px;padding:0 2px}
 .confusion th{font-size:9px;padding:1px 3px;max-width:7em}
}
"""
)
