//! What was packed: base64 (RFC 4648), gzip (RFC 1952), zlib (RFC 1950) and deflate (RFC 1951).
//!
//! Unpacking stops at 8 MiB for a whole body, and at 100 times what was packed: a few bytes must not fill the memory.

use std::io::{ErrorKind, Read};

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use super::{Content, Seen};
use crate::model::words;

/// The most bytes that the layers of one body unpack to, all together.
pub(super) const UNPACKED: usize = 8 << 20;
/// How many times larger it may get.
pub(super) const RATIO: usize = 100;
/// Below this many letters a text is a word, not base64.
const SHORTEST: usize = 16;

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// Base64, where what it stands for is worth more than the letters: text, something packed, or bytes that nothing but
/// base64 explains.
pub(super) fn base64(text: &str) -> Option<Seen> {
    let (letters, bytes) = decoded(text)?;
    if letters.len() < SHORTEST {
        return None;
    }
    let content = content(bytes);
    let plausible = match &content {
        Content::Text(_) => true,
        Content::Bytes(bytes) => is_gzip(bytes) || is_zlib(bytes) || unmistakable(&letters),
    };
    if !plausible {
        return None;
    }
    let seen = Seen::leaf("base64").fact("Stands for", Some(size(content.size())));
    Some(Seen { content: Some(content.clone()), ..seen }.around(content, None))
}

/// The bytes that base64 stands for, in either alphabet, with or without its padding and line breaks.
pub(super) fn bytes(text: &str) -> Option<Vec<u8>> {
    decoded(text).map(|(_, bytes)| bytes)
}

/// The letters of base64, and what they stand for.
fn decoded(text: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    let mut letters = Vec::with_capacity(text.len());
    for byte in text.trim().bytes() {
        match byte {
            b'\n' | b'\r' => {}
            b'+' | b'/' | b'-' | b'_' | b'=' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => letters.push(byte),
            _ => return None,
        }
    }
    let url_safe = letters.iter().any(|letter| matches!(letter, b'-' | b'_'));
    let engine = if url_safe { URL_SAFE } else { STANDARD };
    let bytes = engine.decode(&letters).ok()?;
    Some((letters, bytes))
}

/// Whether letters are base64 although what they stand for says nothing: an id of letters and digits is not.
fn unmistakable(letters: &[u8]) -> bool {
    let has = |kind: fn(&u8) -> bool| letters.iter().any(kind);
    letters.len().is_multiple_of(4)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_uppercase)
        && (letters.last() == Some(&b'=') || letters.contains(&b'/') || letters.contains(&b'+'))
}

/// Bytes are text where they are UTF-8 that a person can read.
pub(super) fn content(bytes: Vec<u8>) -> Content {
    let readable = |c: char| !c.is_control() || matches!(c, '\t' | '\n' | '\r');
    match String::from_utf8(bytes) {
        Ok(text) if text.chars().all(readable) => Content::Text(text.into()),
        Ok(text) => Content::Bytes(text.into_bytes().into()),
        Err(error) => Content::Bytes(error.into_bytes().into()),
    }
}

fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b, 8])
}

/// Method 8, a window that there is, and a check that fits (RFC 1950, section 2.2).
fn is_zlib(bytes: &[u8]) -> bool {
    matches!(bytes, [method, flags, ..] if method & 15 == 8 && method >> 4 <= 7
        && (u16::from(*method) << 8 | u16::from(*flags)).is_multiple_of(31))
}

/// Unpacks bytes that are packed; `unpacked` counts what this body has unpacked to so far.
pub(super) fn open(bytes: &[u8], unpacked: &mut usize) -> Option<Seen> {
    let most = UNPACKED.saturating_sub(*unpacked).min(bytes.len().saturating_mul(RATIO));
    let (name, out) = if is_gzip(bytes) {
        ("gzip", read(MultiGzDecoder::new(bytes), most)?)
    } else if let Some(out) = is_zlib(bytes).then(|| read(ZlibDecoder::new(bytes), most)).flatten() {
        ("zlib", out)
    } else {
        ("deflate", bare(bytes, most)?)
    };
    let whole = out.len() <= most;
    let mut out = out;
    out.truncate(most);
    *unpacked += out.len();
    let content = if whole { content(out) } else { beginning(out) };
    let seen =
        Seen::leaf(name).fact("Packed", Some(size(bytes.len()))).fact("Unpacked", whole.then(|| size(content.size())));
    let seen = if whole {
        seen.around(content.clone(), None)
    } else if most == bytes.len().saturating_mul(RATIO) {
        seen.note(format!("Stops at {RATIO} times what was packed, {}: the rest is not unpacked.", size(most)))
    } else {
        seen.note(format!("Stops at {}: the rest is not unpacked.", size(UNPACKED)))
    };
    Some(Seen { content: Some(content), ..seen })
}

/// Why bytes that look packed cannot be unpacked, in a sentence. `None` where they do not look so.
pub(super) fn damage(bytes: &[u8]) -> Option<String> {
    let most = UNPACKED.min(bytes.len().saturating_mul(RATIO)) as u64;
    let (name, failed) = if is_gzip(bytes) {
        ("gzip", std::io::copy(&mut MultiGzDecoder::new(bytes).take(most), &mut std::io::sink()).err()?)
    } else if is_zlib(bytes) {
        ("zlib", std::io::copy(&mut ZlibDecoder::new(bytes).take(most), &mut std::io::sink()).err()?)
    } else {
        return None;
    };
    let why = match failed.kind() {
        ErrorKind::UnexpectedEof => "it ends before it is complete",
        _ => "its data is damaged",
    };
    Some(format!("Looks like {name}, but cannot be unpacked: {why}."))
}

/// Deflate has no mark of its own: it must end where the bytes end, and be text.
fn bare(bytes: &[u8], most: usize) -> Option<Vec<u8>> {
    let mut decoder = DeflateDecoder::new(bytes);
    let out = read(&mut decoder, most)?;
    let whole = out.len() <= most && decoder.total_in() == bytes.len() as u64;
    (whole && !out.is_empty() && matches!(content(out.clone()), Content::Text(_))).then_some(out)
}

/// Everything up to one byte more than `most`; `None` where it is damaged.
fn read(from: impl Read, most: usize) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    from.take(most as u64 + 1).read_to_end(&mut out).ok()?;
    Some(out)
}

/// The beginning of something that was cut: its last letter may be half.
fn beginning(mut bytes: Vec<u8>) -> Content {
    if let Err(error) = std::str::from_utf8(&bytes)
        && error.error_len().is_none()
    {
        bytes.truncate(error.valid_up_to());
    }
    content(bytes)
}

fn size(bytes: usize) -> String {
    words::bytes(bytes as u64)
}
