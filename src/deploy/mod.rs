//! Configurations for the web servers that will serve the site: `deploy/` in the project, never in the output.
//!
//! All of them say the same: only the kinds of files that the site has are served, dot-files and the manifest are not;
//! the pages' Content-Security-Policy comes as a header too; pages that are not public are kept out of search engines;
//! hashed assets are kept for ever by browsers, pages are asked for again each time.
//!
//! The files belong to whoever edits them: the first line carries the hash of the generated text, and a file that no
//! longer fits its hash is kept. What would have been written then stands beside it as `….new`.

mod caddy;
mod headers;
mod nginx;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::problem::{Problem, Result};

/// What the servers must know of a release.
#[derive(Debug, Clone)]
pub struct Facts {
    /// Absolute path of the output.
    pub root: PathBuf,
    /// `site.base_url`; empty = the top of some host.
    pub base_url: String,
    /// The Content-Security-Policy of the pages.
    pub policy: String,
    /// Addresses within the site, ending in `/` or empty for the top.
    pub public: BTreeSet<String>,
    pub private: BTreeSet<String>,
    /// Endings of the site's files, in small letters.
    pub endings: BTreeSet<String>,
    /// Pages that are not public stand readable in this release.
    pub unsealed: bool,
}

/// What [`write()`] did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// Files that were written or changed.
    pub files: Vec<String>,
    /// Files that were kept because someone edited them, each said in a sentence.
    pub kept: Vec<String>,
}

const MARK: &str = "# storebook deploy ";

/// Writes the configurations into `folder`.
pub fn write(folder: &Path, facts: &Facts) -> Result<Written> {
    let texts = [
        ("nginx.conf", nginx::text(facts, folder)),
        ("Caddyfile", caddy::text(facts, folder)),
        ("_headers", Some(headers::text(facts))),
    ];
    fs::create_dir_all(folder).map_err(|error| Problem::io("create the folder of host files", folder, &error))?;
    let mut written = Written::default();
    for (name, body) in texts {
        match body {
            Some(body) => one(folder, name, &body, &mut written)?,
            None => written.kept.push(format!(
                "deploy/{name} was not written: this server's configuration cannot hold the path of the output ($, {{, control characters)"
            )),
        }
    }
    Ok(written)
}

fn one(folder: &Path, name: &str, body: &str, written: &mut Written) -> Result<()> {
    let path = folder.join(name);
    let beside = folder.join(format!("{name}.new"));
    let text =
        format!("{MARK}{} (a file whose text no longer fits this number is kept by later builds)\n{body}", hash(body));
    let found = match fs::read(&path) {
        Ok(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(Problem::io("read a host file", &path, &error)),
    };
    let state = found.as_deref().map_or(State::Pristine, |found| state(found, body));
    let stale = |path: &Path| match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Problem::io("remove a host file", path, &error))
        }
        _ => Ok(()),
    };
    match state {
        State::Pristine => {
            stale(&beside)?;
            if found.as_deref() != Some(text.as_str()) {
                put(&path, &text)?;
                written.files.push(name.to_owned());
            }
        }
        State::Edited { current: true } => stale(&beside)?,
        State::Edited { current: false } => {
            if fs::read(&beside).ok().as_deref() != Some(text.as_bytes()) {
                put(&beside, &text)?;
                written.files.push(format!("{name}.new"));
            }
            written.kept.push(format!(
                "deploy/{name} was edited and is kept; what this build would write stands in deploy/{name}.new (take over its first line when you have merged it)"
            ));
        }
    }
    Ok(())
}

enum State {
    /// As a build left it, or not there.
    Pristine,
    /// Changed by a person; `current` when the text it began as is still the one to write.
    Edited { current: bool },
}

fn state(found: &str, body: &str) -> State {
    let Some((first, rest)) = found.split_once('\n') else { return State::Edited { current: false } };
    let marked = first.strip_prefix(MARK).and_then(|line| line.split(' ').next()).unwrap_or_default();
    if marked == hash(rest) { State::Pristine } else { State::Edited { current: marked == hash(body) } }
}

fn hash(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex()[..16].to_owned()
}

fn put(path: &Path, text: &str) -> Result<()> {
    let mut scratch = path.as_os_str().to_owned();
    scratch.push(".tmp");
    let scratch = PathBuf::from(scratch);
    fs::write(&scratch, text)
        .and_then(|()| fs::rename(&scratch, path))
        .map_err(|error| Problem::io("write a host file", path, &error))
}

impl Facts {
    /// Where the site stands on its host: `/` or `/book/`.
    fn base(&self) -> String {
        let path =
            self.base_url.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map_or("", |(_, path)| path);
        let path = path.split(['?', '#']).next().unwrap_or_default().trim_matches('/');
        let plain: String = path.chars().filter(|c| c.is_alphanumeric() || "-._~/".contains(*c)).collect();
        if plain.is_empty() { "/".to_owned() } else { format!("/{plain}/") }
    }

    /// Scheme and host of `base_url`, if there is one.
    fn origin(&self) -> Option<String> {
        let (scheme, rest) = self.base_url.split_once("://")?;
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let plain = host.chars().all(|c| c.is_alphanumeric() || "-.:[]".contains(c));
        (plain && !host.is_empty()).then(|| format!("{scheme}://{host}"))
    }

