//! QR codes: for a terminal, and for a page.

use std::fmt::Write as _;

use qrcodegen::{QrCode, QrCodeEcc};

/// Empty modules around a code, without which cameras do not find it.
const MARGIN: i32 = 2;

fn code(text: &str) -> Option<QrCode> {
    QrCode::encode_text(text, QrCodeEcc::Low).ok()
}

/// For a terminal with light letters on dark ground, or the other way round: both are read by today's cameras.
/// Empty if the text is too long for a code.
#[must_use]
pub fn terminal(text: &str) -> String {
    let Some(code) = code(text) else { return String::new() };
    let mut lines = String::new();
    let mut y = -MARGIN;
    while y < code.size().saturating_add(MARGIN) {
        for x in -MARGIN..code.size().saturating_add(MARGIN) {
            lines.push(match (code.get_module(x, y), code.get_module(x, y.saturating_add(1))) {
                (false, false) => '█',
                (false, true) => '▀',
                (true, false) => '▄',
                (true, true) => ' ',
            });
        }
        lines.push('\n');
        y = y.saturating_add(2);
    }
    lines
}

/// As an SVG element, dark on light whatever the page's colours. Empty if the text is too long for a code.
#[must_use]
pub fn svg(text: &str) -> String {
    let Some(code) = code(text) else { return String::new() };
    let size = code.size().saturating_add(MARGIN).saturating_add(MARGIN);
    let mut path = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            let _: std::fmt::Result =
                write!(path, "M{} {}h1v1h-1z", x.saturating_add(MARGIN), y.saturating_add(MARGIN));
        }
    }
    format!(
        "<svg viewBox=\"0 0 {size} {size}\" role=\"img\" aria-label=\"QR code of this relay's address\" \
         shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h{size}v{size}H0z\"/><path d=\"{path}\"/></svg>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_show_the_same_code() {
        let text = "https://relay.example.org/#invite=iecqMYths7VIwRedTvE0RQBr2KF8zOfu";
        let (lines, picture) = (terminal(text), svg(text));
        let dark = lines
            .chars()
            .map(|c| match c {
                ' ' => 2,
                '▀' | '▄' => 1,
                _ => 0,
            })
            .sum::<usize>();
        assert_eq!(dark, picture.matches("h1v1").count());
        assert!(lines.lines().all(|line| line.chars().count() == lines.lines().next().unwrap().chars().count()));
        assert!(lines.lines().count() < 24, "it fits a terminal");
    }

    #[test]
    fn what_is_too_long_is_left_out() {
        assert_eq!((terminal(&"x".repeat(5_000)), svg(&"x".repeat(5_000))), (String::new(), String::new()));
    }
}
