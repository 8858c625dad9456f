//! Charts as a reader's browser gets them: whole, harmless, the same every time.

use super::marks::Tag;
use super::*;

fn words(key: &str, args: &[(&str, String)]) -> String {
    let args: Vec<String> = args.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("{key}({})", args.join(","))
}

fn series(name: &str, values: &[f64]) -> Series {
    Series { name: name.into(), values: values.iter().copied().map(Some).collect(), labels: Vec::new() }
}

fn spec(kind: &str, x: &[&str], series: Vec<Series>) -> ChartSpec {
    ChartSpec {
        kind: kind.into(),
        title: Some("销售额".into()),
        x: x.iter().map(|name| (*name).to_owned()).collect(),
        series,
        width: 640.0,
        height: 320.0,
        locale_is_zh: true,
        id: "c1".into(),
        ..Default::default()
    }
}

fn drawn(spec: &ChartSpec) -> Drawn {
    draw(spec, &words).unwrap_or_else(|problem| panic!("{}: {problem}", spec.kind))
}

/// Reads every tag, and checks that elements nest and that nothing in them could act or style.
fn check(svg: &str) {
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"), "{svg}");
    let mut open: Vec<&str> = Vec::new();
    let mut rest = svg;
    while let Some(at) = rest.find('<') {
        let tag = Tag::read(&rest[at..]).expect("a whole tag");
        rest = &rest[at + tag.length..];
        assert!(tag.is_element, "only elements: {svg}");
        assert!(!matches!(tag.name, "style" | "script" | "a" | "image" | "foreignObject" | "use"), "{}", tag.name);
        for (name, value) in &tag.attributes {
            assert!(!name.starts_with("on") && !matches!(*name, "style" | "class" | "href"), "{name}");
            assert!(!value.contains("NaN") && !value.contains("inf"), "{name}=\"{value}\"");
        }
        if tag.closes {
            assert_eq!(open.pop(), Some(tag.name));
        } else if !tag.empty {
            open.push(tag.name);
        }
    }
    assert!(open.is_empty());
    assert!(svg.contains("role=\"img\"") && svg.contains("<desc id="));
}

