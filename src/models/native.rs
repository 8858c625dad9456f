//! Native models: what SQL cannot say well, behind one small trait.

use super::Input;
use crate::problem::Result;
use crate::warehouse::{Engine, Row};

/// A model computed in Rust. Its header text follows the grammar of SQL models.
pub trait NativeModel: Send + Sync {
    fn name(&self) -> &'static str;
    /// `-- name: …` lines, as at the head of a SQL model.
    fn header(&self) -> &'static str;
    fn inputs(&self) -> Vec<Input>;
    /// Columns of the table and their SQL types.
    fn columns(&self) -> Vec<(&'static str, &'static str)>;
    /// Whatever else the result depends on (state, settings), as text; part of the table's cache key.
    fn fingerprint(&self) -> String;
    /// Gives the rows to `put`, each with one value per column, ordered by the header's key.
    fn run(&self, engine: &dyn Engine, put: &mut dyn FnMut(Row) -> Result<()>) -> Result<()>;
}
