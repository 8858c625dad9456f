//! Pages that are not public, as they are published: sealed for their readers, in a shell that asks for the code.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::Site;
use super::links::relative_path;
use super::page::{Finished, Input, Open, Shared, languages_of, open_page, policy};
use super::plan::Plan;
use super::render::Sink;
use super::view;
use crate::access::{Scope, Sealing, View};
use crate::locale::Locale;
use crate::problem::{Problem, Result};
use crate::seal::{self, Attached, Keyring, Place};

/// Where people enter who hold a code.
const ENTRANCE: &str = "unlock/";
/// The same as an address, in the first language of a site.
pub const ENTRANCE_PAGE: &str = "unlock/index.html";
const TEMPLATE: &str = "sealed.html";

/// One way to open the page, as the shell carries it.
#[derive(Serialize)]
struct Sealed {
    /// Name of the key.
    key: String,
    tag: String,
    data: String,
}

/// Renders and seals one page: once for all its readers, or once for each view where roles see different things.
pub fn finish(shared: &Shared<'_>, sealing: &Sealing, input: &Input<'_>, locale: &Arc<Locale>) -> Result<Finished> {
    let audience = input.item.audience.as_str();
    let frames = || input.row.iter().chain(input.frames.values());
    // A page about one customer is not made for those who see no customers.
    let person = input.row.as_ref().is_some_and(|row| view::about_people(row));
    let views: Vec<View> = sealing.views(audience).into_iter().filter(|view| view.people || !person).collect();
    let differ = person || views.iter().any(|view| frames().any(|frame| view::cuts(view, frame)));
    let mut targets = BTreeSet::new();
    let mut variants = Vec::new();
    let page = &shared.site.pages[input.planned.page].id;
    let address = shared.links.address(locale.code(), page, input.item.slug.as_deref());
    let wanted: Vec<(View, Option<&View>)> = if differ {
        views.iter().map(|view| (view.clone(), Some(view))).collect()
    } else {
        vec![(View::whole(), None)]
    };
    for (view, scope) in wanted {
        let open = open_page(shared, input, locale, &view)?;
        let path = format!("{address}index.html");
        variants.push(sealed(sealing, &open, &path, &sealing.scope(audience, scope))?);
        targets.extend(open.targets);
    }
    let others = languages_of(shared, page, input.item, locale.code(), &address);
    let html = shell(shared, locale, &address, &others, &variants)?;
    Ok(Finished { address, html, extras: Vec::new(), targets })
}

fn sealed(sealing: &Sealing, open: &Open, path: &str, scope: &Scope) -> Result<Sealed> {
    let (class, body) = body(&open.html)?;
    let files = open.extras.iter().map(|(name, bytes)| Attached::new(name, bytes)).collect();
    let page = seal::Page { title: &open.title, class, body, files };
    let sealed = page.seal(sealing.mac(), &scope.key, path, (&scope.name, scope.epoch))?;
    Ok(Sealed { key: scope.key.name(), tag: STANDARD.encode(sealed.tag), data: STANDARD.encode(sealed.bytes) })
}

/// Class and content of the body element of a page that the theme wrote.
fn body(html: &str) -> Result<(&str, &str)> {
    let inner = || {
        let start = html.find("<body")?;
        let open = start + html[start..].find('>')?;
        let end = html.rfind("</body>")?;
        let class = html[start..open].split_once("class=\"").and_then(|(_, rest)| rest.split('"').next());
        Some((class.unwrap_or_default(), html.get(open + 1..end)?))
    };
    inner().ok_or_else(|| {
        Problem::failed("theme: report.html writes no <body> … </body>, and what stands there is what gets sealed")
            .at("report.html")
    })
}

/// The readable part: brand, language, and the form that asks for the code.
fn shell(
    shared: &Shared<'_>,
    locale: &Locale,
    address: &str,
    languages: &[serde_json::Value],
    variants: &[Sealed],
) -> Result<String> {
    let nothing: [&str; 0] = [];
    let salt = shared.site.sealing.map_or("", |sealing| sealing.keys.salt.as_str());
    let mut context = shared.heads.get(locale.code()).cloned().unwrap_or_default();
    context.insert("root", &relative_path(address, ""));
    context.insert("home", &format!("{}index.html", relative_path(address, "")));
    context.insert("page", &serde_json::json!({ "title": locale.t("sealed-title", &[]), "description": "" }));
    context.insert("languages", languages);
    context.insert("nav", &nothing);
    context.insert("breadcrumb", &nothing);
    context.insert("unsealed", &false);
    context.insert("csp", &policy(&shared.site.config.portal.feedback_endpoint, true));
    context.insert(
        "sealed",
        &serde_json::json!({ "path": format!("{address}index.html"), "salt": salt, "variants": variants }),
    );
    shared.site.theme.render(locale.code(), TEMPLATE, &context)
}

/// The entrance in one language, as a path within the site; empty where nothing is sealed.
pub fn entrance(site: &Site<'_>, code: &str) -> String {
    if site.sealing.is_some() { format!("{}index.html", folder(site, code)) } else { String::new() }
}

