//! One page in one language: values in, HTML and its files out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use minijinja::Value as Template;
use tera::Context;

use super::components::{Extra, Writer};
use super::data_until::newest;
use super::globals::Globals;
use super::links::{Followed, SiteLinks, relative, relative_path};
use super::menu::Menus;
use super::navigation::{Sidebar, home_href};
use super::plan::{Item, PlannedPage};
use super::{Site, sealed, view};
use crate::access::View;
use crate::content::context::{Links, PageContext};
use crate::content::{Audience, DEFINITIONS, Page, RowOf, Rows, markdown};
use crate::locale::{Arg, Locale};
use crate::problem::{Problem, Result};
use crate::warehouse::Frame;

/// What one page is made from.
pub struct Input<'a> {
    pub planned: &'a PlannedPage,
    pub item: &'a Item,
    /// The row of `for_each`, alone in its frame.
    pub row: Option<Arc<Frame>>,
    /// Rows of each query.
    pub frames: Arc<BTreeMap<String, Arc<Frame>>>,
}

/// What all pages share while rendering.
pub struct Shared<'a> {
    pub site: &'a Site<'a>,
    pub links: Arc<SiteLinks>,
    pub sidebar: &'a Sidebar,
    pub globals: &'a Globals,
    /// By locale: what the theme is told on every page.
    pub heads: BTreeMap<String, Context>,
    pub menus: Menus,
}

/// What the theme is told on every page of one language.
pub fn common_head(site: &Site<'_>, locale: &Locale) -> Context {
    let mut context = Context::new();
    context.insert("lang", locale.code());
    context.insert("locale", &serde_json::json!({ "code": locale.code(), "name": locale.name() }));
    context.insert("assets", &site.theme.assets);
    context.insert(
        "site",
        &serde_json::json!({
            "title": site.config.site.title, "subtitle": site.config.site.subtitle, "icp": site.config.site.icp,
            "police_record": site.config.site.police_record, "contact_email": site.config.portal.email,
        }),
    );
    context.insert("csp", &policy(&site.config.portal.feedback_endpoint, false));
    // Public pages lead staff to the entrance, where there is something to enter.
    context.insert("entrance", &sealed::entrance(site, locale.code()));
    context
}

/// A finished page: its address within the site, its HTML, and the files beside it.
pub struct Finished {
    pub address: String,
    pub html: String,
    pub extras: Vec<Extra>,
    /// Sets of pages it links to, or would if they had the page.
    pub targets: BTreeSet<String>,
}

/// Renders one page in the language of `locale`, sealed unless everybody may read it.
pub fn finish(shared: &Shared<'_>, input: &Input<'_>, locale: &Arc<Locale>) -> Result<Finished> {
    match shared.site.sealing {
        Some(sealing) if input.item.audience != "public" => sealed::finish(shared, sealing, input, locale),
        _ => {
            let Open { address, html, extras, targets, .. } = open_page(shared, input, locale, &View::whole())?;
            Ok(Finished { address, html, extras, targets })
        }
    }
}

/// A page as its readers see it.
pub struct Open {
    pub address: String,
    /// Of the window: page and site.
    pub title: String,
    pub html: String,
    pub extras: Vec<Extra>,
    pub targets: BTreeSet<String>,
}

/// Renders one page as `seen` shows it.
pub fn open_page(shared: &Shared<'_>, input: &Input<'_>, locale: &Arc<Locale>, seen: &View) -> Result<Open> {
    let site = shared.site;
    let page = &site.pages[input.planned.page];
    let code = locale.code();
    let address = shared.links.address(code, &page.id, input.item.slug.as_deref());
    let title = input.item.titles.get(code).cloned().unwrap_or_default();
    let links = Arc::new(Followed::of(&shared.links));
    let context = Arc::new(PageContext {
        locale: Arc::clone(locale),
        links: Arc::clone(&links) as Arc<dyn Links>,
        here: address.clone(),
        portal: Arc::clone(&shared.globals.portal),
        download_prefix: title.clone(),
        as_of: site.as_of.clone(),
        people_hidden: !seen.people,
        hidden_columns: seen.hide.clone(),
        contact_list: page.front.contact_list,
    });
    let input = &cut(input, page, seen);
    let values = shared.globals.with(code, own_values(page, input));
    let (source, pieces) = site.templates.body(page, code, values.clone(), &context)?;
    let resolve = |written: &str| resolve(shared, code, &address, written);
    let text = &page.texts[code];
    let body = markdown::render(&source, &pieces, &resolve).map_err(|problem| in_text(problem, text))?;
    let mut writer = Writer { site, locale, extras: Vec::new() };
    let content = writer
        .fill(&body.html, &pieces)
        .map_err(|problem| problem.at(text.file.clone()).text(Arc::clone(&text.source)))?;
    let description = site.templates.part(page, code, "description", values, &context)?;
    let frames = input.row.iter().chain(input.frames.values()).map(AsRef::as_ref);
    // Customers have no use for the date of the chain's data.
    let public = page.front.audience == Audience::Public;
    let date =
        newest(frames).or_else(|| site.as_of.parse().ok().filter(|_| input.planned.reads_data)).filter(|_| !public);
    let head = Head {
        title: &title,
        description,
        content: &content,
        date: date.map(|date| locale.date(date)),
        toc: &body.toc,
    };
    let extras = writer.extras;
    let html = through_theme(shared, input, locale, &address, &head)?;
    let chain = &site.config.site.title;
    let title = if title == *chain { title } else { format!("{title} · {chain}") };
    Ok(Open { address, title, html, extras, targets: links.targets() })
}

