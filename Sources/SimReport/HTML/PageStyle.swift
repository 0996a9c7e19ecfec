/// The page's style: light and dark, screen and paper, wide and narrow. No font and no image from
/// anywhere.
enum PageStyle {
    static let text = colours + layout + charts + tables + paper

    private static let colours = """

        :root{color-scheme:light;--back:#f6f7f9;--panel:#fff;--ink:#1a2028;--dim:#5a6676;\
        --line:#dde2e9;--soft:#eef1f5;--pass:#1a7f45;--pass-back:#e3f4ea;--fail:#c0262d;\
        --fail-back:#fce8e8;--doubt:#8a5a00;--doubt-back:#fdf1d8;--accent:#2458c5;--p50:#2458c5;\
        --p99:#b4550c;--max:#8d97a5;--band:rgba(200,110,20,.15);--band-edge:#b4690e;\
        --ready:#5aa67a;--starting:#6b9be0;--paused:#c99a2b;--down:#c0262d;--cut:#c0262d;\
        --changed:#b4690e;\
        --focus:#2458c5;--on-bar:#fff}
        @media (prefers-color-scheme:dark){:root:not([data-theme=light]){color-scheme:dark;\
        --back:#12161c;--panel:#1a2029;--ink:#e4e9f0;--dim:#9aa7b8;--line:#2d3643;--soft:#222a35;\
        --pass:#5bd08d;--pass-back:#16301f;--fail:#ff7b7b;--fail-back:#3a1c1f;--doubt:#f0bd5a;\
        --doubt-back:#332812;--accent:#7ea6ff;--p50:#7ea6ff;--p99:#f2a25c;--max:#6f7c8d;\
        --band:rgba(240,170,70,.15);--band-edge:#e0a04a;--ready:#3f8f63;--starting:#4c7cc4;\
        --paused:#b08a2e;--down:#d2484e;--cut:#d2484e;--changed:#c98534;--focus:#9dbcff;\
        --on-bar:#10151b}}
        :root[data-theme=dark]{color-scheme:dark;--back:#12161c;--panel:#1a2029;--ink:#e4e9f0;\
        --dim:#9aa7b8;--line:#2d3643;--soft:#222a35;--pass:#5bd08d;--pass-back:#16301f;\
        --fail:#ff7b7b;--fail-back:#3a1c1f;--doubt:#f0bd5a;--doubt-back:#332812;--accent:#7ea6ff;\
        --p50:#7ea6ff;--p99:#f2a25c;--max:#6f7c8d;--band:rgba(240,170,70,.15);--band-edge:#e0a04a;\
        --ready:#3f8f63;--starting:#4c7cc4;--paused:#b08a2e;--down:#d2484e;--cut:#d2484e;\
        --changed:#c98534;--focus:#9dbcff;--on-bar:#10151b}

        """