fn folder(site: &Site<'_>, code: &str) -> String {
    let first = site.config.site.locales.first().is_some_and(|first| first == code);
    if first { ENTRANCE.to_owned() } else { format!("{code}/{ENTRANCE}") }
}

/// The entrance in every language, the keyrings, and the names of codes that were retired.
pub fn beside(shared: &Shared<'_>, plan: &Plan, sink: &dyn Sink) -> Result<u64> {
    let site = shared.site;
    let Some(sealing) = site.sealing else { return Ok(0) };
    let mut files = 0;
    for code in &site.config.site.locales {
        let Some(locale) = site.locales.get(code) else { continue };
        let here = folder(site, code);
        let others: Vec<serde_json::Value> = (site.config.site.locales.iter())
            .filter_map(|other| site.locales.get(other))
            .map(|other| {
                let href = super::links::relative(&here, &folder(site, other.code()));
                serde_json::json!({ "code": other.code(), "name": other.name(), "href": href, "current": other.code() == code })
            })
            .collect();
        sink.write(&format!("{here}index.html"), shell(shared, locale, &here, &others, &[])?.as_bytes())?;
        files += 1;
    }
    let audiences: BTreeSet<&str> = private_items(shared, plan).map(|(_, item)| item.audience.as_str()).collect();
    for person in sealing.active() {
        let Some(unlock) = person.unlock() else { continue };
        let (home, places) = places(shared, sealing, plan, person);
        let name = if person.name.is_empty() { person.id.clone() } else { person.name.clone() };
        let keys = sealing.opens(person, audiences.iter().copied());
        let ring = Keyring { name, role: person.role.word().to_owned(), home, places, keys };
        let sealed = ring.seal(sealing.mac(), unlock)?;
        let text = format!(
            "storebookKeyring(\"{}\",\"{}\",\"{}\");\n",
            unlock.id,
            STANDARD.encode(sealed.tag),
            STANDARD.encode(&sealed.bytes)
        );
        sink.write(&format!("keys/{}.js", unlock.id), text.as_bytes())?;
        files += 1;
    }
    let retired: Vec<&str> = sealing.retired().into_iter().collect();
    let retired =
        serde_json::to_string(&retired).map_err(|_| Problem::failed("the retired codes cannot be written"))?;
    sink.write("keys/retired.js", format!("storebookRetired({retired});\n").as_bytes())?;
    Ok(files + 1)
}

fn private_items<'a>(
    shared: &'a Shared<'_>,
    plan: &'a Plan,
) -> impl Iterator<Item = (&'a crate::content::Page, &'a super::plan::Item)> {
    plan.pages.iter().flat_map(|planned| {
        let page = &shared.site.pages[planned.page];
        planned.items.iter().filter(|item| item.audience != "public").map(move |item| (page, item))
    })
}

type ByLocale<T> = BTreeMap<String, T>;

/// Where a person's book begins, and the stores or regions to choose from. The head office begins at the overview;
/// whoever has stores at the landing page of the first of them, or at its report where it has none.
fn places(
    shared: &Shared<'_>,
    sealing: &Sealing,
    plan: &Plan,
    person: &crate::access::Person,
) -> (ByLocale<String>, ByLocale<Vec<Place>>) {
    let (mut home, mut places) = (BTreeMap::new(), BTreeMap::new());
    for code in shared.site.locales.keys() {
        let mut own = Vec::new();
        if !person.role.is_hq() {
            let mut seen = BTreeSet::new();
            // A page about one customer is no place to arrive at.
            let of_all = |page: &crate::content::Page| page.front.for_each.as_ref().is_none_or(|each| !each.private);
            let mut items: Vec<_> = private_items(shared, plan).filter(|(page, _)| of_all(page)).collect();
            // `stores/[store]` before what stands deeper, such as `data/stores/[store]`: the report, not a page beside it.
            // What is left of a store that another one took over from comes after the stores that are there.
            items.sort_by_key(|(page, item)| {
                (sealing.is_past(&item.audience), !page.front.landing, page.id.matches('/').count())
            });
            for (page, item) in items {
                let single = item.audience.contains(':') && sealing.may_open(person, &item.audience);
                if single && seen.insert(item.audience.as_str()) {
                    let title = item.titles.get(code).cloned().unwrap_or_default();
                    let path = format!("{}index.html", plan.links.address(code, &page.id, item.slug.as_deref()));
                    own.push(Place { title, path });
                }
            }
        }
        let overview = if plan.links.single.contains("overview") { "overview" } else { "index" };
        let first = own.first().map_or_else(
            || format!("{}index.html", plan.links.address(code, overview, None)),
            |place| place.path.clone(),
        );
        home.insert(code.clone(), first);
        places.insert(code.clone(), own);
    }
    (home, places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_is_what_stands_between_its_tags() {
        let html = "<html><body class=\"report\" id=\"b\">\n<p>x</p></body></html>";
        assert_eq!(body(html).unwrap(), ("report", "\n<p>x</p>"));
        assert_eq!(body("<body>x</body>").unwrap(), ("", "x"));
        assert!(body("<p>no body</p>").is_err());
        assert!(body("</body><body").is_err());
    }
}
