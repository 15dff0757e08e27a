//! Automerge change chunks out of a fuzzer's choices: checksums mended, or whole changes put together, so that what is
//! searched are the columns and not SHA-256.

use lissom_diary::core::document::{Change, ChangeHash, Document};
use sha2::{Digest, Sha256};

use super::input::Input;

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
/// Columns that puts at the root have, in the order in which a change lists them.
const COLUMNS: [u8; 8] = [21, 52, 66, 86, 87, 112, 113, 115];

/// Gives every chunk the checksum of its contents. With `link`, a change with one dependency depends on the one before
/// it, or on the document's head.
pub(super) fn mended(bytes: &[u8], head: ChangeHash, link: bool) -> Vec<u8> {
    let (mut out, mut rest, mut before) = (Vec::new(), bytes, head);
    while let Some((length, start)) = lengths(rest).filter(|(length, _)| *length <= rest.len()) {
        let (one, after) = rest.split_at(length);
        let mut chunk = one.to_vec();
        if link && chunk.get(start) == Some(&1) {
            chunk.iter_mut().skip(start + 1).zip(before.0).for_each(|(to, from)| *to = from);
        }
        let hash: [u8; 32] = Sha256::digest(chunk.get(8..).unwrap_or_default()).into();
        chunk.iter_mut().skip(4).take(4).zip(hash).for_each(|(to, from)| *to = from);
        before = ChangeHash(hash);
        out.extend(chunk);
        rest = after;
    }
    out.extend(rest);
    out
}

/// Length of the chunk at the front, and where its contents start.
fn lengths(bytes: &[u8]) -> Option<(usize, usize)> {
    if !bytes.starts_with(&MAGIC) {
        return None;
    }
    let mut length = 0_usize;
    for (at, byte) in bytes.iter().enumerate().skip(9).take(4) {
        length |= usize::from(byte & 0x7f) << (7 * (at - 9));
        if byte & 0x80 == 0 {
            return Some((at + 1 + length, at + 1));
        }
    }
    None
}

/// Changes whose numbers fit the document, with columns of the fuzzer's.
pub(super) fn composed(input: &mut Input<'_>, document: &Document, last_op: u64) -> Vec<u8> {
    let mut body = Vec::new();
    let mut heads = document.heads();
    let mut sequences = [0_u64; 4];
    let mut start_op = last_op + 1;
    for _ in 0..=input.below(4) {
        let choices = input.byte();
        let actor = usize::from(choices % 4);
        let sequence = sequences.get_mut(actor).expect("four of them");
        *sequence += 1;
        // Mostly the numbers that follow; now and then others.
        let (seq, start) =
            if choices & 0xc0 == 0xc0 { (input.number(), input.number()) } else { (*sequence, start_op) };
        let deps = if choices & 0x20 == 0 { heads.clone() } else { Vec::new() };
        let mut contents = Vec::new();
        uleb(&mut contents, deps.len() as u64);
        for dep in &deps {
            contents.extend(dep.0);
        }
        prefixed(&mut contents, &[0xf0 | (choices % 4); 16]);
        uleb(&mut contents, seq);
        uleb(&mut contents, start);
        contents.extend([0, 0]);
        let others = input.below(3);
        uleb(&mut contents, others as u64);
        (0..others).for_each(|other| prefixed(&mut contents, &[if other == 0 { 1 } else { input.byte() }; 16]));
        let chosen = input.byte();
        let columns = COLUMNS.iter().enumerate().filter(|(at, _)| chosen & (1 << at) != 0);
        let columns: Vec<(u8, &[u8])> = columns.map(|(_, spec)| (*spec, input.short())).collect();
        uleb(&mut contents, columns.len() as u64);
        for (spec, data) in &columns {
            uleb(&mut contents, u64::from(*spec));
            uleb(&mut contents, data.len() as u64);
        }
        for (_, data) in &columns {
            contents.extend(*data);
        }
        let mut hashed = vec![1];
        prefixed(&mut hashed, &contents);
        let hash: [u8; 32] = Sha256::digest(&hashed).into();
        let chunk = [MAGIC.as_slice(), hash.split_at(4).0, &hashed].concat();
        if let Ok(change) = Change::parse(&chunk) {
            start_op = change.start_op.saturating_add(change.operations);
            heads = vec![change.hash];
        }
        body.extend(chunk);
    }
    body
}

fn uleb(out: &mut Vec<u8>, mut value: u64) {
    loop {
        let low = value.to_le_bytes().first().copied().unwrap_or(0) & 0x7f;
        value >>= 7;
        out.push(if value == 0 { low } else { low | 0x80 });
        if value == 0 {
            return;
        }
    }
}

fn prefixed(out: &mut Vec<u8>, bytes: &[u8]) {
    uleb(out, bytes.len() as u64);
    out.extend(bytes);
}
