//! From planned pages to files: charts, tables and the theme's templates.

pub mod charts;
