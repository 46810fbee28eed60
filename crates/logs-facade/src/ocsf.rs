//! Records as events of the Open Cybersecurity Schema Framework (OCSF), for SIEMs that know it.
//!
//! The version is 1.8.0: the first one with the profile `ai_operation`. OCSF changes by addition, so readers of a later
//! version take these events too. Source of classes, attributes and numbers: <https://schema.ocsf.io/1.8.0>.

mod classification;
mod objects;

use logs_domain::{
    AuditLedgerSnapshot, ExecutionStatus, ExportStatus, LlmRunSnapshot, LogExportSnapshot, Record,
    Severity, SystemRecordSnapshot, Timestamp, TraceSnapshot, TraceStepRecord,
};
use serde::Serialize;

use crate::FeedItem;
use classification::{Activity, Class};
use objects::{
    Api, Endpoint, MessageContext, Metadata, Model, Named, Resource, Span, Status, Trace,
    UserActor, service_name,
};

/// A record of a feed as an event of OCSF. Attributes that have no value are absent.
///
/// Runs, steps, audit entries and exports are API Activity (6003). A system record about the life of a component is
/// Application Lifecycle (6002). Other system records, and headers of traces, are Base Event (0): no class fits them.
#[derive(Clone, Debug, Serialize)]
pub struct OcsfEvent<'a> {
    activity_id: u16,
    activity_name: &'a str,
    category_uid: u16,
    category_name: &'static str,
    class_uid: u16,
    class_name: &'static str,
    type_uid: u32,
    /// Milliseconds since 1970.
    time: i64,
    severity_id: u16,
    metadata: Metadata<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_time: Option<i64>,
    /// Milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<i64>,
    #[serde(flatten)]
    status: Option<Status<'a>>,
    #[serde(flatten)]
    call: Option<Call<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    app: Option<Named<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<Trace<'a>>,
    #[serde(flatten)]
    model_call: Option<ModelCall<'a>>,
    /// The record whole: the same object as a line of the feed in its own format.
    unmapped: &'a FeedItem,
}

/// What every event of the class API Activity has.
#[derive(Clone, Debug, Serialize)]
struct Call<'a> {
    actor: UserActor<'a>,
    api: Api<'a>,
    src_endpoint: Endpoint,
    #[serde(skip_serializing_if = "Option::is_none")]
    resources: Option<[Resource<'a>; 1]>,
}

/// What the profile `ai_operation` adds.
#[derive(Clone, Debug, Serialize)]
struct ModelCall<'a> {
    ai_model: Model<'a>,
    message_context: MessageContext<'a>,
}

impl<'a> From<&'a FeedItem> for OcsfEvent<'a> {
    fn from(item: &'a FeedItem) -> Self {
        match &item.record {
            Record::LlmRun(run) => of_run(item, run),
            Record::Trace(trace) => of_trace(item, trace),
            Record::TraceStep(step) => of_step(item, step),
            Record::SystemRecord(record) => of_system_record(item, record),
            Record::AuditEntry(entry) => of_audit_entry(item, entry),
            Record::LogExport(export) => of_export(item, export),
        }
    }
}

impl<'a> OcsfEvent<'a> {
    /// An event with what every class requires.
    fn new(item: &'a FeedItem, class: Class, activity: Activity<'a>) -> Self {
        let activity_id = activity.id();
        Self {
            activity_id,
            activity_name: activity.name(),
            category_uid: class.category_uid(),
            category_name: class.category_name(),
            class_uid: class.uid(),
            class_name: class.name(),
            type_uid: u32::from(class.uid()) * 100 + u32::from(activity_id),
            time: milliseconds(item.evidence.occurred_at),
            // Informational: the store decides nothing about a record.
            severity_id: 1,
            metadata: Metadata::of(item),
            message: None,
            start_time: None,
            end_time: None,
            duration: None,
            status: None,
            call: None,
            app: None,
            trace: None,
            model_call: None,
            unmapped: item,
        }
    }

    fn called(mut self, api: Api<'a>, source: Option<String>) -> Self {
        self.call = Some(Call {
            actor: UserActor::of(self.unmapped.evidence.actor.as_ref()),
            api,
            src_endpoint: Endpoint::named(source),
            resources: None,
        });
        self
    }

    fn about(mut self, resource: Resource<'a>) -> Self {
        if let Some(call) = &mut self.call {
            call.resources = Some([resource]);
        }
        self
    }

    fn traced(mut self, trace: Trace<'a>) -> Self {
        self.trace = Some(trace);
        self.metadata.profiles.push("trace");
        self
    }
}

/// Milliseconds since 1970, rounded down.
fn milliseconds(time: Timestamp) -> i64 {
    time.as_micros().div_euclid(1_000)
}

