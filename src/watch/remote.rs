//! Which file systems come over a network: there, events of other machines never arrive and sizes arrive late.

use std::path::Path;

/// Magic numbers of `statfs(2)` and the kernel's `magic.h`. FUSE is among them: what lies behind it is not known
/// (`sshfs`, cloud drives, shared folders of virtual machines).
#[cfg(any(target_os = "linux", target_os = "android"))]
const REMOTE: [u32; 17] = [
    0x0000_6969, // nfs
    0x0000_517b, // smb
    0xff53_4d42, // cifs
    0xfe53_4d42, // smb2
    0x6573_5546, // fuse
    0x0102_1997, // 9p
    0x5346_414f, // afs
    0x6b41_4653, // kafs
    0x7375_7245, // coda
    0x00c3_6400, // ceph
    0x0000_564c, // ncp
    0x0bd0_0bd0, // lustre
    0x4750_4653, // gpfs
    0x786f_4256, // vboxsf
    0xbacb_acbc, // vmhgfs
    0x7c7c_6673, // prl_fs
    0x7461_636f, // ocfs2
];

/// Whether a path lies on a network file system. Where the system does not tell, it is taken for a local one.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub fn is_remote(path: &Path) -> bool {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    // The type of the field differs between platforms; the numbers have 32 bits on all of them.
    rustix::fs::statfs(path).is_ok_and(|about| REMOTE.contains(&(about.f_type as u32)))
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub fn is_remote(_: &Path) -> bool {
    false
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn proc_and_absent_paths_are_local() {
        assert!(!is_remote(Path::new("/proc")));
        assert!(!is_remote(Path::new("/nowhere/at/all")));
    }
}
