//! Icons from the one sprite, `public/icons.svg`.

use leptos::prelude::*;

/// The address of the sprite, with the hash of its content. The shell provides it as context; without it the
/// unhashed address is used.
#[derive(Clone, Debug)]
pub struct Sprite(pub String);

macro_rules! glyphs {
    ($($name:ident = $id:literal),+ $(,)?) => {
        /// What can be drawn: one per symbol of the sprite.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Glyph { $(#[doc = concat!("The symbol `", $id, "`.")] $name),+ }

        impl Glyph {
            /// Every glyph, in the order of the sprite.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The id of the symbol in the sprite.
            pub fn id(self) -> &'static str {
                match self { $(Self::$name => $id),+ }
            }
        }
    };
}

glyphs! {
    Mark = "mark",
    Queue = "queue",
    Fifo = "fifo",
    DeadLetter = "dead-letter",
    Redrive = "redrive",
    Look = "look",
    EyeOff = "eye-off",
    Send = "send",
    Settings = "settings",
    Danger = "danger",
    Copy = "copy",
    Check = "check",
    Warning = "warning",
    Info = "info",
    Error = "error",
    Ok = "ok",
    Search = "search",
    Theme = "theme",
    Sun = "sun",
    Moon = "moon",
    Activity = "activity",
    Plus = "plus",
    Close = "close",
    ChevronDown = "chevron-down",
    ChevronRight = "chevron-right",
    External = "external",
    Clock = "clock",
    Play = "play",
    Stop = "stop",
    Download = "download",
    Trash = "trash",
    Keyboard = "keyboard",
    ArrowRight = "arrow-right",
    User = "user",
    Edit = "edit",
}

/// An icon in the colour of its text. With a label it is an image of that name; without, decoration.
#[component]
pub fn Icon(
    /// The icon.
    glyph: Glyph,
    /// 32 pixels instead of 16: for empty states.
    #[prop(optional)]
    large: bool,
    /// What it says, where it says more than the text beside it.
    #[prop(optional, into)]
    label: Option<String>,
) -> impl IntoView {
    let sprite = use_context::<Sprite>().map_or_else(|| "/icons.svg".to_owned(), |sprite| sprite.0);
    let decoration = label.is_none().then_some("true");
    let role = label.is_some().then_some("img");
    view! {
        <svg class="icon" data-size=large.then_some("large") role=role aria-label=label aria-hidden=decoration>
            <use_ href=format!("{sprite}#{}", glyph.id())></use_>
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sprite_and_the_list_are_the_same() {
        let sprite = include_str!("../../../public/icons.svg");
        let drawn: Vec<&str> =
            sprite.split("<symbol id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let listed: Vec<&str> = Glyph::ALL.iter().map(|glyph| glyph.id()).collect();
        assert_eq!(drawn, listed);
    }

    #[test]
    fn an_icon_without_a_label_is_hidden_from_screen_readers() {
        let html = view! { <Icon glyph=Glyph::Queue/> }.to_html();
        assert!(html.contains(r#"aria-hidden="true""#) && html.contains(r#"href="/icons.svg#queue""#), "{html}");
        let html = view! { <Icon glyph=Glyph::Queue label="Queue"/> }.to_html();
        assert!(html.contains(r#"role="img""#) && html.contains(r#"aria-label="Queue""#), "{html}");
    }
}
