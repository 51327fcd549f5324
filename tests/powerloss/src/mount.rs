//! A machine's disk as a folder of this machine, through FUSE: a thin shell over the model.
//!
//! The kernel writes through (no write-back cache), so the model sees every change when a process makes
//! it; it locks files itself. Symbolic links and extended attributes are refused.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use fuser::{
    AccessFlags, BackgroundSession, BsdFileFlags, Config, Errno, FileAttr, FileHandle, FileType,
    Filesystem, FopenFlags, Generation, INodeNo, LockOwner, MountOption, OpenFlags, RenameFlags,
    ReplyAttr, ReplyCreate, ReplyData, ReplyDirectory, ReplyEmpty, ReplyEntry, ReplyOpen,
    ReplyStatfs, ReplyWrite, Request, TimeOrNow, WriteFlags,
};
use parking_lot::Mutex;

use crate::disk::{Facts, Fault, Listed};
use crate::limits::{FREE_BYTES, MAX_NAME_BYTES, PAGE_BYTES, TRUST};
use crate::machine::{Machine, MachineError};

/// fallocate(2): the file keeps its length.
const KEEP_SIZE: i32 = 1;
/// fallocate(2): the range becomes a hole.
const PUNCH_HOLE: i32 = 2;
/// fallocate(2): the range becomes zeros.
const ZERO_RANGE: i32 = 16;

/// The device that FUSE needs.
pub const DEVICE: &str = "/dev/fuse";

/// A mounted disk; unmounted when dropped.
#[derive(Debug)]
pub struct Mounted {
    session: Option<BackgroundSession>,
}

impl Mounted {
    /// Mounts the machine's disk on a folder.
    ///
    /// # Errors
    /// Any I/O error, of which the usual one is that this user may not mount.
    pub fn new(machine: &Machine, folder: &Path) -> io::Result<Self> {
        let mut config = Config::default();
        config.mount_options = vec![
            MountOption::FSName("marquee-powerloss".to_owned()),
            MountOption::NoAtime,
        ];
        let shell = Shell {
            machine: machine.clone(),
            listings: Mutex::default(),
            next: AtomicU64::new(1),
        };
        let session = fuser::spawn_mount(shell, folder, &config)?;
        Ok(Self {
            session: Some(session),
        })
    }

    /// Unmounts and waits until it is done.
    ///
    /// # Errors
    /// Any I/O error, such as that a process still uses the folder.
    pub fn unmount(mut self) -> io::Result<()> {
        match self.session.take() {
            // The kernel may have ended the connection by then; what came through it is in the model.
            Some(session) => match session.umount_and_join() {
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => Ok(()),
                ended => ended,
            },
            None => Ok(()),
        }
    }
}

struct Shell {
    machine: Machine,
    /// What each open folder held when it was opened: names that go meanwhile do not shift the others.
    listings: Mutex<HashMap<u64, Vec<Listed>>>,
    next: AtomicU64,
}

fn errno(error: MachineError) -> Errno {
    match error {
        MachineError::NoPower => Errno::EIO,
        MachineError::Refused(fault) => match fault {
            Fault::NotFound => Errno::ENOENT,
            Fault::Exists => Errno::EEXIST,
            Fault::NotEmpty => Errno::ENOTEMPTY,
            Fault::NotAFolder => Errno::ENOTDIR,
            Fault::IsAFolder => Errno::EISDIR,
            Fault::NameTooLong => Errno::ENAMETOOLONG,
            Fault::TooLarge => Errno::EFBIG,
            Fault::Full => Errno::ENOSPC,
        },
    }
}

fn attributes(facts: &Facts) -> FileAttr {
    FileAttr {
        ino: INodeNo(facts.ino),
        size: facts.len,
        blocks: facts.len.div_ceil(512),
        atime: UNIX_EPOCH,
        mtime: UNIX_EPOCH,
        ctime: UNIX_EPOCH,
        crtime: UNIX_EPOCH,
        kind: kind(facts.is_folder),
        perm: facts.mode,
        nlink: facts.links,
        uid: 0,
        gid: 0,
        rdev: 0,
        blksize: PAGE_BYTES as u32,
        flags: 0,
    }
}

fn kind(is_folder: bool) -> FileType {
    if is_folder {
        FileType::Directory
    } else {
        FileType::RegularFile
    }
}

fn mode_bits(mode: u32, umask: u32) -> u16 {
    (mode & !umask & 0o7777) as u16
}

