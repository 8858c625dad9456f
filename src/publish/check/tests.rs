use std::cell::RefCell;

use super::*;

fn check(files: &[(&str, &[u8])]) -> CheckReport {
    let temp = tempfile::tempdir().unwrap();
    for (path, bytes) in files {
        let file = temp.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, bytes).unwrap();
    }
    check_site(temp.path(), &|_, _| {}).unwrap()
}

/// A page that is right but for `body`, which starts in line 5, column 1.
fn page(body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>T</title></head>\n<body>\n<h1>H</h1>\n{body}\n</body></html>\n"
    )
}

fn findings(body: &str) -> Vec<Finding> {
    check(&[
        ("stores/index.html", page(body).as_bytes()),
        ("index.html", page("<p id=\"here\">x</p>").as_bytes()),
        ("店.html", page("").as_bytes()),
        ("a.png", b"\x89PNG"),
        ("app.js", b""),
        ("empty/x.txt", b""),
    ])
    .findings
}

/// The rules a body breaks, with line and column.
fn rules_of(body: &str) -> Vec<(&'static str, u64, u64)> {
    findings(body).into_iter().map(|finding| (finding.rule, finding.line, finding.column)).collect()
}

/// Asserts that a body breaks one rule once, at the given column of line 5.
fn breaks(body: &str, rule: &str, column: u64) {
    assert_eq!(rules_of(body), [(rule, 5, column)], "{body}");
}

fn passes(body: &str) {
    assert_eq!(findings(body), [], "{body}");
}

const GOOD: &str = r##"<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8"><title>门店 &amp; 会员</title>
<link rel="stylesheet" href="assets/style.css"><link rel="canonical" href="https://example.com/">
<link rel="icon" href="assets/logo.png"><script src="assets/app.js" defer></script>
<script type="application/json" id="data">{"a": "</p>", "b": 1 < 2}</script>
</head>
<body>
<nav aria-label="目录"><ul><li><a href="index.html">首页</a><li><a href="stores/s1.html#sales">一店</a></ul></nav>
<main id="main">
<h1>门店</h1>
<p>一段 <b>文字</b> &lt; 5 &mdash; a &gt; b > c<br>第二行
<p>第二段<p>第三段</p>
<table><caption>表</caption><colgroup><col><col></colgroup><thead><tr><th scope="col">月<th>额</thead>
<tbody><tr><td>1<td><p>2<tr><td>3</td><td><ul><li>4</ul></td></tr></tbody></table>
<table><tr><td><table><tr><td>inner</table></table>
<dl><dt>甲<dd>乙<dt>丙<dd>丁</dl>
<svg role="img" viewBox="0 0 9 9"><title>趋势</title><g><path d="M0 0"/><text>1</text></g><style-like/></svg>
<svg role="img" aria-label="x"/><svg aria-hidden="true"><use href="#main"/><foreignObject><div>in</div></foreignObject></svg>
<img src="assets/logo.png" alt="" srcset="assets/logo.png 1x, assets/logo.png?v=2 2x">
<img src="data:image/png;base64,AAAA" alt="QR">
<form action="https://example.com/post" method="post"><label for="n">名</label><input id="n" name="n">
<select><optgroup label="g"><option>1<option selected>2</select><textarea>
</p> is text here</textarea><button>送</button></form>
<a href="#main">上</a> <a href="#">顶</a> <a href="#TOP">顶</a> <a href="?x=1#main">同页</a> <a href="tel:+8613800138000">电话</a>
<a href="mailto:a@example.com">信</a> <a href="https://example.com/">外</a> <a href="%E4%B8%8B%E8%BD%BD.csv" download>下载</a>
<a name="old">旧</a><a href="#old">旧</a> <!-- a comment with <p> and </div> --> <ruby>店<rp>(<rt>diàn<rp>)</ruby>
<template><tr><td>row</td></tr></template><noscript><p>没有脚本</p></noscript>
</main>
</body>
</html>
"##;

#[test]
fn a_good_site_has_no_findings() {
    let store =
        page("<h2 id=\"sales\">S</h2><p><a href=\"../index.html\">up</a> <a href=\"../index.html#main\">main</a>");
    let report = check(&[
        ("index.html", GOOD.as_bytes()),
        ("stores/s1.html", store.as_bytes()),
        ("assets/style.css", b"@import 'more.css'; body { background: url(logo.png) } a { fill: url(#g) }"),
        ("assets/more.css", b"@font-face { src: url(\"data:font/woff2;base64,AA\") }"),
        ("assets/logo.png", b"\0"),
        ("assets/app.js", b"if (a < b) {}"),
        ("下载.csv", b""),
        (".git/x.html", b"<"),
    ]);
    assert_eq!(report.findings, []);
    assert_eq!(report.pages, 2);
}

