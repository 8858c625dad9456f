//! The table of sales in parts, one per chunk of files: a chunk whose rows all stand is the file it was staged into,
//! any other is written anew. So sales are stored once, and a changed file costs its own chunk.

use std::collections::BTreeMap;

use super::{Merge, Work};
use crate::problem::Result;
use crate::sources::arrive::Arrival;
use crate::sources::chunks;
use crate::warehouse::{Engine, Parts, Table, TableStore};

/// What left each file: number of rows and a digest of which. Files that lost nothing are absent.
type Left = BTreeMap<usize, (u64, String)>;

/// The table of what still stands, in order of file and record.
pub fn table(merge: &Merge, work: &Work) -> Result<Table> {
    let left = left(merge, work)?;
    let standing = |place: usize, arrival: &Arrival| {
        let staged = arrival.staged();
        (staged.rows - staged.errors).saturating_sub(left.get(&place).map_or(0, |(rows, _)| *rows))
    };
    let mut parts = Parts {
        files: Vec::new(),
        columns: work.plain_columns(),
        uneven: work.uneven(),
        filter: work.files.iter().any(|arrival| arrival.staged().errors > 0).then(|| "_error is null".to_owned()),
        instead: work.home.clone().map(|sql| ("store_id".to_owned(), sql)),
    };
    let mut recipe = vec!["sales".to_owned(), format!("{:?} {:?}", parts.columns, parts.instead)];
    let (mut rows, mut staged, mut new) = (0, false, false);
    let sizes = work.files.iter().map(|arrival| (arrival.found.name.as_str(), arrival.staged().rows));
    for chunk in chunks::cut(sizes) {
        let all: Vec<(usize, &Arrival)> = chunk.map(|place| (place, work.files[place])).collect();
        let files: Vec<&(usize, &Arrival)> = all.iter().filter(|(place, file)| standing(*place, file) > 0).collect();
        let Some((first, _)) = files.first() else { continue };
        let content: Vec<String> = files
            .iter()
            .map(|(place, file)| {
                let gone = left.get(place).map(|(rows, digest)| format!(" less {rows} {digest}"));
                format!("{}{}", file.staged().content, gone.unwrap_or_default())
            })
            .collect();
        rows += files.iter().map(|(place, file)| standing(*place, file)).sum::<u64>();
        let untouched = all.iter().all(|(place, _)| !left.contains_key(place));
        parts.files.push(match whole(&all) {
            Some(part) if untouched => {
                staged = true;
                part
            }
            _ => {
                // Such a file lacks the columns of staging.
                new = true;
                written(merge, work, (*first, files.last().map_or(*first, |(last, _)| *last)), &content)?
            }
        });
        recipe.extend(content);
    }
    if parts.files.is_empty() {
        // No row stands: an empty table of the right columns.
        return merge
            .keep(&format!("select {} from {} where false", work.columns().join(", "), work.rows()), "transactions");
    }
    parts.uneven |= staged && new;
    let recipe: Vec<&str> = recipe.iter().map(String::as_str).collect();
    Ok(Table { hash: TableStore::key(&recipe), rows, parts: Some(parts) })
}

fn left(merge: &Merge, work: &Work) -> Result<Left> {
    let frame = merge.engine.query(&format!(
        "select _id // 1099511627776, count(*), concat_ws(' ', bit_xor(hash(_id % 1099511627776)), sum(hash(_id % 1099511627776)))
         from {} group by 1",
        work.drops()
    ))?;
    let number = |value: &crate::warehouse::Value| value.as_i64().unwrap_or(0);
    Ok(frame
        .rows
        .iter()
        .map(|row| {
            let place = usize::try_from(number(&row[0])).unwrap_or(0);
            (place, (u64::try_from(number(&row[1])).unwrap_or(0), row[2].plain()))
        })
        .collect())
}

/// The stored file that holds exactly the rows of these files, in their order.
fn whole(files: &[(usize, &Arrival)]) -> Option<String> {
    let filled: Vec<_> = files.iter().map(|(_, file)| file.staged()).filter(|staged| staged.rows > 0).collect();
    let first = *filled.first()?;
    let in_order = filled.windows(2).all(|pair| pair[0].slot < pair[1].slot);
    let same = filled.iter().all(|staged| staged.part == first.part);
    let rows: u64 = filled.iter().map(|staged| staged.rows).sum();
    (in_order && same && rows == first.part.rows).then(|| first.part.hash.clone())
}

/// A chunk of which rows were lost, or whose files were not read together.
fn written(merge: &Merge, work: &Work, (first, last): (usize, usize), content: &[String]) -> Result<String> {
    let columns = work.columns().join(", ");
    let home = work.home.as_deref().unwrap_or_default();
    let mut recipe = vec!["chunk", crate::sources::program(), &columns, home];
    recipe.extend(content.iter().map(String::as_str));
    let key = TableStore::key(&recipe);
    if let Some(table) = merge.store.made::<Table>(&key)
        && merge.store.has(&table)
    {
        return Ok(table.hash);
    }
    let table = merge.keep(
        &format!("select _error, {columns} from {} where _f between {first} and {last} order by _id", work.standing()),
        &key,
    )?;
    merge.store.remember(&key, &table)?;
    Ok(table.hash)
}