fn entry(reply: ReplyEntry, facts: Result<Facts, MachineError>) {
    match facts {
        Ok(facts) => reply.entry(&TRUST, &attributes(&facts), Generation(0)),
        Err(error) => reply.error(errno(error)),
    }
}

fn empty(reply: ReplyEmpty, done: Result<(), MachineError>) {
    match done {
        Ok(()) => reply.ok(),
        Err(error) => reply.error(errno(error)),
    }
}

fn attr(reply: ReplyAttr, facts: Result<Facts, MachineError>) {
    match facts {
        Ok(facts) => reply.attr(&TRUST, &attributes(&facts)),
        Err(error) => reply.error(errno(error)),
    }
}

impl Filesystem for Shell {
    fn lookup(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEntry) {
        let found = self
            .machine
            .look(|disk| disk.facts(disk.lookup(parent.0, name)?));
        entry(reply, found);
    }

    fn getattr(&self, _: &Request, ino: INodeNo, _: Option<FileHandle>, reply: ReplyAttr) {
        attr(reply, self.machine.look(|disk| disk.facts(ino.0)));
    }

    fn setattr(
        &self,
        _: &Request,
        ino: INodeNo,
        mode: Option<u32>,
        _uid: Option<u32>,
        _gid: Option<u32>,
        size: Option<u64>,
        _atime: Option<TimeOrNow>,
        _mtime: Option<TimeOrNow>,
        _ctime: Option<SystemTime>,
        _fh: Option<FileHandle>,
        _crtime: Option<SystemTime>,
        _chgtime: Option<SystemTime>,
        _bkuptime: Option<SystemTime>,
        _flags: Option<BsdFileFlags>,
        reply: ReplyAttr,
    ) {
        let changed = self.machine.change(|disk| {
            if let Some(mode) = mode {
                disk.set_mode(ino.0, mode_bits(mode, 0))?;
            }
            if let Some(len) = size {
                disk.set_len(ino.0, len)?;
            }
            disk.facts(ino.0)
        });
        attr(reply, changed);
    }

    fn mkdir(
        &self,
        _: &Request,
        parent: INodeNo,
        name: &OsStr,
        mode: u32,
        umask: u32,
        reply: ReplyEntry,
    ) {
        let new = self.machine.change(|disk| {
            let ino = disk.make_folder(parent.0, name, mode_bits(mode, umask))?;
            disk.facts(ino)
        });
        entry(reply, new);
    }

    fn create(
        &self,
        _: &Request,
        parent: INodeNo,
        name: &OsStr,
        mode: u32,
        umask: u32,
        _flags: i32,
        reply: ReplyCreate,
    ) {
        let new = self.machine.change(|disk| {
            let ino = disk.create(parent.0, name, mode_bits(mode, umask))?;
            disk.facts(ino)
        });
        match new {
            Ok(facts) => {
                let attributes = attributes(&facts);
                let handle = FileHandle(0);
                reply.created(
                    &TRUST,
                    &attributes,
                    Generation(0),
                    handle,
                    FopenFlags::empty(),
                );
            }
            Err(error) => reply.error(errno(error)),
        }
    }

    fn link(&self, _: &Request, ino: INodeNo, parent: INodeNo, name: &OsStr, reply: ReplyEntry) {
        let linked = self.machine.change(|disk| {
            disk.link(ino.0, parent.0, name)?;
            disk.facts(ino.0)
        });
        entry(reply, linked);
    }

    fn unlink(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        empty(
            reply,
            self.machine.change(|disk| disk.unlink(parent.0, name)),
        );
    }

    fn rmdir(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        let removed = self
            .machine
            .change(|disk| disk.remove_folder(parent.0, name));
        empty(reply, removed);
    }

    fn rename(
        &self,
        _: &Request,
        parent: INodeNo,
        name: &OsStr,
        to_parent: INodeNo,
        to_name: &OsStr,
        flags: RenameFlags,
        reply: ReplyEmpty,
    ) {
        let replace = !flags.contains(RenameFlags::RENAME_NOREPLACE);
        if !(flags - RenameFlags::RENAME_NOREPLACE).is_empty() {
            reply.error(Errno::EINVAL);
            return;
        }
        let renamed = self
            .machine
            .change(|disk| disk.rename((parent.0, name), (to_parent.0, to_name), replace));
        empty(reply, renamed);
    }

