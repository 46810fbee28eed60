# Windows events as OTRF's Security-Datasets publish them: one JSON object a line. The original
# severity word stays in details. Keywords is a 64-bit number that other programs would round.
{DEBUG: "INFO", INFO: "INFO", NOTICE: "INFO", WARN: "WARN", WARNING: "WARN", ERROR: "CRITICAL",
 FATAL: "CRITICAL", CRITICAL: "CRITICAL", ALERT: "CRITICAL", EMERGENCY: "CRITICAL"} as $severities
| {system_record: {
  component: .Channel,
  event_type: "\(.SourceName)/\(.EventID)",
  severity: ($severities[.Severity] // .Severity),
  summary: ((.Message | given) // (.Category | given) // assume("summary"; "(no message)")),
  occurred_at: ."@timestamp",
  details: ({severity_word: .Severity, host: .Hostname, process: .ProcessName, user: .SubjectUserName,
             keywords: .Keywords, record: .RecordNumber} | exact | compact)
}}
