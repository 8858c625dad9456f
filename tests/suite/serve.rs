//! `storebook serve`: live reload, the report of a failed build, and what a web server must and must not do.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::live::{Events, Running, aged, ask, get, until};
use crate::support::{TODAY, TestProject};

const PAGE: &str = "+++\ntitle = \"Try\"\n+++\nfirst words\n";
const BROKEN: &str = "+++\ntitle = \"Try\"\n+++\n<b>one</b>\n\n{{ kpi( }}\n";

fn project() -> TestProject {
    aged(TestProject::small().file("content/try.md", PAGE))
}

/// A server whose private directories lie in a folder of the test.
struct Server {
    run: Running,
    address: String,
    temporary: tempfile::TempDir,
}

impl Server {
    fn start(project: &TestProject, more: &[&str]) -> Server {
        let temporary = tempfile::tempdir().expect("a folder");
        let mut arguments = vec!["serve", "--port", "0", "--today", TODAY];
        arguments.extend(more);
        let mut command = project.command(&arguments);
        command.env("TMPDIR", temporary.path());
        let run = Running::start(command);
        run.hears(0, "Serving http://");
        let said = run.said();
        let rest = said.split("Serving http://").nth(1).expect("an address");
        let address = rest.split('/').next().expect("an address").to_owned();
        Server { run, address, temporary }
    }

    fn ready(&self) {
        self.run.hears(0, "first build");
        until("the site is served", || get(&self.address, "/").status == 200);
    }

    fn private(&self) -> Vec<PathBuf> {
        let entries = self.temporary.path().read_dir().expect("list").flatten().map(|entry| entry.path());
        entries.filter(|path| path.to_string_lossy().contains("storebook-serve-")).collect()
    }
}

fn build_of(page: &str) -> &str {
    page.split("data-build=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a build")
}

#[test]
fn an_edit_reaches_the_browser_and_a_broken_page_shows_its_report() {
    let project = project();
    let server = Server::start(&project, &["--unsealed"]);
    server.ready();
    let address = server.address.clone();
    let page = get(&address, "/try/").text();
    assert!(page.contains("first words"), "{page}");
    // The page may load the script and its events, and nothing from elsewhere.
    assert!(page.contains("connect-src &#39;self&#39;") && page.contains("default-src &#39;none&#39;"), "{page}");
    let script = get(&address, "/__storebook/reload.js");
    assert!(script.status == 200 && script.text().contains("EventSource(\"/__storebook/events\")"));
    let mut events = Events::of(&address);
    assert_eq!(events.next(|_| true)["build"], build_of(&page));

    // While builds swap the site, every request gets a whole page.
    let stop = Arc::new(AtomicBool::new(false));
    let reader = {
        let (stop, address) = (Arc::clone(&stop), address.clone());
        std::thread::spawn(move || {
            let mut read = 0;
            while !stop.load(Ordering::SeqCst) {
                let answer = get(&address, "/try/index.html");
                assert_eq!(answer.status, 200, "{}", answer.text());
                assert!(answer.text().trim_end().ends_with("</html>"));
                read += 1;
            }
            read
        })
    };

    fs::write(project.path("content/try.md"), PAGE.replace("first", "second")).expect("write");
    let good = events.next(|event| event["build"] != build_of(&page));
    let second = get(&address, "/try/").text();
    assert!(second.contains("second words") && good["build"] == build_of(&second), "{second}");

    fs::write(project.path("content/try.md"), BROKEN).expect("write");
    let bad = events.next(|event| !event["problem"].is_null());
    let problem = &bad["problem"];
    assert_eq!(problem["place"], "content/try.md:6", "{problem}");
    let lines = problem["lines"].as_array().expect("lines");
    let marked = lines.iter().find(|line| line["here"] == true).expect("the wrong line");
    assert!(marked["number"] == 6 && marked["text"] == "{{ kpi( }}", "{problem}");
    // As plain text: the overlay sets it as text, never as markup.
    assert!(lines.iter().any(|line| line["text"] == "<b>one</b>"), "{problem}");
    assert!(script.text().contains("textContent") && !script.text().contains("innerHTML"));
    assert_eq!(bad["build"], good["build"]);
    let still = get(&address, "/try/");
    assert!(still.status == 200 && still.text().contains("second words"));

    fs::write(project.path("content/try.md"), PAGE.replace("first", "third")).expect("write");
    events.next(|event| event["problem"].is_null() && event["build"] != good["build"]);
    assert!(get(&address, "/try/").text().contains("third words"));
    stop.store(true, Ordering::SeqCst);
    assert!(reader.join().expect("no answer was broken") > 0);

    // The published files know nothing of it.
    let private = server.private();
    assert_eq!(private.len(), 1);
    assert!(!fs::read_to_string(private[0].join("site/try/index.html")).expect("read").contains("__storebook"));
    assert!(!project.path("output").exists() && !project.path("state").exists(), "a preview leaves no trace");
    assert_eq!(server.run.interrupt(), 0);
    events.ends();
    assert!(!private[0].exists(), "the private directory is gone");
}

