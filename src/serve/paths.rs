//! From the path of an address to names below the site, or to nothing.

/// A path of the site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub segments: Vec<String>,
    /// It ends in `/`: the page of a folder.
    pub folder: bool,
}

/// Reads the path of an address. `None`: it can name nothing in a site. Segments are decoded one by one, so an encoded
/// slash separates nothing; what would lead elsewhere, hidden names and names with control characters are refused.
pub fn parse(path: &str) -> Option<Asked> {
    let rest = path.strip_prefix('/')?;
    let mut segments = Vec::new();
    let folder = rest.is_empty() || rest.ends_with('/');
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    if !rest.is_empty() {
        for segment in rest.split('/') {
            let name = decode(segment)?;
            let foreign = name.is_empty() || name.starts_with('.');
            if foreign || name.chars().any(|c| c.is_control() || matches!(c, '/' | '\\' | ':')) {
                return None;
            }
            segments.push(name);
        }
    }
    Some(Asked { segments, folder })
}

/// The path to a folder's page, safe as a `Location`.
pub fn folder_address(segments: &[String]) -> String {
    let mut address = String::from("/");
    for segment in segments {
        for byte in segment.bytes() {
            if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
                address.push(char::from(byte));
            } else {
                address.push_str(&format!("%{byte:02X}"));
            }
        }
        address.push('/');
    }
    address
}

fn decode(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let (high, low) = (digit(rest.next()?)?, digit(rest.next()?)?);
            bytes.push(high * 16 + low);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_paths_are_names() {
        assert_eq!(parse("/"), Some(Asked { segments: vec![], folder: true }));
        assert_eq!(parse("/a/b.html"), Some(Asked { segments: vec!["a".into(), "b.html".into()], folder: false }));
        assert_eq!(parse("/%E5%BA%97/"), Some(Asked { segments: vec!["店".into()], folder: true }));
    }

    #[test]
    fn paths_that_lead_elsewhere_name_nothing() {
        for path in [
            "",
            "a",
            "/..",
            "/../etc/passwd",
            "/%2e%2e/etc/passwd",
            "/%2E%2E%2Fetc",
            "/a/..%2f..%2fb",
            "/a/%2e/b",
            "//evil.example/",
            "/a//b",
            "/.git/config",
            "/%2egit/config",
            "/a\\..\\b",
            "/a%5c..%5cb",
            "/a%00b",
            "/c:/windows",
            "/%zz",
            "/%f",
            "/%ff",
            "/a%0d%0ab",
        ] {
            assert_eq!(parse(path), None, "{path}");
        }
    }

    #[test]
    fn an_address_is_encoded_again() {
        assert_eq!(folder_address(&["店".into(), "a b".into()]), "/%E5%BA%97/a%20b/");
    }
}