#[test]
fn links_are_counted() {
    let report = check(&[
        ("index.html", page("<a href=\"index.html\">1</a><img src=\"a.png\" alt=\"\">").as_bytes()),
        ("a.png", b""),
    ]);
    assert_eq!((report.pages, report.links, report.errors()), (1, 2, 0));
}

#[test]
fn broken_links_are_found_with_line_and_column() {
    breaks("<a href=\"gone.html\">x</a>", "broken-link", 1);
    breaks("文字 <a\n href=\"gone.html\">x</a>", "broken-link", 4);
    breaks("a > b <img alt=\"\" src=\"gone.png\">", "broken-link", 7);
    breaks("<img alt=\"\" src=\"../a.png\" srcset=\"../a.png, ../b.png 2x\">", "broken-link", 1);
    breaks("<a href=\"index.html/\">x</a>", "broken-link", 1);
    breaks("<a href=\"../A.png\">x</a>", "broken-link", 1);
    breaks("<a href=\"../empty/\">x</a>", "broken-link", 1);
    breaks("<form action=\"send\"></form>", "broken-link", 1);
    breaks("<img src=\"\" alt=\"\">", "broken-link", 1);
    breaks("<a href=\"..%5ca.png\">x</a>", "broken-link", 1);
    breaks("<a href=\"%ff.html\">x</a>", "broken-link", 1);
    breaks("<svg><use href=\"gone.svg#x\"/></svg>", "broken-link", 6);
    breaks("<script type=\"x/data\">a<b \"</b>\"</script><a href=\"gone.html\">x</a>", "broken-link", 42);
}

#[test]
fn links_that_leave_the_tree_are_found() {
    breaks("<a href=\"../../x.html\">x</a>", "leaves-tree", 1);
    breaks("<a href=\"%2e%2e/../x.html\">x</a>", "leaves-tree", 1);
    breaks("<a href=\"file:///etc/passwd\">x</a>", "leaves-tree", 1);
    breaks("<a href=\"C:/x.html\">x</a>", "leaves-tree", 1);
}

#[test]
fn absolute_and_directory_links_are_found() {
    breaks("<a href=\"/index.html\">x</a>", "absolute-link", 1);
    breaks("<a href=\"\\index.html\">x</a>", "absolute-link", 1);
    breaks("<a href=\"../\">x</a>", "directory-link", 1);
    breaks("<a href=\".\">x</a>", "directory-link", 1);
    assert_eq!(findings("<a href=\"..\">x</a>")[0].severity, Severity::Warning);
}

#[test]
fn broken_anchors_are_found_on_this_and_other_pages() {
    passes(
        "<a href=\"#a\">x</a><a href=\"../index.html#here\">x</a><b id=\"a\">a</b><a href=\"#%e5%ba%97\">x</a><i id=\"店\">d</i>",
    );
    breaks("<a href=\"#a\">x</a>", "broken-anchor", 1);
    breaks("<a href=\"#A\">x</a><b id=\"a\">a</b>", "broken-anchor", 1);
    breaks("<b>b</b><a href=\"../index.html#there\">x</a>", "broken-anchor", 9);
    passes("<a href=\"../a.png#xywh=1\">x</a>");
}

#[test]
fn other_hosts_are_not_asked() {
    breaks("<img alt=\"\" src=\"https://example.com/x.png\">", "external-request", 1);
    breaks("<img alt=\"\" src=\"HTTP:x.png\">", "external-request", 1);
    breaks("<script src=\"//cdn.example.com/x.js\"></script>", "external-request", 1);
    breaks("<link rel=\"stylesheet\" href=\"https://example.com/x.css\">", "external-request", 1);
    breaks("<link rel=\"preconnect\" href=\"https://example.com\">", "external-request", 1);
    breaks("<iframe src=\"https://example.com\"></iframe>", "external-request", 1);
    breaks("<a href=\"//example.com\">x</a>", "external-request", 1);
    passes(
        "<a href=\"https://example.com\">x</a><link rel=\"alternate\" hreflang=\"en\" href=\"https://example.com/en\">",
    );
}

