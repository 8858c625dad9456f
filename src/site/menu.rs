//! The sidebar as the theme writes it: once for a whole set of pages, because all of them see it the same way.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use tera::{Context, Value};

use super::Site;
use super::page::Shared;
use super::plan::Plan;
use crate::problem::Result;

/// The sidebar as data and as the theme's HTML.
pub struct Menu {
    pub groups: Value,
    pub html: Value,
}

/// The sidebars of the sets of pages, by locale and page, made when they are first wanted.
pub struct Menus(BTreeMap<String, BTreeMap<usize, OnceLock<Arc<Menu>>>>);

const PARTIAL: &str = "components/sidebar.html";

impl Menus {
    pub fn of_sets(site: &Site<'_>, plan: &Plan) -> Menus {
        let sets = || plan.pages.iter().filter(|planned| planned.table.is_some()).map(|planned| planned.page);
        let places = |code: &String| (code.clone(), sets().map(|page| (page, OnceLock::new())).collect());
        Menus(site.locales.keys().map(places).collect())
    }

    /// The sidebar of the page at `here`. The pages of a set stand in one folder, so their links are the same, unless one
    /// of them leads into the folder of the page itself.
    pub fn of(&self, shared: &Shared<'_>, code: &str, page: usize, here: &str) -> Result<Arc<Menu>> {
        let slot = self.0.get(code).and_then(|sets| sets.get(&page)).filter(|_| !shared.sidebar.leads_into(code, here));
        if let Some(menu) = slot.and_then(OnceLock::get) {
            return Ok(Arc::clone(menu));
        }
        let groups = shared.sidebar.groups(shared.site, code, &shared.site.pages[page], here);
        let groups = Value::from_serializable(&groups);
        let mut context = Context::new();
        context.insert_value("nav", groups.clone());
        let html = shared.site.theme.render(code, PARTIAL, &context)?;
        let menu = Arc::new(Menu { groups, html: Value::safe_string(&html) });
        Ok(slot.map_or_else(|| Arc::clone(&menu), |slot| Arc::clone(slot.get_or_init(|| Arc::clone(&menu)))))
    }
}
