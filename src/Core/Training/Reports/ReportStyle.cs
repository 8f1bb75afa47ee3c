namespace Mlops.Training;

/// <summary>How a report looks, in light and in dark.</summary>
internal static class ReportStyle
{
    public const string Css = """
        :root { color-scheme: light dark; --paper: #fbfbfa; --card: #fff; --ink: #1c2024; --soft: #5c6570; --rule: #e3e6e8; --grid: #eceeef;
          --good: #0d7a4f; --good-paper: #e6f5ee; --warn: #8a5a00; --warn-paper: #fdf3dc; --bad: #b3261e; --bad-paper: #fdeceb;
          --c0: #2868c8; --c1: #d4620f; --c2: #16866b; --c3: #9a4fc0; --c4: #b8860b; --c5: #c2366f; --c6: #4f7a1f; --c7: #3e8fb0; --c8: #7a5c43; --c9: #6b7280; }
        @media (prefers-color-scheme: dark) { :root { --paper: #14171a; --card: #1c2024; --ink: #e8eaec; --soft: #9aa4ae; --rule: #31373d; --grid: #272c31;
          --good: #5fd3a2; --good-paper: #14332a; --warn: #f0c060; --warn-paper: #3a2f14; --bad: #ff9088; --bad-paper: #40201e;
          --c0: #6ea8fe; --c1: #f59a52; --c2: #4fc3a1; --c3: #c790e8; --c4: #e0b94a; --c5: #f07ba6; --c6: #98c765; --c7: #74c2e0; --c8: #c2a183; --c9: #a3abb5; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
        main { max-width: 1060px; margin: 0 auto; padding: 36px 20px 64px; }
        h1 { font-size: 30px; line-height: 1.2; margin: 0 0 4px; overflow-wrap: anywhere; }
        h2 { font-size: 20px; margin: 44px 0 12px; } h3 { font-size: 15px; margin: 0 0 8px; }
        p { margin: 0 0 12px; } .soft, figcaption { color: var(--soft); } figcaption { font-size: 13px; margin-top: 6px; }
        .verdict { border-left: 4px solid; border-radius: 4px; padding: 10px 14px; margin: 20px 0; font-weight: 600; }
        .better { color: var(--good); background: var(--good-paper); } .unclear { color: var(--warn); background: var(--warn-paper); }
        .notbetter { color: var(--bad); background: var(--bad-paper); }
        .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(200px, 1fr)); gap: 14px; }
        .tile, figure, .box { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: 14px 16px; margin: 0; }
        .tile b { display: block; font-size: 30px; line-height: 1.25; font-weight: 650; } .tile span { display: block; color: var(--soft); font-size: 13px; }
        .plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(400px, 100%), 1fr)); gap: 14px; align-items: start; }
        .scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: 14px; }
        th { text-align: left; color: var(--soft); font-weight: 500; font-size: 13px; } th, td { padding: 6px 14px 6px 0; border-bottom: 1px solid var(--rule); }
        tr:last-child td { border-bottom: 0; } td { overflow-wrap: anywhere; } .n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
        .badge { display: inline-block; border-radius: 9px; padding: 0 8px; font-size: 12px; font-weight: 600; white-space: nowrap; }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 20px; margin: 0; font-size: 14px; } dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
        code { font: 13px/1.4 ui-monospace, "SF Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
        .plot { display: block; width: 100%; height: auto; } .range { width: 150px; height: 16px; display: block; }
        .grid { stroke: var(--grid); stroke-width: 1; } .tick { fill: var(--soft); font-size: 11px; } .axis { fill: var(--ink); font-size: 12px; }
        .line { fill: none; stroke-width: 2.2; stroke-linejoin: round; stroke-linecap: round; }
        .reference { fill: none; stroke: var(--soft); stroke-width: 1; stroke-dasharray: 4 4; } .faint { fill-opacity: .55; }
        .cell { fill: var(--c0); } .count { fill: var(--ink); font-size: 12px; } .strong { fill: var(--card); font-weight: 600; }
        .line.reference { stroke-width: 1; }
        .legend { display: flex; flex-wrap: wrap; gap: 2px 14px; list-style: none; margin: 6px 0 0; padding: 0; font-size: 13px; color: var(--soft); }
        .legend i { display: inline-block; width: 14px; height: 3px; border-radius: 2px; margin-right: 6px; vertical-align: middle; }
        .line.c0 { stroke: var(--c0); } .line.c1 { stroke: var(--c1); } .line.c2 { stroke: var(--c2); } .line.c3 { stroke: var(--c3); } .line.c4 { stroke: var(--c4); }
        .line.c5 { stroke: var(--c5); } .line.c6 { stroke: var(--c6); } .line.c7 { stroke: var(--c7); } .line.c8 { stroke: var(--c8); } .line.c9 { stroke: var(--c9); }
        .dot.c0, .bar.c0 { fill: var(--c0); } i.c0 { background: var(--c0); } i.c1 { background: var(--c1); } i.c2 { background: var(--c2); } i.c3 { background: var(--c3); }
        i.c4 { background: var(--c4); } i.c5 { background: var(--c5); } i.c6 { background: var(--c6); } i.c7 { background: var(--c7); } i.c8 { background: var(--c8); } i.c9 { background: var(--c9); }
        ul.cautions { margin: 0; padding-left: 20px; }
        @media print { body { background: #fff; } figure, .tile, .box { break-inside: avoid; } }
        """;
}
