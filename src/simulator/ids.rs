//! Ids, keys and tokens: texts that look random and follow from the seed alone.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

/// 32 bytes that follow from the seed, what they are for, and a number. Nothing here is secret, and an account
/// of many users takes many of them, so that a quick mixing (SplitMix64) does.
pub(crate) fn digest(seed: u64, purpose: &str, number: u64) -> [u8; 32] {
    let start = purpose
        .bytes()
        .fold(mix(seed), |state, byte| mix(state ^ u64::from(byte)));
    let start = mix(start ^ number);
    let mut bytes = [0; 32];
    for (place, eight) in (0_u64..).zip(bytes.chunks_mut(8)) {
        eight.copy_from_slice(&mix(start.wrapping_add(place)).to_be_bytes());
    }
    bytes
}

fn mix(state: u64) -> u64 {
    let mut mixed = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// An id of 22 characters, as long as the ids of an 8x8 account.
pub(crate) fn id(seed: u64, purpose: &str, number: u64) -> String {
    URL_SAFE_NO_PAD.encode(&digest(seed, purpose, number)[..16])
}

/// A secret text of 43 characters.
pub(crate) fn secret(seed: u64, purpose: &str, number: u64) -> String {
    URL_SAFE_NO_PAD.encode(digest(seed, purpose, number))
}

/// A text in the form of a UUID, for `X-Response-Id`.
pub(crate) fn uuid(seed: u64, purpose: &str, number: u64) -> String {
    let mut bytes = digest(seed, purpose, number);
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let mut text = String::with_capacity(36);
    for (index, byte) in bytes[..16].iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// What stands after `Basic ` for a key and its secret.
pub(crate) fn basic(key: &str, secret: &str) -> String {
    STANDARD.encode(format!("{key}:{secret}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_is_standard_base64_with_padding() {
        assert_eq!(basic("Aladdin", "open sesame"), "QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assert_eq!(basic("ab", "cd"), "YWI6Y2Q=");
    }

    #[test]
    fn ids_follow_from_the_seed() {
        assert_eq!(id(1, "user", 1), id(1, "user", 1));
        assert_ne!(id(1, "user", 1), id(2, "user", 1));
        assert_ne!(id(1, "user", 1), id(1, "user", 2));
        assert_eq!(id(1, "user", 1).len(), 22);
        assert_eq!(uuid(1, "response", 1).len(), 36);
    }
}
