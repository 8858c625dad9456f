//! Caddy: a Caddyfile that runs as it is; the address may come from the environment.

use std::fmt::Write as _;
use std::path::Path;

use super::{FOR_EVER, Facts, media_type};

/// The configuration; `None` when the output's path holds what Caddy would take for a placeholder or cannot quote.
pub fn text(facts: &Facts, folder: &Path) -> Option<String> {
    let odd = |c: char| c == '{' || c == '\\' || c == '`' || c.is_control();
    let root = facts.root.to_str().filter(|path| !path.contains(odd))?;
    let base = facts.base();
    let address = facts.origin().unwrap_or_else(|| ":8080".into());
    let here = folder.join("Caddyfile").to_string_lossy().replace(['\n', '\r'], " ");
    let mut text = format!(
        "# Serves the book with Caddy: caddy run --config '{here}'\n\
         # For an https address Caddy fetches the certificate itself. STOREBOOK_ADDRESS in the environment names another\n\
         # address, for example :8080. A place below a path comes from site.base_url.\n{}\n\
         {{$STOREBOOK_ADDRESS:{address}}} {{\n\tencode gzip\n",
        facts.caution()
    );
    for (name, value) in facts.headers() {
        let _ = writeln!(text, "\theader {name} {}", quoted(&value));
    }
    if base == "/" {
        text.push_str("\thandle {\n");
    } else {
        let _ = writeln!(text, "\tredir {0} {base} 301\n\thandle_path {base}* {{", base.trim_end_matches('/'));
    }
    let _ = writeln!(text, "\t\troot * {}", quoted(root));
    places(facts, &mut text);
    text.push_str("\t\tfile_server\n\t}\n");
    if base != "/" {
        text.push_str("\terror 404\n");
    }
    let _ = writeln!(
        text,
        "\thandle_errors {{\n\t\troot * {}\n\t\theader Cache-Control no-cache\n\t\theader X-Robots-Tag noindex\n\t\t\
         rewrite * /404.html\n\t\tfile_server\n\t}}\n}}",
        quoted(root)
    );
    Some(text)
}

fn places(facts: &Facts, text: &mut String) {
    let kinds = facts.kinds().join("|");
    let _ = writeln!(
        text,
        "\t\t# Only the kinds of files that this site has, no dot-files, not the list of all files.\n\t\t@denied {{\n\t\t\t\
         not path_regexp ^/(?:[^./][^/]*/)*(?:[^./][^/]*\\.(?:{kinds})|[A-Za-z0-9_-]+)?$\n\t\t\tnot path /release.json\n\t\t}}\n\t\t\
         error @denied 404\n\t\terror /manifest.json 404\n\t\t@other not method GET HEAD\n\t\terror @other 405"
    );
    for ending in facts.kinds() {
        let (media, is_text) = media_type(ending);
        let charset = if is_text { "; charset=utf-8" } else { "" };
        let _ = writeln!(text, "\t\theader *.{ending} Content-Type {}", quoted(&format!("{media}{charset}")));
    }
    text.push_str("\t\t# Only public pages may be listed by search engines.\n\t\t@private {\n\t\t\tnot path /assets/*");
    // A pattern character or a placeholder in a path would mean more than the path: such a page stays unlisted.
    let plain = |address: &&String| !address.contains(|c: char| "%*{}\\`".contains(c) || c.is_control());
    for address in facts.public.iter().filter(plain) {
        let _ = write!(text, " {} {}", quoted(&format!("/{address}")), quoted(&format!("/{address}index.html")));
    }
    let _ = writeln!(
        text,
        "\n\t\t}}\n\t\theader @private X-Robots-Tag noindex\n\t\t@asset path /assets/*\n\t\t\
         header @asset Cache-Control \"{FOR_EVER}\"\n\t\t@page not path /assets/*\n\t\theader @page Cache-Control no-cache"
    );
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deploy::tests::facts;

    #[test]
    fn a_path_that_caddy_cannot_hold_is_not_written() {
        let mut facts = facts("https://x.example/book");
        let whole = text(&facts, Path::new("/p/deploy")).unwrap();
        assert!(whole.contains("{$STOREBOOK_ADDRESS:https://x.example} {"), "{whole}");
        assert!(whole.contains("handle_path /book/* {") && whole.contains(r#"root * "/srv/my \"book\"""#), "{whole}");
        facts.root = "/srv/{host}".into();
        assert!(text(&facts, Path::new("/p/deploy")).is_none());
    }
}