#[test]
fn styles_are_searched_for_requests() {
    let report = check(&[
        ("index.html", page("").as_bytes()),
        ("a/s.css", b"/* url(x) */\nb { background: url(../gone.png) }\n  @import \"https://example.com/x.css\";\n@font-face{src:url(//f)}"),
    ]);
    let found: Vec<_> =
        report.findings.iter().map(|finding| (&*finding.file, finding.line, finding.column, finding.rule)).collect();
    assert_eq!(
        found,
        [
            ("a/s.css", 2, 17, "broken-link"),
            ("a/s.css", 3, 11, "external-request"),
            ("a/s.css", 4, 16, "external-request")
        ]
    );
}

#[test]
fn code_that_the_policy_forbids_is_found() {
    breaks("<a href=\"javascript:alert(1)\">x</a>", "script-url", 1);
    breaks("<a href=\" \u{1}Java\nscript:alert(1)\">x</a>", "script-url", 1);
    breaks("<form action=\"javascript:x\"></form>", "script-url", 1);
    breaks("<script>alert(1)</script>", "inline-script", 1);
    breaks("<script type=\"Module\">x</script>", "inline-script", 1);
    breaks("<script src=\"data:text/javascript,x\"></script>", "inline-script", 1);
    breaks("<svg><script>x</script></svg>", "inline-script", 6);
    passes("<script type=\"application/ld+json\">{}</script><script src=\"../app.js\"></script>");
    breaks("<b style=\"color:red\">x</b>", "inline-style", 1);
    breaks("<style>b{}</style>", "inline-style", 1);
    breaks("<button ONCLICK=\"x()\">x</button>", "inline-handler", 1);
    breaks("<form action=\"http://example.com/x\"></form>", "insecure-form", 1);
    breaks("<button formaction=\"http://example.com/x\">x</button>", "insecure-form", 1);
    breaks("<base href=\"x/\">", "base-element", 1);
}

#[test]
fn what_assistive_technology_needs_is_there() {
    breaks("<img src=\"../a.png\">", "img-alt", 1);
    breaks("<p><svg role=\"img\"><g><title>of a part</title></g></svg></p>", "svg-name", 4);
    breaks("<svg role=\"img\"><title> </title></svg>", "svg-name", 1);
    breaks("<svg role=\"img\"/>", "svg-name", 1);
    passes("<svg role=\"img\"><title>t</title></svg><svg role=\"img\" aria-labelledby=\"a\"></svg><b id=\"a\">x</b>");
    breaks("<svg role=\"img\" aria-labelledby=\"a\"></svg>", "broken-reference", 1);
    breaks("<label for=\"a\">x</label>", "broken-reference", 1);
    breaks("<h1>second</h1>", "h1", 1);
    breaks("<b id=\"a\">x</b><b id=\"a\">y</b>", "duplicate-id", 16);
    breaks("<b id=\"a b\">x</b>", "duplicate-id", 1);
}

#[test]
fn what_every_page_needs_is_there() {
    let rules = |html: &str| -> Vec<&'static str> {
        check(&[("x.html", html.as_bytes())]).findings.iter().map(|finding| finding.rule).collect()
    };
    let full = "<!doctype html><html lang=en><title>T</title><h1>H</h1>";
    assert_eq!(rules(full), [] as [&str; 0]);
    assert_eq!(rules(&full.replace(" lang=en", "")), ["html-lang"]);
    assert_eq!(rules(&full.replace("=en", "=\"\"")), ["html-lang"]);
    assert_eq!(rules(&full.replace("<title>T</title>", "")), ["title"]);
    assert_eq!(rules(&full.replace('T', " ")), ["title"]);
    assert_eq!(rules(&full.replace("<h1>H</h1>", "<p>x")), ["h1"]);
    assert_eq!(rules(&full.replace("<!doctype html>", "")), ["markup"]);
    assert_eq!(rules(""), ["h1", "html-lang", "markup", "title"]);
    let forward = "<!doctype html><html lang=en><meta http-equiv=refresh content=\"0; URL='x.html'\"><title>T</title>";
    assert_eq!(rules(forward), [] as [&str; 0]);
    assert_eq!(rules(&forward.replace("x.html", "y.html")), ["broken-link"]);
}

#[test]
fn unclosed_and_crossed_elements_are_found() {
    breaks("<div><b>x</b>", "markup", 1);
    breaks("<div><b>x</div>", "markup", 6);
    breaks("x</div>", "markup", 2);
    // Crossed: <i> is open at </b>, and </i> then closes nothing.
    assert_eq!(rules_of("<b><i>x</b></i>"), [("markup", 5, 4), ("markup", 5, 12)]);
    breaks("a < b", "markup", 0);
    assert!(findings("a < b")[0].message.contains("&lt;"));
}

