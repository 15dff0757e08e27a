//! News from node to node: one connection that listens and tells. Told outside of the transactions, many at once:
//! PostgreSQL lets only one transaction commit at a time that has something to tell.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lissom_protocol::api::to_text;
use lissom_protocol::ids::VaultId;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_postgres::{AsyncMessage, Client};

use super::connect::{Door, NotReached, SILENCE};
use super::schema::SERVING;
use crate::store::{Event, Listener, OpenError};

const CHANNEL: &str = "lissom_relay";
/// News that wait to be told, or to be heard. Beyond that it is only said that there was something.
const WAITING_MAX: usize = 10_000;
/// News in one message: it holds less than 8,000 bytes, and each takes 45.
const TOGETHER_MAX: usize = 128;
const _: () = assert!(11 + TOGETHER_MAX * 45 < 8_000);
/// Between two attempts to reach the server, at first and at most.
const PAUSES: [Duration; 2] = [Duration::from_millis(100), Duration::from_secs(5)];

/// Tells what this node's transactions did; clones tell by the same connection.
#[derive(Clone)]
pub(super) struct News {
    listener: Listener,
    outbox: mpsc::Sender<Event>,
    lost: Arc<AtomicBool>,
    stop: Arc<watch::Sender<bool>>,
    task: Arc<Mutex<Option<JoinHandle<()>>>>,
}

impl News {
    pub(super) fn start(door: Door, listener: Listener) -> Result<Self, OpenError> {
        let mut name = [0; 8];
        getrandom::fill(&mut name).map_err(|_| OpenError::Random)?;
        let (outbox, told) = mpsc::channel(WAITING_MAX);
        let (stop, stopped) = watch::channel(false);
        let lost = Arc::new(AtomicBool::new(false));
        let (here, waiting) = (Arc::clone(&listener), Vec::new());
        let node = Node { name: to_text(&name), door, listener: here, told, waiting, lost: Arc::clone(&lost) };
        let task = Arc::new(Mutex::new(Some(tokio::spawn(node.run(stopped)))));
        Ok(Self { listener, outbox, lost, stop: Arc::new(stop), task })
    }

    /// Tells of something that is committed: here at once, and to the other nodes soon.
    pub(super) fn tell(&self, event: Event) {
        hear(&self.listener, event);
        if self.outbox.try_send(event).is_err() {
            self.lost.store(true, Ordering::SeqCst);
        }
    }

    /// Tells what still waits, and ends.
    pub(super) async fn close(&self) {
        self.stop.send_replace(true);
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            drop(task.await);
        }
    }
}

/// A listener's panic is a bug of ours, and must end nothing else.
fn hear(listener: &Listener, event: Event) {
    drop(catch_unwind(AssertUnwindSafe(|| listener(event))));
}

struct Node {
    /// Tells this node's own news from those of others.
    name: String,
    door: Door,
    listener: Listener,
    told: mpsc::Receiver<Event>,
    /// News on their way, until the server has them.
    waiting: Vec<Event>,
    lost: Arc<AtomicBool>,
}

impl Node {
    async fn run(mut self, mut stopped: watch::Receiver<bool>) {
        let [mut pause, longest] = PAUSES;
        loop {
            match self.session(&mut pause, &mut stopped).await {
                Ok(()) => return,
                Err(error) => {
                    tracing::warn!(reason = %error, "no news from other nodes until PostgreSQL answers again");
                }
            }
            tokio::select! {
                () = sleep(pause) => pause = pause.saturating_mul(2).min(longest),
                _ = stopped.wait_for(|stopped| *stopped) => return,
            }
        }
    }

