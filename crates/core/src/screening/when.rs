//! The small language in which rules and questions say when they apply.

/// A condition over answers. It has no "not": another yes can only make more of them hold, never fewer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// In any case.
    Always,
    /// The question was answered yes or not sure.
    Yes(&'static str),
    /// The question was answered yes.
    Sure(&'static str),
    /// The age in years is from the first to the second, both included.
    Age(i64, i64),
    /// All of these hold.
    All(&'static [Self]),
    /// At least one of these holds.
    Any(&'static [Self]),
    /// At least so many of these hold.
    AtLeast(usize, &'static [Self]),
}

impl When {
    /// Ids of the questions it looks at.
    #[must_use]
    pub fn ids(&self) -> Vec<&'static str> {
        match self {
            Self::Always => Vec::new(),
            Self::Yes(id) | Self::Sure(id) => vec![id],
            Self::Age(..) => vec![super::question::AGE],
            Self::All(parts) | Self::Any(parts) | Self::AtLeast(_, parts) => parts.iter().flat_map(Self::ids).collect(),
        }
    }
}
