#!/usr/bin/env bash
# The same kind of pages made by Hugo: one line chart of 20 months (drawn by a template as SVG), a 20-row table and three
# KPIs each, in a layout with a navigation and a footer. Hugo gets the figures ready, as front matter; it reads no data
# base, orders nothing, writes no manifest and proves nothing.
# Usage: tests/bench/hugo.sh [ITEMS …]     (default: 1000 10000; needs hugo and /usr/bin/time)
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
[ $# -gt 0 ] || set -- 1000 10000
hugo version
printf '%10s %10s %12s %10s %10s\n' pages seconds pages/s "cpu s" "peak MB"
for items in "$@"; do
  site="$work/$items"
  mkdir -p "$site/content/items" "$site/layouts/_default" "$site/static"
  printf 'baseURL = "/"\ntitle = "Bench"\ndisableKinds = ["taxonomy", "term", "RSS", "sitemap"]\n' > "$site/config.toml"
  cat > "$site/layouts/_default/baseof.html" <<'HTML'
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{{ .Title }} · {{ .Site.Title }}</title><link rel="stylesheet" href="/site.css"></head>
<body>
<nav aria-label="Pages"><ul>{{ range seq 18 }}<li><a href="/page-{{ . }}/">Page {{ . }}</a></li>{{ end }}</ul></nav>
<main><h1>{{ .Title }}</h1>{{ block "main" . }}{{ end }}</main>
<footer><p>{{ .Site.Title }}</p></footer>
</body>
</html>
HTML
  cat > "$site/layouts/_default/single.html" <<'HTML'
{{ define "main" }}
{{ .Content }}
<div class="kpis">
{{ range .Params.kpis }}<div class="kpi" role="group" aria-label="{{ .label }}"><p class="kpi-label">{{ .label }}</p><p class="kpi-value">{{ .value | lang.FormatNumber 2 }}</p></div>
{{ end }}</div>
{{ $most := 1.0 }}{{ range .Params.months }}{{ if gt .net_sales $most }}{{ $most = .net_sales }}{{ end }}{{ end }}
<figure class="chart"><figcaption>Net sales per month</figcaption>
<svg viewBox="0 0 360 240" role="img"><title>Net sales per month</title>
{{ range seq 0 4 }}<line x1="40" x2="350" y1="{{ add 20 (mul . 45) }}" y2="{{ add 20 (mul . 45) }}" stroke="#E3E6EA"/><text x="34" y="{{ add 24 (mul . 45) }}" text-anchor="end">{{ lang.FormatNumber 0 (mul (div (sub 4 .) 4.0) $most) }}</text>
{{ end }}<polyline fill="none" stroke="#0A4480" points="{{ range $at, $month := .Params.months }}{{ add 40 (mul $at 16) }},{{ sub 200 (mul 180 (div $month.net_sales $most)) }} {{ end }}"/>
{{ range $at, $month := .Params.months }}<circle cx="{{ add 40 (mul $at 16) }}" cy="{{ sub 200 (mul 180 (div $month.net_sales $most)) }}" r="2"><title>{{ $month.month }}: {{ lang.FormatNumber 2 $month.net_sales }}</title></circle>{{ if modBool $at 4 }}<text x="{{ add 40 (mul $at 16) }}" y="220" text-anchor="middle">{{ $month.month }}</text>{{ end }}
{{ end }}</svg>
<details><summary>Data</summary><table><tbody>{{ range .Params.months }}<tr><th scope="row">{{ .month }}</th><td>{{ lang.FormatNumber 2 .net_sales }}</td></tr>{{ end }}</tbody></table></details></figure>
<table><thead><tr><th>Month</th><th>Net sales</th><th>Orders</th><th>Customers</th></tr></thead><tbody>
{{ range .Params.months }}<tr><th scope="row">{{ .month }}</th><td data-sort="{{ .net_sales }}">{{ lang.FormatNumber 2 .net_sales }}</td><td>{{ lang.FormatNumber 0 .orders }}</td><td>{{ lang.FormatNumber 0 .customers }}</td></tr>
{{ end }}</tbody></table>
{{ end }}
HTML
  printf '{{ define "main" }}{{ range .Pages }}<p><a href="{{ .RelPermalink }}">{{ .Title }}</a></p>{{ end }}{{ end }}\n' > "$site/layouts/_default/list.html"
  python3 - "$site/content/items" "$items" <<'PY'
import sys
folder, items = sys.argv[1], int(sys.argv[2])
for item in range(items):
    months = [((item * 31 + month * 17) % 997 + 100) for month in range(20)]
    lines = [f'title = "Item {item}"']
    for label, value in (("Net sales", sum(months)), ("Orders", sum(months) // 7), ("Customers", sum(months) // 11)):
        lines += ["[[kpis]]", f'label = "{label}"', f"value = {float(value)}"]
    for at, value in enumerate(months):
        lines += ["[[months]]", f'month = "{2024 + at // 12}-{at % 12 + 1:02d}"', f"net_sales = {value + 0.25}", f"orders = {value // 7}", f"customers = {value // 11}"]
    open(f"{folder}/i{item:06d}.md", "w").write("+++\n" + "\n".join(lines) + "\n+++\n## Figures\n\n## Trend\n\n## Months\n")
PY
  /usr/bin/time -f '%e %U %S %M' -o "$work/time" hugo --quiet --source "$site" --destination "$site/public"
  python3 - "$site/public" "$work/time" <<'PY'
import pathlib, sys
pages = sum(1 for _ in pathlib.Path(sys.argv[1]).rglob("index.html"))
seconds, user, system, memory = map(float, open(sys.argv[2]).read().split())
print(f"{pages:>10} {seconds:>10.2f} {pages / seconds:>12.0f} {user + system:>10.2f} {memory / 1000:>10.0f}")
PY
done
