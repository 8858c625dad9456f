//! The signature of a release: Ed25519 (RFC 8032) over its card. The card names the manifest by its hash and the manifest
//! names every file by its own, so one signature covers the site.

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};

use super::manifest::Card;
use crate::seal::{Secret, hex, unhex};

/// Who signed a release, and the signature; hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signed {
    pub key: String,
    pub signature: String,
}

/// What a card says of its origin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Nobody signed it.
    Unsigned,
    /// There is a signature, and it does not belong to this card.
    Forged,
    /// Signed with the key of this name.
    By(String),
}

/// The name of the key with this seed, to be compared with that of a release: 64 hexadecimal digits.
pub fn public_key(seed: &Secret) -> String {
    hex(SigningKey::from_bytes(seed.bytes()).verifying_key().as_bytes())
}

pub(super) fn sign(seed: &Secret, card: &Card) -> Signed {
    let signature = SigningKey::from_bytes(seed.bytes()).sign(&message(card));
    Signed { key: public_key(seed), signature: hex(&signature.to_bytes()) }
}

pub(super) fn origin(card: &Card) -> Origin {
    let Some(signed) = &card.signed else { return Origin::Unsigned };
    let checked = || {
        let key = VerifyingKey::from_bytes(&unhex(&signed.key)?.try_into().ok()?).ok()?;
        let signature = Signature::from_bytes(&unhex(&signed.signature)?.try_into().ok()?);
        key.verify_strict(&message(card), &signature).ok()
    };
    checked().map_or(Origin::Forged, |()| Origin::By(signed.key.clone()))
}

/// What is signed: a word that nothing else begins with, and the card without the signature as compact JSON.
fn message(card: &Card) -> Vec<u8> {
    let bare = Card { signed: None, ..card.clone() };
    let mut message = b"storebook release\n".to_vec();
    message.extend(serde_json::to_vec(&bare).unwrap_or_default());
    message
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::manifest::{Manifest, Release};
    use super::*;

    #[test]
    fn the_key_is_that_of_rfc_8032() {
        // RFC 8032, section 7.1, test 1.
        let seed = unhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60").unwrap();
        let seed = Secret::new(seed.try_into().unwrap());
        assert_eq!(public_key(&seed), "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    }

    #[test]
    fn a_changed_card_is_forged() {
        let signer = Some(Secret::new([7; 32]));
        let release =
            Release { generator: "storebook 1".into(), as_of: "2026-10-31".into(), signer, ..Release::default() };
        let card = Card::new(&release, &Manifest::new(BTreeMap::new()), b"x").unwrap();
        assert_eq!(origin(&card), Origin::By(public_key(&Secret::new([7; 32]))));
        assert_eq!(origin(&Card { as_of: "2026-11-01".into(), ..card.clone() }), Origin::Forged);
        assert_eq!(origin(&Card { signed: None, ..card.clone() }), Origin::Unsigned);
        let mut other = card.clone();
        other.signed = Some(Signed { key: public_key(&Secret::new([8; 32])), ..card.signed.clone().unwrap() });
        assert_eq!(origin(&other), Origin::Forged);
        let mut broken = card;
        broken.signed = Some(Signed { key: "zz".into(), signature: String::new() });
        assert_eq!(origin(&broken), Origin::Forged);
    }
}
