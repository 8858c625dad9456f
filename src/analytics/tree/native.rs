//! The tables of the trees: what sets the groups apart, and those who stay away from those who come again.

use super::{Holding, Limits, Rule, Side, Table, Tree, best_rules, grow, held_out, layout};
use crate::models::{Input, NativeModel};
use crate::problem::{Problem, Result};
use crate::project;
use crate::warehouse::{Engine, Row, Value};

const SEED: u64 = 20_260_101;

/// What a tree explains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    Clusters,
    Churn,
}

const TARGETS: [Target; 2] = [Target::Churn, Target::Clusters];

impl Target {
    fn word(self) -> &'static str {
        match self {
            Target::Clusters => "clusters",
            Target::Churn => "churn",
        }
    }
}

/// Rows to learn from: figures and classes from 0.
struct Lesson {
    features: Vec<String>,
    columns: Vec<Vec<f64>>,
    classes: Vec<usize>,
    class_count: usize,
}

impl Lesson {
    fn read(engine: &dyn Engine, target: Target, settings: &project::Clusters) -> Result<Lesson> {
        let (features, select) = match target {
            Target::Clusters => (
                settings.features.clone(),
                format!(
                    "select c.cluster - 1, {} from main.customer_clusters c join main.cluster_features f using (person_id) order by person_id",
                    settings.features.join(", ")
                ),
            ),
            Target::Churn => {
                let features = ["recency_days", "purchase_days", "reasons"].map(str::to_owned).to_vec();
                let columns = features.join(", ");
                (
                    features,
                    format!(
                        "select cast(stayed_away as integer), {columns} from main.churn_features order by person_id"
                    ),
                )
            }
        };
        let mut lesson =
            Lesson { columns: vec![Vec::new(); features.len()], features, classes: Vec::new(), class_count: 0 };
        engine.stream(&select, &mut |_, rows| {
            for row in &rows {
                lesson.classes.push(row[0].as_i64().and_then(|class| usize::try_from(class).ok()).unwrap_or(0));
                for (column, value) in lesson.columns.iter_mut().zip(&row[1..]) {
                    column.push(value.as_f64().unwrap_or(0.0));
                }
            }
            Ok(())
        })?;
        lesson.class_count = lesson.classes.iter().max().map_or(0, |most| most + 1);
        Ok(lesson)
    }

    fn table(&self) -> Result<Table<'_>> {
        Table::new(&self.columns, &self.classes, self.class_count).map_err(unusable)
    }

    /// A hundredth of the rows, and never fewer than five, in a leaf: a rule about two people is no rule.
    fn limits(&self, settings: &project::Clusters) -> Limits {
        let depth = usize::try_from(settings.tree_depth).unwrap_or(4);
        Limits { max_depth: depth, min_samples_leaf: (self.classes.len() / 100).max(5) }
    }

    /// The tree; `None` with fewer rows than clusters.min_customers, or of one class only.
    fn tree(&self, settings: &project::Clusters) -> Result<Option<Tree>> {
        let enough = self.classes.len() >= usize::try_from(settings.min_customers).unwrap_or(usize::MAX);
        let first = self.classes.first();
        if !enough || self.classes.iter().all(|class| Some(class) == first) {
            return Ok(None);
        }
        grow(self.table()?, self.limits(settings)).map(Some).map_err(unusable)
    }
}

fn unusable(reason: impl std::fmt::Display) -> Problem {
    Problem::failed(format!("no tree can be grown: {reason}"))
}

fn inputs() -> Vec<Input> {
    ["cluster_features", "customer_clusters", "churn_features"].map(|name| Input::Model(name.to_owned())).to_vec()
}

#[allow(clippy::cast_possible_wrap)]
fn whole(number: usize) -> Value {
    Value::Int(number as i64)
}

/// A class as it is shown: groups count from 1; who stays away is class 1.
fn class(target: Target, class: usize) -> Value {
    match target {
        Target::Clusters => whole(class + 1),
        Target::Churn => whole(class),
    }
}

/// `tree_nodes`: the trees, node by node, with places to draw them at.
pub struct TreeNodes {
    pub settings: project::Clusters,
}

