//! The binary as a process of its own, so that what it costs is its own.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::Outcome;

/// A running process; ends with its owner.
pub struct Process {
    child: Child,
    /// When it was started.
    pub started: Instant,
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may be gone already, which is as well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Process {
    /// Resident memory in KiB, as the system counts it.
    pub fn resident(&self) -> Outcome<u32> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let resident =
            status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.parse().ok());
        resident.ok_or_else(|| "the system does not say how much memory is resident".into())
    }
}

impl Process {
    /// The CPU time that it has taken so far, in user and system mode.
    pub fn cpu(&self) -> Outcome<Duration> {
        /// Ticks a second, the same on every Linux.
        const TICKS: u64 = 100;
        let status = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // The name of the program, in brackets, may hold anything.
        let fields = status.rsplit_once(')').ok_or("the system does not say how much time was taken")?.1;
        let ticks = fields.split_ascii_whitespace().skip(11).take(2).map(str::parse::<u64>).sum::<Result<u64, _>>()?;
        Ok(Duration::from_millis(ticks * 1_000 / TICKS))
    }

    #[allow(dead_code, reason = "only the kill test ends one like this")]
    /// Ends it at once, as `kill -9` does, and waits until it is gone.
    pub fn kill(mut self) -> Outcome {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

/// The console with its local SQS, on free ports.
pub struct Console {
    /// Its process.
    pub process: Process,
    /// Where it answers.
    pub url: String,
    /// Where its local SQS answers; empty where it has none.
    pub sqs: String,
}

impl Console {
    /// Starts it with further arguments.
    pub fn start(more: &[&str]) -> Outcome<Self> {
        let arguments: Vec<&str> = ["--local", "--port", "0"].iter().chain(more).copied().collect();
        let (process, mut addresses) = listening(&arguments, &["Redrive listens on ", "Local SQS listens on "])?;
        let sqs = addresses.pop().unwrap_or_default();
        Ok(Self { process, url: addresses.pop().unwrap_or_default(), sqs })
    }
}

impl Console {
    /// Starts it at an SQS that is there already, as the connection `bench`.
    pub fn at(sqs: &str) -> Outcome<Self> {
        Self::at_with(sqs, &[])
    }

    /// The same with a journal on the disk.
    pub fn with_journal(sqs: &str, data: &Path) -> Outcome<Self> {
        Self::at_with(sqs, &["--data", data.to_str().ok_or("the directory has no name")?])
    }

    fn at_with(sqs: &str, more: &[&str]) -> Outcome<Self> {
        let mut config = tempfile::NamedTempFile::with_suffix(".toml")?;
        writeln!(config, "[[connection]]\nname = \"bench\"\nregion = \"us-east-1\"\nendpoint = \"{sqs}\"")?;
        let path = config.path().to_str().ok_or("the temporary file has no name")?;
        let arguments: Vec<&str> = ["--config", path, "--port", "0"].iter().chain(more).copied().collect();
        let (process, mut addresses) = listening(&arguments, &["Redrive listens on "])?;
        Ok(Self { process, url: addresses.pop().unwrap_or_default(), sqs: String::new() })
    }
}

/// The local SQS alone, on a free port: the process and its address.
pub fn sqs_alone(more: &[&str]) -> Outcome<(Process, String)> {
    let arguments: Vec<&str> = ["sqs", "--port", "0"].iter().chain(more).copied().collect();
    let (process, mut addresses) = listening(&arguments, &["Local SQS listens on "])?;
    Ok((process, addresses.pop().unwrap_or_default()))
}

/// Starts the binary and waits until it has named all of these addresses; they come in this order.
fn listening(arguments: &[&str], names: &[&str]) -> Outcome<(Process, Vec<String>)> {
    let started = Instant::now();
    let mut command = Command::new(env!("CARGO_BIN_EXE_redrive"));
    // An endpoint of one's own still wants credentials, whichever they are.
    let command = command.args(arguments).env("AWS_ACCESS_KEY_ID", "local").env("AWS_SECRET_ACCESS_KEY", "local");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let output = child.stdout.take().ok_or("no output")?;
    let process = Process { child, started };
    let mut found = vec![None; names.len()];
    let mut lines = BufReader::new(output).lines();
    while found.iter().any(Option::is_none) {
        let line = lines.next().ok_or("the process ended at once")??;
        for (name, address) in names.iter().zip(&mut found) {
            if let Some(rest) = line.strip_prefix(name) {
                // What follows the address tells a person how to use it.
                let it = rest.split(' ').next().unwrap_or_default();
                *address = Some(it.trim_end_matches('/').to_owned());
            }
        }
    }
    Ok((process, found.into_iter().flatten().collect()))
}

/// Another SQS server to compare with, where `make bench` could install it: its process and its address.
pub async fn peer() -> Outcome<Option<(Process, String)>> {
    let python = concat!(env!("CARGO_MANIFEST_DIR"), "/target/tools/peer/bin/python");
    if !Path::new(python).exists() {
        return Ok(None);
    }
    // It cannot choose a port by itself, so one that is free now has to do.
    let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let started = Instant::now();
    let mut command = Command::new(python);
    let command = command.args(["-m", "moto.server", "-H", "127.0.0.1", "-p", &port.to_string()]);
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let (process, url) = (Process { child, started }, format!("http://127.0.0.1:{port}"));
    while reqwest::get(format!("{url}/moto-api/")).await.is_err() {
        if started.elapsed() > Duration::from_secs(30) {
            return Err("the other SQS server did not start within 30 seconds".into());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(Some((process, url)))
}
