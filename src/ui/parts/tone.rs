//! The tones of status. Kept apart because notices, badges, meters and tips share them; `tokens.css` gives them colour.

/// What a status means. Colour is information: no tone is decoration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Nothing to say.
    #[default]
    Neutral,
    /// Worth knowing.
    Info,
    /// It worked.
    Ok,
    /// It works, but look at it.
    Warn,
    /// It failed, or will destroy something.
    Danger,
}

impl Tone {
    /// The value of `data-tone`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Info => "info",
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Danger => "danger",
        }
    }
}