impl NativeModel for TreeNodes {
    fn name(&self) -> &'static str {
        "tree_nodes"
    }
    fn header(&self) -> &'static str {
        "-- tree_nodes: the decision trees that explain groups and churn, node by node.
-- zh-CN: 解释聚类和流失的两棵决策树，逐个节点列出
-- grain: one row per tree and node, the root first
-- key: target, node
-- definition: CART with Gini's impurity (Breiman and others 1984) on cluster_features or churn_features in their own units, at
--   most clusters.tree_depth questions deep, at least a hundredth of the customers and five in a leaf.
-- zh-CN definition: 用 CART（Breiman 等，1984，按基尼不纯度分叉）长出，数据是 cluster_features 和 churn_features，用
--   原来的单位。最多连问 {clusters.tree_depth}个问题；每片叶子至少有百分之一的顾客，也不少于 5 人。顾客少于
--   {clusters.min_customers}位时没有树。
-- column target: clusters or churn
-- column node: 1 = the root
-- column parent: the node above; null for the root
-- column yes: whether the parent's question was answered with yes
-- column feature: the figure asked for: is it at most the threshold; null in a leaf
-- column threshold: in the unit of the figure
-- column customers: people at the node
-- column class: most frequent: the group, or 1 = stays away, 0 = comes again
-- column purity: share of the people at the node that is of the class
-- column x: place from the left, 0 to 1
-- column depth: 0 = the root
-- room: clusters
-- publishable: no"
    }
    fn inputs(&self) -> Vec<Input> {
        inputs()
    }
    fn columns(&self) -> Vec<(&'static str, &'static str)> {
        vec![
            ("target", "varchar"),
            ("node", "integer"),
            ("parent", "integer"),
            ("yes", "boolean"),
            ("feature", "varchar"),
            ("threshold", "double"),
            ("customers", "integer"),
            ("class", "integer"),
            ("purity", "double"),
            ("x", "double"),
            ("depth", "integer"),
        ]
    }
    fn fingerprint(&self) -> String {
        format!("1 {:?}", self.settings)
    }
    fn run(&self, engine: &dyn Engine, put: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        for target in TARGETS {
            let lesson = Lesson::read(engine, target, &self.settings)?;
            let Some(tree) = lesson.tree(&self.settings)? else { continue };
            let drawn = layout(&tree);
            #[allow(clippy::cast_precision_loss)]
            let wide = drawn.leaves.max(1) as f64;
            for (at, (node, place)) in tree.nodes.iter().zip(&drawn.places).enumerate() {
                let above = node.parent.and_then(|parent| tree.nodes.get(parent)).and_then(|node| node.split);
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                let depth = whole(place.y.round() as usize);
                put(vec![
                    Value::text(target.word()),
                    whole(at + 1),
                    node.parent.map_or(Value::Null, |parent| whole(parent + 1)),
                    above.map_or(Value::Null, |split| Value::Bool(split.left == at)),
                    node.split.map_or(Value::Null, |split| Value::text(lesson.features[split.feature].as_str())),
                    node.split.map_or(Value::Null, |split| Value::Float(split.threshold)),
                    whole(node.rows),
                    class(target, node.class),
                    Value::Float(node.purity()),
                    Value::Float((place.x + 0.5) / wide),
                    depth,
                ])?;
            }
        }
        Ok(())
    }
}

/// `tree_rules`: for each class the rule that says most about it.
pub struct TreeRules {
    pub settings: project::Clusters,
}

impl NativeModel for TreeRules {
    fn name(&self) -> &'static str {
        "tree_rules"
    }
    fn header(&self) -> &'static str {
        "-- tree_rules: for every group, and for those who stay away, the rule of the tree that is right about most of them.
