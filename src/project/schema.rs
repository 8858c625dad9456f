//! The JSON Schema of `storebook.toml`, for editors that complete and check it while it is written.

use super::Config;

/// Draft 2020-12; descriptions are the doc comments of the settings, defaults those of the program.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Config).to_value()
}
