//! nginx: a file to include in a `server` of one's own, so that names, ports and certificates stay outside it.

use std::fmt::Write as _;
use std::path::Path;

use super::{FOR_EVER, Facts, media_type};

/// The configuration; `None` when the output's path holds what nginx would take for a variable or cannot quote.
pub fn text(facts: &Facts, folder: &Path) -> Option<String> {
    let root = facts.root.to_str().filter(|path| !path.contains(|c: char| c == '$' || c.is_control()))?;
    let base = facts.base();
    let mut text = head(facts, folder);
    indexable(facts, &base, &mut text);
    if base != "/" {
        let _ = writeln!(text, "\nlocation = {} {{ return 301 {base}; }}", quoted(base.trim_end_matches('/')));
    }
    let _ = writeln!(text, "\nlocation ^~ {} {{", quoted(&base));
    let alias = quoted(&format!("{}/", root.trim_end_matches('/')));
    let _ = writeln!(
        text,
        "    alias {alias};\n    index index.html;\n    autoindex off;\n    absolute_redirect off;\n    server_tokens off;"
    );
    types(facts, &mut text);
    let _ = writeln!(text, "    error_page 403 404 =404 {};\n", quoted(&format!("{base}404.html")));
    places(facts, &base, &mut text);
    text.push_str("}\n");
    Some(text)
}

fn head(facts: &Facts, folder: &Path) -> String {
    let here = folder.join("nginx.conf");
    format!(
        "# Serves the book with nginx. Put this into your configuration, for example /etc/nginx/conf.d/book.conf:\n#\n\
         #     server {{\n#         listen 80;                        # or 443 ssl, with your certificate\n\
         #         server_name book.example.com;\n#         include {};\n#     }}\n#\n\
         # then: nginx -t && nginx -s reload. A place below a path comes from site.base_url.\n{}",
        quoted(&here.to_string_lossy().replace(['\n', '\r'], " ")),
        facts.caution()
    )
}

/// Public pages are named, in pieces: nginx takes no word longer than 4 KiB.
fn indexable(facts: &Facts, base: &str, text: &mut String) {
    text.push_str("\n# Only public pages may be listed by search engines.\nset $storebook_robots noindex;\n");
    let mut piece: Vec<String> = Vec::new();
    let mut length = 0;
    let flush = |piece: &mut Vec<String>, text: &mut String| {
        if !piece.is_empty() {
            let _ = writeln!(
                text,
                "if ($uri ~ \"^{}(?:{})(?:index\\.html)?\\z\") {{ set $storebook_robots \"\"; }}",
                pattern(base),
                piece.join("|")
            );
            piece.clear();
        }
    };
    for address in &facts.public {
        let one = pattern(address);
        if length + one.len() > 3000 {
            flush(&mut piece, text);
            length = 0;
        }
        // A path too long to be written down stays unlisted.
        if one.len() <= 3000 {
            length += one.len() + 1;
            piece.push(one);
        }
    }
    flush(&mut piece, text);
}

fn types(facts: &Facts, text: &mut String) {
    text.push_str("    types {\n");
    let mut texts = Vec::new();
    for ending in facts.kinds().into_iter().chain(["json"].into_iter().filter(|_| !facts.endings.contains("json"))) {
        let (media, is_text) = media_type(ending);
        let _ = writeln!(text, "        {media} {ending};");
        // nginx names text/html itself in both lists.
        if is_text && media != "text/html" {
            texts.push(media);
        }
    }
    let _ = writeln!(
        text,
        "    }}\n    default_type application/octet-stream;\n    charset utf-8;\n    charset_types {list};\n    gzip on;\n    \
         gzip_vary on;\n    gzip_min_length 1000;\n    gzip_types {list};",
        list = texts.join(" ")
    );
}

/// The inner places are tried in order; what none of them takes is not found.
fn places(facts: &Facts, base: &str, text: &mut String) {
    let kinds = facts.kinds().join("|");
    let start = pattern(base);
    let common = || {
        let mut lines = String::new();
        for (name, value) in facts.headers() {
            let _ = writeln!(lines, "        add_header {name} {} always;", quoted(&value));
        }
        lines
    };
    let page = format!(
        "{}        add_header Cache-Control no-cache always;\n        add_header X-Robots-Tag $storebook_robots always;\n",
        common()
    );
    let _ = writeln!(
        text,
        "    # Shown for what is not found; not a page of its own.\n    location = {} {{\n        internal;\n{page}    }}",
        quoted(&format!("{base}404.html"))
    );
    let _ = writeln!(
        text,
        "    # The list of all files of the release is nobody's business; its name and date may be asked for.\n    \
         location = {} {{ return 404; }}\n    location = {} {{\n{page}    }}",
        quoted(&format!("{base}manifest.json")),
        quoted(&format!("{base}release.json"))
    );
    text.push_str("    # Dot-files, at any depth.\n    location ~ \"/\\.\" { return 404; }\n");
    let _ = writeln!(
        text,
        "    # Names with a hash of their content: to be kept for ever.\n    location ~ \"^{start}assets/.+\\.(?:{kinds})\\z\" {{\n{}        \
         add_header Cache-Control \"{FOR_EVER}\";\n    }}",
        common()
    );
    let _ = writeln!(
        text,
        "    # The kinds of files that this site has, and folders with their index.html.\n    \
         location ~ \"(?:\\.(?:{kinds})|/)\\z\" {{\n{page}    }}"
    );
    let _ = writeln!(
        text,
        "    # A folder without its slash.\n    location ~ \"^{}(?:/[A-Za-z0-9_-]+)+\\z\" {{ return 301 $uri/$is_args$args; }}",
        start.trim_end_matches('/')
    );
    text.push_str("    # Everything else.\n    location ~ \".\" { return 404; }\n");
}

/// A word of the configuration.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A text as a regular expression that means just it, safe inside a quoted word: everything odd as `\xHH`.
fn pattern(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'/' => out.push(char::from(byte)),
            _ => {
                let _ = write!(out, "\\x{byte:02x}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deploy::tests::facts;

    #[test]
    fn words_are_quoted_and_paths_are_no_patterns() {
        assert_eq!(quoted("/srv/my \"b\\k\""), r#""/srv/my \"b\\k\"""#);
        assert_eq!(pattern("a.b/通{"), r"a\x2eb/\xe9\x80\x9a\x7b");
        let text = text(&facts("https://x.example/book"), Path::new("/p/deploy")).unwrap();
        assert!(text.contains(r#"alias "/srv/my \"book\"/";"#), "{text}");
        assert!(text.contains(r#"location ^~ "/book/""#), "{text}");
    }

    #[test]
    fn a_path_that_nginx_cannot_hold_is_not_written() {
        let mut facts = facts("");
        facts.root = "/srv/$host".into();
        assert!(text(&facts, Path::new("/p/deploy")).is_none());
    }

    #[test]
    fn no_word_is_longer_than_nginx_takes() {
        let mut facts = facts("");
        facts.public = (0..5000).map(|number| format!("stores/a-very-long-name-of-a-store-{number}/")).collect();
        let text = text(&facts, Path::new("/p/deploy")).unwrap();
        assert!(text.lines().all(|line| line.len() < 4000));
        assert!(text.contains("name-of-a-store-4999/"));
    }
}
