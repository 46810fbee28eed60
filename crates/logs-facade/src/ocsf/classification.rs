//! Which class and which activity of OCSF an event has.

use logs_domain::{AuditEventType, SystemEventType};

/// A class of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// What no other class is about.
    BaseEvent,
    /// A component starts, stops or changes.
    ApplicationLifecycle,
    /// Somebody calls something.
    ApiActivity,
}

impl Class {
    pub(super) const fn uid(self) -> u16 {
        match self {
            Self::BaseEvent => 0,
            Self::ApplicationLifecycle => 6002,
            Self::ApiActivity => 6003,
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::BaseEvent => "Base Event",
            Self::ApplicationLifecycle => "Application Lifecycle",
            Self::ApiActivity => "API Activity",
        }
    }

    pub(super) const fn category_uid(self) -> u16 {
        self.uid() / 1_000
    }

    pub(super) const fn category_name(self) -> &'static str {
        match self {
            Self::BaseEvent => "Uncategorized",
            Self::ApplicationLifecycle | Self::ApiActivity => "Application Activity",
        }
    }
}

/// What happened, in the words of a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Activity<'a> {
    // Of API Activity.
    Create,
    Read,
    Update,
    Delete,
    // Of Application Lifecycle.
    Start,
    Stop,
    Restart,
    /// The application was updated, which has another number than the update of a thing.
    NewVersion,
    /// What the class has no number for, in words of the record.
    Other(&'a str),
}

impl<'a> Activity<'a> {
    pub(super) const fn id(self) -> u16 {
        match self {
            Self::Create => 1,
            Self::Read => 2,
            Self::Update | Self::Start => 3,
            Self::Delete | Self::Stop => 4,
            Self::Restart => 5,
            Self::NewVersion => 8,
            Self::Other(_) => 99,
        }
    }

    pub(super) const fn name(self) -> &'a str {
        match self {
            Self::Create => "Create",
            Self::Read => "Read",
            Self::Update | Self::NewVersion => "Update",
            Self::Delete => "Delete",
            Self::Start => "Start",
            Self::Stop => "Stop",
            Self::Restart => "Restart",
            Self::Other(words) => words,
        }
    }
}

/// What became of the thing, by the last word of an event type such as `LimitUpdated`.
const LAST_WORDS: &[(&str, Activity<'static>)] = &[
    ("Created", Activity::Create),
    ("Issued", Activity::Create),
    ("Granted", Activity::Create),
    ("Read", Activity::Read),
    ("Exported", Activity::Read),
    ("Updated", Activity::Update),
    ("Modified", Activity::Update),
    ("Changed", Activity::Update),
    ("Deleted", Activity::Delete),
    ("Retired", Activity::Delete),
    ("Revoked", Activity::Delete),
];

/// The activity of an audit entry. Event types are an open set in `CamelCase`; one with another last word is its own
/// activity.
pub(super) fn of_audit_event(event_type: &AuditEventType) -> Activity<'_> {
    let text = event_type.as_str();
    let mut words = LAST_WORDS.iter();
    let found = words.find(|(word, _)| text.ends_with(word));
    found.map_or(Activity::Other(text), |(_, activity)| *activity)
}

/// The class and the activity of a system record.
pub(super) fn of_system_event(event_type: &SystemEventType) -> (Class, Activity<'_>) {
    let lifecycle = [
        (SystemEventType::STARTUP, Activity::Start),
        (SystemEventType::SHUTDOWN, Activity::Stop),
        (SystemEventType::RESTART, Activity::Restart),
        (SystemEventType::DEPLOY, Activity::NewVersion),
    ];
    let mut known = lifecycle.into_iter();
    match known.find(|(known, _)| known == event_type) {
        Some((_, activity)) => (Class::ApplicationLifecycle, activity),
        None => (Class::BaseEvent, Activity::Other(event_type.as_str())),
    }
}
