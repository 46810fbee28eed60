//! The bodies of the data set: `CLIENT/SCENARIO/NN.SIGNAL.body.ENCODING[.gz]`.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use logs_otlp::Signal;
use logs_otlp::decode::Encoding;

/// A captured body.
pub(crate) struct Body {
    /// `CLIENT/SCENARIO`
    pub(crate) scenario: String,
    /// Its file.
    pub(crate) path: PathBuf,
    /// Its place in the scenario, in the order of arrival.
    pub(crate) number: u32,
    pub(crate) signal: Signal,
    pub(crate) encoding: Encoding,
}

impl Body {
    fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?;
        let mut parts = name.split('.');
        let number = parts.next()?.parse().ok()?;
        let signal = match parts.next()? {
            "traces" => Signal::Traces,
            "logs" => Signal::Logs,
            "metrics" => Signal::Metrics,
            other => panic!("{name}: {other}"),
        };
        if parts.next()? != "body" {
            return None;
        }
        let encoding = match parts.next()? {
            "pb" => Encoding::Protobuf,
            "json" => Encoding::Json,
            other => panic!("{name}: {other}"),
        };
        let folder = path.parent()?;
        let client = folder.parent()?.file_name()?.to_str()?;
        let scenario = folder.file_name()?.to_str()?;
        Some(Self {
            scenario: format!("{client}/{scenario}"),
            path: path.to_owned(),
            number,
            signal,
            encoding,
        })
    }

    /// The decompressed body.
    pub(crate) fn read(&self) -> Bytes {
        let bytes = fs::read(&self.path).unwrap();
        if self.path.extension().is_some_and(|ending| ending == "gz") {
            let mut inflated = Vec::new();
            flate2::read::GzDecoder::new(bytes.as_slice())
                .read_to_end(&mut inflated)
                .unwrap();
            return inflated.into();
        }
        bytes.into()
    }
}

/// The folder of the data set, or `None`, said in a line, where it is not at hand.
pub(crate) fn folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/otlp");
    if !folder.is_dir() {
        println!("not at hand, and not tested: the real bodies of OTLP");
        return None;
    }
    Some(folder)
}

/// Every body, by scenario and number; none where the data set is not at hand.
pub(crate) fn all() -> Vec<Body> {
    let Some(folder) = folder() else {
        return Vec::new();
    };
    let mut bodies = Vec::new();
    for client in folders(&folder) {
        for scenario in folders(&client) {
            for file in fs::read_dir(scenario).unwrap() {
                bodies.extend(Body::of(&file.unwrap().path()));
            }
        }
    }
    bodies.sort_by(|a, b| (&a.scenario, a.number).cmp(&(&b.scenario, b.number)));
    println!("tested on {} real bodies of OTLP", bodies.len());
    bodies
}

fn folders(of: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(of).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.is_dir()).collect()
}
