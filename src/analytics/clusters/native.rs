//! The tables of the groups: how many there should be, who is in which, and what to think of them.

use super::{
    Clusters, Resampling, Rows, Sampling, Settings, Standardised, Verdict, choose, fit, stability, standardise,
};
use crate::models::{Input, NativeModel};
use crate::problem::{Problem, Result};
use crate::project;
use crate::warehouse::{Engine, Row, Value};

/// Drawn by lot, the same lot every time.
const SEED: u64 = 20_260_101;

/// The customers with their figures.
struct Customers {
    ids: Vec<Value>,
    columns: Vec<Vec<f64>>,
}

impl Customers {
    fn read(engine: &dyn Engine, features: &[String]) -> Result<Customers> {
        let select = format!("select person_id, {} from main.cluster_features order by person_id", features.join(", "));
        let mut customers = Customers { ids: Vec::new(), columns: vec![Vec::new(); features.len()] };
        engine.stream(&select, &mut |_, rows| {
            for row in rows {
                for (column, value) in customers.columns.iter_mut().zip(&row[1..]) {
                    column.push(value.as_f64().unwrap_or(0.0));
                }
                customers.ids.extend(row.into_iter().next());
            }
            Ok(())
        })?;
        Ok(customers)
    }

    /// Every figure is logarithmic: many customers have little of it, few have much.
    fn standardised(&self) -> Result<Standardised> {
        standardise(&self.columns, &vec![true; self.columns.len()]).map_err(unusable)
    }
}

fn unusable(reason: impl std::fmt::Display) -> Problem {
    Problem::failed(format!("customers cannot be grouped: {reason}"))
}

fn rows(standardised: &Standardised) -> Result<Rows<'_>> {
    Rows::new(&standardised.values, standardised.dimension).map_err(unusable)
}

fn settings(clusters: usize) -> Settings {
    Settings::new(clusters, SEED)
}

/// `cluster_choice`: how well the customers separate into 2, 3, … groups.
pub struct ClusterChoice {
    pub settings: project::Clusters,
}

impl NativeModel for ClusterChoice {
    fn name(&self) -> &'static str {
        "cluster_choice"
    }
    fn header(&self) -> &'static str {
        "-- cluster_choice: how well customers separate into 2 to 8 groups, and how many were taken.
-- zh-CN: 分成 2 至 8 群，各分得多开，最后分了几群
-- grain: one row per number of groups; none with fewer than clusters.min_customers customers
-- key: clusters
-- definition: k-means with greedy k-means++ (Arthur and Vassilvitskii 2007) on log1p and z-scores of cluster_features; the mean
--   silhouette (Rousseeuw 1987) of 2,000 customers drawn by lot. The number with the greatest silhouette is taken, unless
--   clusters.count names one.
-- zh-CN definition: 把 cluster_features 的数字取对数、化成同样的尺度，用 k 均值分群，再抽最多 2000 位顾客算平均轮廓系
--   数，越大分得越开。取轮廓系数最大的群数；设置里写定了群数就按写定的（现在是 {clusters.count}，0 是不写定）。顾客少
--   于 {clusters.min_customers}位时不分群。
-- column silhouette: −1 to 1; from about .5 on groups are well apart, below .25 they hardly are
-- column chosen: whether this number was taken
-- room: clusters
-- publishable: no"
    }
    fn inputs(&self) -> Vec<Input> {
        vec![Input::Model("cluster_features".to_owned())]
    }
    fn columns(&self) -> Vec<(&'static str, &'static str)> {
        vec![("clusters", "integer"), ("silhouette", "double"), ("chosen", "boolean")]
    }
    fn fingerprint(&self) -> String {
        format!("1 {:?}", self.settings)
    }
    fn run(&self, engine: &dyn Engine, put: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        let customers = Customers::read(engine, &self.settings.features)?;
        let wanted = usize::try_from(self.settings.count).unwrap_or(0);
        if customers.ids.len() < usize::try_from(self.settings.min_customers).unwrap_or(usize::MAX) {
            return Ok(());
        }
        let standardised = customers.standardised()?;
        let sampling = Sampling { at_most: 2_000, seed: SEED };
        let choice = choose(rows(&standardised)?, &settings(2), sampling).map_err(unusable)?;
        let taken = if wanted == 0 { choice.clusters.sizes.len() } else { wanted };
        let mut known: Vec<(usize, Option<f64>)> = choice.silhouettes;
        if known.iter().all(|(clusters, _)| *clusters != taken) {
            known.push((taken, None));
        }
        for (clusters, silhouette) in known {
            put(vec![
                Value::Int(i64::try_from(clusters).unwrap_or(0)),
                silhouette.map_or(Value::Null, Value::Float),
                Value::Bool(clusters == taken),
            ])?;
        }
        Ok(())
    }
}

/// The groups taken, fitted anew from the same lot; `None` when there are none.
fn chosen(engine: &dyn Engine, features: &[String]) -> Result<Option<(Customers, Standardised, Clusters)>> {
    let taken = engine.query("select clusters from main.cluster_choice where chosen")?;
    let Some(count) = taken.get(0, "clusters").as_i64().and_then(|count| usize::try_from(count).ok()) else {
        return Ok(None);
    };
    let customers = Customers::read(engine, features)?;
    let standardised = customers.standardised()?;
    let clusters = fit(rows(&standardised)?, &settings(count)).map_err(unusable)?;
    // Customers who are all alike are one group, which says nothing.
    Ok((clusters.sizes.len() > 1).then_some((customers, standardised, clusters)))
}

