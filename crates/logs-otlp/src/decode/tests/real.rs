//! Every real body decodes to the same as its readable form beside it, which another program wrote.

use std::fs;

use bytes::Bytes;
use prost::Message;

use super::bodies_at_hand as bodies;
use crate::Signal;
use crate::decode::{DecodeError, Encoding, logs, metrics, traces};
use crate::wire::common::{AnyValue, KeyValue, Value};

/// The mark of a text that the readable form holds only in part.
const CUT: &str = "…[cut for this data set]";

/// Cuts the texts of `ours` where `theirs` are cut, if they begin alike. Stack traces need not: in the bodies
/// the folder of the capture has another name.
fn cut(ours: &mut [KeyValue], theirs: &[KeyValue]) {
    for (ours, theirs) in ours.iter_mut().zip(theirs) {
        let (Some(Value::Text(our_text)), Some(Value::Text(their_text))) =
            (ours.decoded(), theirs.decoded())
        else {
            continue;
        };
        if let Some(kept) = their_text.strip_suffix(CUT.as_bytes())
            && (our_text.starts_with(kept) || ours.key == "exception.stacktrace")
        {
            let value = AnyValue {
                value: Some(Value::Text(their_text)),
            };
            ours.value = Some(value.encode_to_vec().into());
        }
    }
}

#[test]
fn every_body_decodes_to_its_readable_form() {
    let mut items = [0; 3];
    for body in bodies::all() {
        let shown = body.path.display();
        let name = body.path.file_name().unwrap().to_str().unwrap();
        let stem = name.split(".body.").next().unwrap();
        let readable = body.path.with_file_name(format!("{stem}.decoded.json"));
        let readable = Bytes::from(fs::read(readable).unwrap());
        match body.signal {
            Signal::Traces => {
                let mut ours = traces(&body.read(), body.encoding).unwrap();
                let theirs = traces(&readable, Encoding::Json).unwrap();
                let mut their_spans = theirs.0.spans();
                let scopes = ours
                    .0
                    .resource_spans
                    .iter_mut()
                    .flat_map(|resource| &mut resource.scope_spans);
                for span in scopes.flat_map(|scope| &mut scope.spans) {
                    let theirs = their_spans.next().unwrap();
                    cut(&mut span.attributes, &theirs.attributes);
                    for (event, theirs) in span.events.iter_mut().zip(&theirs.events) {
                        cut(&mut event.attributes, &theirs.attributes);
                    }
                }
                assert!(ours == theirs, "{shown}");
                assert!(!ours.is_empty(), "{shown}");
                items[0] += ours.len();
            }
            Signal::Logs => {
                let mut ours = logs(&body.read(), body.encoding).unwrap();
                let theirs = logs(&readable, Encoding::Json).unwrap();
                let mut their_records = theirs.0.log_records();
                let scopes = ours
                    .0
                    .resource_logs
                    .iter_mut()
                    .flat_map(|resource| &mut resource.scope_logs);
                for record in scopes.flat_map(|scope| &mut scope.log_records) {
                    cut(
                        &mut record.attributes,
                        &their_records.next().unwrap().attributes,
                    );
                }
                assert!(ours == theirs, "{shown}");
                assert!(!ours.is_empty(), "{shown}");
                items[1] += ours.len();
            }
            Signal::Metrics => {
                let ours = metrics(&body.read(), body.encoding).unwrap();
                assert!(
                    ours == metrics(&readable, Encoding::Json).unwrap(),
                    "{shown}"
                );
                assert!(ours.points() > 0, "{shown}");
                items[2] += ours.len();
            }
        }
    }
    println!("spans, log records, metrics: {items:?}");
}

#[test]
fn a_body_on_the_route_of_another_signal_is_refused_by_its_name() {
    type Decode = fn(&Bytes, Encoding) -> Result<usize, DecodeError>;
    let decoders: [(Signal, Decode); 3] = [
        (Signal::Traces, |body, encoding| {
            traces(body, encoding).map(|found| found.len())
        }),
        (Signal::Logs, |body, encoding| {
            logs(body, encoding).map(|found| found.len())
        }),
        (Signal::Metrics, |body, encoding| {
            metrics(body, encoding).map(|found| found.len())
        }),
    ];
    for body in bodies::all() {
        let bytes = body.read();
        for (route, decode) in decoders {
            if route == body.signal {
                continue;
            }
            let error = decode(&bytes, body.encoding).unwrap_err();
            let expected = DecodeError::WrongSignal {
                expected: route,
                found: body.signal,
            };
            assert_eq!(error, expected, "{}", body.path.display());
        }
    }
}