    fn open(&self, _: &Request, _: INodeNo, _: OpenFlags, reply: ReplyOpen) {
        reply.opened(FileHandle(0), FopenFlags::empty());
    }

    fn read(
        &self,
        _: &Request,
        ino: INodeNo,
        _: FileHandle,
        offset: u64,
        size: u32,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyData,
    ) {
        let read = self
            .machine
            .look(|disk| disk.read(ino.0, offset, u64::from(size)));
        match read {
            Ok(bytes) => reply.data(&bytes),
            Err(error) => reply.error(errno(error)),
        }
    }

    fn write(
        &self,
        _: &Request,
        ino: INodeNo,
        _: FileHandle,
        offset: u64,
        data: &[u8],
        _: WriteFlags,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyWrite,
    ) {
        match self.machine.change(|disk| disk.write(ino.0, offset, data)) {
            Ok(count) => reply.written(count as u32),
            Err(error) => reply.error(errno(error)),
        }
    }

    fn flush(&self, _: &Request, _: INodeNo, _: FileHandle, _: LockOwner, reply: ReplyEmpty) {
        reply.ok();
    }

    /// The model treats fdatasync as fsync: data, and the length that is needed to read it.
    fn fsync(&self, _: &Request, ino: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        empty(reply, self.machine.change(|disk| disk.sync_file(ino.0)));
    }

    fn fsyncdir(&self, _: &Request, ino: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        empty(reply, self.machine.change(|disk| disk.sync_folder(ino.0)));
    }

    fn opendir(&self, _: &Request, ino: INodeNo, _: OpenFlags, reply: ReplyOpen) {
        match self.machine.look(|disk| disk.list(ino.0)) {
            Ok(listing) => {
                let handle = self.next.fetch_add(1, Ordering::Relaxed);
                self.listings.lock().insert(handle, listing);
                reply.opened(FileHandle(handle), FopenFlags::empty());
            }
            Err(error) => reply.error(errno(error)),
        }
    }

    fn readdir(
        &self,
        _: &Request,
        ino: INodeNo,
        handle: FileHandle,
        offset: u64,
        mut reply: ReplyDirectory,
    ) {
        let own = [".", ".."].map(|name| Listed {
            name: OsString::from(name),
            ino: ino.0,
            is_folder: true,
        });
        let listings = self.listings.lock();
        let held = listings.get(&handle.0).map_or(&[][..], Vec::as_slice);
        let names = own.iter().chain(held).enumerate();
        for (index, listed) in names.skip(offset as usize) {
            let kind = kind(listed.is_folder);
            if reply.add(INodeNo(listed.ino), index as u64 + 1, kind, &listed.name) {
                break;
            }
        }
        reply.ok();
    }

    fn releasedir(
        &self,
        _: &Request,
        _: INodeNo,
        handle: FileHandle,
        _: OpenFlags,
        reply: ReplyEmpty,
    ) {
        self.listings.lock().remove(&handle.0);
        reply.ok();
    }

    fn statfs(&self, _: &Request, _: INodeNo, reply: ReplyStatfs) {
        let room = self.machine.look(|disk| Ok(disk.told_room()));
        let free = room.ok().flatten().unwrap_or(FREE_BYTES) / PAGE_BYTES;
        let blocks = FREE_BYTES / PAGE_BYTES;
        let (size, name) = (PAGE_BYTES as u32, MAX_NAME_BYTES as u32);
        reply.statfs(
            blocks,
            free,
            free,
            u64::MAX >> 1,
            u64::MAX >> 1,
            size,
            name,
            size,
        );
    }

    fn access(&self, _: &Request, _: INodeNo, _: AccessFlags, reply: ReplyEmpty) {
        reply.ok();
    }

    fn fallocate(
        &self,
        _: &Request,
        ino: INodeNo,
        _: FileHandle,
        offset: u64,
        length: u64,
        mode: i32,
        reply: ReplyEmpty,
    ) {
        let end = offset.saturating_add(length);
        let done = self.machine.change(|disk| {
            if mode & (PUNCH_HOLE | ZERO_RANGE) != 0 {
                disk.zero(ino.0, offset, end)?;
            }
            if mode & KEEP_SIZE == 0 {
                disk.extend(ino.0, end)?;
            }
            Ok(())
        });
        if mode & !(KEEP_SIZE | PUNCH_HOLE | ZERO_RANGE) == 0 {
            empty(reply, done);
        } else {
            reply.error(Errno::EOPNOTSUPP);
        }
    }
}