/// `customer_clusters`: which group every customer is in.
pub struct CustomerClusters {
    pub settings: project::Clusters,
}

impl NativeModel for CustomerClusters {
    fn name(&self) -> &'static str {
        "customer_clusters"
    }
    fn header(&self) -> &'static str {
        "-- customer_clusters: the group of alike customers that everybody is in.
-- zh-CN: 每位顾客属于哪一群（聚类）
-- grain: one row per person of cluster_features; none when there are no groups (see cluster_choice)
-- key: person_id
-- definition: k-means by Lloyd's rounds, ten starts by greedy k-means++, on log1p and z-scores of cluster_features; the number
--   of groups by cluster_choice. Group 1 is the largest.
-- zh-CN definition: 把 cluster_features 的数字取对数、化成同样的尺度，用 k 均值分群，从十个起点各分一次，取最好的一次。
--   分几群由 cluster_choice 定，第 1 群人数最多。
-- column cluster: 1 = the largest group
-- room: clusters
-- publishable: no"
    }
    fn inputs(&self) -> Vec<Input> {
        ["cluster_features", "cluster_choice"].map(|name| Input::Model(name.to_owned())).to_vec()
    }
    fn columns(&self) -> Vec<(&'static str, &'static str)> {
        vec![("person_id", "varchar"), ("cluster", "integer")]
    }
    fn fingerprint(&self) -> String {
        format!("1 {:?}", self.settings)
    }
    fn run(&self, engine: &dyn Engine, put: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        let Some((customers, _, clusters)) = chosen(engine, &self.settings.features)? else { return Ok(()) };
        for (person, label) in customers.ids.into_iter().zip(&clusters.labels) {
            put(vec![person, Value::Int(i64::try_from(label + 1).unwrap_or(0))])?;
        }
        Ok(())
    }
}

/// `cluster_centres`: what the middle of each group looks like, and whether the group would come out again.
pub struct ClusterCentres {
    pub settings: project::Clusters,
}

impl NativeModel for ClusterCentres {
    fn name(&self) -> &'static str {
        "cluster_centres"
    }
    fn header(&self) -> &'static str {
        "-- cluster_centres: the middle of each group, and whether the group would come out again.
-- zh-CN: 每一群的中心在哪里，这一群稳不稳
-- grain: one row per group and figure
-- key: cluster, feature
-- definition: The middle is the centre of k-means, turned back into the figure's own unit. Stability: the mean over fifty
--   drawings of customers, with putting back, of the best Jaccard similarity to a group found in the drawing (Hennig 2007).
-- zh-CN definition: 中心是这一群各项数字的中间位置，换算回原来的单位。稳不稳：有放回地重新抽五十次顾客再分群，看每次
--   最像的一群和它重合多少（Jaccard 相似，Hennig，2007），取平均。到 0.75 是稳定，到 0.6 是存疑，再低是不稳定。
-- column feature: one of clusters.features
-- column centre: in the unit of the figure
-- column score: standard deviations above (below, when negative) the mean of all customers, on the logarithmic scale
-- column customers: people in the group
-- column similarity: 0 to 1
-- column verdict: stable (from .75), doubtful (from .6) or unstable
-- room: clusters
-- publishable: no"
    }
    fn inputs(&self) -> Vec<Input> {
        ["cluster_features", "cluster_choice"].map(|name| Input::Model(name.to_owned())).to_vec()
    }
    fn columns(&self) -> Vec<(&'static str, &'static str)> {
        vec![
            ("cluster", "integer"),
            ("feature", "varchar"),
            ("feature_no", "integer"),
            ("centre", "double"),
            ("score", "double"),
            ("customers", "integer"),
            ("similarity", "double"),
            ("verdict", "varchar"),
        ]
    }
    fn fingerprint(&self) -> String {
        format!("1 {:?}", self.settings)
    }
    fn run(&self, engine: &dyn Engine, put: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        let Some((_, standardised, clusters)) = chosen(engine, &self.settings.features)? else { return Ok(()) };
        let resampling = Resampling { resamples: 50, at_most: 5_000, seed: SEED };
        let found = stability(rows(&standardised)?, &clusters, &settings(clusters.sizes.len()), resampling);
        let similarity = found.map_err(unusable)?.similarity;
        let mut order: Vec<usize> = (0..self.settings.features.len()).collect();
        order.sort_by_key(|at| &self.settings.features[*at]);
        for (cluster, (size, similarity)) in clusters.sizes.iter().zip(&similarity).enumerate() {
            let scores = clusters.centre(cluster);
            let centre = standardised.in_units(scores);
            let verdict = match Verdict::of(*similarity) {
                Verdict::Stable => "stable",
                Verdict::Doubtful => "doubtful",
                Verdict::Unstable => "unstable",
            };
            for at in &order {
                put(vec![
                    Value::Int(i64::try_from(cluster + 1).unwrap_or(0)),
                    Value::text(self.settings.features[*at].as_str()),
                    Value::Int(i64::try_from(at + 1).unwrap_or(0)),
                    centre.get(*at).map_or(Value::Null, |value| Value::Float(*value)),
                    scores.get(*at).map_or(Value::Null, |value| Value::Float(*value)),
                    Value::Int(i64::try_from(*size).unwrap_or(0)),
                    Value::Float(*similarity),
                    Value::text(verdict),
                ])?;
            }
        }
        Ok(())
    }
}
