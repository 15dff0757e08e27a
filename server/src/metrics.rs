//! Figures for whoever runs the relay, in Prometheus' text format. No label names a vault, an address or a token.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::app::App;
use crate::store::{self, Totals};

/// Upper edges of the times that answers take, in seconds.
const EDGES: [f64; 8] = [0.001, 0.005, 0.02, 0.05, 0.1, 0.5, 2.0, 10.0];

/// What is counted while the relay runs.
#[derive(Debug)]
pub(crate) struct Metrics {
    start: Instant,
    answers: Mutex<BTreeMap<(&'static str, &'static str), Answers>>,
    pub(crate) entries: Count,
    pub(crate) bytes: Count,
    pub(crate) returned: Count,
    pub(crate) registered: Count,
    pub(crate) deleted: Count,
    pub(crate) turned_away: Count,
}

/// A number that only grows.
#[derive(Debug, Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    pub(crate) fn add(&self, number: u64) {
        self.0.fetch_add(number, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// One route's answers.
#[derive(Debug, Default)]
struct Answers {
    statuses: BTreeMap<u16, u64>,
    within: [u64; EDGES.len()],
    total: Duration,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        Self {
            start: Instant::now(),
            answers: Mutex::default(),
            entries: Count::default(),
            bytes: Count::default(),
            returned: Count::default(),
            registered: Count::default(),
            deleted: Count::default(),
            turned_away: Count::default(),
        }
    }

    pub(crate) fn answered(&self, method: &'static str, route: &'static str, status: u16, time: Duration) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let answers = answers.entry((method, route)).or_default();
        let count = answers.statuses.entry(status).or_insert(0);
        *count = count.saturating_add(1);
        answers.total = answers.total.saturating_add(time);
        for (within, edge) in answers.within.iter_mut().zip(EDGES) {
            *within = within.saturating_add(u64::from(time.as_secs_f64() <= edge));
        }
    }

    /// Everything, as text.
    pub(crate) fn text(&self, app: &App, totals: &Totals) -> String {
        let mut page = Page::default();
        page.family("lissom_relay_info", "gauge", "The program's version.");
        page.value("lissom_relay_info", concat!("version=\"", env!("CARGO_PKG_VERSION"), "\""), 1);
        self.answers_on(&mut page);
        for (name, help, count) in [
            ("entries_appended", "Entries stored.", &self.entries),
            ("bytes_appended", "Bytes of entries stored.", &self.bytes),
            ("entries_returned", "Entries that devices sent again to logs that had been set back.", &self.returned),
            ("vaults_registered", "Diaries that came.", &self.registered),
            ("vaults_deleted", "Diaries that their owners deleted.", &self.deleted),
            ("connections_turned_away", "Connections over the limit of their address.", &self.turned_away),
        ] {
            page.single(&format!("lissom_relay_{name}_total"), "counter", help, count.get());
        }
        for (name, help, value) in self.gauges(app, totals) {
            page.single(&format!("lissom_relay_{name}"), "gauge", help, value);
        }
        page.text
    }

    fn answers_on(&self, page: &mut Page) {
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        page.family("lissom_relay_answers_total", "counter", "Answers by route and status.");
        for ((method, route), answers) in answers.iter() {
            for (status, count) in &answers.statuses {
                let labels = format!("method=\"{method}\",route=\"{route}\",status=\"{status}\"");
                page.value("lissom_relay_answers_total", &labels, *count);
            }
        }
        let name = "lissom_relay_answer_seconds";
        page.family(name, "histogram", "Time to an answer's header.");
        for ((method, route), answers) in answers.iter() {
            let labels = format!("method=\"{method}\",route=\"{route}\"");
            for (edge, within) in EDGES.iter().zip(answers.within) {
                page.value(&format!("{name}_bucket"), &format!("{labels},le=\"{edge}\""), within);
            }
            let count = answers.statuses.values().fold(0_u64, |sum, count| sum.saturating_add(*count));
            page.value(&format!("{name}_bucket"), &format!("{labels},le=\"+Inf\""), count);
            page.value(&format!("{name}_sum"), &labels, answers.total.as_secs_f64());
            page.value(&format!("{name}_count"), &labels, count);
        }
    }

    fn gauges(&self, app: &App, totals: &Totals) -> Vec<(&'static str, &'static str, u64)> {
        let config = app.config();
        let whole = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        let taken = |most: usize, free: usize| whole(most.saturating_sub(free));
        let mut gauges = vec![
            ("uptime_seconds", "Seconds since the start.", self.start.elapsed().as_secs()),
            ("vaults", "Diaries.", totals.vaults),
            ("entries", "Entries of all diaries.", totals.entries),
            ("entry_bytes", "Bytes of these.", totals.bytes),
            ("database_bytes", "Size of the database without its write-ahead log.", totals.file),
            (
                "connections",
                "Connections that are open.",
                taken(config.connections_max, app.connections().available_permits()),
            ),
            ("watchers", "Streams of pokes.", taken(config.watchers_max, app.watchers().available_permits())),
            ("mailboxes", "Mailboxes for pairing.", totals.mailboxes),
        ];
        // PostgreSQL's disk is elsewhere.
        let here = config.database.is_none();
        if let Some(space) = here.then(|| store::space(&config.data)).flatten() {
            gauges.push(("disk_free_bytes", "Free space on the disk of the data folder.", space.free));
            let room = u64::from(space.free >= config.free_bytes_min);
            gauges.push(("disk_has_room", "Whether new entries are stored: 0 below min-free.", room));
        }
        gauges
    }
}

#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        let _: std::fmt::Result = write!(self.text, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
    }

    fn value(&mut self, name: &str, labels: &str, value: impl std::fmt::Display) {
        let _: std::fmt::Result = writeln!(self.text, "{name}{{{labels}}} {value}");
    }

    fn single(&mut self, name: &str, kind: &str, help: &str, value: u64) {
        self.family(name, kind, help);
        let _: std::fmt::Result = writeln!(self.text, "{name} {value}");
    }
}
