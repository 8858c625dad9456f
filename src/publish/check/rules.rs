//! The names of the rules, as reports and documentation use them.

pub(super) const ABSOLUTE_LINK: &str = "absolute-link";
pub(super) const BASE_ELEMENT: &str = "base-element";
pub(super) const BROKEN_ANCHOR: &str = "broken-anchor";
pub(super) const BROKEN_LINK: &str = "broken-link";
pub(super) const BROKEN_REFERENCE: &str = "broken-reference";
pub(super) const DIRECTORY_LINK: &str = "directory-link";
pub(super) const DUPLICATE_ID: &str = "duplicate-id";
pub(super) const EXTERNAL_REQUEST: &str = "external-request";
pub(super) const H1: &str = "h1";
pub(super) const HTML_LANG: &str = "html-lang";
pub(super) const IMG_ALT: &str = "img-alt";
pub(super) const INLINE_HANDLER: &str = "inline-handler";
pub(super) const INLINE_SCRIPT: &str = "inline-script";
pub(super) const INLINE_STYLE: &str = "inline-style";
pub(super) const INSECURE_FORM: &str = "insecure-form";
pub(super) const LEAVES_TREE: &str = "leaves-tree";
pub(super) const MARKUP: &str = "markup";
pub(super) const MORE: &str = "more";
pub(super) const NOT_TEXT: &str = "not-text";
pub(super) const SCRIPT_URL: &str = "script-url";
pub(super) const SPECIAL_FILE: &str = "special-file";
pub(super) const SVG_NAME: &str = "svg-name";
pub(super) const TITLE: &str = "title";
pub(super) const UNREADABLE: &str = "unreadable";