    /// Listens and tells until this node stops, or the connection ends.
    async fn session(&mut self, pause: &mut Duration, stopped: &mut watch::Receiver<bool>) -> Result<(), NotReached> {
        let (client, mut connection) = tokio::select! {
            bare = self.door.bare() => bare?,
            _ = stopped.wait_for(|stopped| *stopped) => return Ok(()),
        };
        let (heard, mut news) = mpsc::channel(WAITING_MAX);
        // Ends with the client. It never waits: answers come by way of it as well. Whoever cannot keep up begins again.
        let reading = tokio::spawn(async move {
            while let Some(Ok(message)) = poll_fn(|cx| connection.poll_message(cx)).await {
                let AsyncMessage::Notification(note) = message else { continue };
                if heard.try_send(note.payload().to_owned()).is_err() {
                    return;
                }
            }
        });
        let _reading = AbortOnDrop(reading);
        in_time(client.batch_execute(&format!("LISTEN {CHANNEL}"))).await?;
        // A move, which nobody may write beside, sees by this that somebody serves; it ends with the connection.
        in_time(client.execute("SELECT pg_advisory_lock_shared($1)", &[&SERVING])).await?;
        *pause = PAUSES[0];
        // What was told before this connection is not repeated.
        hear(&self.listener, Event::Missed);
        self.pass_on(&client).await?;
        loop {
            tokio::select! {
                note = news.recv() => match note {
                    Some(note) => self.take_in(&note),
                    None => return Err(NotReached::Silent),
                },
                count = self.told.recv_many(&mut self.waiting, TOGETHER_MAX) => {
                    self.pass_on(&client).await?;
                    if count == 0 {
                        return Ok(());
                    }
                }
                () = async { drop(stopped.wait_for(|stopped| *stopped).await) } => {
                    while let Ok(event) = self.told.try_recv() {
                        self.waiting.push(event);
                    }
                    return self.pass_on(&client).await;
                }
            }
        }
    }

    /// Tells what waits; it waits on if it cannot be told.
    async fn pass_on(&mut self, client: &Client) -> Result<(), NotReached> {
        if self.lost.swap(false, Ordering::SeqCst) {
            self.waiting.push(Event::Missed);
        }
        while !self.waiting.is_empty() {
            let together = self.waiting.len().min(TOGETHER_MAX);
            let words = self.waiting.iter().take(together).map(|event| word(*event));
            let message = std::iter::once(self.name.clone()).chain(words).collect::<Vec<_>>().join(" ");
            in_time(client.execute("SELECT pg_notify($1, $2)", &[&CHANNEL, &message])).await?;
            self.waiting.drain(..together);
        }
        Ok(())
    }

    fn take_in(&self, message: &str) {
        let mut words = message.split(' ');
        if words.next() == Some(self.name.as_str()) {
            return;
        }
        words.filter_map(event).for_each(|event| hear(&self.listener, event));
    }
}

async fn in_time<T>(asking: impl Future<Output = Result<T, tokio_postgres::Error>>) -> Result<T, NotReached> {
    Ok(timeout(SILENCE, asking).await.map_err(|_| NotReached::Silent)??)
}

/// Ends what reads the connection along with whoever it reads for.
struct AbortOnDrop(JoinHandle<()>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn word(event: Event) -> String {
    match event {
        Event::Grown(vault) => format!("+{}", vault.to_text()),
        Event::Deleted(vault) => format!("-{}", vault.to_text()),
        Event::Missed => "!".to_owned(),
    }
}

fn event(word: &str) -> Option<Event> {
    let vault = || VaultId::from_text(word.get(1..)?).ok();
    match word.get(..1)? {
        "+" => Some(Event::Grown(vault()?)),
        "-" => Some(Event::Deleted(vault()?)),
        "!" => Some(Event::Missed),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn news_are_read_as_they_were_written() {
        for told in [Event::Grown(VaultId([7; 32])), Event::Deleted(VaultId([0xff; 32]))] {
            let word = word(told);
            assert_eq!((event(&word), word.len()), (Some(told), 44));
        }
        assert_eq!(event(&word(Event::Missed)), Some(Event::Missed));
        for none in ["", "+", "?AAAA", "€"] {
            assert_eq!(event(none), None);
        }
    }
}