    /// The site's kinds of files, `manifest.json` and `release.json` apart.
    fn kinds(&self) -> Vec<&str> {
        let plain = |ending: &&str| !ending.is_empty() && ending.chars().all(|c| c.is_ascii_alphanumeric());
        self.endings.iter().map(String::as_str).filter(plain).collect()
    }

    /// Name and value of every header that all answers carry.
    fn headers(&self) -> Vec<(&'static str, String)> {
        vec![
            ("Content-Security-Policy", format!("{}; frame-ancestors 'none'", self.policy)),
            ("Referrer-Policy", "no-referrer".into()),
            ("X-Content-Type-Options", "nosniff".into()),
            ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()".into()),
        ]
    }

    /// What stands at the top of a configuration of an unsealed release.
    fn caution(&self) -> &'static str {
        if self.unsealed {
            "#\n# CAUTION: this release is not sealed. Whoever reaches this server can read every report.\n\
             # Keep it on this machine or behind a login.\n"
        } else {
            ""
        }
    }
}

/// Media type of a file, and whether it is text in UTF-8.
fn media_type(ending: &str) -> (&'static str, bool) {
    match ending {
        "html" => ("text/html", true),
        "css" => ("text/css", true),
        "js" | "mjs" => ("text/javascript", true),
        "csv" => ("text/csv", true),
        "txt" => ("text/plain", true),
        "xml" => ("application/xml", true),
        "svg" => ("image/svg+xml", true),
        "json" => ("application/json", true),
        "ics" => ("text/calendar", true),
        "webmanifest" => ("application/manifest+json", true),
        "png" => ("image/png", false),
        "jpg" | "jpeg" => ("image/jpeg", false),
        "webp" => ("image/webp", false),
        "gif" => ("image/gif", false),
        "ico" => ("image/x-icon", false),
        "woff2" => ("font/woff2", false),
        "pdf" => ("application/pdf", false),
        "xlsx" => ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", false),
        _ => ("application/octet-stream", false),
    }
}

const FOR_EVER: &str = "public, max-age=31536000, immutable";

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(super) fn facts(base_url: &str) -> Facts {
        let set = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect();
        Facts {
            root: "/srv/my \"book\"".into(),
            base_url: base_url.into(),
            policy: "default-src 'none'".into(),
            public: set(&["", "en/", "privacy/", "en/privacy/", "stores/find/"]),
            private: set(&["overview/", "en/overview/", "stores/", "stores/s1/", "lists/a/", "lists/b/"]),
            endings: set(&["html", "css", "js", "csv", "svg", "xml", "txt"]),
            unsealed: false,
        }
    }

    #[test]
    fn the_place_on_the_host_comes_from_the_address() {
        for (url, base, origin) in [
            ("", "/", None),
            ("https://x.example", "/", Some("https://x.example")),
            ("https://x.example/", "/", Some("https://x.example")),
            ("https://x.example:8443/a/b?c#d", "/a/b/", Some("https://x.example:8443")),
            ("https://x.example/a\"; evil {", "/aevil/", Some("https://x.example")),
            ("https://x\n{/a", "/a/", None),
        ] {
            let facts = facts(url);
            assert_eq!((facts.base().as_str(), facts.origin().as_deref()), (base, origin), "{url}");
        }
    }

    #[test]
    fn an_edited_file_is_kept_and_the_new_text_stands_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
        let mut facts = facts("");
        let first = write(folder.path(), &facts).unwrap();
        assert_eq!(first.files, ["nginx.conf", "Caddyfile", "_headers"]);
        assert_eq!(write(folder.path(), &facts).unwrap(), Written::default(), "nothing changed");

        // A pristine file follows the site.
        facts.policy = "default-src 'self'".into();
        assert_eq!(write(folder.path(), &facts).unwrap().files.len(), 3);

        // An edited one stays, quietly while nothing new is to be said.
        let edited = read("nginx.conf").replace("server_tokens off", "server_tokens on");
        fs::write(folder.path().join("nginx.conf"), &edited).unwrap();
        assert_eq!(write(folder.path(), &facts).unwrap(), Written::default());
        facts.policy = "default-src 'none'".into();
        let written = write(folder.path(), &facts).unwrap();
        assert_eq!(written.files, ["nginx.conf.new", "Caddyfile", "_headers"]);
        assert!(written.kept.len() == 1 && written.kept[0].contains("deploy/nginx.conf was edited"), "{written:?}");
        assert_eq!(read("nginx.conf"), edited);
        // Said again while it is so, but not written again.
        let again = write(folder.path(), &facts).unwrap();
        assert_eq!((again.files.len(), again.kept.len()), (0, 1));

        // Merged: the first line of the new one is taken over, the edit stays.
        let merged = read("nginx.conf.new").replace("server_tokens off", "server_tokens on");
        fs::write(folder.path().join("nginx.conf"), merged).unwrap();
        assert_eq!(write(folder.path(), &facts).unwrap(), Written::default());
        assert!(!folder.path().join("nginx.conf.new").exists());

        // A file of somebody else's is never touched.
        for foreign in ["", "mine", "mine\nmine\n", "\n\n"] {
            fs::write(folder.path().join("Caddyfile"), foreign).unwrap();
            assert_eq!(write(folder.path(), &facts).unwrap().kept.len(), 1, "{foreign:?}");
            assert_eq!(read("Caddyfile"), foreign);
        }
    }
}
