//! The log's folder: its lock, its topics' settings, and folders of format 1 taken over. Blocking.
//!
//! Layout: `topics/<topic>/topic.json`, `topics/<topic>/<partition>/<first offset>.log` and `.index`,
//! `groups/<group>/<topic>`. In format 1 a topic's only partition lay in the topic's folder itself.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::{EventError, TopicSettings, segment};

pub(crate) const TOPICS: &str = "topics";
pub(crate) const GROUPS: &str = "groups";
const LOCK: &str = "lock";
const SETTINGS: &str = "topic.json";
const WRITING: &str = ".writing-topic.json";

/// The newest form of a topic's settings.
const FORMAT: u64 = 2;

#[derive(Serialize, Deserialize)]
struct Form {
    format: u64,
    #[serde(flatten)]
    settings: TopicSettings,
}

/// Makes the folder ready and takes it for this process.
pub(crate) fn take(folder: &Path) -> Result<File, EventError> {
    platform_files::create_folder_sync(folder).map_err(EventError::io("create", folder))?;
    for name in [TOPICS, GROUPS] {
        let path = folder.join(name);
        fs::create_dir_all(&path).map_err(EventError::io("create", &path))?;
    }
    let lock = lock(folder)?;
    // What a killed process named and had not synced yet is built on from now on, so it must stay.
    platform_files::sync_folders_sync(folder).map_err(EventError::io("sync", folder))?;
    Ok(lock)
}

fn lock(folder: &Path) -> Result<File, EventError> {
    let path = folder.join(LOCK);
    let file = File::options().create(true).append(true).open(&path);
    let file = file.map_err(EventError::io("open", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(EventError::InUse(folder.to_owned())),
        Err(fs::TryLockError::Error(error)) => Err(EventError::io("lock", &path)(error)),
    }
}

/// A partition's folder.
pub(crate) fn partition(topic: &Path, partition: u32) -> PathBuf {
    topic.join(partition.to_string())
}

/// The settings of the topic in a folder; `None` when it was never wholly created.
pub(crate) fn settings(topic: &Path) -> Result<Option<TopicSettings>, EventError> {
    let path = topic.join(SETTINGS);
    let bytes = match fs::read(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return take_over(topic),
        read => read.map_err(EventError::io("read", &path))?,
    };
    decode_settings(&bytes, &path).map(Some)
}

/// A topic's settings. Pure, but for the path in its errors.
pub(crate) fn decode_settings(bytes: &[u8], path: &Path) -> Result<TopicSettings, EventError> {
    let failed = |error: serde_json::Error| EventError::io("read", path)(error.into());
    let value: serde_json::Value = serde_json::from_slice(bytes).map_err(failed)?;
    let version = value["format"].as_u64().unwrap_or(FORMAT);
    if version > FORMAT {
        return Err(EventError::NewerFormat {
            path: path.to_owned(),
            version,
            newest: FORMAT,
        });
    }
    let form: Form = serde_json::from_value(value).map_err(failed)?;
    form.settings.check()?;
    Ok(form.settings)
}

/// Writes a topic's settings, first of all: a topic is there once they are, and what else it needs is made
/// when it is opened.
pub(crate) fn write_settings(topic: &Path, settings: &TopicSettings) -> Result<(), EventError> {
    let (writing, path) = (topic.join(WRITING), topic.join(SETTINGS));
    let form = Form {
        format: FORMAT,
        settings: settings.clone(),
    };
    let write = || -> std::io::Result<()> {
        let bytes = serde_json::to_vec(&form)?;
        File::create(&writing)?.write_all(&bytes)?;
        platform_files::persist_sync(&writing, &path)
    };
    write().map_err(EventError::io("write", &path))?;
    sync_blocking(topic.parent().unwrap_or(topic))
}

/// Moves a format 1 topic's segments to the folder of its only partition. A crash in between leaves some in
/// either, and the next open goes on.
fn take_over(topic: &Path) -> Result<Option<TopicSettings>, EventError> {
    let bases = segment::list(topic).map_err(EventError::io("list", topic))?;
    let target = partition(topic, 0);
    let begun = target.is_dir()
        && !segment::list(&target)
            .map_err(EventError::io("list", &target))?
            .is_empty();
    if bases.is_empty() && !begun {
        return Ok(None);
    }
    fs::create_dir_all(&target).map_err(EventError::io("create", &target))?;
    for base in &bases {
        let (from, to) = (segment::path(topic, *base), segment::path(&target, *base));
        platform_files::persist_sync(&from, &to).map_err(EventError::io("move", &from))?;
    }
    let settings = TopicSettings::partitions(1);
    sync_blocking(topic)?;
    write_settings(topic, &settings)?;
    Ok(Some(settings))
}

pub(crate) fn sync_blocking(folder: &Path) -> Result<(), EventError> {
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(EventError::io("sync", folder))
}
