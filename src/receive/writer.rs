//! One thread writes the log. What comes in while it waits for the disk goes out together with the next wait (group
//! commit), so that a disk that answers a hundred times a second still takes thousands of submissions.

use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::oneshot;

use super::log::{Failure, Log, Submission};
use crate::problem::{Problem, Result};

/// Submissions waiting for the disk; more are turned away for the moment.
const WAITING: usize = 4096;
/// Submissions written at a time.
const BATCH: usize = 1024;
/// After a full disk nothing is tried for so long.
const REST: Duration = Duration::from_secs(5);
/// What could not be delivered is tried again after so long.
const RETRY: Duration = Duration::from_secs(10);
/// How often a quiet log is looked at.
const TICK: Duration = Duration::from_millis(500);

/// What the sender of a submission is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It is on the disk.
    Taken { ticket: String },
    /// It is not, and can be sent again later.
    Later,
}

struct Job {
    submission: Submission,
    reply: oneshot::Sender<Answer>,
}

/// When a segment is sealed, and what becomes of it.
pub struct Rules {
    /// Bytes from which a segment is sealed.
    pub bytes: u64,
    /// Age of its first submission at which it is.
    pub age: SignedDuration,
    /// How long submissions that are sent again are known.
    pub remembered: SignedDuration,
}

/// Where sealed segments go; gives how many rows were written. Called again for the same segment after a failure.
pub type Deliver = Box<dyn FnMut(u64, &[Submission]) -> Result<usize> + Send>;

/// The way to the log for everybody else.
#[derive(Clone)]
pub struct Writer {
    jobs: SyncSender<Job>,
}

impl Writer {
    /// Starts the thread. It ends when the last `Writer` is gone, after it has sealed and delivered what there is; then it
    /// gives back the first problem it had.
    ///
    /// # Errors
    /// Failed when no thread can be started.
    pub fn start(log: Log, rules: Rules, deliver: Deliver) -> Result<(Writer, JoinHandle<Result<()>>)> {
        let (jobs, receiver) = sync_channel(WAITING);
        let mut thread = Thread { log, rules, deliver, resting: None, problem: None };
        let handle = std::thread::Builder::new()
            .name("receiver".to_owned())
            .spawn(move || thread.run(&receiver))
            .map_err(|error| Problem::failed(format!("the receiver's thread could not be started: {error}")))?;
        Ok((Writer { jobs }, handle))
    }

    /// Waits until `submission` is on the disk, or cannot be.
    pub async fn write(&self, submission: Submission) -> Answer {
        let (reply, answer) = oneshot::channel();
        match self.jobs.try_send(Job { submission, reply }) {
            Ok(()) => answer.await.unwrap_or(Answer::Later),
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => Answer::Later,
        }
    }
}

struct Thread {
    log: Log,
    rules: Rules,
    deliver: Deliver,
    /// Until when nothing is tried.
    resting: Option<Instant>,
    /// Why sealed segments are not delivered, and when to try again.
    problem: Option<(Problem, Instant)>,
}

impl Thread {
    fn run(&mut self, jobs: &Receiver<Job>) -> Result<()> {
        self.hand_over();
        loop {
            match jobs.recv_timeout(TICK) {
                Ok(first) => {
                    let mut batch = vec![first];
                    batch.extend(jobs.try_iter().take(BATCH - 1));
                    self.commit(batch);
                    self.seal(false);
                }
                Err(RecvTimeoutError::Timeout) => {
                    self.seal(false);
                    if self.problem.as_ref().is_some_and(|(_, again)| Instant::now() >= *again) {
                        self.hand_over();
                    }
                }
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        self.seal(true);
        self.problem.take().map_or(Ok(()), |(problem, _)| Err(problem))
    }

    fn commit(&mut self, batch: Vec<Job>) {
        if self.resting.is_some_and(|until| Instant::now() < until) {
            return answer(batch, |_| Answer::Later);
        }
        // Of one submission sent twice at once the first is written, and both get its ticket.
        let mut seen = BTreeSet::new();
        let fresh: Vec<Submission> = (batch.iter().map(|job| &job.submission))
            .filter(|one| self.log.ticket(&one.id).is_none() && seen.insert(one.id.as_str()))
            .cloned()
            .collect();
        let written = if fresh.is_empty() { Ok(()) } else { self.log.append(&fresh) };
        match written {
            Ok(()) => self.resting = None,
            Err(Failure::Full) => {
                tracing::error!("the disk is full: submissions are turned away");
                self.resting = Some(Instant::now() + REST);
            }
            Err(Failure::Broken) => {
                tracing::error!(
                    "the disk does not say what it has: submissions are turned away until the receiver is started anew"
                );
                self.resting = Some(Instant::now() + Duration::from_secs(365 * 86_400));
            }
        }
        answer(batch, |job| match self.log.ticket(&job.submission.id) {
            Some(ticket) => Answer::Taken { ticket: ticket.to_owned() },
            None => Answer::Later,
        });
    }

    /// Seals the open segment where it is time, or where `now` says so, and delivers what is sealed.
    fn seal(&mut self, now: bool) {
        let old = |began: Timestamp| Timestamp::now().duration_since(began) >= self.rules.age;
        if now || self.log.length() >= self.rules.bytes || self.log.began().is_some_and(old) {
            match self.log.seal() {
                Ok(()) => self.hand_over(),
                Err(problem) => self.note(problem),
            }
        }
    }

    /// Brings the rows of sealed segments to the drop folder. One that fails stays sealed and is tried with the next.
    fn hand_over(&mut self) {
        let done = self.log.sealed().and_then(|sealed| {
            for number in sealed {
                let submissions = self.log.read(number)?;
                let rows = (self.deliver)(number, &submissions)?;
                self.log.delivered(number)?;
                tracing::info!(segment = number, rows, "delivered");
            }
            let until = Timestamp::now().checked_sub(self.rules.remembered).unwrap_or(Timestamp::MIN);
            self.log.forget(until)
        });
        match done {
            Ok(()) => self.problem = None,
            Err(problem) => self.note(problem),
        }
    }

    fn note(&mut self, problem: Problem) {
        tracing::error!("{problem}");
        self.problem = Some((problem, Instant::now() + RETRY));
    }
}

/// Tells everybody; whoever has gone meanwhile learns it by sending again.
fn answer(batch: Vec<Job>, of: impl Fn(&Job) -> Answer) {
    for job in batch {
        let told = of(&job);
        let _ = job.reply.send(told);
    }
}
