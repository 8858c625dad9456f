//! What every page may read beside its own queries.

use std::sync::Arc;

use minijinja::Value as Template;
use minijinja::value::Serde;

use super::Site;
use crate::project::Portal;

/// What every page may read, made once: the settings are a large tree.
pub struct Globals {
    values: Vec<(&'static str, Template)>,
    pub portal: Arc<Portal>,
}

impl Globals {
    pub fn of(site: &Site<'_>) -> Globals {
        let values = vec![
            ("site", Template::from(Serde(&site.config.site))),
            ("settings", Template::from(Serde(site.config))),
            ("portal", Template::from(Serde(&site.config.portal))),
            ("as_of", Template::from(site.as_of.as_str())),
            ("today", Template::from(site.today.as_str())),
        ];
        Globals { values, portal: Arc::new(site.config.portal.clone()) }
    }

    /// A page's own values with everything it may read beside them.
    pub fn with(&self, code: &str, mut values: Vec<(String, Template)>) -> Template {
        values.extend(self.values.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        values.push(("lang".to_owned(), Template::from(code)));
        Template::from_pairs(values)
    }
}
