//! Roles, what each may open, and what each gets to see of a page it may open.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a person does in the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
#[clap(rename_all = "snake_case")]
pub enum Role {
    /// Owner of the chain: every page, but no rows about single customers.
    Owner,
    Marketing,
    Service,
    Finance,
    /// In charge of personal data.
    DataProtection,
    /// Leads the stores of one or more regions.
    Region,
    /// Runs one or more stores.
    Manager,
    /// Works in one or more stores.
    Clerk,
}

impl Role {
    pub const ALL: [Role; 8] = [
        Role::Owner,
        Role::Marketing,
        Role::Service,
        Role::Finance,
        Role::DataProtection,
        Role::Region,
        Role::Manager,
        Role::Clerk,
    ];

    /// As it stands in files and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Role::Owner => "owner",
            Role::Marketing => "marketing",
            Role::Service => "service",
            Role::Finance => "finance",
            Role::DataProtection => "data_protection",
            Role::Region => "region",
            Role::Manager => "manager",
            Role::Clerk => "clerk",
        }
    }

    /// Head office: opens every page.
    pub fn is_hq(self) -> bool {
        !matches!(self, Role::Region | Role::Manager | Role::Clerk)
    }

    /// The role a staff file means; stores are run by managers, everybody else is a clerk.
    pub fn of_staff(written: &str) -> Role {
        let written = written.trim().to_lowercase();
        let is = |words: &[&str]| words.iter().any(|word| written.contains(word));
        if is(&["副店长", "assistant", "deputy"]) {
            Role::Clerk
        } else if is(&["店长", "店经理", "门店经理", "store manager", "manager"]) {
            Role::Manager
        } else {
            Role::Clerk
        }
    }
}

/// `[roles.<role>]`: what a role gets to see of the pages it may open.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RoleRules {
    /// Whether rows about single customers are shown; absent = as the role is meant.
    pub people: Option<bool>,
    /// Columns that are left out, by name.
    pub hide: BTreeSet<String>,
}

/// What is left out of a page for some of its readers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct View {
    pub people: bool,
    pub hide: BTreeSet<String>,
}

impl View {
    /// Nothing is left out.
    pub fn whole() -> View {
        View { people: true, hide: BTreeSet::new() }
    }

    /// What `role` sees: the owner, finance and leads of regions no rows about single customers, unless the project says
    /// so; whoever serves customers does.
    pub fn of(role: Role, rules: &BTreeMap<Role, RoleRules>) -> View {
        let meant = !matches!(role, Role::Owner | Role::Finance | Role::Region);
        let rules = rules.get(&role).cloned().unwrap_or_default();
        View { people: rules.people.unwrap_or(meant), hide: rules.hide }
    }

    /// A name that says what it is; part of the name of a scope.
    pub fn word(&self) -> String {
        let rows = if self.people { "people" } else { "figures" };
        // As a list with quotation marks: no two sets of columns read the same.
        let hidden = if self.hide.is_empty() { String::new() } else { format!("{:?}", Vec::from_iter(&self.hide)) };
        format!("{rows}{hidden}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owner_sees_figures_and_a_manager_sees_people() {
        let rules = BTreeMap::new();
        assert!(!View::of(Role::Owner, &rules).people);
        assert!(View::of(Role::Manager, &rules).people);
        let hide = BTreeSet::from(["cost".to_owned()]);
        let rules = BTreeMap::from([(Role::Clerk, RoleRules { people: Some(false), hide })]);
        assert_eq!(View::of(Role::Clerk, &rules).word(), "figures[\"cost\"]");
        let hiding =
            |columns: &[&str]| View { people: true, hide: columns.iter().map(|name| (*name).into()).collect() };
        assert_ne!(hiding(&["a-b"]).word(), hiding(&["a", "b"]).word());
        assert_ne!(hiding(&["a\", \"b"]).word(), hiding(&["a", "b"]).word());
    }

    #[test]
    fn staff_files_name_roles_in_their_own_words() {
        for (written, role) in [("店长", Role::Manager), ("副店长", Role::Clerk), ("Store Manager", Role::Manager)]
        {
            assert_eq!(Role::of_staff(written), role, "{written}");
        }
        assert_eq!(Role::of_staff("Assistant store manager"), Role::Clerk);
        assert_eq!(Role::of_staff("导购"), Role::Clerk);
        for role in Role::ALL {
            assert_eq!(serde_json::to_value(role).unwrap(), role.word());
        }
    }
}
