//! The generated configurations, on the real servers; `robots.txt` and `sitemap.xml`.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::TestProject;

/// A server of the test's own, on a port of this machine only; stopped at the end.
pub struct Server {
    child: Child,
    pub port: u16,
    _folder: tempfile::TempDir,
}

struct Answer {
    status: u16,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Its own child, by its id.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// Starts what `command` gives for a free port and waits until it answers.
    fn start(command: impl Fn(&Path, u16) -> Command) -> Server {
        let mut said = String::new();
        // Between the choice of a port and its use another program may take it: then once more.
        for _ in 0..5 {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let port = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a port").port();
            let log = std::fs::File::create(folder.path().join("said")).expect("a log");
            let mut child = command(folder.path(), port)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(log)
                .spawn()
                .expect("start the server");
            let deadline = Instant::now() + Duration::from_secs(30);
            while Instant::now() < deadline && child.try_wait().expect("look at the server").is_none() {
                if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                    return Server { child, port, _folder: folder };
                }
                std::thread::yield_now();
            }
            let _ = child.kill();
            let _ = child.wait();
            said = std::fs::read_to_string(folder.path().join("said")).unwrap_or_default();
        }
        panic!("the server did not start: {said}");
    }

    /// One request, its path sent as it is written here.
    fn ask(&self, method: &str, path: &str, more: &str) -> Answer {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("connect");
        stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a limit");
        let request =
            format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n{more}\r\n", self.port);
        stream.write_all(request.as_bytes()).expect("ask");
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).expect("read the answer");
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("the end of the headers");
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).expect("a status");
        let mut headers = BTreeMap::new();
        for line in lines {
            let (name, value) = line.split_once(": ").unwrap_or((line, ""));
            let other = headers.insert(name.to_lowercase(), value.to_owned());
            assert!(other.is_none(), "{path}: the header {name} came twice: {head}");
        }
        Answer { status, headers, body: bytes[end + 4..].to_vec() }
    }

    fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "")
    }
}

/// A program of the system, also where only the superuser's path has it.
fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/local/sbin".into()]);
    folders.map(|folder: PathBuf| folder.join(name)).find(|file| file.is_file())
}

pub fn nginx(project: &TestProject) -> Server {
    let nginx = program("nginx").expect(
        "the generated configuration is tested on the real nginx: apt-get install nginx-light (make test does it where it may)",
    );
    let include = project.path("deploy/nginx.conf");
    let files = |folder: &Path, port: u16| {
        let folder = folder.display();
        let places: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .iter()
            .map(|name| format!("{name}_temp_path {folder}/{name};\n"))
            .collect();
        // One process, as whoever runs the test, so that it may read the temporary folder.
        let text = format!(
            "daemon off;\nmaster_process off;\npid {folder}/pid;\nerror_log {folder}/errors;\nevents {{}}\nhttp {{\n\
             access_log off;\n{places}server {{\nlisten 127.0.0.1:{port};\nserver_name book.example.com;\ninclude \"{}\";\n}}\n}}\n",
            include.display()
        );
        std::fs::write(format!("{folder}/nginx.conf"), text).expect("write the configuration");
        format!("{folder}/nginx.conf")
    };
    let scratch = tempfile::tempdir().expect("a folder");
    let tested = Command::new(&nginx)
        .arg("-t")
        .arg("-p")
        .arg(scratch.path())
        .arg("-c")
        .arg(files(scratch.path(), 1))
        .output()
        .expect("nginx -t");
    let said = String::from_utf8_lossy(&tested.stderr).into_owned();
    assert!(tested.status.success() && !said.contains("[warn]"), "{said}\n{}", project.read("deploy/nginx.conf"));
    Server::start(|folder, port| {
        let mut command = Command::new(&nginx);
        command.arg("-p").arg(folder).arg("-c").arg(files(folder, port)).arg("-e").arg(folder.join("errors"));
        command
    })
}