#[test]
fn misplaced_elements_are_found() {
    breaks("<p><b><div>x</div>", "markup", 7);
    breaks("<a href=\"index.html\"><a href=\"index.html\">x</a></a>", "markup", 22);
    breaks("<div/>", "markup", 1);
    breaks("x</br>", "markup", 2);
    breaks("<table><div>x</div></table>", "markup", 8);
    breaks("<table>x</table>", "markup", 0);
    breaks("<div><td>x</td></div>", "markup", 6);
    // The paragraph ends the drawing, so the end tags after it have nothing to close.
    assert_eq!(rules_of("<svg><g><p>x</p></g></svg>"), [("markup", 5, 9), ("markup", 5, 17), ("markup", 5, 21)]);
    breaks("<b id=\"x\" id=\"y\">x</b>", "markup", 0);
    breaks("&#xffffffff;", "markup", 0);
}

#[test]
fn hostile_files_end_with_a_few_findings() {
    let deep = "<div>".repeat(1_000_000);
    let crossed = "<b><i></b>".repeat(500_000);
    let stray = "</a>".repeat(1_000_000);
    let scoped = format!("<p><button>{}", "<b><div>".repeat(400_000));
    let attributes: String = std::iter::once("<b".to_owned()).chain((0..500_000).map(|n| format!(" a{n}"))).collect();
    let ids: String = (0..200_000).map(|n| format!("<b id=i{n}>x</b><a href=#j{n}>y</a>")).collect();
    let value = format!("<a href=\"{}\">x</a>", "x".repeat(400_000));
    let comment = format!("<!--{}", "x".repeat(5_000_000));
    let text = "店".repeat(1_700_000);
    let shapes = [
        &deep,
        &crossed,
        &stray,
        &scoped,
        &attributes,
        &ids,
        &value,
        &comment,
        &text,
        &"<".repeat(5_000_000),
        &"&".repeat(5_000_000),
    ];
    for shape in shapes {
        let report = check(&[("x.html", page(shape).as_bytes())]);
        assert!(report.findings.len() <= 220, "{:.20}: {}", shape, report.findings.len());
        assert!(report.findings.iter().all(|finding| finding.message.len() < 4_000), "{shape:.20}");
    }
    // Long text and long values by themselves are fine.
    let image = format!("<img alt=\"\" src=\"data:image/png;base64,{}\">", "QUJD".repeat(500_000));
    assert_eq!(check(&[("x.html", page(&image).as_bytes())]).findings, []);
    assert_eq!(check(&[("x.html", page(&text).as_bytes())]).findings, []);
}

#[test]
fn files_that_are_no_text_are_named_once() {
    for bytes in [&b"\x89PNG\r\n\x1a\n\0\0"[..], b"\xff\xfe<\0h\0", b"\0", b"\xc3\x28"] {
        let report = check(&[("x.html", bytes), ("x.css", bytes)]);
        let rules: Vec<_> = report.findings.iter().map(|finding| (&*finding.file, finding.rule)).collect();
        assert_eq!(rules, [("x.css", "not-text"), ("x.html", "not-text")]);
    }
}

#[cfg(unix)]
#[test]
fn links_and_pipes_in_the_tree_are_named_and_not_opened() {
    let temp = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("/etc/passwd", temp.path().join("x.html")).unwrap();
    let pipe = temp.path().join("pipe.html");
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0).unwrap();
    let report = check_site(temp.path(), &|_, _| {}).unwrap();
    let found: Vec<_> = report.findings.iter().map(|finding| (&*finding.file, finding.rule)).collect();
    assert_eq!(found, [("pipe.html", "special-file"), ("x.html", "special-file")]);
}

#[test]
fn findings_are_in_order_and_progress_is_told() {
    let temp = tempfile::tempdir().unwrap();
    for number in 0..150 {
        fs::write(temp.path().join(format!("p{number:03}.html")), page("\n<a href=\"x\">1</a>\n<a href=\"y\">2</a>"))
            .unwrap();
    }
    let heard = RefCell::new(Vec::new());
    let report = check_site(temp.path(), &|done, all| heard.borrow_mut().push((done, all))).unwrap();
    assert_eq!(heard.into_inner(), [(64, 150), (128, 150), (150, 150)]);
    assert_eq!(report.findings.len(), 300);
    let places: Vec<_> = report.findings.iter().map(|finding| (finding.file.clone(), finding.line)).collect();
    assert!(places.is_sorted());
    assert_eq!(places[0], ("p000.html".to_owned(), 6));
    assert!(check_site(&temp.path().join("absent"), &|_, _| {}).is_err());
}