#[test]
fn a_web_server_by_the_book() {
    let project =
        project().file("content/large.md", format!("+++\ntitle = \"Large\"\n+++\n{}\n", "a word ".repeat(20_000)));
    let server = Server::start(&project, &["--unsealed", "--output", &project.path("book").to_string_lossy()]);
    server.ready();
    let address = server.address.as_str();
    let book = project.path("book");
    fs::write(book.join(".secret"), "not for you").expect("write");
    fs::write(project.path("outside.txt"), "nor this").expect("write");
    #[cfg(unix)]
    std::os::unix::fs::symlink("../outside.txt", book.join("link.txt")).expect("link");

    let style = asset(&book);
    let bytes = fs::read(book.join(&style)).expect("read");
    let path = format!("/{style}");
    let whole = get(address, &path);
    assert_eq!((whole.status, &whole.body), (200, &bytes));
    assert_eq!(whole.header("content-type"), "text/css; charset=utf-8");
    assert_eq!(whole.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(whole.header("x-content-type-options"), "nosniff");

    ranges(address, &path, &bytes);
    compression(address, &path, &bytes);
    methods(address, &path, bytes.len());
    elsewhere(address);

    let page = get(address, "/try/");
    assert_eq!((page.status, page.header("cache-control")), (200, "no-cache"));
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let moved = get(address, "/try?x=1");
    assert_eq!((moved.status, moved.header("location")), (301, "/try/?x=1"));
    assert!(get(address, "/large/").body.len() > 100_000);
    let csv = walkdir::WalkDir::new(&book)
        .into_iter()
        .flatten()
        .find(|entry| entry.path().extension().is_some_and(|ending| ending == "csv"));
    let csv = csv.expect("a download").path().strip_prefix(&book).expect("below").to_string_lossy().into_owned();
    assert_eq!(get(address, &format!("/{csv}")).header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(server.run.interrupt(), 0);
    assert!(book.join("index.html").exists() && project.path("state/people.csv").exists());
}

fn asset(book: &Path) -> String {
    let mut names = book.join("assets").read_dir().expect("assets").flatten();
    let style = names.find(|entry| entry.path().extension().is_some_and(|ending| ending == "css")).expect("a style");
    format!("assets/{}", style.file_name().to_string_lossy())
}

fn ranges(address: &str, path: &str, bytes: &[u8]) {
    let part = ask(address, "GET", path, &[("Range", "bytes=3-9")]);
    assert_eq!((part.status, &part.body[..]), (206, &bytes[3..10]));
    assert_eq!(part.header("content-range"), format!("bytes 3-9/{}", bytes.len()));
    let tail = ask(address, "GET", path, &[("Range", "bytes=-5"), ("Accept-Encoding", "gzip")]);
    assert_eq!((tail.status, &tail.body[..]), (206, &bytes[bytes.len() - 5..]));
    let outside = ask(address, "GET", path, &[("Range", "bytes=99999999-")]);
    assert_eq!((outside.status, outside.header("content-range")), (416, format!("bytes */{}", bytes.len()).as_str()));
    let bound = ask(address, "GET", path, &[("Range", "bytes=3-9"), ("If-Range", "\"x\"")]);
    assert_eq!(bound.status, 200);
}

fn compression(address: &str, path: &str, bytes: &[u8]) {
    let packed = ask(address, "GET", path, &[("Accept-Encoding", "gzip")]);
    assert_eq!((packed.status, packed.header("content-encoding")), (200, "gzip"));
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(&packed.body[..]).read_to_end(&mut plain).expect("gzip");
    assert_eq!(plain, bytes);
    let packed = ask(address, "GET", path, &[("Accept-Encoding", "br")]);
    assert!(packed.header("content-encoding") == "br" && packed.body.len() < bytes.len() / 2);
    assert_eq!(ask(address, "GET", path, &[("Accept-Encoding", "identity")]).header("content-encoding"), "");
}

fn methods(address: &str, path: &str, size: usize) {
    let head = ask(address, "HEAD", path, &[]);
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), size.to_string());
    assert_eq!(ask(address, "HEAD", "/nothing", &[]).status, 404);
    let post = ask(address, "POST", "/", &[("Content-Length", "0")]);
    assert_eq!((post.status, post.header("allow")), (405, "GET, HEAD"));
}