    private static let layout = """
        *{box-sizing:border-box}
        html{scroll-padding-top:3.5rem}
        body{margin:0;background:var(--back);color:var(--ink);\
        font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
        header.top,main,footer{max-width:76rem;margin:0 auto;padding:0 1.25rem}
        header.top{padding-top:1.5rem;padding-bottom:1rem}
        .titles{display:flex;gap:.8rem;align-items:flex-start;flex-wrap:wrap}
        .titles h1{flex:1 1 16rem;min-width:0}
        h1{font-size:1.5rem;line-height:1.25;margin:0;overflow-wrap:anywhere}
        h2{font-size:1.15rem;margin:0 0 .8rem}h3{font-size:1rem;margin:0;display:inline}
        h2:focus{outline:none}
        .badge{font-weight:700;letter-spacing:.04em;padding:.2rem .7rem;border-radius:.4rem;\
        font-size:1rem}
        .badge.pass{color:var(--pass);background:var(--pass-back)}
        .badge.fail,.badge.error{color:var(--fail);background:var(--fail-back)}
        .badge.inconclusive{color:var(--doubt);background:var(--doubt-back)}
        .reason{margin:.7rem 0 0;font-weight:600;overflow-wrap:anywhere;white-space:pre-line}
        .why{color:var(--dim);margin:.7rem 0 0;max-width:60rem;overflow-wrap:anywhere}
        .why p{margin:0}.why ul{margin:.3rem 0 0;padding-left:1.3rem}.why *+p{margin-top:.6rem}
        ul.facts{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1.4rem;padding:0;\
        margin:.7rem 0 0}
        .label,.place,.none,.caption,footer{color:var(--dim)}
        .tag{background:var(--soft);border-radius:1rem;padding:0 .6rem;color:var(--dim)}
        .again{display:flex;flex-wrap:wrap;gap:.5rem .8rem;align-items:center;margin-top:1rem}
        .again code{background:var(--panel);border:1px solid var(--line);border-radius:.4rem;\
        padding:.3rem .7rem;overflow-wrap:anywhere;min-width:0}
        code,pre,.log{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",\
        monospace;font-size:.88em}
        button,input,select{font:inherit;color:inherit;background:var(--panel);\
        border:1px solid var(--line);border-radius:.4rem;padding:.25rem .7rem;max-width:100%}
        button{cursor:pointer}button:hover{border-color:var(--dim)}
        .buttons{display:flex;gap:.4rem}
        a{color:var(--accent)}
        :focus-visible{outline:2px solid var(--focus);outline-offset:2px;border-radius:.2rem}
        .skip{position:absolute;left:-99rem;background:var(--panel);padding:.5rem 1rem;z-index:9}
        .skip:focus{left:1rem;top:1rem}
        .spoken{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);\
        white-space:nowrap}
        nav{position:sticky;top:0;background:var(--back);border-bottom:1px solid var(--line);\
        z-index:5}
        nav ul{max-width:76rem;margin:0 auto;padding:0 1.25rem;list-style:none;display:flex;\
        gap:.2rem 1.2rem;overflow-x:auto}
        nav a{display:block;padding:.55rem 0;color:var(--dim);text-decoration:none;\
        white-space:nowrap;border-bottom:2px solid transparent}
        nav a:hover{color:var(--ink)}
        nav a[aria-current]{color:var(--ink);border-color:var(--accent)}
        section{background:var(--panel);border:1px solid var(--line);border-radius:.6rem;\
        padding:1.1rem 1.25rem;margin:1.1rem 0}
        footer{padding-bottom:2rem;font-size:.9em}
        .columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(20rem,100%),1fr));\
        gap:0 2rem;align-items:start;margin-top:.6rem}
        .columns>*{min-width:0}
        ol.verdicts{list-style:none;margin:0;padding:0}
        ol.verdicts li{border-left:4px solid var(--line);margin:.35rem 0;border-radius:.2rem}
        ol.verdicts li.pass{border-color:var(--pass)}
        ol.verdicts li.fail,ol.verdicts \
        li.error{border-color:var(--fail);background:var(--fail-back)}
        ol.verdicts li.inconclusive{border-color:var(--doubt);background:var(--doubt-back)}
        ol.verdicts details{padding:.3rem .8rem}
        ol.verdicts summary{display:flex;gap:.7rem;flex-wrap:wrap;align-items:baseline}
        .mark{font-weight:700;width:1em;text-align:center}
        li.pass .mark{color:var(--pass)}li.inconclusive .mark{color:var(--doubt)}
        li.fail .mark,li.error .mark,.bad{color:var(--fail)}
        .claim{flex:1 1 18rem;min-width:0;font-weight:550;overflow-wrap:anywhere}
        .saw{color:var(--dim);text-align:right;overflow-wrap:anywhere}
        details[open]>summary .saw{visibility:hidden}
        summary{cursor:pointer;padding:.15rem 0}
        details>summary::marker{color:var(--dim)}
        dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;margin:.4rem 0}
        dt{color:var(--dim)}dd{margin:0;overflow-wrap:anywhere;min-width:0}
        ol.verdicts dl,ol.verdicts pre{margin-left:1.7rem}
        pre{background:var(--panel);border:1px solid var(--line);border-radius:.4rem;\
        padding:.5rem .8rem;overflow-x:auto;margin:.5rem 0}
        .warning{background:var(--fail-back);padding:.4rem .8rem;border-radius:.4rem}
        dialog{border:1px solid var(--line);border-radius:.6rem;background:var(--panel);\
        color:var(--ink);padding:1.2rem 1.5rem;max-width:34rem}
        dialog::backdrop{background:rgba(0,0,0,.45)}
        dialog form{text-align:right;margin-top:.8rem}
        kbd{border:1px solid var(--line);border-bottom-width:2px;border-radius:.3rem;\
        padding:0 .4rem;background:var(--soft);font-size:.88em}

        """

