//! Every sentence that the command line says to people, by key: the files in `texts/`, compiled in.

pub(crate) use lissom_texts::{Arg, Lang, Sentence, Text};

#[expect(unreachable_pub, reason = "libraries show their texts to others; a program has none to show them to")]
#[cfg_attr(not(test), expect(dead_code, reason = "a test finds texts that nothing says"))]
mod compiled {
    use super::Text;

    include!(concat!(env!("OUT_DIR"), "/texts.rs"));
}

pub(crate) use compiled::*;

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::path::{Path, PathBuf};

    /// Every source file below this folder.
    fn below(folder: &Path) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let inside = |path: PathBuf| if path.is_dir() { below(&path) } else { vec![path] };
        entries.flat_map(inside).collect()
    }

    /// What every source file of this program says.
    pub(crate) fn sources() -> Vec<String> {
        let files = below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
        files.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect()
    }

    #[test]
    fn every_text_is_said_somewhere() {
        let sources = sources();
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        for text in ALL {
            let (module, name) = text.key().split_once('.').unwrap();
            let name = format!("::{}", name.replace('.', "_").to_uppercase());
            let says = |source: &&String| {
                let mut uses = source.lines().filter(|line| line.starts_with("use crate::texts::"));
                uses.any(|line| line.split(|c| !word(c)).any(|word| word == module))
                    && source.split(&name).skip(1).any(|rest| !rest.starts_with(word))
            };
            assert!(sources.iter().find(says).is_some(), "nothing says {}", text.key());
        }
        assert_eq!(find("log.saved"), Some(log::SAVED));
    }
}
