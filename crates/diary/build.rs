//! Compiles the texts in `texts/`.

fn main() {
    lissom_texts::source::build();
}