    private static let charts = """
        .chart{position:relative;display:grid;grid-template-columns:4.6rem minmax(0,1fr)}
        .chart.small{grid-template-columns:0 minmax(8rem,1fr)}
        .chart svg{display:block;overflow:visible}
        .chart svg.scale{width:100%}
        .chart text,.topology text{font-size:11px;fill:var(--dim)}
        .plot{position:relative;min-width:0}
        .cursor{position:absolute;top:0;bottom:0;width:1px;background:var(--ink);\
        pointer-events:none}
        .readout{grid-column:1/-1;min-height:1.5em;font-size:.88em;padding-left:4.6rem;\
        font-variant-numeric:tabular-nums}
        .chart.small .readout{position:absolute;top:100%;left:0;padding:0 .4rem;z-index:4;\
        background:var(--panel);border:1px solid var(--line);white-space:nowrap;min-height:0}
        .readout:empty{border:0!important}
        .level{stroke:var(--line)}.tick{stroke:var(--dim)}
        .chart .band{fill:var(--band)}
        .curve{fill:none;stroke-width:1.6;vector-effect:non-scaling-stroke;stroke-linejoin:round;\
        stroke-linecap:round}
        .curve.p50,.curve.memory{stroke:var(--p50)}.curve.p99,.curve.cpu{stroke:var(--p99)}
        .curve.max{stroke:var(--max);stroke-width:1}
        .fill.ok{fill:var(--ready)}.fill.failed{fill:var(--fail)}.fill.plain{fill:var(--accent)}
        .caption{font-size:.88em;display:flex;flex-wrap:wrap;gap:.2rem 1rem;\
        justify-content:space-between;margin:.7rem 0 .3rem}
        .legend{display:flex;flex-wrap:wrap;gap:.1rem 1.1rem;list-style:none;margin:0;padding:0;\
        font-size:.88em;color:var(--dim)}
        .legend li::before{content:"";display:inline-block;width:.85em;height:.85em;\
        border-radius:.2em;margin-right:.4em;vertical-align:-.05em;background:var(--line)}
        .legend.lines li::before{height:.22em;vertical-align:.25em;width:1.3em}
        .legend .ready::before,.legend .ok::before{background:var(--ready)}
        .legend .starting::before{background:var(--starting)}
        .legend .paused::before{background:var(--paused)}
        .legend .down::before,.legend .failed::before{background:var(--down)}
        .legend .fault::before{background:var(--band-edge)}
        .legend .changed::before{background:var(--changed)}
        .legend .suspect::before{background:var(--starting)}
        .legend .cut::before{background:var(--cut)}
        .legend .p50::before{background:var(--p50)}.legend .p99::before{background:var(--p99)}
        .legend .max::before{background:var(--max)}
        .legend .used::before{background:var(--accent)}
        .legend .lossy::before{background:var(--fail)}
        .legend .faulty::before{background:var(--band-edge)}
        .lanes{display:block;margin:.6rem 0;--label:11rem}
        .lane{display:grid;grid-template-columns:var(--label) minmax(0,1fr);align-items:center}
        .lane .name{font-size:.88em;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;\
        padding-right:.8rem;text-align:right}
        .lanes .overlay{position:absolute;top:0;bottom:1.5em;left:var(--label);right:0;\
        pointer-events:none}
        .lanes .readout{display:block;padding-left:var(--label)}
        .lane text{pointer-events:none}
        .bar{fill:var(--ready)}.bar.starting{fill:var(--starting)}.bar.paused{fill:var(--paused)}
        .bar.down{fill:var(--down)}.bar.fault{fill:var(--band-edge)}.bar.stall{fill:var(--fail)}
        .bar.suspect{fill:var(--starting)}.bar.cut{fill:var(--cut)}.bar.changed{fill:var(--changed)}
        .bar.phase{fill:var(--soft);stroke:var(--line)}.bar.odd{fill:var(--line)}
        .lane .bar~text{fill:var(--on-bar)}.lane .bar.phase~text{fill:var(--ink)}
        .source{border-top:1px solid var(--line);padding:.6rem 0;content-visibility:auto;\
        contain-intrinsic-size:auto 3rem}
        .source[open]{contain-intrinsic-size:auto 40rem}
        .topology{display:block;width:100%;max-width:900px;margin:0 auto}\
        .topology.boxes{max-width:760px;min-width:460px}\
        .topology.ring{min-width:640px}.topology.pair{max-width:560px;min-width:0}
        .topology text{font-size:12px;fill:var(--ink)}
        .topology .zone{fill:var(--dim);font-size:11px}
        .topology rect{fill:var(--panel);stroke:var(--dim)}
        .topology .router rect{fill:var(--soft);stroke-dasharray:3 2}
        .topology circle{fill:var(--accent)}
        .ring .nodes text{font-size:10.5px}
        .edge{fill:none;stroke:var(--accent);stroke-opacity:.75}
        .ring .edge{stroke-opacity:.3}
        .edge.idle{stroke:var(--line)}.edge.faulty{stroke:var(--band-edge)}
        .edge.lossy{stroke:var(--fail)}.edge.faulty{stroke-dasharray:6 3}
        .ring .edge.lossy,.ring .edge.faulty{stroke-opacity:.55}
        .bundle{fill:none;stroke:var(--accent);stroke-opacity:.4;stroke-linecap:round}
        .bundle.lossy{stroke:var(--fail)}
        .bundle.faulty{stroke:var(--band-edge)}
        .bundles text{paint-order:stroke;stroke:var(--panel);stroke-width:4px}
        .dense .edge{display:none}.dense.lit .edge.on{display:inline}
        .lit .bundles{display:none}
        .lit .edge:not(.on){stroke-opacity:.06}.lit .edge.on{stroke-opacity:1}
        .lit .node:not(.on){opacity:.35}
        .labels text{paint-order:stroke;stroke:var(--panel);stroke-width:4px;font-size:11px}
        .labels .bad{fill:var(--fail)}
        .arc{fill:none;stroke-width:4;stroke:var(--accent);stroke-opacity:.6}
        .zone-1{stroke:#c98534}.zone-2{stroke:#4f9d69}.zone-3{stroke:#9a6fd0}.zone-4{stroke:#c9568b}
        .zone-5{stroke:#3f9aa8}
        .detail{min-height:3em;color:var(--dim);font-size:.9em;overflow-wrap:anywhere}

        """

