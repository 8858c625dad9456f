//! Sizes as people write them in the settings.

/// A size in bytes, or a share of the machine's memory.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Size {
    Bytes(u64),
    /// Above 0 and at most 100.
    Percent(f64),
}

impl Size {
    /// `2GB`, `1.5 GiB` or `60%`. As in DuckDB `KB` is 1000 bytes and `KiB` 1024.
    pub fn parse(text: &str) -> Option<Size> {
        let text = text.trim();
        let split = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, unit) = text.split_at(split);
        let number: f64 = number.parse().ok()?;
        let scale = match unit.trim().to_ascii_lowercase().as_str() {
            "kb" => 1e3,
            "mb" => 1e6,
            "gb" => 1e9,
            "tb" => 1e12,
            "kib" => 1024.0,
            "mib" => 1_048_576.0,
            "gib" => 1_073_741_824.0,
            "tib" => 1_099_511_627_776.0,
            "%" if number > 0.0 && number <= 100.0 => return Some(Size::Percent(number)),
            _ => return None,
        };
        let bytes = number * scale;
        // Beyond an exabyte nobody means it.
        (bytes <= 1e18).then_some(Size::Bytes(bytes as u64))
    }

    /// Bytes, where it is no share.
    pub fn bytes(text: &str) -> Option<u64> {
        match Size::parse(text)? {
            Size::Bytes(bytes) => Some(bytes),
            Size::Percent(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_duckdb_reads_them() {
        assert_eq!(Size::parse("2GB"), Some(Size::Bytes(2_000_000_000)));
        assert_eq!(Size::parse("1.5 MiB"), Some(Size::Bytes(1_572_864)));
        assert_eq!(Size::parse("60%"), Some(Size::Percent(60.0)));
        for text in ["", "2", "GB", "-2GB", "0%", "101%", "1.2.3GB", "99999999TB", "'; drop"] {
            assert_eq!(Size::parse(text), None, "{text}");
        }
    }
}
