//! Puts the reload script into a page on its way out, and opens the page's Content-Security-Policy for it and no further.

/// Address of the reload script.
pub const SCRIPT: &str = "/__storebook/reload.js";
/// Address of the overlay's style.
pub const STYLE: &str = "/__storebook/overlay.css";

/// How a page is changed.
#[derive(Debug, Clone, Copy)]
pub struct Injection<'a> {
    /// Which build the page belongs to, as [`super::Status`] names it.
    pub build: &'a str,
    /// The page stands at an address it was not written for (404): its links are meant from the root.
    pub at_root: bool,
}

/// The page with the script.
pub fn inject(html: &str, injection: Injection<'_>) -> String {
    let mut page = open_policies(html, injection.at_root);
    let lower = page.to_ascii_lowercase();
    let head_end = lower.find("</head>");
    let tags = format!(
        "<link rel=\"stylesheet\" href=\"{STYLE}\"><script src=\"{SCRIPT}\" data-build=\"{}\" defer></script>",
        escape(injection.build)
    );
    page.insert_str(head_end.unwrap_or(page.len()), &tags);
    if injection.at_root
        && let Some(head) = lower.find("<head>").filter(|head| Some(*head) < head_end)
    {
        page.insert_str(head + "<head>".len(), "<base href=\"/\">");
    }
    page
}

/// Changes every policy a page carries in a `meta` element.
fn open_policies(html: &str, at_root: bool) -> String {
    let lower = html.to_ascii_lowercase();
    let mut page = String::with_capacity(html.len() + 512);
    let mut done = 0;
    let mut from = 0;
    while let Some(at) = lower[from..].find("content-security-policy").map(|at| at + from) {
        from = at + 1;
        let Some(start) = lower[..at].rfind('<').filter(|start| lower[*start..].starts_with("<meta")) else { continue };
        let Some((value_start, value_end)) = content_value(&lower, start, at) else { continue };
        if start < done {
            continue;
        }
        page.push_str(&html[done..value_start]);
        page.push_str(&escape(&open_policy(&unescape(&html[value_start..value_end]), at_root)));
        done = value_end;
        from = value_end.max(from);
    }
    page.push_str(&html[done..]);
    page
}

/// Where the value of `content="…"` stands in the element that begins at `start` and holds the byte `inside`.
fn content_value(lower: &str, start: usize, inside: usize) -> Option<(usize, usize)> {
    let at = start + lower[start..].find(" content=")? + " content=".len();
    let quote = lower[at..].chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let value = at + 1;
    let end = value + lower[value..].find(quote)?;
    let element_end = end.max(inside) + lower[end.max(inside)..].find('>')?;
    // No other element may lie between the two, or the value is that one's.
    (!lower[start + 1..value].contains('<') && !lower[end..element_end].contains('<')).then_some((value, end))
}

fn open_policy(policy: &str, at_root: bool) -> String {
    let mut directives: Vec<(String, Vec<String>)> = policy
        .split(';')
        .filter_map(|directive| {
            let mut words = directive.split_ascii_whitespace();
            Some((words.next()?.to_ascii_lowercase(), words.map(ToOwned::to_owned).collect()))
        })
        .collect();
    let default = directives.iter().find(|(name, _)| name == "default-src").map(|(_, sources)| sources.clone());
    for needed in ["script-src", "style-src", "connect-src"] {
        match directives.iter_mut().find(|(name, _)| name == needed) {
            Some((_, sources)) => allow_self(sources),
            // Without a default either, nothing is forbidden.
            None => {
                if let Some(mut sources) = default.clone() {
                    allow_self(&mut sources);
                    directives.push((needed.to_owned(), sources));
                }
            }
        }
    }
    if at_root && let Some((_, sources)) = directives.iter_mut().find(|(name, _)| name == "base-uri") {
        allow_self(sources);
    }
    let words = directives
        .into_iter()
        .map(|(name, sources)| std::iter::once(name).chain(sources).collect::<Vec<_>>().join(" "));
    words.collect::<Vec<_>>().join("; ")
}

fn allow_self(sources: &mut Vec<String>) {
    sources.retain(|source| !source.eq_ignore_ascii_case("'none'"));
    if !sources.iter().any(|source| source.eq_ignore_ascii_case("'self'")) {
        sources.push("'self'".to_owned());
    }
}

/// Text as HTML text or attribute.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(c),
        }
    }
    escaped
}

/// The reverse, for what templates write.
fn unescape(text: &str) -> String {
    [("&#39;", "'"), ("&#x27;", "'"), ("&apos;", "'"), ("&quot;", "\""), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")]
        .iter()
        .fold(text.to_owned(), |text, (entity, plain)| text.replace(entity, plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Injection<'static> = Injection { build: "7-1", at_root: false };
    const TAGS: &str = "<link rel=\"stylesheet\" href=\"/__storebook/overlay.css\"><script src=\"/__storebook/reload.js\" data-build=\"7-1\" defer></script>";

    #[test]
    fn the_script_comes_last_in_the_head() {
        assert_eq!(
            inject("<html><HEAD><title>店</title></HEAD><p>", PLAIN),
            format!("<html><HEAD><title>店</title>{TAGS}</HEAD><p>")
        );
        assert_eq!(inject("<p>no head", PLAIN), format!("<p>no head{TAGS}"));
    }

    #[test]
    fn a_strict_policy_is_opened_for_it_and_no_further() {
        let page = "<head><meta http-equiv=\"Content-Security-Policy\" content=\"default-src &#39;none&#39;; \
                    script-src &#39;self&#39; file:; style-src 'none'; base-uri &#39;none&#39;\"></head>";
        let opened = inject(page, PLAIN);
        assert!(
            opened.contains(
                "content=\"default-src &#39;none&#39;; script-src &#39;self&#39; file:; style-src &#39;self&#39;; \
                 base-uri &#39;none&#39;; connect-src &#39;self&#39;\">"
            ),
            "{opened}"
        );
        let turned = page
            .replace("http-equiv=\"Content-Security-Policy\" ", "")
            .replace("\"></head>", "\" http-equiv='content-security-policy'></head>");
        assert!(inject(&turned, PLAIN).contains("connect-src &#39;self&#39;"), "{turned}");
    }

    #[test]
    fn a_page_without_a_policy_stays_as_it_is() {
        let page = "<head><meta name=\"x\" content=\"y\"></head><p>Content-Security-Policy</p>";
        assert_eq!(inject(page, PLAIN), page.replace("</head>", &format!("{TAGS}</head>")));
        assert_eq!(open_policy("img-src 'self'", false), "img-src 'self'");
    }

    #[test]
    fn a_page_at_a_foreign_address_gets_its_links_from_the_root() {
        let page = "<head><meta http-equiv=\"Content-Security-Policy\" content=\"base-uri 'none'\"></head>";
        let opened = inject(page, Injection { at_root: true, ..PLAIN });
        assert!(
            opened.starts_with("<head><base href=\"/\">") && opened.contains("base-uri &#39;self&#39;"),
            "{opened}"
        );
    }
}
