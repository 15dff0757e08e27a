//! A disk that forgets: what it holds for sure, and what it may or may not have kept when the power goes.
//!
//! No more is taken for durable than POSIX promises. Bytes and length of a file are once that very file was flushed;
//! a name is once its folder was. Anything else may be kept or lost, each piece for itself and in any order, and a
//! write may be kept in part, in sectors of 512 bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::journal::Record;
use crate::random::Random;

/// What a disk writes as a whole.
const SECTOR: usize = 512;

/// A file, by the order in which it was made: numbers of the file system are used again.
type File = usize;

#[derive(Debug, Clone)]
enum Change {
    Write { file: File, offset: usize, bytes: Vec<u8> },
    Length { file: File, length: usize },
    Name { name: String, file: File },
    Folder { name: String },
    Rename { from: String, to: String, node: Node },
    Unlink { name: String },
}

impl Change {
    fn file(&self) -> Option<File> {
        match self {
            Self::Write { file, .. } | Self::Length { file, .. } => Some(*file),
            _ => None,
        }
    }

    /// Folders whose flush makes it durable.
    fn in_folder(&self, folder: &str) -> bool {
        let parent = |name: &str| name.rsplit_once('/').map_or("", |(parent, _)| parent) == folder;
        match self {
            Self::Name { name, .. } | Self::Folder { name } | Self::Unlink { name } => parent(name),
            // From one folder into another: neither flush is enough alone, and nobody here does that.
            Self::Rename { from, to, .. } => parent(from) && parent(to),
            Self::Write { .. } | Self::Length { .. } => false,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Node {
    File(File),
    Folder,
}

/// What a power cut leaves of what was not flushed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Nothing of it.
    Nothing,
    /// All of it.
    Everything,
    /// The first so many pieces, in the order in which they were made.
    First(usize),
    /// Any pieces, as if written in another order.
    Some(u64),
    /// Any pieces, and of a write any sectors.
    Torn(u64),
    /// All lengths, and any sectors of the writes: what is missing reads as zeros.
    Holes(u64),
}

#[derive(Debug, Clone, Default)]
struct Held {
    files: Vec<Vec<u8>>,
    names: BTreeMap<String, Node>,
}

/// The disk under one folder.
#[derive(Debug, Clone, Default)]
pub struct Disk {
    durable: Held,
    /// In the order in which they were made.
    pending: Vec<Change>,
    /// As the program sees it.
    present: BTreeMap<String, Node>,
    by_number: BTreeMap<u64, File>,
    mapped: BTreeSet<File>,
}

impl Disk {
    /// Takes in what the program did next.
    ///
    /// # Panics
    /// If it is about a file that was not made since the journal began.
    pub fn take(&mut self, record: &Record) {
        let file = |number: &u64| self.by_number[number];
        let change = match record {
            Record::Create { file, name } => {
                let made = self.durable.files.len();
                self.durable.files.push(Vec::new());
                self.by_number.insert(*file, made);
                Change::Name { name: name.clone(), file: made }
            }
            Record::Folder(name) => Change::Folder { name: name.clone() },
            Record::Write { file: number, offset, bytes } => {
                Change::Write { file: file(number), offset: *offset, bytes: bytes.clone() }
            }
            Record::Truncate { file: number, length } => Change::Length { file: file(number), length: *length },
            Record::Rename(from, to) => {
                Change::Rename { from: from.clone(), to: to.clone(), node: self.present[from].clone() }
            }
            Record::Link(from, to) => match self.present[from] {
                Node::File(file) => Change::Name { name: to.clone(), file },
                Node::Folder => unreachable!("folders have one name"),
            },
            Record::Unlink(name) => Change::Unlink { name: name.clone() },
            Record::Sync(number) => {
                let file = file(number);
                return self.flush(|change| change.file() == Some(file));
            }
            Record::SyncNames(folder) => return self.flush(|change| change.in_folder(folder)),
            Record::Mapped(number) => {
                let file = file(number);
                self.mapped.insert(file);
                return;
            }
            Record::Answer(_) => return,
        };
        rename(&mut self.present, &change);
        self.pending.push(change);
    }

    fn flush(&mut self, which: impl Fn(&Change) -> bool) {
        let (now, later): (Vec<_>, Vec<_>) = std::mem::take(&mut self.pending).into_iter().partition(which);
        self.pending = later;
        for change in &now {
            apply(&mut self.durable, change);
        }
    }

    /// How many pieces are not flushed.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.pending.len()
    }

    /// Names of files that were mapped into memory for writing, as far as they have one.
    #[must_use]
    pub fn mapped(&self) -> BTreeSet<&str> {
        let mapped = |node: &Node| matches!(node, Node::File(file) if self.mapped.contains(file));
        self.present.iter().filter(|(_, node)| mapped(node)).map(|(name, _)| name.as_str()).collect()
    }

    /// Cuts the power now, and writes what is left into a new folder.
    ///
    /// # Panics
    /// If the folder cannot be written.
    pub fn cut(&self, how: Cut, folder: &Path) {
        let left = self.left(how);
        fs::create_dir_all(folder).expect("a new folder");
        // Sorted by name, so that a folder comes before what is in it. What has lost its folder is lost.
        for (name, node) in &left.names {
            let path = folder.join(name);
            if !path.parent().is_some_and(Path::is_dir) {
                continue;
            }
            match node {
                Node::Folder => fs::create_dir(&path).expect("a new folder"),
                Node::File(file) => fs::write(&path, &left.files[*file]).expect("a new file"),
            }
        }
    }

    fn left(&self, how: Cut) -> Held {
        let mut left = self.durable.clone();
        let mut random = match how {
            Cut::Some(seed) | Cut::Torn(seed) | Cut::Holes(seed) => Random::new(seed),
            _ => Random::new(0),
        };
        for (place, change) in self.pending.iter().enumerate() {
            match how {
                Cut::Nothing => break,
                Cut::First(many) if place >= many => break,
                Cut::Everything | Cut::First(_) => apply(&mut left, change),
                Cut::Some(_) if random.coin() => apply(&mut left, change),
                Cut::Some(_) => {}
                Cut::Torn(_) | Cut::Holes(_) => match change {
                    Change::Write { file, offset, bytes } => {
                        if matches!(how, Cut::Holes(_)) {
                            grow(&mut left.files[*file], offset + bytes.len());
                        }
                        for (from, sector) in sectors(*offset, bytes) {
                            if random.coin() {
                                write(&mut left.files[*file], from, sector);
                            }
                        }
                    }
                    other if random.coin() => apply(&mut left, other),
                    _ => {}
                },
            }
        }
        left
    }
}

/// A write in pieces that a disk writes as a whole.
fn sectors(offset: usize, bytes: &[u8]) -> Vec<(usize, &[u8])> {
    let mut pieces = Vec::new();
    let (mut at, mut rest) = (offset, bytes);
    while !rest.is_empty() {
        let (piece, more) = rest.split_at(rest.len().min(SECTOR - at % SECTOR));
        pieces.push((at, piece));
        at += piece.len();
        rest = more;
    }
    pieces
}

fn grow(file: &mut Vec<u8>, length: usize) {
    if file.len() < length {
        file.resize(length, 0);
    }
}

fn write(file: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    grow(file, offset + bytes.len());
    file[offset..offset + bytes.len()].copy_from_slice(bytes);
}

fn apply(held: &mut Held, change: &Change) {
    match change {
        Change::Write { file, offset, bytes } => write(&mut held.files[*file], *offset, bytes),
        Change::Length { file, length } => held.files[*file].resize(*length, 0),
        _ => rename(&mut held.names, change),
    }
}

fn rename(names: &mut BTreeMap<String, Node>, change: &Change) {
    match change {
        Change::Name { name, file } => drop(names.insert(name.clone(), Node::File(*file))),
        Change::Folder { name } => drop(names.insert(name.clone(), Node::Folder)),
        Change::Unlink { name } => drop(names.remove(name)),
        // What is renamed was made before, but that name of it may be lost.
        Change::Rename { from, to, node } => {
            names.remove(from);
            names.insert(to.clone(), node.clone());
        }
        Change::Write { .. } | Change::Length { .. } => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: u64 = 7;

    fn disk(records: &[Record]) -> Disk {
        let mut disk = Disk::default();
        for record in records {
            disk.take(record);
        }
        disk
    }

    fn create(name: &str) -> Record {
        Record::Create { file: FILE, name: name.to_owned() }
    }

    fn write(offset: usize, bytes: &[u8]) -> Record {
        Record::Write { file: FILE, offset, bytes: bytes.to_vec() }
    }

    fn names() -> Record {
        Record::SyncNames(String::new())
    }

    /// What a file has after a cut.
    fn left(disk: &Disk, how: Cut, name: &str) -> Option<Vec<u8>> {
        match disk.left(how).names.get(name) {
            Some(Node::File(file)) => Some(disk.left(how).files[*file].clone()),
            _ => None,
        }
    }

    #[test]
    fn bytes_are_kept_once_their_file_and_its_name_are_flushed() {
        let mut disk = disk(&[create("a"), write(0, b"old"), Record::Sync(FILE)]);
        assert_eq!(left(&disk, Cut::Nothing, "a"), None, "a file's flush makes no name durable");
        disk.take(&names());
        disk.take(&write(0, b"new"));
        assert_eq!(left(&disk, Cut::Nothing, "a").unwrap(), b"old");
        assert_eq!(left(&disk, Cut::Everything, "a").unwrap(), b"new");
        disk.take(&Record::Sync(FILE));
        assert_eq!(left(&disk, Cut::Nothing, "a").unwrap(), b"new");
        assert_eq!(disk.pending(), 0);
    }

    #[test]
    fn a_number_that_is_used_again_is_another_file() {
        let gone = Record::Unlink("a".to_owned());
        let disk =
            disk(&[create("a"), write(0, b"one"), Record::Sync(FILE), names(), gone, create("b"), write(0, b"two")]);
        assert_eq!(left(&disk, Cut::Nothing, "a").unwrap(), b"one");
        assert_eq!(left(&disk, Cut::Everything, "b").unwrap(), b"two");
        assert_eq!(left(&disk, Cut::Everything, "a"), None);
    }

    #[test]
    fn a_rename_is_kept_or_lost_as_a_whole() {
        let rename = Record::Rename("a".to_owned(), "b".to_owned());
        let disk = disk(&[create("a"), write(0, b"x"), Record::Sync(FILE), names(), rename]);
        assert!(left(&disk, Cut::Nothing, "a").is_some() && left(&disk, Cut::Nothing, "b").is_none());
        assert!(left(&disk, Cut::First(1), "a").is_none() && left(&disk, Cut::First(1), "b").is_some());
    }

    #[test]
    fn a_torn_write_has_whole_sectors_of_either_kind() {
        let disk = disk(&[create("a"), write(0, &[1; 4096]), Record::Sync(FILE), names(), write(0, &[2; 4096])]);
        let (mut old, mut new) = (0, 0);
        for seed in 0..20 {
            for sector in left(&disk, Cut::Torn(seed), "a").unwrap().chunks(SECTOR) {
                assert!(sector.iter().all(|byte| *byte == sector[0]));
                old += usize::from(sector[0] == 1);
                new += usize::from(sector[0] == 2);
            }
        }
        assert!(old > 20 && new > 20);
    }
}
