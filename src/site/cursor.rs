//! A query that runs once for all pages of a set, read page by page.
//!
//! The engine sorts by page; a thread pulls batches through a short channel, so memory does not grow with the number of
//! pages.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use crate::problem::{Problem, Result};
use crate::warehouse::{Column, Engine, Frame, Row};

/// Batches on their way.
const AHEAD: usize = 4;

enum Message {
    Columns(Arc<[Column]>),
    Rows(Vec<Row>),
    Failed(Problem),
}

/// Reads rows whose first column is the number of their page.
pub struct Cursor {
    receiver: Receiver<Message>,
    columns: Arc<[Column]>,
    rows: VecDeque<Row>,
    ended: bool,
}

impl Cursor {
    /// Starts the query on a thread of `scope`.
    pub fn start<'scope>(
        scope: &'scope std::thread::Scope<'scope, '_>,
        engine: &'scope dyn Engine,
        sql: String,
    ) -> Cursor {
        let (sender, receiver) = sync_channel(AHEAD);
        scope.spawn(move || pump(engine, &sql, &sender));
        Cursor { receiver, columns: Arc::default(), rows: VecDeque::new(), ended: false }
    }

    /// The rows of page `number`, without their first column. Pages are asked for in rising order.
    pub fn page(&mut self, number: i64) -> Result<Arc<Frame>> {
        let mut taken = Vec::new();
        loop {
            while let Some(row) = self.rows.front() {
                match row.first().and_then(crate::warehouse::Value::as_i64) {
                    Some(page) if page > number => return Ok(self.frame(taken)),
                    Some(page) if page == number => {
                        if let Some(mut row) = self.rows.pop_front() {
                            row.remove(0);
                            taken.push(row);
                        }
                    }
                    _ => {
                        self.rows.pop_front();
                    }
                }
            }
            if self.ended {
                return Ok(self.frame(taken));
            }
            match self.receiver.recv() {
                Ok(Message::Columns(columns)) => self.columns = columns.iter().skip(1).cloned().collect(),
                Ok(Message::Rows(rows)) => self.rows.extend(rows),
                Ok(Message::Failed(problem)) => return Err(problem),
                Err(_) => self.ended = true,
            }
        }
    }

    fn frame(&self, rows: Vec<Row>) -> Arc<Frame> {
        Arc::new(Frame { columns: Arc::clone(&self.columns), rows })
    }
}

fn pump(engine: &dyn Engine, sql: &str, sender: &SyncSender<Message>) {
    let gone = || Problem::failed("the reader of this query has stopped");
    let mut told = false;
    let result = engine.stream(sql, &mut |columns, rows| {
        if !told {
            told = true;
            sender.send(Message::Columns(Arc::clone(columns))).map_err(|_| gone())?;
        }
        if rows.is_empty() { Ok(()) } else { sender.send(Message::Rows(rows)).map_err(|_| gone()) }
    });
    if let Err(problem) = result {
        // A reader that stopped does not want to hear why.
        let _ = sender.send(Message::Failed(problem));
    }
}