    private static let tables = """
        .scroll{overflow-x:auto;max-width:100%}
        table{border-collapse:collapse;font-size:.92em;margin:.4rem 0 .8rem}
        caption{text-align:left;color:var(--dim);padding:.3rem 0}
        th,td{text-align:left;padding:.2rem .9rem .2rem 0;vertical-align:baseline;\
        font-weight:400}
        tbody th{font-weight:550;white-space:nowrap}
        thead th{color:var(--dim);border-bottom:1px solid var(--line);vertical-align:bottom;\
        white-space:nowrap}
        tbody tr+tr>*{border-top:1px solid var(--soft)}
        .number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
        .group{text-align:center}
        .faults{margin-top:.8rem;width:100%}
        .where,.remark{overflow-wrap:anywhere;min-width:8rem}
        .shares{width:100%}.share{width:40%;padding-right:0}
        .words{min-width:9rem}\
        .fate{min-width:5rem}.fate svg{border-radius:2px}
        .spark{min-width:10rem;padding:.2rem 1rem .2rem 0}
        .raw{margin-bottom:1rem}
        .percentiles{margin:.6rem 0}
        .percentiles figcaption{color:var(--dim);font-size:.92em;padding:.3rem 0}
        .filters{display:flex;flex-wrap:wrap;gap:.5rem 1.2rem;align-items:center;\
        margin-bottom:.6rem}
        .log{list-style:none;margin:0;padding:.5rem .8rem;max-height:32rem;overflow:auto;\
        background:var(--back);border:1px solid var(--line);border-radius:.4rem}
        .log li{overflow-wrap:anywhere}
        .log time{color:var(--dim)}.log b{font-weight:550;color:var(--accent)}
        .log .stderr code{color:var(--p99)}
        .log .gap{color:var(--dim);font-style:italic;border-block:1px dashed var(--line)}
        .log code{font-size:1em;white-space:pre-wrap}

        """

    private static let paper = """
        @media (max-width:40rem){.lanes{--label:7.4rem}.lane .name{font-size:.76em}\
        .chart{grid-template-columns:3.4rem \
        minmax(0,1fr)}.readout{padding-left:0}section{padding:.9rem .8rem}\
        header.top,main,footer{padding-left:.7rem;padding-right:.7rem}nav ul{padding:0 .7rem}\
        ol.verdicts dl,ol.verdicts pre{margin-left:0}.saw{text-align:left;flex-basis:100%}}
        @media (prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
        @media print{nav,.buttons,#copy,.skip,.filters,.readout,footer kbd,dialog{display:none}\
        body{background:#fff;font-size:10pt}section{break-inside:auto;border:0;padding:0}\
        .chart,.topology,tr{break-inside:avoid}.log{max-height:none}\
        .source{content-visibility:visible}}

        """
}
