//! The stores and products files.

use super::catalog::CATEGORIES;
use super::mess::{self, BadRow};
use super::sheet::{Cells, Dialect, Head, Sheet};
use super::text::{DateStyle, MoneyStyle, push_date, push_money, push_number};
use super::{Output, World};
use crate::problem::Result;

const STORES: [Head; 10] = [
    Head::text("store_id"),
    Head::text("name"),
    Head::text("region"),
    Head::text("city"),
    Head::text("address"),
    Head::text("phone"),
    Head::text("opened_on"),
    Head::text("format"),
    Head::text("manager"),
    Head::text("hours"),
];

const PRODUCTS: [Head; 8] = [
    Head::text("sku"),
    Head::text("name"),
    Head::text("category"),
    Head::text("brand"),
    Head::text("cost"),
    Head::text("price"),
    Head::text("durable"),
    Head::text("replenish_days"),
];

pub(super) fn write_stores(world: &World, out: &mut Output) -> Result<()> {
    let mut table = Table::create(world, "stores", out.path("data/stores.csv"), Dialect::CSV, &STORES)?;
    for store in &world.chain.stores {
        let cells = table.cells();
        cells.push(&store.id);
        cells.push(&store.name);
        cells.push(store.region);
        cells.push(store.city);
        cells.push(&store.address);
        cells.push(&store.phone);
        cells.cell(|text| push_date(text, store.opened_on, DateStyle::Dashes));
        cells.push(store.format);
        cells.push(store.manager);
        cells.push(if store.format == "社区店" { "08:30-21:00" } else { "09:00-22:00" });
        table.row(out)?;
    }
    table.finish(out)
}

pub(super) fn write_products(world: &World, out: &mut Output) -> Result<()> {
    let mut table = Table::create(world, "products", out.path("data/products.csv"), Dialect::CSV, &PRODUCTS)?;
    for product in &world.catalog.products {
        let cells = table.cells();
        cells.push(&product.sku);
        cells.push(&product.name);
        cells.push(CATEGORIES[product.category].name);
        cells.push(product.brand);
        cells.cell(|text| push_money(text, product.cost, MoneyStyle::Plain));
        cells.cell(|text| push_money(text, product.price, MoneyStyle::Plain));
        cells.push(if CATEGORIES[product.category].durable { "true" } else { "false" });
        cells.cell(|text| {
            if product.replenish_days > 0 {
                push_number(text, u64::from(product.replenish_days), 1);
            }
        });
        table.row(out)?;
    }
    table.finish(out)
}

/// A file of a small table: writes its rows and, in a messy chain, their broken copies.
pub(super) struct Table {
    name: &'static str,
    messy: bool,
    head: Vec<Head>,
    sheet: Sheet,
    cells: Cells,
    rows: u64,
}

impl Table {
    pub(super) fn create(
        world: &World,
        name: &'static str,
        path: std::path::PathBuf,
        dialect: Dialect,
        head: &[Head],
    ) -> Result<Table> {
        let sheet = Sheet::create(path, dialect, head)?;
        Ok(Table { name, messy: world.messy, head: head.to_vec(), sheet, cells: Cells::default(), rows: 0 })
    }

    /// The row to fill, empty.
    pub(super) fn cells(&mut self) -> &mut Cells {
        self.cells.clear();
        &mut self.cells
    }

    /// Writes the filled row.
    pub(super) fn row(&mut self, out: &mut Output) -> Result<()> {
        self.sheet.row(&self.cells)?;
        self.rows += 1;
        if !self.messy {
            return Ok(());
        }
        for broken in mess::OTHERS.iter().filter(|broken| broken.table == self.name && broken.after == self.rows) {
            let place = |name: &str| self.head.iter().position(|head| head.name == name);
            let Some(at) = place(broken.column) else { continue };
            // The first column is the key: the copy has one of its own, so that it is bad for one reason only.
            let key = format!("{}-X", self.cells.iter().next().unwrap_or_default());
            self.sheet.row(&self.cells.with(&[(at, broken.value), (0, &key)]))?;
            out.bad(BadRow { file: out.relative(self.sheet.path()), line: self.sheet.line(), what: broken.what });
        }
        Ok(())
    }

    pub(super) fn finish(self, out: &mut Output) -> Result<()> {
        out.summary.files.push(self.sheet.finish()?);
        Ok(())
    }
}