/// The texts a reader sees with their left and right edges and their middle height.
fn texts(svg: &str) -> Vec<(f32, f32, f32, String)> {
    svg.split("<text ")
        .skip(1)
        .map(|part| {
            let value = |name: &str| {
                part.split(&format!("{name}=\"")).nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default()
            };
            let text = part.split('>').nth(1).and_then(|rest| rest.split('<').next()).unwrap_or_default();
            let (x, size): (f32, f32) = (value("x").parse().unwrap(), value("font-size").parse().unwrap());
            let wide = text::width(&text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"), size);
            let left = match value("text-anchor") {
                "middle" => x - wide / 2.0,
                "end" => x - wide,
                _ => x,
            };
            (left, left + wide, value("y").parse().unwrap(), text.to_owned())
        })
        .collect()
}

fn assert_readable(svg: &str, width: f32) {
    let texts = texts(svg);
    for (at, (left, right, y, text)) in texts.iter().enumerate() {
        assert!(*left >= -1.0 && *right <= width + 1.0, "{text} sticks out: {left}..{right} of {width}");
        for (other_left, other_right, other_y, other) in &texts[at + 1..] {
            let apart = right <= other_left || other_right <= left || (y - other_y).abs() >= 11.0;
            assert!(apart, "{text} touches {other} at width {width}");
        }
    }
}

fn months(count: usize) -> Vec<String> {
    (0..count).map(|at| format!("{}年{}月", 2024 + at / 12, at % 12 + 1)).collect()
}

fn wave(count: usize, height: f64) -> Vec<f64> {
    (0..count).map(|at| height * (1.5 + (at as f64 * 0.7).sin())).collect()
}

const STORES: [&str; 12] = [
    "上海南京东路旗舰店",
    "北京王府井店",
    "广州天河城购物中心店",
    "深圳万象城",
    "杭州湖滨银泰in77店",
    "成都太古里",
    "武汉楚河汉街店",
    "南京新街口德基广场店",
    "西安大唐不夜城店",
    "重庆解放碑店",
    "苏州观前街店",
    "天津滨江道旗舰店二期",
];

/// One spec for each kind laid out here, with names and values that are hard to place.
fn hard_specs() -> Vec<ChartSpec> {
    let line = |kind: &str, count: usize| ChartSpec {
        x: months(count),
        series: vec![series("本店", &wave(count, 8e4)), series("全链平均", &wave(count, 1.2e12))],
        ..spec(kind, &[], Vec::new())
    };
    let grid = HeatGrid {
        columns: ["购买次数很少", "较少", "一般", "较多", "很多"].map(String::from).to_vec(),
        rows: ["最近购买很近", "较近", "一般", "较远", "很久没来"].map(String::from).to_vec(),
        values: (0..5).map(|row| (0..5).map(|column| Some(f64::from(row * 500 + column))).collect()).collect(),
        labels: Vec::new(),
    };
    let hours = HeatGrid {
        columns: (0..24).map(|hour| format!("{hour}时")).collect(),
        rows: months(12),
        values: (0..12).map(|row| (0..24).map(|column| Some(f64::from(row * column))).collect()).collect(),
        labels: Vec::new(),
    };
    let sales = || vec![series("净销售额", &wave(12, 1e6))];
    vec![
        line("line", 24),
        line("line", 1),
        line("area", 36),
        line("bar_line", 24),
        ChartSpec { stacked: true, ..line("bar", 60) },
        spec("bar", &STORES, sales()),
        spec("horizontal_bar", &STORES, sales()),
        spec("horizontal_bar", &STORES, vec![series("今年", &wave(12, -3e7)), series("去年", &wave(12, 2e7))]),
        spec("pie", &STORES, sales()),
        spec("donut", &STORES[..8], vec![series("", &[5e9, 3e8, 2e8, 1e8, 1e8, 1e8, 1e7, 1.0])]),
        spec("radar", &STORES[..7], vec![series("本店", &wave(7, 1.0)), series("全链", &wave(7, 0.8))]),
        spec("funnel", &STORES[..5], vec![series("", &[12_000.0, 5_400.0, 2_300.0, 800.0, 0.0])]),
        ChartSpec { grid: Some(grid), ..spec("heatmap", &[], Vec::new()) },
        ChartSpec { grid: Some(hours), ..spec("heatmap", &[], Vec::new()) },
    ]
}

#[test]
fn texts_neither_touch_nor_stick_out() {
    for width in [320.0, 360.0, 640.0, 900.0, 1400.0] {
        for spec in hard_specs() {
            let spec = ChartSpec { width, ..spec };
            let chart = drawn(&spec);
            check(&chart.svg);
            assert_readable(&chart.svg, width);
        }
    }
}

#[test]
fn every_kind_draws_or_says_what_it_needs() {
    let x = ["2026-01-03", "2026-02-05", "2026-03-20"];
    let values = [20.0, 30.0, 25.0];
    for kind in KINDS {
        let count = match *kind {
            "candlestick" => 4,
            "box_plot" => 5,
            "funnel_plot" => 6,
            _ => 2,
        };
        let spec = spec(kind, &x, vec![series("甲", &values); count]);
        let drawn = draw(&spec, &words);
        match drawn {
            Ok(drawn) => check(&drawn.svg),
            Err(problem) => {
                let raw_only = ["sankey", "chord", "tree", "graph", "gantt", "map", "lines", "table", "multi"];
                assert!(raw_only.contains(kind), "{kind}: {problem}");
                assert!(problem.to_string().contains("option object"), "{problem}");
            }
        }
    }
}

#[test]
fn the_same_spec_gives_the_same_bytes() {
    for spec in hard_specs() {
        assert_eq!(drawn(&spec), drawn(&spec));
    }
}

#[test]
fn hostile_names_stay_text() {
    let evil = "<script>alert(1)</script> ]]> &amp; \"'\u{0}\u{202e}";
    for kind in KINDS {
        let spec = ChartSpec {
            title: Some(evil.into()),
            id: "x\"><script>".into(),
            grid: Some(HeatGrid {
                columns: vec![evil.into()],
                rows: vec![evil.into()],
                values: vec![vec![Some(1.0)]],
                labels: vec![vec![evil.into()]],
            }),
            ..spec(kind, &[evil, evil, evil], vec![series(evil, &[1.0, 2.0, 3.0]); 4])
        };
        if let Ok(drawn) = draw(&spec, &words) {
            check(&drawn.svg);
            assert!(!drawn.svg.contains("<script") && !drawn.svg.contains('\u{0}'), "{kind}");
        }
    }
}

#[test]
fn odd_numbers_are_gaps_or_drawn() {
    let odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, 5e-324, -1e90, 0.0, 1e12];
    let x: Vec<String> = (0..odd.len()).map(|at| at.to_string()).collect();
    for kind in KINDS {
        for width in [f32::NAN, -5.0, 0.0, 160.0, 1e9] {
            for stacked in [false, true] {
                let series = vec![series("a", &odd), series("b", &odd[4..])];
                let spec = ChartSpec { x: x.clone(), width, height: width, stacked, ..spec(kind, &[], series) };
                if let Ok(drawn) = draw(&spec, &words) {
                    check(&drawn.svg);
                }
            }
        }
    }
}

#[test]
fn nothing_to_show_is_said() {
    for spec in [
        spec("line", &[], Vec::new()),
        spec("bar", &["a", "b"], vec![Series { name: "s".into(), values: vec![None, Some(f64::NAN)], labels: vec![] }]),
        spec("heatmap", &["a"], vec![series("s", &[1.0])]),
        spec("pie", &["a"], vec![series("s", &[0.0])]),
        spec("funnel", &["a"], vec![series("s", &[-1.0])]),
    ] {
        let drawn = drawn(&spec);
        check(&drawn.svg);
        assert_eq!(drawn.description, "销售额: chart-no-data()");
    }
}