/// The rows of a page as `seen` shows them. Telephone numbers stand in full on contact lists only, and on public pages,
/// which hold no person's.
fn cut<'a>(input: &Input<'a>, page: &Page, seen: &View) -> Input<'a> {
    let whole = page.front.contact_list || page.front.audience == Audience::Public;
    let shown = |frame: &Arc<Frame>| {
        let frame = view::seen(seen, frame);
        if whole { frame } else { view::masked(&frame) }
    };
    let frames = input.frames.iter().map(|(name, frame)| (name.clone(), shown(frame))).collect();
    let row = input.row.as_ref().map(shown);
    Input { planned: input.planned, item: input.item, row, frames: Arc::new(frames) }
}

fn own_values(page: &Page, input: &Input<'_>) -> Vec<(String, Template)> {
    let mut values = Vec::new();
    for (name, frame) in input.frames.iter() {
        let rows = Rows { name: name.as_str().into(), frame: Arc::clone(frame) };
        values.push((name.clone(), Template::from_object(rows)));
    }
    if let (Some(for_each), Some(row)) = (&page.front.for_each, &input.row) {
        let rows = Arc::new(Rows { name: for_each.name.as_str().into(), frame: Arc::clone(row) });
        values.push((for_each.name.clone(), Template::from_object(RowOf { rows, row: 0 })));
    }
    values
}

fn in_text(problem: Problem, text: &crate::content::Text) -> Problem {
    let line = problem.place().and_then(|place| place.line);
    let problem = problem.at(text.file.clone()).text(Arc::clone(&text.source));
    match line {
        Some(line) => problem.line(line + text.body_line),
        None => problem,
    }
}

/// `stores/index.md#trend` becomes the relative link to that page; everything else stays.
fn resolve(shared: &Shared<'_>, code: &str, here: &str, written: &str) -> Result<String> {
    let (target, anchor) = match written.split_once('#') {
        Some((target, anchor)) => (target, format!("#{anchor}")),
        None => (written, String::new()),
    };
    let Some(page) = target.strip_suffix(".md") else { return Ok(written.to_owned()) };
    match shared.links.page(code, page.trim_start_matches('/'), None, here) {
        Ok(Some(href)) => Ok(format!("{href}{anchor}")),
        // The page was left out: the words stay, the link leads to this page.
        Ok(None) => Ok(format!("#{}", anchor.trim_start_matches('#'))),
        Err(message) => {
            let (message, hint) =
                message.split_once("; ").map_or((message.as_str(), ""), |(message, hint)| (message, hint));
            Err(Problem::failed(message.to_owned()).hint(if hint.is_empty() {
                "pages are named by their file"
            } else {
                hint
            }))
        }
    }
}

struct Head<'a> {
    title: &'a str,
    description: String,
    content: &'a str,
    date: Option<String>,
    toc: &'a [markdown::TocEntry],
}

/// The store a page of a set is about, where its row tells the name: a page may have another title.
fn store_name(input: &Input<'_>) -> Option<String> {
    let row = input.row.as_ref().filter(|_| input.item.audience.starts_with("store:"))?;
    let at = row.columns.iter().position(|column| column.name == "name")?;
    Some(row.rows.first()?.get(at)?.as_str()?.to_owned())
}