-- zh-CN: 每一群人、没再来的人，用一条规则怎么说
-- grain: one row per tree, class and condition
-- key: target, class, condition_no
-- definition: The leaf with the greatest support times purity among those of the class; its conditions joined, of two on the
--   same side of the same figure only the stricter.
-- zh-CN definition: 每一类取“符合的人数 × 说对的比例”最大的那片叶子，把一路上的条件连成一条规则。同一项数字、同一个方
--   向有两个条件时，只留更严的那个。
-- column target: clusters or churn
-- column class: the group, or 1 = stays away, 0 = comes again
-- column side: above or at_most
-- column threshold: in the unit of the figure
-- column trait: figure and side as one word, for a name: recency_days_above
-- column customers: people whom the rule names
-- column purity: share of them that is of the class
-- column coverage: share of the class that the rule names
-- room: clusters
-- publishable: no"
    }
    fn inputs(&self) -> Vec<Input> {
        inputs()
    }
    fn columns(&self) -> Vec<(&'static str, &'static str)> {
        vec![
            ("target", "varchar"),
            ("class", "integer"),
            ("condition_no", "integer"),
            ("feature", "varchar"),
            ("side", "varchar"),
            ("threshold", "double"),
            ("trait", "varchar"),
            ("customers", "integer"),
            ("purity", "double"),
            ("coverage", "double"),
        ]
    }
    fn fingerprint(&self) -> String {
        format!("1 {:?}", self.settings)
    }
    fn run(&self, engine: &dyn Engine, put: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        for target in TARGETS {
            let lesson = Lesson::read(engine, target, &self.settings)?;
            let Some(tree) = lesson.tree(&self.settings)? else { continue };
            for rule in best_rules(&tree).into_iter().flatten() {
                conditions(target, &lesson, &rule, put)?;
            }
        }
        Ok(())
    }
}

fn conditions(target: Target, lesson: &Lesson, rule: &Rule, put: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
    for (at, condition) in rule.conditions.iter().enumerate() {
        let feature = lesson.features[condition.feature].as_str();
        let side = match condition.side {
            Side::Above => "above",
            Side::AtMost => "at_most",
        };
        put(vec![
            Value::text(target.word()),
            class(target, rule.class),
            whole(at + 1),
            Value::text(feature),
            Value::text(side),
            Value::Float(condition.threshold),
            Value::text(format!("{feature}_{side}")),
            whole(rule.rows),
            Value::Float(rule.purity),
            Value::Float(rule.coverage),
        ])?;
    }
    Ok(())
}

/// `tree_quality`: how far to trust the trees.
pub struct TreeQuality {
    pub settings: project::Clusters,
}

impl NativeModel for TreeQuality {
    fn name(&self) -> &'static str {
        "tree_quality"
    }
    fn header(&self) -> &'static str {
        "-- tree_quality: how often the trees are right about customers they have not seen.
-- zh-CN: 决策树对没见过的顾客，能说对多少
-- grain: one row per tree
-- key: target
-- definition: Grown again on seven tenths of the customers, drawn by lot, and tried on the rest. The baseline always says what is
--   most frequent.
-- zh-CN definition: 随机抽七成顾客重新长树，用剩下的三成检验，准确率带 95% 区间（Wilson）。拿来对照的，是永远猜人数最
--   多的那一类。
-- column target: clusters or churn
-- column customers: people tried on
-- column accuracy: share of them the tree is right about
-- column low: lower end of the 95 % interval of the accuracy (Wilson)
-- column high: upper end
-- column baseline: share the most frequent class would be right about
-- room: clusters
-- publishable: no"
    }
    fn inputs(&self) -> Vec<Input> {
        inputs()
    }
    fn columns(&self) -> Vec<(&'static str, &'static str)> {
        vec![
            ("target", "varchar"),
            ("customers", "integer"),
            ("accuracy", "double"),
            ("low", "double"),
            ("high", "double"),
            ("baseline", "double"),
        ]
    }
    fn fingerprint(&self) -> String {
        format!("1 {:?}", self.settings)
    }
    fn run(&self, engine: &dyn Engine, put: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        for target in TARGETS {
            let lesson = Lesson::read(engine, target, &self.settings)?;
            if lesson.tree(&self.settings)?.is_none() {
                continue;
            }
            let holding = Holding { share: 0.3, seed: SEED };
            let tried = held_out(lesson.table()?, lesson.limits(&self.settings), holding).map_err(unusable)?;
            put(vec![
                Value::text(target.word()),
                whole(tried.held_out),
                Value::Float(tried.accuracy),
                Value::Float(tried.interval.0),
                Value::Float(tried.interval.1),
                Value::Float(tried.baseline),
            ])?;
        }
        Ok(())
    }
}