/// Caddy, where the system has it; some do not package it.
fn caddy(project: &TestProject) -> Option<Server> {
    let caddy = program("caddy")?;
    let file = project.path("deploy/Caddyfile");
    Some(Server::start(|folder, port| {
        let mut command = Command::new(&caddy);
        command
            .args(["run", "--adapter", "caddyfile", "--config"])
            .arg(&file)
            .env("STOREBOOK_ADDRESS", format!("http://127.0.0.1:{port}"))
            .env("CADDY_ADMIN", format!("unix/{}", folder.join("admin").display()))
            .env("XDG_CONFIG_HOME", folder)
            .env("XDG_DATA_HOME", folder)
            .env("HOME", folder);
        command
    }))
}

/// A built site with a dot-folder of its owner's and files that should not be there.
fn site(settings: &str) -> TestProject {
    let project = TestProject::small().file("storebook.toml", settings);
    project.build();
    project
        .file("output/.git/config", "secret")
        .file("output/overview/.draft.html", "secret")
        .file("output/backup.sql", "secret")
        .file("output/people.parquet", "secret")
        .file("secret.html", "secret")
}

/// The same of every server: `base` is where the site stands.
fn served(project: &TestProject, server: &Server, base: &str) {
    let tree = project.tree();
    let meta = |path: &str| {
        let page = String::from_utf8_lossy(&tree[path]).into_owned();
        let policy = page.split("http-equiv=\"Content-Security-Policy\" content=\"").nth(1).expect("a policy");
        policy.split('"').next().unwrap_or_default().replace("&#x27;", "'").replace("&#39;", "'")
    };
    let guarded = |answer: &Answer, path: &str| {
        let expected = format!("{}; frame-ancestors 'none'", meta("index.html"));
        assert_eq!(answer.header("content-security-policy"), expected, "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert!(answer.header("permissions-policy").contains("camera=()"), "{path}");
    };
    for (path, file, robots) in [
        ("", "index.html", ""),
        ("index.html", "index.html", ""),
        ("en/privacy/", "en/privacy/index.html", ""),
        ("overview/", "overview/index.html", "noindex"),
        ("overview/index.html", "overview/index.html", "noindex"),
        ("en/stores/s1/", "en/stores/s1/index.html", "noindex"),
    ] {
        let answer = server.get(&format!("{base}{path}"));
        assert_eq!(answer.status, 200, "{base}{path}");
        assert_eq!(answer.body, tree[file], "{path}");
        assert_eq!(answer.header("content-type").to_lowercase(), "text/html; charset=utf-8", "{path}");
        assert_eq!(answer.header("x-robots-tag"), robots, "{path}");
        assert_eq!(answer.header("cache-control"), "no-cache", "{path}");
        guarded(&answer, path);
    }

    let style = tree.keys().find(|path| path.starts_with("assets/") && path.ends_with(".css")).expect("a style");
    let answer = server.get(&format!("{base}{style}"));
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/css; charset=utf-8"));
    assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable");
    guarded(&answer, style);
    let packed = server.ask("GET", &format!("{base}{style}"), "Accept-Encoding: gzip\r\n");
    assert_eq!((packed.status, packed.header("content-encoding")), (200, "gzip"));
    assert!(packed.body.len() < answer.body.len() / 2);

    let table = tree.keys().find(|path| path.ends_with(".csv")).expect("a table");
    let answer = server.get(&format!("{base}{table}"));
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/csv; charset=utf-8"));
    assert_eq!((answer.header("cache-control"), answer.header("x-robots-tag")), ("no-cache", "noindex"));
    assert!(answer.body.starts_with("\u{feff}".as_bytes()));
    guarded(&answer, table);

    assert_eq!(server.get(&format!("{base}release.json")).status, 200);
    assert_eq!(server.get(&format!("{base}robots.txt")).header("content-type"), "text/plain; charset=utf-8");

    for path in [
        "nothing/",
        "nothing/index.html",
        "nothing.html",
        "assets/",
        "manifest.json",
        ".git/config",
        ".git/",
        ".git",
        "overview/.draft.html",
        "backup.sql",
        "people.parquet",
        "%2egit/config",
        "overview%0d%0aX-Evil:%201",
        "overview%0a",
    ] {
        let answer = server.get(&format!("{base}{path}"));
        assert!(answer.status == 404, "{base}{path}: {}", answer.status);
        assert!(!answer.text().contains("secret") && !answer.headers.contains_key("x-evil"), "{path}");
        if answer.status == 404 {
            assert_eq!(answer.body, tree["404.html"], "{path}");
            assert_eq!(answer.header("cache-control"), "no-cache", "{path}");
            assert_eq!(answer.header("x-robots-tag"), "noindex", "{path}");
            guarded(&answer, path);
        }
    }
    for path in [
        "../secret.html",
        "..%2fsecret.html",
        "%2e%2e/secret.html",
        "assets/../../secret.html",
        "..\\secret.html",
        "assets..%2f..%2fsecret.html",
    ] {
        let answer = server.get(&format!("{base}{path}"));
        assert!(
            answer.status >= 300 && !answer.text().contains("secret\n") && answer.body != b"secret",
            "{path}: {}",
            answer.status
        );
    }
    let moved = server.get(&format!("{base}overview"));
    assert!([301, 308].contains(&moved.status), "{}", moved.status);
    // Relative, or with this very host: never another one, never without the port.
    let to = moved.header("location").trim_start_matches(&format!("http://127.0.0.1:{}", server.port));
    assert_eq!(to, if to.starts_with('/') { format!("{base}overview/") } else { "overview/".to_owned() });
    assert!(server.ask("POST", &format!("{base}overview/"), "Content-Length: 0\r\n").status >= 400);
    let part = server.ask("GET", &format!("{base}{style}"), "Range: bytes=0-3\r\n");
    assert_eq!((part.status, part.body.len()), (206, 4));
}

#[test]
fn nginx_serves_the_site_and_nothing_else() {
    let project = site("");
    let server = nginx(&project);
    served(&project, &server, "/");
    assert_eq!(server.get("/404.html").status, 404);
}

#[test]
fn nginx_serves_the_site_below_a_path() {
    let project = site("[site]\nbase_url = \"https://book.example.com/some/book/\"\n");
    let server = nginx(&project);
    served(&project, &server, "/some/book/");
    let moved = server.get("/some/book");
    assert_eq!((moved.status, moved.header("location").ends_with("/some/book/")), (301, true));
    for path in ["/some/", "/overview/", "/some/bookkeeping/", "/some/book../secret.html"] {
        assert_eq!(server.get(path).status, 404, "{path}");
    }
}

#[test]
fn nginx_finds_an_output_whose_path_is_odd() {
    let project = TestProject::small().file("storebook.toml", "[publish]\noutput = \"the \\\"book\\\"; {x} #1\"\n");
    project.build();
    assert_eq!(nginx(&project).get("/privacy/").status, 200);
}

#[test]
fn caddy_serves_the_site_and_nothing_else() {
    for (settings, base) in [("", "/"), ("[site]\nbase_url = \"https://book.example.com/some/book\"\n", "/some/book/")]
    {
        let project = site(settings);
        let text = project.read("deploy/Caddyfile");
        assert_eq!(text.matches('{').count(), text.matches('}').count(), "{text}");
        let Some(server) = caddy(&project) else {
            println!("caddy is not installed here (apt-get install caddy): its file was only read");
            continue;
        };
        served(&project, &server, base);
        if base != "/" {
            for path in ["/", "/overview/", "/some/bookkeeping/"] {
                assert_eq!(server.get(path).status, 404, "{path}");
            }
        }
    }
}

#[test]
fn the_headers_file_covers_private_pages_only() {
    let project = site("");
    let text = project.read("deploy/_headers");
    let rules: BTreeMap<&str, Vec<&str>> = text.split("\n\n").fold(BTreeMap::new(), |mut rules, block| {
        let mut lines = block.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        if let Some(path) = lines.next() {
            rules.insert(path, lines.map(str::trim).collect());
        }
        rules
    });
    assert!(
        rules["/*"]
            .iter()
            .any(|line| line.starts_with("Content-Security-Policy: ") && line.ends_with("frame-ancestors 'none'"))
    );
    assert_eq!(rules["/assets/*"], ["Cache-Control: public, max-age=31536000, immutable"]);
    let covers = |path: &str| {
        rules.iter().any(|(rule, lines)| {
            lines.contains(&"X-Robots-Tag: noindex")
                && rule.strip_suffix('*').map_or(*rule == path, |folder| path.starts_with(folder))
        })
    };
    // A report says so itself, too: the two must agree on every page.
    for (path, bytes) in project.tree().iter().filter(|(path, _)| path.ends_with("index.html")) {
        let private = String::from_utf8_lossy(bytes).contains("noindex");
        assert_eq!(covers(&format!("/{path}")), private, "{path}");
        assert_eq!(covers(&format!("/{}", path.trim_end_matches("index.html"))), private, "{path}");
    }
    assert!(rules.len() <= 100 && text.lines().all(|line| line.len() < 2000), "the limits of the hosts");
}

#[test]
fn host_files_are_written_by_a_publish_and_follow_the_site() {
    let project = TestProject::small();
    let dry = project.try_build(&["--dry-run"]);
    assert_eq!(dry.code, 0, "{}", dry.err);
    let elsewhere = tempfile::tempdir().expect("a folder");
    let other = project.try_build(&["--output", &elsewhere.path().join("out").to_string_lossy()]);
    assert_eq!(other.code, 0, "{}", other.err);
    assert!(!project.path("deploy").exists(), "neither a dry run nor a build elsewhere writes them");
    project.build();
    let first = project.read("deploy/nginx.conf");
    assert!(first.contains("CAUTION: this release is not sealed"), "{first}");
    assert!(!project.tree().keys().any(|path| path.contains("nginx") || path.contains("Caddyfile")));
    let when = |path: &str| std::fs::metadata(project.path(path)).and_then(|data| data.modified()).expect("a time");
    let written = when("deploy/nginx.conf");
    project.build();
    assert_eq!((project.read("deploy/nginx.conf"), when("deploy/nginx.conf")), (first.clone(), written), "left alone");

    let project = project
        .change("deploy/nginx.conf", "server_tokens off", "server_tokens on")
        .file("content/news.md", "+++\ntitle = \"News\"\naudience = \"public\"\n+++\nnew\n");
    let ran = project.build();
    assert!(ran.out.contains("deploy/nginx.conf was edited and is kept"), "{}", ran.out);
    assert!(project.read("deploy/nginx.conf").contains("server_tokens on"));
    assert!(project.read("deploy/nginx.conf.new").contains("news/"));
}

#[test]
fn search_engines_are_led_to_public_pages_in_every_language_and_told_of_no_other() {
    let project = TestProject::small();
    project.build();
    assert_eq!(project.read("output/robots.txt"), "User-agent: *\nDisallow:\n");
    assert!(!project.path("output/sitemap.xml").exists(), "there are no full addresses without base_url");

    let project = project.file("storebook.toml", "[site]\nbase_url = \"https://book.example.com/a&b\"\n");
    project.build();
    assert_eq!(
        project.read("output/robots.txt"),
        "User-agent: *\nDisallow:\nSitemap: https://book.example.com/a&b/sitemap.xml\n"
    );
    let map = project.read("output/sitemap.xml");
    let listed: Vec<&str> = map
        .split("<loc>")
        .skip(1)
        .filter_map(|rest| rest.split("</loc>").next())
        .map(|url| url.strip_prefix("https://book.example.com/a&amp;b/").expect("an address of the site"))
        .collect();
    let mut public: Vec<String> = project
        .tree()
        .iter()
        .filter(|(path, bytes)| path.ends_with("index.html") && !String::from_utf8_lossy(bytes).contains("noindex"))
        .map(|(path, _)| path.trim_end_matches("index.html").to_owned())
        .collect();
    public.sort_unstable();
    let mut sorted = listed.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, public);
    assert!(sorted.contains(&"") && sorted.contains(&"en/privacy/"));
    let privacy = map.split("<url>").find(|url| url.contains("b/privacy/</loc>")).expect("the page");
    for link in [
        "hreflang=\"zh-CN\" href=\"https://book.example.com/a&amp;b/privacy/\"",
        "hreflang=\"en\" href=\"https://book.example.com/a&amp;b/en/privacy/\"",
        "hreflang=\"x-default\" href=\"https://book.example.com/a&amp;b/privacy/\"",
    ] {
        assert!(privacy.contains(link), "{privacy}");
    }
}
