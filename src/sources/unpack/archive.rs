//! Compressed files and archives, unpacked into the cache; what would fill the disk is refused.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;

use zip::ZipArchive;
use zip::result::ZipError;

use crate::problem::{Problem, Result};
use crate::project::private;
use crate::sources::decode;
use crate::sources::discover::{Found, unfinished};
use crate::sources::intake::{self, Plain};
use crate::sources::returned::is_schema_name;
use crate::warehouse::TableStore;

const CHUNK: usize = 1 << 20;
/// Tables shrink to a tenth, rarely to a fiftieth; what unpacks to more than this many times its size, and is large, was
/// made to fill a disk.
const SWELLS: u64 = 200;
const LARGE: u64 = 512 << 20;
/// More members than any export has.
const MEMBERS: usize = 10_000;

/// A file in an archive.
pub struct Member {
    pub place: usize,
    /// With `/`; unique, without blanks at its ends or control characters.
    pub name: String,
}

fn broken(error: &ZipError) -> Problem {
    match error {
        ZipError::UnsupportedArchive(text) if text.contains("assword") => {
            Problem::failed("this archive is protected by a password").hint("unpack it here and remove the archive")
        }
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => {
            Problem::failed(format!("this archive is packed in a way that is not read: {error}"))
                .hint("unpack it here and remove the archive")
        }
        _ => Problem::failed(format!("this archive cannot be read: {error}"))
            .hint("the copy is cut off or damaged: copy the file again"),
    }
}

/// The files in a ZIP archive that may hold data, in its order.
pub fn members(path: &Path) -> Result<Vec<Member>> {
    let file = File::open(path).map_err(|error| Problem::io("open an archive", path, &error))?;
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|error| broken(&error).at(path))?;
    if archive.len() > MEMBERS {
        return Err(Problem::failed(format!("this archive has {} members, more than {MEMBERS}", archive.len()))
            .at(path)
            .hint("unpack it here and remove the archive"));
    }
    let mut members: Vec<Member> = Vec::new();
    let mut taken = std::collections::BTreeSet::new();
    for place in 0..archive.len() {
        let entry = archive.by_index_raw(place).map_err(|error| broken(&error).at(path))?;
        let name = name(entry.name_raw());
        if entry.is_dir()
            || name.split('/').any(|part| part.starts_with('.') || part == "__MACOSX")
            || unfinished(&name)
            || is_schema_name(&name)
        {
            continue;
        }
        if entry.encrypted() {
            return Err(Problem::failed(format!("the member {name} is protected by a password"))
                .at(path)
                .hint("unpack it here and remove the archive"));
        }
        let mut own = name.clone();
        let mut number = 2;
        while !taken.insert(own.clone()) {
            own = format!("{number} {name}");
            number += 1;
        }
        members.push(Member { place, name: own });
    }
    Ok(members)
}

/// UTF-8 where it fits, else GB 18030, which Chinese Windows writes without saying so.
fn name(raw: &[u8]) -> String {
    let text = std::str::from_utf8(raw).map_or_else(|_| decode::gb18030(raw), str::to_owned);
    let parts = text.split(['/', '\\']).map(|part| part.replace(char::is_control, " ").trim().to_owned());
    parts.filter(|part| !part.is_empty() && part != "." && part != "..").collect::<Vec<_>>().join("/")
}

/// The file itself, or a copy of it, or of its part in an archive, as it was before it was packed.
pub fn unpacked(file: &Found, hash: &str, store: &TableStore) -> Result<Plain> {
    let Some(place) = file.inside.as_ref().and_then(|inside| inside.member) else {
        return decompressed(Plain::borrowed(&file.path), file, hash, store);
    };
    let plain = Plain::own(intake::fresh(store, &format!("member-{hash}")).with_extension("bin"));
    let input = File::open(&file.path).map_err(|error| Problem::io("open an archive", &file.path, &error))?;
    let mut archive = ZipArchive::new(BufReader::new(input)).map_err(|error| broken(&error).at(&file.path))?;
    let entry = archive.by_index(place).map_err(|error| broken(&error).at(&file.path))?;
    let packed = entry.compressed_size();
    copy(entry, packed, file, &plain.path)?;
    decompressed(plain, file, hash, store)
}

/// What gzip or zstd made of a file is taken back.
fn decompressed(packed: Plain, file: &Found, hash: &str, store: &TableStore) -> Result<Plain> {
    let opened = |error: io::Error| Problem::io("open a data file", &file.path, &error);
    let mut magic = Vec::with_capacity(4);
    File::open(&packed.path).and_then(|input| input.take(4).read_to_end(&mut magic)).map_err(opened)?;
    let (gzip, zstd) = (magic.starts_with(&[0x1f, 0x8b]), magic == [0x28, 0xb5, 0x2f, 0xfd]);
    if !gzip && !zstd {
        return Ok(packed);
    }
    let input = File::open(&packed.path).map_err(opened)?;
    let size = input.metadata().map_err(opened)?.len();
    let plain = Plain::own(intake::fresh(store, &format!("plain-{hash}")).with_extension("txt"));
    if gzip {
        copy(flate2::read::MultiGzDecoder::new(input), size, file, &plain.path)?;
    } else {
        let decoder = zstd::stream::read::Decoder::new(input)
            .map_err(|error| Problem::io("decompress a data file", &file.path, &error))?;
        copy(decoder, size, file, &plain.path)?;
    }
    Ok(plain)
}

/// Writes what `reader` gives to `to`; `packed` is its size before.
fn copy(mut reader: impl Read, packed: u64, file: &Found, to: &Path) -> Result<()> {
    let broken = |error: io::Error| {
        let problem = Problem::failed(format!("the compressed file cannot be read to its end: {error}")).at(&file.path);
        problem.hint("the copy is cut off or damaged: copy the file again")
    };
    let written = |error: io::Error| Problem::io("write a decompressed copy to the cache", to, &error);
    let mut output = BufWriter::new(private::create(to).map_err(written)?);
    let mut chunk = vec![0u8; CHUNK];
    let mut size = 0u64;
    loop {
        let read = reader.read(&mut chunk).map_err(broken)?;
        if read == 0 {
            return output.flush().map_err(written);
        }
        size += read as u64;
        if size > LARGE && size / SWELLS > packed {
            return Err(Problem::failed(format!(
                "this file unpacks to more than {SWELLS} times its size, and to more than {} MiB: no table does",
                LARGE >> 20
            ))
            .at(&file.path)
            .hint("if it is sound all the same, unpack it by hand and put the unpacked file here"));
        }
        output.write_all(&chunk[..read]).map_err(written)?;
    }
}