/// Everything that must not be found, and who must not ask.
fn elsewhere(address: &str) {
    for path in [
        "/nothing/at/all",
        "/../outside.txt",
        "/%2e%2e/outside.txt",
        "/%2e%2e%2foutside.txt",
        "/try/..%2f..%2foutside.txt",
        "/try/%2e%2e/%2e%2e/outside.txt",
        "/..%5coutside.txt",
        "//etc/passwd",
        "/.secret",
        "/%2esecret",
        "/link.txt",
        "/index.html/x",
        "/%00",
        "/%zz",
    ] {
        let answer = get(address, path);
        assert_eq!(answer.status, 404, "{path}");
        let text = answer.text();
        assert!(
            text.contains("</html>") && !text.contains("nor this") && !text.contains("not for you"),
            "{path}: {text}"
        );
        assert!(text.contains("<base href=\"/\">"), "{path}: {text}");
    }
    for host in ["evil.example", "127.0.0.1.evil.example:80", ""] {
        for path in ["/", "/__storebook/events"] {
            assert_eq!(ask(address, "GET", path, &[("Host", host)]).status, 403, "{host}{path}");
        }
    }
    let port = address.rsplit(':').next().expect("a port");
    for host in ["localhost".to_owned(), format!("localhost:{port}"), format!("[::1]:{port}")] {
        assert_eq!(ask(address, "GET", "/", &[("Host", &host)]).status, 200, "{host}");
    }
}

#[test]
fn a_first_build_that_fails_shows_its_report_until_it_is_mended() {
    let project = project().file("content/try.md", BROKEN);
    let server = Server::start(&project, &["--unsealed"]);
    server.run.hears(0, "the build failed");
    let mut events = Events::of(&server.address);
    events.next(|event| !event["problem"].is_null());
    let answer = get(&server.address, "/try/");
    assert_eq!((answer.status, answer.header("cache-control")), (503, "no-store"));
    let text = answer.text();
    assert!(
        text.contains("content/try.md:6<") && text.contains("{{ kpi( }}") && text.contains("&lt;b&gt;one&lt;/b&gt;"),
        "{text}"
    );
    assert!(answer.header("content-security-policy").contains("default-src 'none'"));
    fs::write(project.path("content/try.md"), PAGE).expect("write");
    events.next(|event| event["problem"].is_null());
    assert!(get(&server.address, "/try/").text().contains("first words"));
    assert_eq!(server.run.interrupt(), 0);
}

#[test]
fn pages_that_are_not_public_need_a_word() {
    let project = project();
    let mut server = Server::start(&project, &[]);
    assert_eq!(server.run.code(), 3, "{}", server.run.said());
    assert!(server.run.said().contains("--unsealed"), "{}", server.run.said());
    assert!(server.private().is_empty(), "nothing is left");
    let mut server = Server::start(&project, &["--host", "0.0.0.0"]);
    assert_eq!(server.run.code(), 3, "{}", server.run.said());
    let mut server = Server::start(&project, &["--host", "0.0.0.0", "--unsealed"]);
    server.run.hears(0, "Warning: everyone who reaches this address");
    server.run.signal(rustix::process::Signal::TERM);
    assert_eq!(server.run.code(), 0);
    assert!(server.private().is_empty(), "nothing is left");
}

#[test]
fn a_port_in_use_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let ran = project().run(&["serve", "--unsealed", "--port", &port]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains(&port) && ran.err.contains("--port 0"), "{}", ran.err);
}
