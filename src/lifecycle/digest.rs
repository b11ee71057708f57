//! What stands for a text where the text itself is too long, or is not to be shown.

use sha2::{Digest, Sha256};

/// The first half of a SHA-256, in hexadecimal.
pub fn short(text: &str) -> String {
    let digest = Sha256::digest(text);
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
