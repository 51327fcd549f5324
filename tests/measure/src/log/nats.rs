//! NATS `JetStream` as a peer: as much of its text protocol as publishers need that wait for acknowledgements.
//!
//! All publishers share a connection and a task, which is the least a client can cost.

use anyhow::{Context as _, bail, ensure};
use platform_clock::SharedClock;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use crate::limits::APPENDING;

/// The stream, and the subject it takes.
const STREAM: &str = "speed";
/// Where answers come; the publisher's number follows.
const INBOX: &str = "_INBOX.measure.";

/// A connection to a server.
pub(super) struct Nats {
    stream: BufReader<TcpStream>,
    clock: SharedClock,
    pub(super) version: String,
}

impl Nats {
    pub(super) async fn connect(address: &str, clock: SharedClock) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await.context("NATS")?;
        stream.set_nodelay(true)?;
        let mut nats = Self {
            stream: BufReader::new(stream),
            clock,
            version: String::new(),
        };
        let hello = nats.line().await?;
        let info = hello.strip_prefix("INFO ").context("NATS says no INFO")?;
        let info: serde_json::Value = serde_json::from_str(info)?;
        nats.version = info["version"].as_str().unwrap_or("unknown").to_owned();
        let hello = format!(
            "CONNECT {{\"verbose\":false,\"pedantic\":false,\"lang\":\"rust\",\"version\":\"1\"}}\r\n\
             SUB {INBOX}* 1\r\n"
        );
        nats.send(hello.as_bytes()).await?;
        Ok(nats)
    }

    /// A stream in files, of one replica, with nothing else asked of it.
    pub(super) async fn create_stream(&mut self) -> anyhow::Result<()> {
        let config = format!(
            "{{\"name\":\"{STREAM}\",\"subjects\":[\"{STREAM}\"],\"retention\":\"limits\",\"discard\":\"old\",\
             \"storage\":\"file\",\"num_replicas\":1,\"max_consumers\":-1,\"max_msgs\":-1,\"max_bytes\":-1}}"
        );
        let subject = format!("$JS.API.STREAM.CREATE.{STREAM}");
        let request = publication(&subject, 0, config.as_bytes());
        self.send(&request).await?;
        self.answer().await?;
        Ok(())
    }

    /// Acknowledged messages a second, of so many publishers that each wait for one before the next.
    pub(super) async fn rate(&mut self, publishers: usize, payload: &[u8]) -> anyhow::Result<f64> {
        let began = self.clock.monotonic();
        let mut out: Vec<u8> = (0..publishers)
            .flat_map(|publisher| publication(STREAM, publisher, payload))
            .collect();
        let (mut waiting, mut count) = (publishers, 0_u32);
        while waiting > 0 {
            self.send(&out).await?;
            out.clear();
            let is_over = self.clock.monotonic().saturating_sub(began) >= APPENDING;
            // What came together is answered together.
            loop {
                let publisher = self.answer().await?;
                count += 1;
                if is_over {
                    waiting -= 1;
                } else {
                    out.extend(publication(STREAM, publisher, payload));
                }
                if waiting == 0 || self.stream.buffer().is_empty() {
                    break;
                }
            }
        }
        let took = self.clock.monotonic().saturating_sub(began);
        Ok(f64::from(count) / took.as_secs_f64())
    }

    /// Waits for an acknowledgement; gives the publisher it is for.
    async fn answer(&mut self) -> anyhow::Result<usize> {
        loop {
            let line = self.line().await?;
            if line == "PING" {
                self.send(b"PONG\r\n").await?;
            } else if let Some(message) = line.strip_prefix("MSG ") {
                return self.acknowledged(message).await;
            } else if line.starts_with("-ERR") {
                bail!("NATS refuses: {line}");
            }
        }
    }

    async fn acknowledged(&mut self, message: &str) -> anyhow::Result<usize> {
        let mut fields = message.split(' ');
        let subject = fields
            .next()
            .and_then(|subject| subject.strip_prefix(INBOX));
        let publisher = subject.context("an answer to nobody")?.parse()?;
        let bytes: usize = fields
            .next_back()
            .context("an answer without size")?
            .parse()?;
        let mut answer = vec![0; bytes + 2];
        self.stream.read_exact(&mut answer).await?;
        let answer = String::from_utf8_lossy(&answer[..bytes]).into_owned();
        ensure!(!answer.contains("\"error\""), "NATS refuses: {answer}");
        Ok(publisher)
    }

    async fn line(&mut self) -> anyhow::Result<String> {
        let mut line = String::new();
        let read = self.stream.read_line(&mut line).await?;
        ensure!(read > 0, "NATS hung up");
        line.truncate(line.trim_end().len());
        Ok(line)
    }

    async fn send(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        Ok(self.stream.get_mut().write_all(bytes).await?)
    }
}

/// A message on a subject whose answer goes to a publisher.
fn publication(subject: &str, publisher: usize, payload: &[u8]) -> Vec<u8> {
    let mut message =
        format!("PUB {subject} {INBOX}{publisher} {}\r\n", payload.len()).into_bytes();
    message.extend_from_slice(payload);
    message.extend_from_slice(b"\r\n");
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_publication_names_its_inbox_and_size() {
        let message = publication("s", 3, b"abc");
        assert_eq!(message, b"PUB s _INBOX.measure.3 3\r\nabc\r\n");
    }
}