fn of_run<'a>(item: &'a FeedItem, run: &'a LlmRunSnapshot) -> OcsfEvent<'a> {
    let api = Api {
        operation: item.kind.as_str(),
        service: Some(Named::new(run.provider.as_str())),
    };
    let source = service_name(run.attributes.as_ref());
    let source = source.or_else(|| Some(run.source.as_str().to_owned()));
    let event = OcsfEvent::new(item, Class::ApiActivity, Activity::Other("Model Call"));
    let mut event = event.called(api, source);
    event.status = Some(execution(run.execution_status, None));
    event.start_time = Some(milliseconds(run.started_at));
    event.end_time = run.completed_at.map(milliseconds);
    event.duration = event
        .end_time
        .zip(event.start_time)
        .map(|(end, start)| end - start);
    event.metadata.profiles.push("ai_operation");
    event.model_call = Some(ModelCall {
        ai_model: Model {
            ai_provider: run.provider.as_str(),
            name: run.model.as_str(),
        },
        message_context: MessageContext::of(run),
    });
    match &run.trace_id {
        Some(trace_id) => event.traced(Trace::new(trace_id.as_str())),
        None => event,
    }
}

fn of_step<'a>(item: &'a FeedItem, step: &'a TraceStepRecord) -> OcsfEvent<'a> {
    let api = Api {
        operation: step.skill_name.as_str(),
        service: None,
    };
    let source = service_name(step.attributes.as_ref());
    let event = OcsfEvent::new(item, Class::ApiActivity, Activity::Other("Step"));
    let mut event = event.called(api, source);
    event.status = Some(execution(step.status, Some(step.outcome_category.as_str())));
    let start = milliseconds(step.timestamp);
    let duration = step.duration_ms.as_i64();
    let end = start.saturating_add(duration);
    event.start_time = Some(start);
    event.end_time = Some(end);
    event.duration = Some(duration);
    let span = step.key.span_id().map(|uid| Span {
        uid: uid.as_str(),
        parent_uid: step
            .parent
            .as_ref()
            .and_then(|parent| Some(parent.span_id()?.as_str())),
        start_time: start,
        end_time: end,
    });
    event.traced(Trace {
        uid: step.trace_id.as_str(),
        span,
    })
}

/// The header of a trace says that a trace began; no class of OCSF is about that.
fn of_trace<'a>(item: &'a FeedItem, trace: &'a TraceSnapshot) -> OcsfEvent<'a> {
    let mut event = OcsfEvent::new(item, Class::BaseEvent, Activity::Other("Trace"));
    event.start_time = trace.started_at.map(milliseconds);
    event.metadata.correlation_uid = Some(trace.trace_id.as_str());
    event
}

fn of_system_record<'a>(item: &'a FeedItem, record: &'a SystemRecordSnapshot) -> OcsfEvent<'a> {
    let (class, activity) = classification::of_system_event(&record.event_type);
    let mut event = OcsfEvent::new(item, class, activity);
    event.severity_id = match record.severity {
        Severity::Info => 1,
        // "Worth a look" is what OCSF calls low.
        Severity::Warn => 2,
        Severity::Critical => 5,
    };
    event.message = Some(record.summary.as_str());
    event.metadata.event_code = Some(record.event_type.as_str());
    let is_lifecycle = class == Class::ApplicationLifecycle;
    event.app = is_lifecycle.then(|| Named::new(record.component.as_str()));
    event
}

fn of_audit_entry<'a>(item: &'a FeedItem, entry: &'a AuditLedgerSnapshot) -> OcsfEvent<'a> {
    let activity = classification::of_audit_event(&entry.event_type);
    let api = Api {
        operation: entry.event_type.as_str(),
        service: None,
    };
    let source = service_name(entry.attributes.as_ref());
    let event = OcsfEvent::new(item, Class::ApiActivity, activity);
    let mut event = event.called(api, source).about(Resource {
        kind: entry.entity_type.as_str(),
        uid: entry.entity_id.as_str().to_owned(),
        name: None,
    });
    event.message = entry.action_reason.as_ref().map(|reason| reason.as_str());
    event.metadata.event_code = Some(entry.event_type.as_str());
    event
}

fn of_export<'a>(item: &'a FeedItem, export: &'a LogExportSnapshot) -> OcsfEvent<'a> {
    let api = Api {
        operation: item.kind.as_str(),
        service: None,
    };
    let event = OcsfEvent::new(item, Class::ApiActivity, Activity::Read);
    let mut event = event.called(api, None).about(Resource {
        kind: item.kind.as_str(),
        uid: export.id.to_string(),
        name: Some(export.scope.as_str()),
    });
    let word = export.status.as_str();
    let reason = export.failure_reason.as_ref();
    event.status = Some(match export.status {
        ExportStatus::Pending => Status::unknown(word),
        ExportStatus::Completed => Status::success(word),
        ExportStatus::Failed => Status::failure(reason.map_or(word, |reason| reason.as_str())),
    });
    event
}

/// The status of a run or a step. `code` is the outcome in the producer's words.
fn execution(status: ExecutionStatus, code: Option<&str>) -> Status<'_> {
    let word = status.as_str();
    let mut status = match status {
        ExecutionStatus::Succeeded => Status::success(word),
        ExecutionStatus::Failed | ExecutionStatus::Timeout => Status::failure(word),
        // The caller no longer wanted an answer: neither of the two.
        ExecutionStatus::Aborted => Status::other(word),
    };
    status.status_code = code;
    status
}

#[cfg(test)]
mod tests;
