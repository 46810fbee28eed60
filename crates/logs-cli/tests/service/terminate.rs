//! A supervisor ends the service: requests in flight are answered.

use std::net::TcpStream;

use crate::client::{Connection, head};
use crate::load::{Door, RUNS};
use crate::process::Service;

#[test]
fn requests_in_flight_are_answered_after_sigterm() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("logs.db");
    let mut service = Service::start(&file);
    let address = service.address;
    let mut idle = Connection::open(address).unwrap();
    idle.get("/api/v1/usage");
    let mut in_flight = Vec::new();
    for number in 0..4 {
        let door = Door::of(number);
        let (_, body) = door.request(number);
        let mut connection = Connection::open(address).unwrap();
        let expect = "expect: 100-continue\r\n";
        let head = head(door.path(), door.media_type(), body.len(), expect);
        connection.send(head.as_bytes()).unwrap();
        // The service is at work on the request: it waits for the body.
        assert_eq!(connection.answer().unwrap().0, 100);
        let (first, rest) = body.split_at(body.len() / 2);
        connection.send(first.as_bytes()).unwrap();
        in_flight.push((connection, rest.to_owned()));
    }
    service.terminate();
    assert!(idle.is_closed(), "nobody waits for an idle client");
    for (connection, rest) in &mut in_flight {
        connection.send(rest.as_bytes()).unwrap();
        let (status, body) = connection.answer().unwrap();
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
        assert!(connection.is_closed(), "no further request is taken");
    }
    assert_eq!(service.ended().code(), Some(0));
    assert!(TcpStream::connect(address).is_err());

    let service = Service::start(&file);
    let usage = Connection::open(service.address)
        .unwrap()
        .get("/api/v1/usage");
    assert_eq!(usage["groups"][0]["runs"], in_flight.len() * RUNS);
}

#[test]
fn a_second_signal_cuts_requests_in_flight() {
    let folder = tempfile::tempdir().unwrap();
    let mut service = Service::start(&folder.path().join("logs.db"));
    let door = Door::of(0);
    let (_, body) = door.request(0);
    let mut connection = Connection::open(service.address).unwrap();
    let expect = "expect: 100-continue\r\n";
    let head = head(door.path(), door.media_type(), body.len(), expect);
    connection.send(head.as_bytes()).unwrap();
    assert_eq!(connection.answer().unwrap().0, 100);
    service.terminate();
    service.signal("TERM");
    service.says("requests in flight were cut");
    assert_eq!(service.ended().code(), Some(3));
}