fn through_theme(
    shared: &Shared<'_>,
    input: &Input<'_>,
    locale: &Arc<Locale>,
    here: &str,
    head: &Head<'_>,
) -> Result<String> {
    let site = shared.site;
    let page = &site.pages[input.planned.page];
    let code = locale.code();
    let audience = page.front.audience.word();
    let (previous, next) = shared.sidebar.neighbours(code, page, here);
    let definitions =
        shared.links.page(code, DEFINITIONS, None, here).ok().flatten().filter(|_| page.id != DEFINITIONS);
    let reader = store_name(input).unwrap_or_else(|| head.title.to_owned());
    let mut context = shared.heads.get(code).cloned().unwrap_or_default();
    context.insert("root", &relative_path(here, ""));
    context.insert("home", &home_href(&shared.links, code, page, here));
    context.insert("page", &serde_json::json!({
        "title": head.title, "description": head.description, "audience": audience,
        "audience_label": locale.t(&format!("audience-{audience}"), &[("name", Arg::Text(&reader))]), "url": here, "content": head.content,
        "data_until": head.date.clone().unwrap_or_default(), "group": page.front.group, "kind": "page", "toc": head.toc,
        "print_title": format!("{} · {}", site.config.site.title, head.title),
    }));
    context.insert("breadcrumb", &shared.sidebar.breadcrumb(code, page, here, head.title));
    let menu = shared.menus.of(shared, code, input.planned.page, here)?;
    context.insert_value("nav", menu.groups.clone());
    context.insert_value("sidebar", menu.html.clone());
    context.insert("languages", &languages_of(shared, &page.id, input.item, code, here));
    context.insert("previous", &previous);
    context.insert("next", &next);
    context.insert("unsealed", &(site.unsealed && page.front.audience != Audience::Public));
    context.insert("definitions_href", &definitions.unwrap_or_default());
    let template = if page.front.audience == Audience::Public { "portal.html" } else { "report.html" };
    site.theme.render(code, template, &context)
}

/// The page a host shows for an unknown address. It may be served at any depth, so its links are absolute where the
/// settings say where the site will stand.
pub fn not_found(shared: &Shared<'_>, locale: &Locale) -> Result<String> {
    let base = shared.site.config.site.base_url.trim_end_matches('/');
    let root = if base.is_empty() { String::new() } else { format!("{base}/") };
    let nothing: [&str; 0] = [];
    let mut context = shared.heads.get(locale.code()).cloned().unwrap_or_default();
    context.insert("home", &format!("{root}index.html"));
    context.insert("root", &root);
    context.insert("page", &serde_json::json!({ "title": locale.t("not-found-title", &[]), "description": "" }));
    context.insert("languages", &nothing);
    context.insert("nav", &nothing);
    context.insert("breadcrumb", &nothing);
    context.insert("unsealed", &false);
    shared.site.theme.render(locale.code(), "404.html", &context)
}

/// The Content-Security-Policy of every page: nothing from elsewhere, nothing inline. `file:` lets a page opened from a
/// folder find its stylesheet; forms may go to the configured receiver. An opened sealed page fetches the next one of its
/// own book; no other page fetches anything.
pub fn policy(endpoint: &str, sealed: bool) -> String {
    let origin: String = match endpoint.split_once("://") {
        Some((scheme, rest)) => format!(" {scheme}://{}", rest.split('/').next().unwrap_or_default()),
        None => String::new(),
    };
    let safe: String = origin.chars().filter(|c| !matches!(c, ';' | ',' | '"' | '\'')).collect();
    let fetch = if sealed { "connect-src 'self'; " } else { "" };
    format!(
        "default-src 'none'; style-src 'self' file:; script-src 'self' file:; img-src 'self' file: data:; {fetch}\
         form-action 'self' mailto:{safe}; base-uri 'none'"
    )
}

/// The languages of a page, with their addresses as seen from `here`.
pub fn languages_of(shared: &Shared<'_>, page: &str, item: &Item, code: &str, here: &str) -> Vec<serde_json::Value> {
    let site = shared.site;
    // The default locale first, the others in the order of the settings.
    let codes = site.config.site.locales.iter();
    codes
        .filter_map(|other| site.locales.get(other))
        .map(|other| {
            let address = shared.links.address(other.code(), page, item.slug.as_deref());
            serde_json::json!({
                "code": other.code(), "name": other.name(), "href": relative(here, &address), "current": other.code() == code,
            })
        })
        .collect()
}
