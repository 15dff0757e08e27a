//! The pseudo-locale: readable, yet nothing in it can be mistaken for English that nobody translated.

/// Marks where a text begins and ends: one that is cut off, or glued together of two, shows.
const OPEN: char = '⟦';
const CLOSE: char = '⟧';
/// Other languages need more room than English; one sign for so many letters.
const LETTERS_PER_SIGN: usize = 3;
const ROOM: char = '·';

/// A whole text: marked, with accents and with room to grow. What stands in backticks is for a keyboard and stays.
pub(crate) fn sentence(words: &str) -> String {
    let mut code = false;
    let mut letters = 0_usize;
    let mut said = String::from(OPEN);
    for letter in words.chars() {
        if letter == '`' {
            code = !code;
        }
        letters = letters.saturating_add(usize::from(!code && letter.is_ascii_alphabetic()));
        said.push(if code { letter } else { accented(letter) });
    }
    close(said, letters)
}

/// Accents on a piece of a text, in a frame that [`frame`] puts round the whole.
pub(crate) fn piece(words: &str) -> String {
    words.chars().map(accented).collect()
}

/// Marks a text made of pieces.
pub(crate) fn frame(said: &str, letters: usize) -> String {
    close(format!("{OPEN}{said}"), letters)
}

fn close(mut said: String, letters: usize) -> String {
    said.extend(std::iter::repeat_n(ROOM, letters.checked_div(LETTERS_PER_SIGN).unwrap_or(0)));
    said.push(CLOSE);
    said
}

fn accented(letter: char) -> char {
    match letter {
        'a' => 'á',
        'b' => 'ƀ',
        'c' => 'ç',
        'd' => 'ð',
        'e' => 'é',
        'f' => 'ƒ',
        'g' => 'ĝ',
        'h' => 'ĥ',
        'i' => 'î',
        'j' => 'ĵ',
        'k' => 'ķ',
        'l' => 'ļ',
        'm' => 'ɱ',
        'n' => 'ñ',
        'o' => 'ö',
        'p' => 'þ',
        'q' => 'ɋ',
        'r' => 'ŕ',
        's' => 'š',
        't' => 'ţ',
        'u' => 'û',
        'v' => 'ṽ',
        'w' => 'ŵ',
        'x' => 'ẋ',
        'y' => 'ý',
        'z' => 'ž',
        'A' => 'Å',
        'B' => 'Ɓ',
        'C' => 'Ç',
        'D' => 'Ð',
        'E' => 'É',
        'F' => 'Ƒ',
        'G' => 'Ĝ',
        'H' => 'Ĥ',
        'I' => 'Î',
        'J' => 'Ĵ',
        'K' => 'Ķ',
        'L' => 'Ļ',
        'M' => 'Ṁ',
        'N' => 'Ñ',
        'O' => 'Ö',
        'P' => 'Þ',
        'Q' => 'Ɋ',
        'R' => 'Ŕ',
        'S' => 'Š',
        'T' => 'Ţ',
        'U' => 'Û',
        'V' => 'Ṽ',
        'W' => 'Ŵ',
        'X' => 'Ẋ',
        'Y' => 'Ý',
        'Z' => 'Ž',
        other => other,
    }
}