#[test]
fn the_description_names_first_last_least_and_most() {
    let mut spec = spec("line", &["一月", "二月", "三月"], vec![series("订单", &[5.0, 9.0, 5.0])]);
    spec.series[0].labels = ["五", "九", "五"].map(String::from).to_vec();
    assert_eq!(
        drawn(&spec).description,
        "chart-summary-points(kind=chart-kind-line(),title=销售额,count=3,first=一月,last=三月) \
         chart-summary-series(name=订单,first=五,first-at=一月,last=五,last-at=三月,min=五,min-at=一月,max=九,max-at=二月)"
    );
}

#[test]
fn a_tooltip_lists_all_series_of_a_category() {
    let svg = drawn(&spec("bar", &["一月", "二月"], vec![series("甲", &[1.0, 12_345.0]), series("乙", &[3.0])])).svg;
    assert!(svg.contains("<title>二月\n甲: 1.23万\n乙: –</title>"), "{svg}");
    let svg = drawn(&spec("horizontal_bar", &["一月"], vec![series("甲", &[1.0])])).svg;
    assert!(svg.contains("<title>一月: 1</title>"), "{svg}");
}

#[test]
fn bars_reach_their_values() {
    // One bar of 50 on an axis from 0 to 50: it is as high as the plot, from the top grid line to the axis line.
    let spec = ChartSpec { title: None, ..spec("bar", &["a"], vec![series("", &[50.0])]) };
    let svg = drawn(&spec).svg;
    let plot: Vec<&str> = svg.split("translate(").nth(1).unwrap().split(')').next().unwrap().split(' ').collect();
    let bar = svg.split("<rect ").nth(1).unwrap();
    let value = |name: &str| -> f32 {
        bar.split(&format!(" {name}=\"")).nth(1).unwrap().split('"').next().unwrap().parse().unwrap()
    };
    assert!((value("height") - (320.0 - 28.0 - plot[1].parse::<f32>().unwrap())).abs() < 0.2, "{svg}");
    assert!(bar.contains("fill=\"#0A4480\""), "{bar}");
}

#[test]
fn slices_beyond_the_palette_are_one() {
    let names: Vec<String> = (0..11).map(|at| format!("品类{at}")).collect();
    let values = [9.0, 1.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0, 1.0];
    let spec = ChartSpec { x: names, ..spec("pie", &[], vec![series("", &values)]) };
    let svg = drawn(&spec).svg;
    // 47 in all; left over: 1 + 2 + 1 + 1.
    assert!(svg.contains("chart-other(count=4): 5 (10.6%)"), "{svg}");
}

#[test]
fn raw_options_are_drawn_without_what_the_policy_forbids() {
    let raw = serde_json::json!({
        "series_list": [{ "name": "<b>", "data": [1, 2, 3] }], "x_axis_data": ["a", "b", "c"],
        "animation": { "duration": 10 }, "tooltip_show": true, "font_family": "x\"><script>alert(1)</script>"
    });
    let drawn = drawn(&ChartSpec { raw: Some(raw), ..spec("bar", &[], Vec::new()) });
    check(&drawn.svg);
    assert_eq!(drawn.description, "chart-summary-other(kind=chart-kind-bar(),title=销售额)");
    let wrong = ChartSpec { raw: Some(serde_json::json!({ "series_lisst": [] })), ..spec("bar", &[], Vec::new()) };
    assert!(draw(&wrong, &words).unwrap_err().to_string().contains("series_lisst"));
    assert!(draw(&ChartSpec { raw: Some(serde_json::json!(7)), ..wrong }, &words).is_err());
}

#[test]
fn an_unknown_kind_gets_the_nearest_name() {
    let problem = draw(&spec("lin", &["a"], Vec::new()), &words).unwrap_err();
    assert_eq!(problem.hint_text(), Some("did you mean \"line\"?"));
}

/// Contrast by WCAG 2.2: relative luminance of sRGB, (lighter + 0.05) / (darker + 0.05).
fn contrast(one: &str, other: &str) -> f64 {
    let luminance = |colour: &str| {
        let part = |at: usize| {
            let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    };
    let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
    (one / other).max(other / one)
}

#[test]
fn colours_can_be_seen_and_texts_read() {
    assert!(PALETTE.iter().all(|colour| contrast(colour, "#FFFFFF") >= 3.0));
    assert!(contrast(TEXT, "#FFFFFF") >= 7.0 && contrast(MUTED, "#FFFFFF") >= 4.5);
    assert!(HEAT[..4].iter().all(|colour| contrast(colour, TEXT) >= 4.5));
    assert!(HEAT[4..].iter().all(|colour| contrast(colour, SEPARATOR) >= 4.5));
    assert!(HEAT.windows(2).all(|pair| contrast(pair[0], "#FFFFFF") < contrast(pair[1], "#FFFFFF")));
}
