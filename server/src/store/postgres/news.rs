//! News from node to node: one connection that listens and tells. Told outside of the transactions, many at once:
//! PostgreSQL lets only one transaction commit at a time that has something to tell.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lissom_protocol::api::to_text;
use lissom_protocol::ids::VaultId;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tokio_postgres::{AsyncMessage, Client};

use super::connect::{Door, reason};
use crate::store::{Event, Listener, OpenError};

const CHANNEL: &str = "lissom_relay";
/// News that wait to be told. What goes beyond is lost, and devices see it when they next look.
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
    stop: Arc<watch::Sender<bool>>,
    task: Arc<Mutex<Option<JoinHandle<()>>>>,
}

impl News {
    pub(super) fn start(door: Door, listener: Listener) -> Result<Self, OpenError> {
        let mut name = [0; 8];
        getrandom::fill(&mut name).map_err(|_| OpenError::Random)?;
        let (outbox, told) = mpsc::channel(WAITING_MAX);
        let (stop, stopped) = watch::channel(false);
        let node = Node { name: to_text(&name), door, listener: Arc::clone(&listener), told };
        let task = Arc::new(Mutex::new(Some(tokio::spawn(node.run(stopped)))));
        Ok(Self { listener, outbox, stop: Arc::new(stop), task })
    }

    /// Tells of something that is committed: here at once, and to the other nodes soon.
    pub(super) fn tell(&self, event: Event) {
        // A listener's panic is a bug of ours, and what is committed is answered all the same.
        drop(catch_unwind(AssertUnwindSafe(|| (self.listener)(event))));
        // A hint that nobody can take is no loss.
        let _: Result<(), _> = self.outbox.try_send(event);
    }

    pub(super) async fn close(&self) {
        self.stop.send_replace(true);
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            drop(task.await);
        }
    }
}

struct Node {
    /// Tells this node's own news from those of others.
    name: String,
    door: Door,
    listener: Listener,
    told: mpsc::Receiver<Event>,
}

impl Node {
    async fn run(mut self, mut stopped: watch::Receiver<bool>) {
        let [mut pause, longest] = PAUSES;
        loop {
            let ended = tokio::select! {
                ended = self.session(&mut pause) => ended,
                _ = stopped.wait_for(|stopped| *stopped) => return,
            };
            if let Err(error) = ended {
                tracing::warn!(reason = reason(&error), "no news from other nodes until PostgreSQL answers again");
            }
            tokio::select! {
                () = sleep(pause) => pause = pause.saturating_mul(2).min(longest),
                _ = stopped.wait_for(|stopped| *stopped) => return,
            }
        }
    }

    /// Listens and tells until the connection ends.
    async fn session(&mut self, pause: &mut Duration) -> Result<(), tokio_postgres::Error> {
        let (client, mut connection) = self.door.bare().await?;
        let (heard, mut news) = mpsc::channel(WAITING_MAX);
        // Ends with the client. A full channel is waited for: the server keeps what is not read yet.
        let reading = tokio::spawn(async move {
            while let Some(message) = poll_fn(|cx| connection.poll_message(cx)).await {
                match message {
                    Ok(AsyncMessage::Notification(note)) => {
                        if heard.send(Ok(note.payload().to_owned())).await.is_err() {
                            return;
                        }
                    }
                    Ok(_) => {}
                    Err(error) => return drop(heard.send(Err(error)).await),
                }
            }
        });
        let _reading = AbortOnDrop(reading);
        client.batch_execute(&format!("LISTEN {CHANNEL}")).await?;
        *pause = PAUSES[0];
        // What was told before this connection is not repeated.
        (self.listener)(Event::Missed);
        let mut events = Vec::new();
        loop {
            tokio::select! {
                note = news.recv() => match note {
                    Some(note) => self.hear(&note?),
                    None => return Ok(()),
                },
                count = self.told.recv_many(&mut events, TOGETHER_MAX) => {
                    if count == 0 {
                        return Ok(());
                    }
                    self.pass_on(&client, &mut events).await?;
                }
            }
        }
    }

    async fn pass_on(&self, client: &Client, events: &mut Vec<Event>) -> Result<(), tokio_postgres::Error> {
        let mut message = self.name.clone();
        for event in events.drain(..) {
            if let Some(word) = word(event) {
                message.push(' ');
                message.push_str(&word);
            }
        }
        client.execute("SELECT pg_notify($1, $2)", &[&CHANNEL, &message]).await?;
        Ok(())
    }

    fn hear(&self, message: &str) {
        let mut words = message.split(' ');
        if words.next() == Some(self.name.as_str()) {
            return;
        }
        words.filter_map(event).for_each(|event| (self.listener)(event));
    }
}

/// Ends what reads the connection along with whoever it reads for.
struct AbortOnDrop(JoinHandle<()>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn word(event: Event) -> Option<String> {
    match event {
        Event::Grown(vault) => Some(format!("+{}", vault.to_text())),
        Event::Deleted(vault) => Some(format!("-{}", vault.to_text())),
        Event::Missed => None,
    }
}

fn event(word: &str) -> Option<Event> {
    let vault = VaultId::from_text(word.get(1..)?).ok()?;
    match word.get(..1)? {
        "+" => Some(Event::Grown(vault)),
        "-" => Some(Event::Deleted(vault)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn news_are_read_as_they_were_written() {
        for told in [Event::Grown(VaultId([7; 32])), Event::Deleted(VaultId([0xff; 32]))] {
            let word = word(told).unwrap();
            assert_eq!((event(&word), word.len()), (Some(told), 44));
        }
        assert_eq!(
            (word(Event::Missed), event(""), event("+"), event("?AAAA"), event("€")),
            (None, None, None, None, None)
        );
    }
}
