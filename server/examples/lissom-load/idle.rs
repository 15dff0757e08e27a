//! Connections on which next to nothing happens: many watchers, and those who send half a header.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::person::Keys;
use crate::wire::Wire;

/// Watchers of one diary, below the relay's default cap.
const WATCHERS_PER_DIARY: u32 = 8;

/// Opens streams of pokes of diaries to which nobody writes.
pub(crate) async fn watch(address: SocketAddr, first: u32, count: u32) -> Outcome<Vec<Wire>> {
    let mut streams = Vec::new();
    let mut wire = Wire::open(address).await?;
    for number in 0..count.div_ceil(WATCHERS_PER_DIARY) {
        // Numbers that no person has.
        let keys = Keys::arrive(&mut wire, first.wrapping_add(1 << 31).wrapping_add(number)).await?;
        let left = count.saturating_sub(number.saturating_mul(WATCHERS_PER_DIARY));
        for _ in 0..left.min(WATCHERS_PER_DIARY) {
            streams.push(keys.watch(address).await?);
        }
    }
    Ok(streams)
}

/// Opens connections and sends half a header on each.
pub(crate) async fn half_open(address: SocketAddr, count: u32) -> Outcome<Vec<Wire>> {
    let mut all = Vec::new();
    for _ in 0..count {
        let mut wire = Wire::open(address).await?;
        wire.send_raw(b"GET /v1/info HTTP/1.1\r\nhost: rel").await?;
        all.push(wire);
    }
    Ok(all)
}

/// How many the relay closes, and when the last of them.
pub(crate) async fn until_closed(all: Vec<Wire>, start: Instant) -> (usize, Duration) {
    let (mut closed, mut last) = (0_usize, Duration::ZERO);
    let mut waiting = tokio::task::JoinSet::new();
    for mut wire in all {
        waiting.spawn(async move { wire.closed().await });
    }
    let limit = Duration::from_mins(1);
    while let Ok(Some(_)) = tokio::time::timeout(limit, waiting.join_next()).await {
        (closed, last) = (closed.saturating_add(1), start.elapsed());
    }
    (closed, last)
}
