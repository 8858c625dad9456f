//! What page functions know about the page being rendered.
//!
//! A page is rendered on one thread from start to end, so the current page stands in a thread-local: macros of authors
//! have no way to pass it on, and must not have to.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use minijinja::{Error, ErrorKind};

use super::component::{Component, Piece};
use super::markdown::token;
use crate::locale::Locale;
use crate::project::Portal;

/// Where pages are.
pub trait Links: Send + Sync {
    /// Address of a page (`stores/[store]`, with the key of its row) as seen from the page at `from`; `None` when that
    /// page was left out of this build. An unknown page is an error with a hint.
    fn page(&self, locale: &str, page: &str, key: Option<&str>, from: &str) -> Result<Option<String>, String>;
    /// The column whose values are the keys of a page's rows.
    fn key_column(&self, page: &str) -> Option<&str>;
}

/// One page in one language.
pub struct PageContext {
    pub locale: Arc<Locale>,
    pub links: Arc<dyn Links>,
    /// Address within the site, `en/stores/s001/`.
    pub here: String,
    pub portal: Arc<Portal>,
    /// First part of the name a download is saved under.
    pub download_prefix: String,
    /// Last part: the date of the data.
    pub as_of: String,
    /// The readers of this page see no rows about single customers: such a table says so instead of being empty.
    pub people_hidden: bool,
    /// Columns its readers do not see.
    pub hidden_columns: BTreeSet<String>,
    /// Telephone numbers stand in full, and can be called from the page.
    pub contact_list: bool,
}

impl PageContext {
    /// Address of another page as seen from this one, `#section` behind it kept; `None` when that page was left out.
    ///
    /// # Errors
    /// An unknown page, with the nearest right name.
    pub fn href(&self, target: &str, key: Option<&str>) -> Result<Option<String>, Error> {
        let (target, section) = target.split_at(target.find('#').unwrap_or(target.len()));
        let found = self.links.page(self.locale.code(), target, key, &self.here);
        let found = found.map_err(|message| Error::new(ErrorKind::InvalidOperation, message))?;
        Ok(found.map(|address| address + section))
    }

    /// The words for a code of the data (`grid-` and `at_risk` give the string `grid-at-risk`); an unknown code is shown
    /// as it is.
    pub fn words(&self, prefix: &str, code: &str) -> String {
        let key = format!("{prefix}{}", code.to_lowercase().replace('_', "-"));
        if self.locale.has(&key) { self.locale.t(&key, &[]) } else { code.to_owned() }
    }
}

struct Job {
    context: Arc<PageContext>,
    pieces: Vec<Piece>,
    components: usize,
}

thread_local! {
    static CURRENT: RefCell<Option<Job>> = const { RefCell::new(None) };
}

/// Runs `work` with `context` as the current page and gives what it put aside.
pub fn with_page<T>(context: &Arc<PageContext>, work: impl FnOnce() -> T) -> (T, Vec<Piece>) {
    let job = Job { context: Arc::clone(context), pieces: Vec::new(), components: 0 };
    let before = CURRENT.with(|current| current.borrow_mut().replace(job));
    let result = work();
    let job = CURRENT.with(|current| std::mem::replace(&mut *current.borrow_mut(), before));
    (result, job.map(|job| job.pieces).unwrap_or_default())
}

/// The page being rendered.
pub fn current() -> Result<Arc<PageContext>, Error> {
    CURRENT
        .with(|current| current.borrow().as_ref().map(|job| Arc::clone(&job.context)))
        .ok_or_else(|| Error::new(ErrorKind::InvalidOperation, "page functions work in pages only"))
}

/// Puts a piece aside and gives the token that stands for it; `None` outside a page.
pub fn put_aside(piece: Piece) -> Option<String> {
    CURRENT.with(|current| {
        let mut current = current.borrow_mut();
        let job = current.as_mut()?;
        job.pieces.push(piece);
        Some(token(job.pieces.len() - 1))
    })
}

/// `chart-3`: an id unique in the page.
pub fn next_id(kind: &str) -> String {
    CURRENT.with(|current| {
        current.borrow_mut().as_mut().map_or_else(
            || kind.to_owned(),
            |job| {
                job.components += 1;
                format!("{kind}-{}", job.components)
            },
        )
    })
}

/// A component as a template value.
pub fn component(component: Component) -> minijinja::Value {
    minijinja::Value::from_object(Shown(Arc::new(component)))
}

/// A component on its way from a function to the page.
#[derive(Debug)]
pub struct Shown(pub Arc<Component>);

impl minijinja::value::Object for Shown {
    fn repr(self: &Arc<Self>) -> minijinja::value::ObjectRepr {
        minijinja::value::ObjectRepr::Plain
    }
}
