# What Langfuse exports: a trace with its observations (from the page of the trace, or from the API), or rows
# of the tables of traces and observations as CSV, JSON or JSON lines.
#
# Every observation becomes a step of the trace with its parent. Generations and embeddings also become
# runs, and only they have tokens and cost. Langfuse lacks the provider, which is a claim.

def object: if type == "string" then (fromjson? // null) end | if type == "object" then . else {} end;
def is_call: .type // "" | ascii_upcase | IN("GENERATION", "EMBEDDING");
def count: if type == "string" then (tonumber? // null) end
  | if isnumber and . >= 0 and . == floor then . else null end;

# The buckets of usage do not overlap: all whose name contains "input" add up to the input. One wrong
# count makes the sum unknown.
def tokens($kind; $older):
  (.usageDetails // .usage) as $usage
  | if $usage == null then
      if (.totalTokens | IN(0, "0")) then null else ([.[$older[]] | count | values] | first) end
    else $usage | object
      | if (.unit // "TOKENS") != "TOKENS" then null
        else [to_entries[] | select((.key | contains($kind)) and (.key | test("cost"; "i") | not)) | .value]
          | if length > 0 and all(count != null) then map(count) | add else null end
        end
    end;

# The total of the details, or else the sum of their parts. The sum beside them is 0 even if nobody knows.
def cost:
  (.costDetails | object) as $parts
  | (.totalCost // .calculatedTotalCost | given) as $total
  | try (if $parts.total != null then usd($parts.total)
         elif $parts != {} then [$parts[] | usd(.)] | add
         elif $total != null then usd($total) | if . == 0 then null end
         else null end)
    catch null;

# The nearest call around an observation, past other observations between them: if both report the same
# usage, it must not count twice. An observation that is its own ancestor has none.
def call_above($all; $id; $seen):
  $all[$id].parentObservationId as $up
  | if $up == null or $all[$up] == null or $seen[$up] then null
    elif $all[$up] | is_call then $up
    else call_above($all; $up; $seen + {($up): true}) end;

def drafts($trace; $session; $all):
  (.startTime | moment) as $start
  | (.endTime | moment) as $end
  | (if .type == "EVENT" and $end == null then $start else $end end) as $end
  | (if .level == "ERROR" then "FAILED" else "SUCCEEDED" end) as $status
  | if $end == null then {left_out: "observations without an end"}
    else
      {trace_step: {
        trace_id: $trace,
        key: {span: .id},
        parent: {span: .parentObservationId},
        timestamp: $start,
        skill_name: ((.name | given) // .type),
        status: $status,
        outcome_category: (if $status == "FAILED" then "error" else "ok" end),
        duration_ms: duration_ms($start; $end),
        cost_nano_usd: (if is_call then cost else null end),
        attributes: ({type, level, session: $session} | compact)
      }},
      (select(is_call) | {llm_run: {
        run_id: "\($trace):\(.id)",
        trace_id: $trace,
        session_id: $session,
        parent_run_id: (call_above($all; .id; {(.id): true}) | if . then "\($trace):\(.)" end),
        provider: assume("provider"; "unknown"),
        model: ((.model // .providedModelName | given) // assume("model"; "unknown")),
        input_tokens: tokens("input"; ["promptTokens", "inputTokens", "inputUsage"]),
        output_tokens: tokens("output"; ["completionTokens", "outputTokens", "outputUsage"]),
        cost_nano_usd: cost,
        execution_status: $status,
        started_at: $start,
        completed_at: $end,
        source: assume("source"; "SDK"),
        attributes: ({name, environment, usage: (.usageDetails // .usage | object), session: $session}
                     | .usage |= compact | exact | compact)
      }})
    end;

def refusal($place):
  {refused: ({value: ., expected: "an observation of Langfuse"}
             + (if type == "object" and has("expected") then . else {} end)
             | .field = "\($place).\(.field // "")" | .field |= rtrimstr("."))};

page("data")
| if .traceId? then
  # A row of the table of observations.
  . as $row | try drafts(.traceId; .sessionId | given; {}) catch refusal("observation")
elif (.trace? // .).id? == null or ((.trace? // .).timestamp? // .observations?) == null then
  {refused: {field: "trace.id", value: ., expected: "a trace or an observation exported by Langfuse"}}
else
  (.trace // .) as $trace
  | {trace: {trace_id: $trace.id, started_at: ($trace.timestamp | moment)}},
    (.observations | arrays
     | (map(select(isobject) | {key: .id?, value: .} | select(.key | isstring)) | from_entries) as $all
     | to_entries[] | "observations[\(.key)]" as $place | .value
     | if isobject | not then {left_out: "observations of which the export has the id alone"}
       elif (.traceId // $trace.id) != $trace.id then
         {refused: {field: "\($place).traceId", value: .traceId, expected: "\($trace.id), the trace of the export"}}
       else try drafts($trace.id; $trace.sessionId | given; $all) catch refusal($place) end)
end
